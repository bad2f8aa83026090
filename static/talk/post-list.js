// Posts of a profile, of a group, or of everybody one has to do with, newest first, kept up to date.

import { send } from "../kit/api.js";
import { createComposer, growing } from "./composer.js";
import { byId, element, say, show } from "../kit/dom.js";
import { followPlace } from "../kit/post-stream.js";
import { newKey, showPost, write } from "./post-card.js";

const root = byId("posts");
const { place, me } = root.dataset;
const isFeed = place === "feed";
const list = byId("posts-list");
const names = JSON.parse(byId("posts-places")?.textContent ?? "{}");
const known = new Map();
let rights = { may_write: root.dataset.mayWrite === "true", may_tidy: root.dataset.mayTidy === "true" };
let next = null;

const keyOf = (post) => `${post.place} ${post.id}`;

/** "in Friday night": where a post of the feed was written, if not on its author's own profile. */
function where(post) {
  const there = names[post.place];
  if (!there || post.answers || post.place === `wall:${post.by?.id}`) return null;
  return element("a", { class: "post-where", href: there.href }, element("bdi", {}, there.name));
}

const mayWrite = (post) => (isFeed ? (names[post.place]?.may_write ?? post.place === `wall:${me}`) : rights.may_write);

function about(post) {
  return { me, mayTidy: isFeed ? post.place === `wall:${me}` : rights.may_tidy, mayWrite: mayWrite(post), where: isFeed ? where : undefined, reply: post.answers ? undefined : openReply };
}

function openReply(post, made) {
  const form = made.parentElement.querySelector(".post-reply");
  show(form, true);
  form.querySelector("textarea").focus();
}

/** The field for a reply, hidden until somebody wants it. */
function replyForm(post) {
  const field = element("textarea", { rows: 1, maxlength: 5000, "aria-label": `Reply to ${post.by?.name ?? "this"}`, placeholder: "Write a reply" });
  const failure = element("p", { class: "failure", role: "alert", hidden: true });
  const button = element("button", { class: "button quiet small", type: "submit" }, "Reply");
  const form = element("form", { class: "post-reply", hidden: true }, field, button, failure);
  const grow = growing(field);
  let key = newKey();
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    try {
      await write(post.place, { text: field.value, answers: post.id }, key);
      key = newKey();
      field.value = "";
      grow();
      show(form, false);
      say(failure, "");
    } catch (error) {
      say(failure, error.message);
    }
    button.ariaBusy = "false";
  };
  return form;
}

function item(post) {
  const replies = element("ol", { class: "post-replies", "aria-label": "Replies" }, ...post.replies.map((reply) => element("li", { "data-key": keyOf(reply) }, showPost(reply, about(reply)))));
  return element("li", { "data-key": keyOf(post) }, showPost(post, about(post)), replies, replyForm(post));
}

const rowOf = (key) => [...list.querySelectorAll("li")].find((row) => row.dataset.key === key);

/** Show a post that is new or has changed where it belongs. */
function put(post) {
  const row = rowOf(keyOf(post));
  if (row) {
    const isBusy = row.querySelector(":scope > article .post-editor");
    if (!isBusy) row.querySelector(":scope > article").replaceWith(showPost(post, about(post)));
  } else if (post.answers) {
    rowOf(`${post.place} ${post.answers}`)?.querySelector(".post-replies").append(element("li", { "data-key": keyOf(post) }, showPost(post, about(post))));
  } else if (!known.has(keyOf(post))) {
    list.prepend(item(post));
  }
  known.set(keyOf(post), post);
  show(byId("posts-empty"), !list.children.length);
}

function more(page) {
  next = page.next;
  const fresh = page.items.filter((post) => !rowOf(keyOf(post)));
  for (const post of fresh) known.set(keyOf(post), post);
  list.append(...fresh.map(item));
  show(byId("posts-more"), Boolean(next));
  show(byId("posts-empty"), !list.children.length);
}

function begin(page) {
  if (!isFeed) {
    rights = page;
    show(byId("posts-form"), page.may_write);
  }
  list.replaceChildren();
  known.clear();
  more(page);
  show(byId("posts-loading"), false);
}

const path = isFeed ? "/api/me/feed" : `/api/places/${encodeURIComponent(place)}/posts`;

async function load(cursor) {
  const failure = byId("posts-failure");
  try {
    const page = await send("GET", `${path}?limit=20${cursor ? `&cursor=${cursor}` : ""}`);
    say(failure, "");
    if (cursor) more(page);
    else begin(page);
  } catch (error) {
    say(failure, error.message);
    show(byId("posts-loading"), false);
  }
}

byId("posts-more").onclick = async (event) => {
  const button = event.currentTarget;
  button.ariaBusy = "true";
  const last = list.lastElementChild;
  await load(next);
  button.ariaBusy = "false";
  last?.nextElementSibling?.querySelector("a, button")?.focus();
};

const form = byId("posts-form");
if (form) createComposer(form, { place: () => form.elements.place?.value ?? place, sent: put });

if (root.dataset.isPublic !== "true") {
  let wasUp = true;
  followPlace(place, {
    posts: begin,
    post: put,
    unread: ({ group, count }) => {
      const pill = document.querySelector(`[data-unread="${group}"]`);
      if (pill) say(pill, count ? `${count >= 100 ? "99+" : count} new` : "");
    },
    connection: (isUp) => {
      if (isFeed && isUp && !wasUp) load(""); // what the feed missed meanwhile
      wasUp = isUp;
      say(byId("posts-connection"), isUp ? "" : "The connection is lost. Trying again …");
    },
    gone: () => location.reload(),
  });
}
if (isFeed || root.dataset.isPublic === "true") load("");
