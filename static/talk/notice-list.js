// The page of notices: the list, kept up to date; what was seen; of which kinds one wants to be told.

import { attempt, send } from "../kit/api.js";
import { moderationButton } from "../people/moderation-menu.js";
import { avatar, byId, element, icon, readState, say, show } from "../kit/dom.js";
import { ago, dateAndTime } from "../kit/format.js";
import { onNews, OUTSIDE } from "../kit/notice-badge.js";

const ICONS = { asks_to_join: "people", report: "flag", renew_login: "login", pasted_login: "login" };
const list = byId("notices");
const failure = byId("failure");
const { unread, ...first } = readState();
let newest = first.items[0]?.n ?? 0;
let next = null;

function row(notice) {
  const words = element(
    "span",
    { class: "grow" },
    element("span", { class: "notice-words" }, notice.who ? element("strong", {}, element("bdi", {}, notice.who)) : "", ` ${notice.did} ${notice.emoji.join("")}`),
    notice.excerpt ? element("small", { class: "notice-excerpt", dir: "auto" }, notice.excerpt) : null,
    element("small", {}, element("time", { datetime: new Date(notice.at_ms).toISOString(), title: dateAndTime(notice.at_ms) }, ago(notice.at_ms, Date.now())), notice.is_seen ? null : element("span", { class: "notice-new" }, "New")),
  );
  const face = notice.by.length ? avatar(notice.by[0].name, notice.by[0].image_url) : element("span", { class: "avatar", "aria-hidden": "true" }, icon(ICONS[notice.kind] ?? "bell"));
  const about = notice.by.length === 1 && notice.kind !== "asks_to_join" ? { account: notice.by[0].id, name: notice.by[0].name, ...(notice.kind === "reaction" ? {} : { place: notice.place, post: notice.post, excerpt: notice.excerpt }) } : null;
  return element(
    "li",
    { class: `notice-row${notice.is_seen ? "" : " fresh"}`, "data-n": notice.n },
    element("a", { class: "row", href: notice.href }, face, words),
    about ? moderationButton(about) : null,
  );
}

/** Show a page of the list; further pages come after it. */
function add(page) {
  next = page.next;
  list.append(...page.items.map(row));
  showRest();
}

function showRest() {
  show(byId("more"), Boolean(next));
  show(byId("empty"), !list.children.length);
  show(list, Boolean(list.children.length));
}

function showUnread(count) {
  show(byId("see"), Boolean(count));
  say(byId("count"), count ? `${count >= 99 ? "99 or more" : count} new` : "");
}

function arrive({ unread: count, item }) {
  showUnread(count);
  if (!count) for (const one of list.querySelectorAll(".fresh")) seen(one);
  if (!item) return;
  // One that tells of more people than before takes the place of the older one.
  const older = [...list.children].find((one) => one.dataset.place === `${item.kind} ${item.place} ${item.post}` && item.kind === "reaction");
  older?.remove();
  newest = Math.max(newest, item.n);
  list.prepend(row(item));
  list.firstElementChild.dataset.place = `${item.kind} ${item.place} ${item.post}`;
  showRest();
}

function seen(one) {
  one.classList.remove("fresh");
  one.querySelector(".notice-new")?.remove();
}

byId("see").onclick = (event) =>
  attempt(event.currentTarget, failure, async () => {
    const { unread: left } = await send("PUT", "/api/me/notices/seen", { up_to: newest });
    for (const one of list.querySelectorAll(".fresh")) seen(one);
    showUnread(left);
    byId("notices-title").focus();
  });

byId("more").onclick = (event) =>
  attempt(event.currentTarget, failure, async () => {
    const last = list.lastElementChild;
    add(await send("GET", `/api/me/notices?cursor=${next}`));
    last.nextElementSibling?.querySelector("a").focus();
  });

for (const box of document.querySelectorAll("[data-kind]"))
  box.onchange = () =>
    attempt(box, byId("settings-failure"), async () => {
      try {
        await send("PATCH", "/api/me/notice-settings", { kinds: { [box.dataset.kind]: box.checked } });
      } catch (error) {
        box.checked = !box.checked;
        throw error;
      }
    });

const outside = byId("outside");

function showOutsideState() {
  const isOn = Notification.permission === "granted" && Boolean(localStorage.getItem(OUTSIDE));
  outside.textContent = isOn ? "Only on the page" : "Also outside the page";
  say(byId("outside-words"), Notification.permission === "denied" ? "Your browser has been told not to show notices of this page; its settings for this page can change that." : isOn ? "While a page of SongSwap is open, your browser shows new notices beside it." : "");
  show(outside, Notification.permission !== "denied");
}

if ("Notification" in window && window.isSecureContext) {
  show(byId("outside-part"), true);
  showOutsideState();
  outside.onclick = async () => {
    if (Notification.permission === "granted" && localStorage.getItem(OUTSIDE)) localStorage.removeItem(OUTSIDE);
    else if ((await Notification.requestPermission()) === "granted") localStorage.setItem(OUTSIDE, "yes");
    showOutsideState();
  };
}

add(first);
for (const [place, notice] of first.items.entries()) list.children[place].dataset.place = `${notice.kind} ${notice.place} ${notice.post}`;
showUnread(unread);
onNews(arrive);
