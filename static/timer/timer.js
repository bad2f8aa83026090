// The page of a timer: the feed brings what is wanted and done, the figures are reckoned from the moment it started.

import { attempt, send } from "../kit/api.js";
import { compareClocks } from "../kit/clock.js";
import { createCues } from "./cues.js";
import { byId, icon, onChange, readState, say, show } from "../kit/dom.js";
import { follow } from "../kit/event-stream.js";
import { clockTime } from "../kit/format.js";
import { countdown, nextName, roundWords, where } from "./timer-position.js";
import { createForm } from "./timer-form.js";

const TICK_MS = 100;
const RING = 1000;
const LOOKS = 10;
const LOOK_MS = 1000;

const { timer: first, devices, api } = readState();
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
let timer = first;
const MOST_OFF_MS = 2000;
let offsetMs = first.now_ms - Date.now();
let isCompared = false;

const now = () => Date.now() + offsetMs;
const cues = createCues(byId("cues"));

const press = (button, action) => attempt(button, byId("failure"), async () => update(await send("POST", api, { action })));
const form = createForm((button, read) =>
  attempt(button, byId("form-failure"), async () => {
    update(await send("PUT", api, read()));
    byId("dial").scrollIntoView({ block: "nearest", behavior: isCalm.matches ? "auto" : "smooth" });
    byId("go").focus({ preventScroll: true });
  }),
);

byId("go").addEventListener("click", (event) => press(event.currentTarget, byId("go").dataset.action));
byId("skip").addEventListener("click", (event) => press(event.currentTarget, "skip"));
byId("reset").addEventListener("click", (event) => press(event.currentTarget, "reset"));
byId("end").addEventListener("click", (event) =>
  attempt(event.currentTarget, byId("failure"), async () => {
    await send("DELETE", api);
    update(await send("GET", api));
    byId("submit").focus();
  }),
);
byId("look").addEventListener("click", (event) =>
  attempt(event.currentTarget, byId("form-failure"), async () => {
    form.showDevices(await send("POST", "/api/me/devices/look"));
    await awaitDevices();
  }),
);

/** The worker looks for devices; what it finds is there soon. */
async function awaitDevices() {
  for (let look = 0; look < LOOKS; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const { devices: found } = await send("GET", "/api/me");
    form.showDevices(found);
    if (!found.is_looking) return;
  }
}

const GO = {
  ready: ["start", "Start", "play"],
  running: ["pause", "Pause", "pause"],
  paused: ["resume", "Resume", "play"],
  done: ["start", "Start again", "play"],
};

const showControls = onChange(({ state, mayControl }) => {
  const isOn = state === "running" || state === "paused";
  const go = GO[state];
  show(byId("controls"), mayControl && Boolean(go));
  show(byId("go"), Boolean(go));
  show(byId("skip"), isOn);
  show(byId("reset"), isOn || state === "done");
  show(byId("end"), Boolean(go));
  byId("submit").textContent = state === "none" ? "Start" : "Start this one instead";
  byId("dial").dataset.state = state;
  if (!go) return;
  const [action, words, sign] = go;
  byId("go").dataset.action = action;
  byId("go").replaceChildren(icon(sign), words);
});

const announce = onChange(({ state, phase, round }) => {
  const words = { none: "", ready: "The timer is ready.", paused: "Paused.", done: "The timer is done." };
  byId("announcement").textContent = words[state] ?? `${phase}. ${round}.`;
});

const showTrack = onChange((track) => {
  show(byId("music"), Boolean(track));
  for (const image of [byId("cover"), byId("backdrop")]) {
    if (track?.cover_url) image.src = track.cover_url;
    show(image, Boolean(track?.cover_url));
  }
  byId("cover").alt = track?.album ? `Cover of ${track.album}` : "";
  if (track?.url) byId("cover-link").href = track.url;
  else byId("cover-link").removeAttribute("href");
  if (track?.url) byId("cover-link").setAttribute("aria-label", `${track.name} on Spotify`);
  else byId("cover-link").removeAttribute("aria-label");
  say(byId("title"), track?.name ?? "");
  say(byId("artists"), track?.artists.join(", ") ?? "");
});

const present = () => (timer.state === "none" ? { state: "none", leftMs: 0, share: 0 } : where(timer, now()));

/** The ring; in steps for those who want little motion. */
function showRing() {
  const { share } = present();
  const shown = isCalm.matches ? Math.floor(share * 20) / 20 : share;
  byId("ring").setAttribute("stroke-dashoffset", String(Math.round(RING * shown)));
}

function showFigures() {
  const isThere = timer.state !== "none";
  const at = present();
  const left = isThere ? countdown(at.leftMs) : "–:––";
  if (byId("left").textContent !== left) byId("left").textContent = left;
  const name = at.state === "done" ? "Done" : isThere ? timer.phases[at.phase].name : "No timer yet";
  say(byId("phase"), name);
  const words = isThere ? roundWords(timer, at) : "";
  say(byId("round"), at.state === "paused" ? `${words} · paused` : words);
  const next = isThere ? nextName(timer, at) : "";
  const last = timer.at_end === "pause" ? "Then the music pauses" : "Then it is done";
  say(byId("next-phase"), !isThere ? "Choose a preset, or make your own." : at.state === "done" ? "" : next ? `Next: ${next}` : last);
  showControls({ state: at.state, mayControl: timer.may_control });
  announce({ state: at.state, phase: name, round: words });
  document.title = at.state === "running" ? `${left} ${name} · SongSwap` : "Timer · SongSwap";
  if (at.state === "running") cues.expect(Math.round(now() + at.leftMs), now(), timer.phases[at.phase].length_s * 1000);
}

const forgetCues = onChange(() => cues.cancel());

/** Whether the next track has begun by now, for all that was known: the feed tells it soon, if nobody came between. */
function presentTrack() {
  const playback = timer.playback;
  if (!playback?.track || !playback.is_playing) return playback?.track ?? null;
  const overMs = playback.position_ms + Math.max(0, now() - playback.at_ms) - playback.track.duration_ms;
  return overMs > 0 && playback.upcoming.length ? playback.upcoming[0] : playback.track;
}

function showMusic() {
  const isOn = ["running", "paused", "done"].includes(timer.state);
  const track = isOn ? presentTrack() : null;
  showTrack(track);
  const coming = timer.playback?.upcoming[0];
  say(byId("coming"), track && coming && coming.uri !== track.uri ? `Next: ${coming.name}` : "");
  const until = timer.until_ms ? ` Until ${clockTime(timer.until_ms)}.` : "";
  say(byId("problem-words"), timer.problem && timer.problem + until);
  say(byId("problem-hint"), timer.hint);
  show(byId("problem"), Boolean(timer.problem));
}

function update(state) {
  // A clock that was set, here or there, is compared anew.
  const isOff = Math.abs(state.now_ms - Date.now() - offsetMs) > MOST_OFF_MS;
  if (!isCompared || isOff) offsetMs = state.now_ms - Date.now();
  timer = state;
  forgetCues([timer.started_at_ms, timer.paused_at_ms, timer.phases]);
  show(byId("set-up"), timer.may_control);
  show(byId("watching"), !timer.may_control);
  showRing();
  showFigures();
  showMusic();
}

/** The difference to the server's clock; anew when the tab wakes, for its own clock may have been set meanwhile. */
async function compare() {
  if (document.visibilityState !== "visible") return;
  const found = await compareClocks().catch(() => null);
  if (!found) return;
  offsetMs = found.offsetMs;
  isCompared = true;
  showFigures();
}

function draw() {
  showRing();
  if (!isCalm.matches) requestAnimationFrame(draw);
}

form.showDevices(devices);
form.showTimer(first);
update(first);
if (devices.is_looking) awaitDevices().catch(() => null);
compare();
addEventListener("visibilitychange", compare);
setInterval(() => {
  if (isCalm.matches) showRing();
  showFigures();
  showMusic();
}, TICK_MS);
requestAnimationFrame(draw);
follow(`${api}/events`, {
  onState: update,
  onGone: (reason) => location.assign(reason === "logged_out" ? `/login?next=${location.pathname}` : "/"),
  onConnection: (isUp) => say(byId("connection"), isUp ? "" : "The connection to SongSwap is lost. The count goes on; reconnecting…"),
});
