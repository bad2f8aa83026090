// What the host changes about a group, and who asks to get in.

import { attempt, send } from "../kit/api.js";
import { avatar, byId, element, onChange, say, show } from "../kit/dom.js";
import { sendFile } from "../kit/files.js";

/** Returns what shows a state. `api` is the address of the group. */
export function createManage(api) {
  const form = byId("group-form");
  const failure = byId("group-failure");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    say(byId("group-saved"), "");
    attempt(event.submitter, failure, async () => {
      await send("PATCH", api, { name: fields.get("name"), description: fields.get("description"), is_listed: fields.has("is_listed"), admission: fields.get("admission") });
      say(byId("group-saved"), "Saved.");
    });
  });
  byId("group-picture-file").onchange = (event) => {
    const field = event.currentTarget;
    const [file] = field.files;
    if (file) attempt(field, failure, async () => { await sendFile(`${api}/picture`, file); field.value = ""; });
  };
  byId("group-picture-remove").onclick = (event) => attempt(event.currentTarget, failure, () => send("DELETE", `${api}/picture`));

  const answer = (account, method) => (event) => attempt(event.currentTarget, byId("asking-failure"), () => send(method, `${api}/asking/${account}`));
  const showAsking = onChange((asking) => {
    byId("asking-list").replaceChildren(
      ...asking.map((one) =>
        element(
          "li",
          { class: "member" },
          avatar(one.name, one.image_url),
          element("span", { class: "grow" }, element("bdi", {}, one.name)),
          element("button", { type: "button", class: "button small", onclick: answer(one.account, "PUT"), "aria-label": `Let ${one.name} in` }, "Let in"),
          element("button", { type: "button", class: "button quiet small", onclick: answer(one.account, "DELETE"), "aria-label": `Don’t let ${one.name} in` }, "Decline"),
        ),
      ),
    );
    show(byId("asking"), asking.length > 0);
  });

  const letBack = (account) => (event) => attempt(event.currentTarget, byId("removed-failure"), () => send("DELETE", `${api}/removed/${account}`));
  const showRemoved = onChange((removed) => {
    byId("removed-list").replaceChildren(
      ...removed.map((one) =>
        element(
          "li",
          { class: "member" },
          avatar(one.name, one.image_url),
          element("span", { class: "grow" }, element("bdi", {}, one.name)),
          element("button", { type: "button", class: "button quiet small", onclick: letBack(one.account), "aria-label": `Let ${one.name} join again` }, "Let in again"),
        ),
      ),
    );
    show(byId("removed"), removed.length > 0);
  });

  return (state) => {
    showRemoved(state.removed);
    show(form, state.me.rights.includes("manage"));
    show(byId("group-picture-remove"), Boolean(state.picture_url));
    say(byId("group-description"), state.description);
    const picture = byId("group-picture");
    if (state.picture_url) picture.src = state.picture_url;
    show(picture, Boolean(state.picture_url));
    showAsking(state.asking);
  };
}
