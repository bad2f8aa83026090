// One's own profile, to be edited.

import { attempt, send } from "../kit/api.js";
import { avatar, byId, copy, say, show } from "../kit/dom.js";
import { sendFile } from "../kit/files.js";
import { lasts } from "../kit/format.js";

const form = byId("profile");
const AUDIENCES = ["me", "groups", "everybody", "link"];

function shown(state) {
  byId("picture").replaceChildren(avatar(state.shown_name, state.image_url));
  byId("profile-link").href = `/people/${state.handle}`;
  form.elements.handle.value = state.handle;
  byId("profile-url").value = state.link_url ?? "";
  showLink(state.link_url, state.link_expires_at_ms);
}

function showLink(url, untilMs) {
  for (const part of ["label", "copy"]) show(byId(`profile-url-${part}`), Boolean(url));
  show(byId("profile-url-make"), !untilMs);
  for (const part of ["extend", "end"]) show(byId(`profile-url-${part}`), Boolean(untilMs));
  say(byId("profile-url-expiry"), untilMs ? lasts(url, untilMs) : "");
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
byId("profile-url-extend").onclick = (event) => change(event.currentTarget, "link-failure", { link: true });
byId("profile-url-end").onclick = (event) => change(event.currentTarget, "link-failure", { link: false });
byId("profile-url-copy").onclick = () => copy(byId("profile-url"));
const expiry = byId("profile-url-expiry");
showLink(byId("profile-url").value, Number(expiry.dataset.until));
