// Muting, blocking and reporting somebody, or a post of theirs: one dialog, opened from wherever people are shown.

import { attempt, send } from "../kit/api.js";
import { element, icon, say, show } from "../kit/dom.js";

const WHERE = { hosts: "The host and co-hosts of the group look at it", operator: "Whoever runs this SongSwap looks at it" };

let dialog;

/** A text of a button, which says the other thing once it was done. */
function toggle({ path, on, off, isOn, failure }) {
  const button = element("button", { type: "button", class: "button quiet small" }, isOn ? off : on);
  let is = isOn;
  button.onclick = () =>
    attempt(button, failure, async () => {
      await send(is ? "DELETE" : "PUT", path);
      is = !is;
      button.textContent = is ? off : on;
    });
  return button;
}

function reportForm(about, failure) {
  const reason = element("textarea", { name: "reason", rows: 3, maxlength: 500, required: true });
  const done = element("p", { class: "moderation-done", role: "status", tabindex: -1, hidden: true });
  const button = element("button", { class: "button", type: "submit" }, icon("flag"), "Send report");
  const form = element("form", { class: "moderation-form" }, element("label", {}, element("span", {}, "What is wrong?"), reason), element("div", { class: "buttons" }, button));
  form.onsubmit = (event) => {
    event.preventDefault();
    attempt(button, failure, async () => {
      const what = about.post ? { place: about.place, post: about.post } : { place: about.place ?? `wall:${about.account}`, account: about.account };
      const { goes_to: to } = await send("POST", "/api/reports", { ...what, reason: reason.value });
      say(done, `Sent. ${WHERE[to]}; ${about.name} isn’t told.`);
      show(form, false);
      done.focus();
    });
  };
  return [form, done];
}

/**
 * Open the dialog about a person: `account` and `name`; and if it is about something they wrote, its `place`, the id of
 * the `post` and an `excerpt` of it. `place` alone is the group they are met in.
 */
export async function openModerationMenu(about) {
  const failure = element("p", { class: "failure", role: "alert", hidden: true });
  const { muted, blocked } = await send("GET", "/api/me/circle").catch((error) => {
    say(failure, error.message);
    return { muted: [], blocked: [] };
  });
  const has = (people) => people.some((one) => one.id === about.account);
  dialog?.remove();
  const part = (title, words, ...content) => element("section", { class: "moderation-part" }, element("div", { class: "grow" }, element("h3", {}, title), element("p", { class: "small" }, words)), ...content);
  const close = element("button", { type: "button", class: "button quiet", onclick: () => dialog.close() }, "Close");
  dialog = element(
    "dialog",
    { class: "short-dialog", "aria-labelledby": "moderation-title" },
    element("h2", { id: "moderation-title" }, element("bdi", {}, about.name)),
    element(
      "section",
      { class: "moderation-report" },
      element("h3", {}, about.post ? "Report what they wrote" : "Report"),
      about.excerpt ? element("blockquote", { class: "small", dir: "auto" }, about.excerpt) : "",
      ...reportForm(about, failure),
    ),
    part("Mute", "You read nothing of theirs any more, and get no notices. They don’t learn of it.", toggle({ path: `/api/me/muted/${about.account}`, on: "Mute", off: "Unmute", isOn: has(muted), failure })),
    part("Block", "Neither of you reads the other, and nobody follows the other. They aren’t told. Groups you host let them in no more; their invites and links to the screen are made new.", toggle({ path: `/api/me/blocked/${about.account}`, on: "Block", off: "Unblock", isOn: has(blocked), failure })),
    failure,
    element("div", { class: "buttons" }, close),
  );
  document.body.append(dialog);
  dialog.showModal();
}

/** The button that opens it. */
export function moderationButton(about) {
  const label = `Report, mute or block ${about.name}`;
  const button = element("button", { type: "button", class: "more-button", "aria-label": label, title: label }, icon("more"));
  button.onclick = () => openModerationMenu(about);
  return button;
}

/** What the menu of a post offers besides: null for one’s own posts, and for what nobody wrote. */
export function moderationEntry(post, me) {
  if (!post.by || post.by.id === me) return null;
  const about = { account: post.by.id, name: post.by.name, place: post.place, post: post.id, excerpt: post.text.slice(0, 140) };
  return element("button", { type: "button", class: "post-act", onclick: () => openModerationMenu(about) }, "Report or mute");
}
