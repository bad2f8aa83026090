// One post, or one message of a chat, and what can be done with it.

import { attempt, send } from "../kit/api.js";
import { showAttachment } from "./attachments.js";
import { moderationEntry } from "../people/moderation-menu.js";
import { avatar, element, icon } from "../kit/dom.js";
import { ago, dateAndTime } from "../kit/format.js";
import { linkify } from "../kit/linkify.js";

export const REACTIONS = { "👍": "Thumbs up", "❤️": "Heart", "😂": "Laughing", "🎉": "Party", "🔥": "Fire", "👏": "Applause", "😮": "Astonished", "😢": "Sad" };
const SYSTEM_ICONS = { session_started: "play", night_ended: "check", skip_passed: "next", joined: "people", left: "logout", favourite: "note", streak: "chart", renewed: "refresh" };

const address = (post) => `/api/places/${encodeURIComponent(post.place)}/posts/${post.id}`;

/** "@handle" in an address that works for everybody who may see them. */
const author = (person, ...content) => element("a", { class: "post-author", href: `/people/${person.handle}` }, ...content);

const time = (post) => element("time", { datetime: new Date(post.at_ms).toISOString(), title: dateAndTime(post.at_ms) }, ago(post.at_ms, Date.now()));

function button(words, run, more = {}) {
  return element("button", { type: "button", class: "post-act", onclick: (event) => run(event.currentTarget), ...more }, words);
}

function reactions(post, me, failure) {
  const toggle = (control, emoji, isMine) =>
    attempt(control, failure, () => send(isMine ? "DELETE" : "PUT", `${address(post)}/reactions/${encodeURIComponent(emoji)}`));
  const chips = post.reactions.map(({ emoji, by }) => {
    const isMine = by.some((person) => person.id === me);
    const names = by.map((person) => person.name).join(", ");
    return element(
      "button",
      { type: "button", class: "post-reaction", "aria-pressed": String(isMine), title: names, "aria-label": `${REACTIONS[emoji]}, ${by.length}: ${names}`, onclick: (event) => toggle(event.currentTarget, emoji, isMine) },
      `${emoji} ${by.length}`,
    );
  });
  const mine = new Set(post.reactions.filter(({ by }) => by.some((person) => person.id === me)).map(({ emoji }) => emoji));
  const choose = Object.entries(REACTIONS).map(([emoji, name]) =>
    element("button", { type: "button", "aria-label": name, "aria-pressed": String(mine.has(emoji)), onclick: (event) => toggle(event.currentTarget, emoji, mine.has(emoji)) }, emoji),
  );
  const picker = element("details", { class: "post-picker" }, element("summary", { "aria-label": "React" }, icon("plus"), "React"), element("div", {}, ...choose));
  return [...chips, picker];
}

function editor(post, content, failure, done) {
  const field = element("textarea", { rows: 3, maxlength: 5000, "aria-label": "Your post" });
  field.value = post.text;
  // The live connection may have told of the change before, while this form stood in its place.
  const save = (control) => attempt(control, failure, async () => done(await send("PATCH", address(post), { text: field.value })));
  const form = element("div", { class: "post-editor" }, field, element("div", { class: "buttons" }, button("Save", save), button("Cancel", () => done(post))));
  content.replaceChildren(form);
  field.focus();
}

async function history(post, content, failure, control) {
  await attempt(control, failure, async () => {
    const { items } = await send("GET", `${address(post)}/history`);
    const list = items.map((version) => element("li", {}, element("small", {}, `until ${dateAndTime(version.until_ms)}`), element("p", { class: "post-text", dir: "auto" }, version.text)));
    content.append(element("ol", { class: "post-history", "aria-label": "How it read before" }, ...list));
    control.remove();
  });
}

/** "Delete" asks once more before it does. */
function remover(post, failure) {
  const run = (control) => {
    if (!control.dataset.sure) {
      control.dataset.sure = "yes";
      control.textContent = "Really delete?";
      return;
    }
    attempt(control, failure, () => send("DELETE", address(post)));
  };
  return button("Delete", run);
}

function menu(post, me, mayTidy, content, failure, again) {
  const isMine = post.by?.id === me;
  const canTouch = !post.is_removed && (isMine || mayTidy) && !(post.system && !mayTidy && !isMine);
  const acts = [
    isMine && !post.is_removed && !post.system ? button("Edit", () => editor(post, content, failure, again)) : null,
    isMine && (post.edited_at_ms || post.is_removed) ? button("Earlier versions", (control) => history(post, content, failure, control)) : null,
    canTouch ? remover(post, failure) : null,
    post.is_removed || !me ? null : moderationEntry(post, me),
  ].filter(Boolean);
  return acts.length ? element("details", { class: "menu" }, element("summary", { "aria-label": "More" }, icon("more")), element("div", {}, ...acts)) : null;
}

function contentOf(post) {
  const content = element("div", { class: "post-content" });
  if (post.is_removed) {
    content.append(element("p", { class: "post-gone" }, post.is_removed_by_author ? (post.by ? "Deleted." : "Written by somebody who is gone.") : "Removed by whoever looks after this place."));
    return content;
  }
  const card = showAttachment(post.card);
  const isLinkAlone = post.card?.title && /^\S+$/.test(post.text) && post.text.includes(post.card.href.split("/").at(-1));
  if (post.text && !isLinkAlone) content.append(element("p", { class: "post-text", dir: "auto" }, ...linkify(post.text, post.mentions)));
  if (card) content.append(card);
  return content;
}

/** A line of what happened; a milestone can be reacted to like a post. */
function systemLine(post) {
  return element("p", { class: "post-system" }, icon(SYSTEM_ICONS[post.system] ?? "note"), element("span", { dir: "auto" }, post.text), time(post));
}

/**
 * The element of a post. `about` says who looks (`me`), whether they look after the place (`mayTidy`) and may write,
 * what `reply` does with a post (none: no button), and of a feed `where` a post was written.
 */
export function showPost(post, about) {
  const failure = element("p", { class: "failure", role: "alert", hidden: true });
  const made = element("article", { class: `post${post.system ? " post-told" : ""}`, "data-id": post.id, "data-place": post.place });
  const render = (post) => {
    const content = post.system && !post.is_removed ? element("div", { class: "post-content" }, systemLine(post), ...[showAttachment(post.card)].filter(Boolean)) : contentOf(post);
    const head = element(
      "header",
      { class: "post-head" },
      post.by ? author(post.by, avatar(post.by.name, post.by.image_url), element("bdi", {}, post.by.name)) : element("span", { class: "post-author" }, element("bdi", {}, post.system ? "SongSwap" : "Somebody")),
      about.where?.(post) ?? null,
      time(post),
      post.edited_at_ms && !post.is_removed ? element("small", {}, "edited") : null,
      menu(post, about.me, about.mayTidy, content, failure, render),
    );
    const foot = post.is_removed
      ? null
      : element(
          "footer",
          { class: "post-foot" },
          ...(about.mayWrite ? reactions(post, about.me, failure) : []),
          about.mayWrite && about.reply ? button("Reply", () => about.reply(post, made)) : null,
        );
    made.replaceChildren(...[head, about.quote?.(post) ?? null, content, foot, failure].filter(Boolean));
  };
  render(post);
  return made;
}

/** A name for one sending, so that sending it again after a failure writes it once. */
export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Write a post. Throws an Error with words for people. */
export async function write(place, body, key) {
  const answer = await fetch(`/api/places/${encodeURIComponent(place)}/posts`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (!answer) throw new Error("The connection to SongSwap is lost. What you wrote is still here: send it again in a moment.");
  const content = await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(content?.error?.message ?? "That did not work. Try again in a moment.");
  return content;
}
