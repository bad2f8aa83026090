// One's own profile, to be edited.

import { attempt, send } from "./api.js";
import { avatar, byId, copy, say, show } from "./dom.js";
import { sendFile } from "./files.js";

const form = byId("profile");
const AUDIENCES = ["me", "groups", "everybody", "link"];

function shown(state) {
  byId("picture").replaceChildren(avatar(state.shown_name, state.image_url));
  byId("profile-link").href = `/people/${state.handle}`;
  form.elements.handle.value = state.handle;
  byId("profile-url").value = state.link_url ?? "";
  show(byId("profile-url-label"), Boolean(state.link_url));
  show(byId("profile-url-make"), !state.link_url);
  show(byId("profile-url-copy"), Boolean(state.link_url));
  show(byId("profile-url-end"), Boolean(state.link_url));
}

const change = (button, failure, body) => attempt(button, byId(failure), async () => shown(await send("PATCH", "/api/me/profile", body)));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  const sections = {};
  for (const [name, value] of fields) if (name.startsWith("section-")) sections[name.slice("section-".length)] = value;
  say(byId("profile-saved"), "");
  attempt(event.submitter, byId("profile-failure"), async () => {
    shown(await send("PATCH", "/api/me/profile", { name: fields.get("name"), handle: fields.get("handle"), about: fields.get("about"), audience: fields.get("audience"), sections }));
    const narrower = Object.values(sections).some((value) => AUDIENCES.indexOf(value) > AUDIENCES.indexOf(fields.get("audience")));
    say(byId("profile-saved"), narrower ? "Saved. Some parts are for more people than your profile is: those see nothing of it." : "Saved.");
  });
});

byId("picture-file").onchange = (event) => {
  const field = event.currentTarget;
  const [file] = field.files;
  if (!file) return;
  attempt(field, byId("picture-failure"), async () => {
    shown(await sendFile("/api/me/picture", file));
    field.value = "";
  });
};
byId("picture-spotify").onclick = (event) => change(event.currentTarget, "picture-failure", { picture: "spotify" });
byId("picture-none").onclick = (event) => change(event.currentTarget, "picture-failure", { picture: "none" });
byId("profile-url-make").onclick = (event) => change(event.currentTarget, "link-failure", { link: true });
byId("profile-url-end").onclick = (event) => change(event.currentTarget, "link-failure", { link: false });
byId("profile-url-copy").onclick = () => copy(byId("profile-url"));
