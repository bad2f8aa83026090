// The people of the group. Rows stay where they are, so that an open menu survives a change of status.

import { openModerationMenu } from "../people/moderation-menu.js";
import { avatar, byId, element, icon, onChange, say } from "../kit/dom.js";
import { mood, status } from "../kit/format.js";

const REMOVING = "Once removed, they don’t get in again until you let them. The invite and the link to the screen are made new.";
const ROLES = { host: "Host", "co-host": "Co-host", listener: "" };

export function createMembers(change) {
  const rows = new Map();

  return (state) => {
    const isManager = state.me.rights.includes("manage");
    const wanted = new Set(state.members.map((member) => member.account));
    for (const [account, row] of rows) {
      if (wanted.has(account)) continue;
      row.item.remove();
      rows.delete(account);
    }
    state.members.forEach((member, place) => {
      if (!rows.has(member.account)) rows.set(member.account, createRow(member, state.id, change));
      const row = rows.get(member.account);
      row.update(member, member.account === state.me.account, isManager);
      const list = byId("members");
      if (list.children[place] !== row.item) list.insertBefore(row.item, list.children[place] ?? null);
    });
  };
}

function createRow(member, group, change) {
  const [name, role] = [element("a", { class: "member-link", dir: "auto" }), element("span", { class: "role" })];
  const words = element("span", { class: "status-words" });
  const [device, error] = [element("small"), element("small", { class: "error" })];
  const menu = element("details", { class: "menu" });
  const face = element("span");
  const item = element(
    "li",
    { class: "member" },
    face,
    element("div", { class: "grow" }, element("div", { class: "name" }, name, role), element("small", {}, words), device, error),
    menu,
  );
  const showFace = onChange((known) => face.replaceChildren(avatar(known.name, known.image_url)));
  const showMenu = onChange((known) => fillMenu(menu, known, group, change));
  return {
    item,
    update(known, isMe, isManager) {
      showFace({ name: known.name, image_url: known.image_url });
      name.href = `/people/${known.handle}`;
      name.textContent = isMe ? `${known.name} (you)` : known.name;
      role.textContent = ROLES[known.role];
      say(words, status(known));
      words.dataset.mood = mood(known);
      say(device, known.device_name && `on ${known.device_name}`);
      say(error, known.hint ? "" : known.error); // what has a hint says enough in its status
      showMenu({ account: known.account, name: known.name, role: known.role, isManager, isShown: !isMe });
    },
  };
}

function fillMenu(menu, member, group, change) {
  menu.hidden = !member.isShown;
  menu.open = false;
  menu.replaceChildren();
  if (!member.isShown) return;
  const act = (label, method, body, kind = "") =>
    element("button", { type: "button", class: kind, onclick: (event) => change(event.currentTarget, method, member.account, body) }, label);
  const other = member.role === "co-host" ? act("Make listener", "PATCH", { role: "listener" }) : act("Make co-host", "PATCH", { role: "co-host" });
  const manage = member.isManager ? [other, act("Make host", "PATCH", { role: "host" }), act("Remove from group", "DELETE", undefined, "danger"), element("small", {}, REMOVING)] : [];
  const moderate = () => {
    menu.open = false;
    openModerationMenu({ account: member.account, name: member.name, place: `group:${group}` });
  };
  const label = `${member.isManager ? "Manage" : "More about"} ${member.name}`;
  menu.append(
    element("summary", { "aria-label": label, title: label }, icon("more")),
    element("div", {}, ...manage, element("button", { type: "button", onclick: moderate }, "Report, mute or block")),
  );
}

/** Close menus that somebody clicked or moved away from. */
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector(".menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
