// The page of playlists: what is heard most, lists to save, and playlists that renew themselves.

import { attempt, send } from "../kit/api.js";
import { byId, element, icon, onChange, readState, say, show } from "../kit/dom.js";
import { follow } from "../kit/event-stream.js";
import { ago, dateAndTime } from "../kit/format.js";
import { createPlaylistForm } from "./playlist-form.js";
import { createRenewals } from "./renewals.js";
import { watchPreviews } from "../kit/preview-player.js";
import { ranked } from "../kit/ranked-list.js";

const FEW = 10;
const CLOCK_EVERY_MS = 20_000;

let state = readState();
const hasSamples = Boolean(byId("playlists").dataset.samples);

// Spotify's own top

const isWhole = { tracks: false, artists: false };
const range = () => document.querySelector("#ranges input:checked").value;

function track(one) {
  const [, , id] = one.uri.split(":");
  return { title: one.name, about: one.artists.join(", "), coverUrl: one.cover_url, url: one.url, sample: hasSamples ? id : null };
}

const artist = (one) => ({ title: one.name, about: one.genres.slice(0, 2).join(", "), coverUrl: one.image_url, url: one.url });

const renderTop = onChange(({ top, at, whole }) => {
  for (const [kind, make] of [["tracks", track], ["artists", artist]]) {
    const every = (top[kind][at] ?? []).map(make);
    ranked(byId(`top-${kind}`), whole[kind] ? every : every.slice(0, FEW));
    show(byId(`more-${kind}`), every.length > FEW && !whole[kind]);
  }
  const isKnown = Boolean(top.tracks[at]?.length || top.artists[at]?.length);
  show(byId("top-lists"), isKnown);
  const quiet = top.at_ms && !top.error ? "Spotify has not seen you listen enough in this time." : "Spotify is asked for it. This takes a moment.";
  say(byId("top-note"), top.error || (isKnown ? "" : quiet));
  show(byId("top-login"), top.error.includes("Log in"));
  show(byId("save-top"), Boolean(top.tracks[at]?.length));
});

const renderAge = () => say(byId("top-age"), state.top.at_ms ? `Spotify was asked ${ago(state.top.at_ms, state.now_ms)}. It reckons anew about once a day.` : "");

byId("ranges").addEventListener("change", () => {
  isWhole.tracks = isWhole.artists = false;
  render(state);
});
for (const kind of ["tracks", "artists"]) {
  byId(`more-${kind}`).addEventListener("click", () => {
    isWhole[kind] = true;
    render(state);
    byId(`top-${kind}`).children[FEW]?.querySelector("a")?.focus();
  });
}

// Saved lists

const SAVE_WORDS = { waiting: "Waits", working: "Being made", done: "Done", failed: "Not made" };

const renderSaved = onChange((saved) => {
  show(byId("saved-part"), saved.length > 0);
  byId("saved").replaceChildren(
    ...saved.map((one) =>
      element(
        "li",
        {},
        element("span", { class: "grow" }, element("strong", {}, one.name), element("small", {}, one.error || `${one.tracks} ${one.tracks === 1 ? "track" : "tracks"}${one.until_ms ? `; goes on ${dateAndTime(one.until_ms)}` : ""}`)),
        element("span", { class: `pill${one.state === "failed" ? " bad" : ""}` }, SAVE_WORDS[one.state]),
        one.url ? element("a", { class: "mini", href: one.url, target: "_blank", rel: "noreferrer", "aria-label": `${one.name} in Spotify` }, icon("external")) : null,
      ),
    ),
  );
});

// Making one

const form = createPlaylistForm({ onMade: (words) => say(byId("news"), words) });
byId("add").addEventListener("click", () => form.open());
byId("save-top").addEventListener("click", () => form.open({ kind: "spotify_top", range: range(), limit: 50 }));

const renewals = createRenewals({
  list: byId("renewals"),
  change: (control, method, path, body) =>
    attempt(control, byId("renewals-failure"), () => send(method, `/api/me/renewals/${path}`, body)),
});

// All of it, live

function render(now) {
  state = now;
  renewals.render(now.renewals, now.now_ms);
  show(byId("no-renewals"), !now.renewals.length);
  renderSaved(now.saved);
  renderTop({ top: now.top, at: range(), whole: { ...isWhole } });
  renderAge();
  show(byId("silent"), !now.is_worker_alive);
  show(byId("no-right"), !now.may_save);
}

watchPreviews(byId("playlists"));
render(state);
follow("/api/me/playlists/events", {
  onState: render,
  onGone: () => location.assign("/login?next=/playlists"),
  onConnection: (isUp) => show(byId("lost"), !isUp),
});
const openedAt = performance.now() - state.now_ms;
setInterval(() => {
  state = { ...state, now_ms: performance.now() - openedAt };
  renewals.render(state.renewals, state.now_ms);
  renderAge();
}, CLOCK_EVERY_MS);
