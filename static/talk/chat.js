// The chat of a group, beside whatever else its page shows.

import { send } from "../kit/api.js";
import { createComposer } from "./composer.js";
import { byId, element, say, show } from "../kit/dom.js";
import { followPlace } from "../kit/post-stream.js";
import { showPost } from "./post-card.js";

const root = byId("chat");
const { place, me, group } = root.dataset;
const log = byId("chat-log");
const list = byId("chat-list");
const form = byId("chat-form");
const TYPING_MS = 3000;
const READ_MS = 800;
const NEAR = 80;
const TOGETHER_MS = 5 * 60_000;
const known = new Map();
let mayTidy = false;
let next = null;
let answers = null;
let readUpTo = Number(root.dataset.readUpTo);
let typedAt = 0;
let reading;
const title = document.title;

const number = (post) => Number(post.id);
const newest = () => Math.max(0, ...known.keys());
const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
const toEnd = () => {
  log.scrollTop = log.scrollHeight;
};

/** What a message replies to, in a line above it. */
function quote(post) {
  if (!post.answers) return null;
  const before = known.get(Number(post.answers));
  const words = before ? before.text || (before.is_removed ? "deleted" : before.card?.title) || "" : "an earlier message";
  return element("p", { class: "chat-quote", dir: "auto" }, before?.by ? element("strong", {}, before.by.name, ": ") : "", words.slice(0, 120));
}

function reply(post) {
  answers = post.id;
  say(byId("chat-answers-words"), `Reply to ${post.by?.name ?? "somebody"}`);
  show(byId("chat-answers"), true);
  form.elements.text.focus();
}

function endReply() {
  answers = null;
  show(byId("chat-answers"), false);
}

const row = (post) => element("li", { "data-n": post.id }, showPost(post, { me, mayTidy, mayWrite: !post.system, reply: post.system ? undefined : reply, quote }));

/** Messages of one person shortly after each other stand under one name. */
function gather(rows) {
  rows.forEach((one) => {
    const post = known.get(Number(one.dataset.n));
    const before = known.get(Number(one.previousElementSibling?.dataset.n));
    const isSame = before && !before.system && !post.system && before.by?.id === post.by?.id && post.at_ms - before.at_ms < TOGETHER_MS;
    one.classList.toggle("chat-goes-on", Boolean(isSame));
    one.classList.toggle("chat-mine", post.by?.id === me && !post.system);
    one.classList.toggle("chat-line", Boolean(post.system));
  });
}

function put(post) {
  const isNew = !known.has(number(post));
  const wasAtEnd = isAtEnd();
  if (isNew && known.size && number(post) < Math.min(...known.keys())) return; // it comes with its own page
  known.set(number(post), post);
  const there = list.querySelector(`:scope > li[data-n="${post.id}"]`);
  if (there && !there.querySelector(".post-editor")) there.firstElementChild.replaceWith(row(post).firstElementChild);
  if (!there) list.append(row(post));
  const shown = list.querySelector(`:scope > li[data-n="${post.id}"]`);
  gather([shown, shown.nextElementSibling].filter(Boolean));
  if (wasAtEnd || (isNew && post.by?.id === me)) toEnd();
  show(byId("chat-empty"), false);
  show(byId("chat-down"), !isAtEnd());
  count();
}

function begin(page) {
  mayTidy = page.may_tidy;
  known.clear();
  list.replaceChildren();
  earlier(page);
  toEnd();
  show(byId("chat-loading"), false);
  show(byId("chat-empty"), !page.items.length);
  count();
}

function earlier(page) {
  next = page.next;
  const posts = page.items.filter((post) => !known.has(number(post))).reverse();
  for (const post of posts) known.set(number(post), post);
  const [height, top] = [log.scrollHeight, log.scrollTop];
  list.prepend(...posts.map(row));
  log.scrollTop = top + log.scrollHeight - height;
  gather([...list.children]);
  show(byId("chat-earlier"), Boolean(next));
}

byId("chat-earlier").onclick = async (event) => {
  const button = event.currentTarget;
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    earlier(await send("GET", `/api/places/${encodeURIComponent(place)}/posts?limit=50&cursor=${next}`));
    say(byId("chat-failure"), "");
  } catch (error) {
    say(byId("chat-failure"), error.message);
  }
  button.ariaBusy = "false";
};

/** How much is new, where one sees it; what is in sight counts as read. */
function count() {
  const isSeen = root.open && document.visibilityState === "visible" && isAtEnd();
  const news = [...known.values()].filter((post) => number(post) > readUpTo && post.by && post.by.id !== me && !post.system && !post.is_removed).length;
  const words = news >= 100 ? "99+" : String(news);
  say(byId("chat-unread"), news && !isSeen ? `${words} new` : "");
  document.title = news && !isSeen ? `(${words}) ${title}` : title;
  if (!isSeen || newest() <= readUpTo) return;
  clearTimeout(reading);
  reading = setTimeout(async () => {
    const upTo = newest();
    await send("PUT", `/api/groups/${group}/chat/read`, { up_to: String(upTo) }).catch(() => null);
    readUpTo = upTo;
    count();
  }, READ_MS);
}

function presence({ here, count: present, typing }) {
  const others = typing.filter((person) => person.id !== me).map((person) => person.name);
  say(byId("chat-typing"), others.length ? `${others.slice(0, 3).join(", ")} ${others.length > 1 ? "are" : "is"} typing …` : "");
  const names = here.map((person) => (person.id === me ? "you" : person.name));
  say(byId("chat-here"), present > 1 ? `Here: ${names.slice(0, 6).join(", ")}${present > 6 ? ` and ${present - 6} more` : ""}` : "Only you are here");
}

const field = createComposer(form, { place: () => place, body: () => (answers ? { answers } : {}), sent: (post) => { endReply(); typedAt = 0; put(post); } });
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
  if (event.key === "Escape" && answers) endReply();
});
field.addEventListener("input", () => {
  if (!field.value.trim() || Date.now() - typedAt < TYPING_MS) return;
  typedAt = Date.now();
  send("POST", `/api/groups/${group}/chat/typing`).catch(() => null);
});
byId("chat-answers-end").onclick = endReply;
byId("chat-down").onclick = () => {
  toEnd();
  count();
};
log.addEventListener("scroll", () => {
  show(byId("chat-down"), !isAtEnd());
  if (isAtEnd()) count();
});
root.addEventListener("toggle", () => {
  if (root.open) toEnd();
  count();
});
document.addEventListener("visibilitychange", count);
if (matchMedia("(min-width: 900px)").matches) root.open = true;

followPlace(place, {
  posts: begin,
  post: put,
  presence,
  connection: (isUp) => say(byId("chat-connection"), isUp ? "" : "The connection is lost. Trying again …"),
  gone: () => show(root, false),
});
