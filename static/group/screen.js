// The screen for the TV: nobody touches it, so it keeps itself going, and moves a little to spare the panel.

import { byId, element, onChange, readState, say, show } from "../kit/dom.js";
import { follow } from "../kit/event-stream.js";
import { clockTime, duration } from "../kit/format.js";
import { countdown, roundWords, where } from "../timer/timer-position.js";
import { createScreenGame } from "./screen-game.js";

const TICK_MS = 250;
const MOVE_EVERY_MS = 60_000;
const PLACES = [[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]]; // in steps of the style sheet's
const BAR_WIDTH = 1000;
const RELOAD_MS = 30_000;

const party = createScreenGame();
const first = readState();
const base = location.pathname.replace(/\/$/, "");
let playback = null;
let timer = null;
let clockOffsetMs = 0;

function showProgress() {
  const length = playback?.duration_ms ?? 0;
  show(byId("bar"), length > 0);
  if (!length) return;
  const passed = playback.is_playing ? Math.max(0, Date.now() + clockOffsetMs - playback.at_ms) : 0;
  const position = Math.min(playback.position_ms + passed, length);
  byId("filled").setAttribute("width", (BAR_WIDTH * position) / length);
  byId("elapsed").textContent = duration(position);
  byId("length").textContent = duration(length);
}

function showTimer() {
  show(byId("timer"), Boolean(timer));
  document.body.classList.toggle("timed", Boolean(timer));
  if (!timer) return;
  const at = where(timer, Date.now() + clockOffsetMs);
  byId("timer-left").textContent = countdown(at.leftMs);
  say(byId("timer-phase"), at.state === "done" ? "Done" : timer.phases[at.phase].name);
  say(byId("timer-round"), at.state === "paused" ? `${roundWords(timer, at)}, paused` : roundWords(timer, at));
}

const showSong = onChange((song) => {
  for (const image of [byId("cover"), byId("backdrop")]) {
    if (song?.cover_url) image.src = song.cover_url;
    show(image, Boolean(song?.cover_url));
  }
  byId("no-cover").toggleAttribute("hidden", Boolean(song?.cover_url));
  say(byId("requester"), song?.requested_by ? `Requested by ${song.requested_by}` : "");
});

const showComing = onChange((songs) => {
  show(byId("coming").parentElement, songs.length > 0);
  byId("coming").replaceChildren(
    ...songs.map((song) =>
      element(
        "li",
        {},
        song.cover_url ? element("img", { src: song.cover_url, alt: "" }) : element("span", { class: "blank" }),
        element("span", {}, element("b", {}, song.name), element("small", {}, song.requested_by ? `${song.artists} · for ${song.requested_by}` : song.artists)),
      ),
    ),
  );
});

const WORDS = { good: "in sync", wait: "catching up", "": "not in sync" };
const showThere = onChange((listeners) => {
  show(byId("there").parentElement, listeners.length > 0);
  byId("there").replaceChildren(
    ...listeners.map((one) =>
      element("li", { "data-mood": one.mood }, one.name, element("span", { class: "visually-hidden" }, `, ${WORDS[one.mood]}`)),
    ),
  );
});

const showJoin = onChange((untilMs) => {
  show(byId("join"), untilMs !== null);
  if (untilMs !== null) byId("code").src = `${base}/invite.svg?until=${untilMs}`;
});

function update(state) {
  playback = state.playback;
  timer = state.timer;
  clockOffsetMs = state.now_ms - Date.now();
  document.title = `${state.name} · SongSwap`;
  document.body.classList.toggle("idle", !playback?.is_playing && !timer);
  say(byId("name"), state.name);
  say(byId("title"), playback?.song.name ?? (state.is_running ? "Nothing plays yet" : "No session is running"));
  say(byId("artists"), playback?.song.artists ?? (state.is_running ? "The host puts some music on in Spotify." : "See you next time."));
  showSong(playback?.song ?? null);
  showComing(state.coming);
  showThere(state.listeners);
  party.show(state.party, clockOffsetMs);
  showJoin(state.join_until_ms);
  showProgress();
  showTimer();
}

/** Bright things that stand still burn themselves into a TV: all of it moves by a few pixels every minute. */
function move() {
  const [x, y] = PLACES[Math.floor(Date.now() / MOVE_EVERY_MS) % PLACES.length];
  byId("stage").style.setProperty("--x", x);
  byId("stage").style.setProperty("--y", y);
}

function tick() {
  byId("clock").textContent = clockTime(Date.now());
  showProgress();
  showTimer();
  party.tick();
  move();
}

/** Where the browser can, the TV does not fall asleep. */
async function stayAwake() {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => null);
}

update(first);
tick();
setInterval(tick, TICK_MS);
stayAwake();
addEventListener("visibilitychange", stayAwake);
follow(`${base}/events`, {
  isAlone: true,
  onState: update,
  onGone: () => {
    byId("stage").hidden = true;
    say(byId("lost"), "This link was replaced by a newer one. The host has it on the group’s page.");
    setTimeout(() => location.reload(), RELOAD_MS);
  },
  onConnection: (isUp) => say(byId("lost"), isUp ? "" : "The connection to SongSwap is lost. Reconnecting…"),
});
