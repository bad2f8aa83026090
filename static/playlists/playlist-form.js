// The form for a new playlist: what goes in, how often, and what that is as of now.

import { attempt, send } from "../kit/api.js";
import { byId, say, show } from "../kit/dom.js";
import { ranked } from "../kit/ranked-list.js";
import { trackIdOf, trackPage } from "../kit/spotify.js";

const PAUSE_MS = 350;
const SHOWN = 12;
const FIELDS = ["kind", "range", "period", "scope", "by"];

/** `onMade` is told in words what was made. */
export function createPlaylistForm({ onMade }) {
  const dialog = byId("playlist-form");
  const form = byId("playlist-form-fields");
  const failure = byId("playlist-form-failure");
  let hasOwnName = false;
  let timer;
  let asking;

  function source() {
    const kind = byId("kind").value;
    const limit = Math.round(Number(byId("limit").value)) || 0;
    if (kind === "spotify_top") return { kind, range: byId("range").value, limit };
    const wanted = { kind, scope: byId("scope").value, limit };
    if (kind !== "not_heard") wanted.period = byId("period").value;
    if (kind !== "new") wanted.by = byId("by").value;
    return wanted;
  }

  function showFields() {
    const kind = byId("kind").value;
    for (const field of form.querySelectorAll("[data-for]")) show(field, field.dataset.for.split(" ").includes(kind));
    const isDaily = form.elements.often.value === "daily";
    byId("at").disabled = !isDaily;
    show(byId("daily-hint"), isDaily);
    byId("make").textContent = isDaily ? "Make it, and renew it every day" : "Save it";
  }

  function look() {
    showFields();
    clearTimeout(timer);
    timer = setTimeout(preview, PAUSE_MS);
  }

  async function preview() {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    const part = form.querySelector(".preview");
    part.ariaBusy = "true";
    try {
      const { title, items, left_out: leftOut } = await send("POST", "/api/me/lists/preview", { source: source() }, signal);
      ranked(byId("preview"), items.slice(0, SHOWN).map((one) => ({ title: one.title, about: one.artist, coverUrl: one.cover_url, url: trackPage(trackIdOf(one.uri)) })));
      if (!hasOwnName) byId("name").value = title.slice(0, 100);
      const more = items.length > SHOWN ? ` The first ${SHOWN} of ${items.length}.` : "";
      const without = leftOut ? ` ${leftOut} are left out, as Spotify’s ids of them are not known here.` : "";
      say(byId("preview-note"), items.length ? `${title}.${more}${without}` : "Nothing at the moment. Choose another time, or bring your history first.");
    } catch (error) {
      if (signal.aborted) return;
      ranked(byId("preview"), []);
      say(byId("preview-note"), error.message);
    }
    part.ariaBusy = "false";
  }

  form.addEventListener("input", (event) => {
    if (event.target.id === "name") hasOwnName = Boolean(event.target.value);
    else look();
  });
  byId("presets").addEventListener("click", (event) => {
    const button = event.target.closest("[data-preset]");
    if (button) fill(JSON.parse(button.dataset.preset), button.dataset.name);
  });
  byId("playlist-form-close").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.reportValidity()) attempt(byId("make"), failure, make);
  });

  function fill(wanted, name = "") {
    for (const field of FIELDS) if (wanted[field]) byId(field).value = wanted[field];
    if (wanted.limit) byId("limit").value = wanted.limit;
    byId("name").value = name;
    hasOwnName = Boolean(name);
    look();
  }

  async function make() {
    const [name, wanted] = [byId("name").value, source()];
    if (form.elements.often.value === "daily") {
      await send("POST", "/api/me/renewals", { name, source: wanted, at: byId("at").value.slice(0, 5) });
      onMade(`“${name}” is being made.`);
    } else {
      await send("POST", "/api/me/lists", { name, source: wanted });
      onMade(`“${name}” is being saved.`);
    }
    dialog.close();
  }

  return {
    /** Open the form, with a source to begin with. */
    open(wanted = { kind: "most_played", period: "all", scope: "me", by: "plays", limit: 25 }) {
      failure.hidden = true;
      fill(wanted);
      dialog.showModal();
      byId("kind").focus();
    },
  };
}
