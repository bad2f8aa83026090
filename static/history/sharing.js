// Who may see one's listening, and how it is counted: each choice is kept at once.

import { attempt, send } from "../kit/api.js";
import { byId, copy, say, show } from "../kit/dom.js";
import { lasts } from "../kit/format.js";

const URL = "/api/me/sharing";
const COPIED_MS = 2000;

export function createSharing(first) {
  let state = first;
  const failure = byId("sharing-failure");
  const groups = [...document.querySelectorAll("[data-group]")];
  const [everybody, withLink, link] = [byId("share-everybody"), byId("share-link"), byId("link")];

  const keep = async (wish) => render(await send("PUT", URL, wish));
  const chosen = () => groups.filter((box) => box.checked).map((box) => box.dataset.group);

  /** A choice that could not be kept is shown as it was. */
  const choose = (control, where, wish) =>
    attempt(control, where, () => keep(wish())).then(() => render(state));

  for (const box of groups) box.addEventListener("change", () => choose(box, failure, () => ({ groups: chosen() })));
  everybody.addEventListener("change", () => choose(everybody, failure, () => ({ everybody: everybody.checked })));
  withLink.addEventListener("change", () => choose(withLink, failure, () => ({ link: withLink.checked })));

  link.addEventListener("focus", () => link.select());
  const label = byId("copy-link").querySelector("span");
  byId("copy-link").addEventListener("click", async () => {
    await copy(link);
    label.textContent = "Copied";
    setTimeout(() => (label.textContent = "Copy link"), COPIED_MS);
  });
  byId("extend-link").addEventListener("click", (event) => attempt(event.currentTarget, failure, () => keep({ link: true })));
  byId("renew-link").addEventListener("click", (event) =>
    attempt(event.currentTarget, failure, async () => {
      await send("PUT", URL, { link: false });
      await keep({ link: true });
      say(byId("sharing-words"), "This is a new link; the old one shows nothing any more.");
    }),
  );

  const view = byId("view-failure");
  for (const [field, name] of [[byId("week-start"), "week_start"], [byId("rule"), "rule"]])
    field.addEventListener("change", () => choose(field, view, () => ({ [name]: field.value })));
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  byId("set-zone").addEventListener("click", (event) => choose(event.currentTarget, view, () => ({ zone: here })));

  function render(now) {
    state = now;
    for (const box of groups) box.checked = now.groups.includes(box.dataset.group);
    everybody.checked = now.everybody;
    const hasLink = now.link_expires_at_ms !== null;
    withLink.checked = hasLink;
    show(byId("link-part"), hasLink);
    if (hasLink) byId("link-expiry").textContent = lasts(now.link_url, now.link_expires_at_ms);
    link.value = now.link_url ?? "";
    const shares = now.groups.length > 0 || now.everybody || (hasLink && now.link_expires_at_ms > Date.now());
    byId("sharing-pill").textContent = shares ? "Shared" : "Only you";
    say(byId("sharing-words"), inWords(now));
    byId("week-start").value = now.week_start;
    byId("rule").value = now.rule;
    byId("zone-words").textContent = `Days and hours are those of ${now.zone}.`;
    const button = byId("set-zone");
    button.textContent = `Use ${here}, as this device does`;
    show(button, now.zone !== here);
  }

  function inWords({ groups: shared, everybody: all, link_url: url }) {
    if (all) return "Everybody who is logged in here sees your listening, and it counts in everybody’s figures.";
    if (!shared.length) return url ? "Whoever has the link sees your listening. It counts in nobody’s figures but yours." : "Nobody but you sees your listening, and it counts in nobody’s figures but yours.";
    return `${shared.length === 1 ? "One group sees" : `${shared.length} groups see`} your listening, and it counts in the group’s figures${url ? "; whoever has the link sees it too" : ""}.`;
  }

  render(state);
}
