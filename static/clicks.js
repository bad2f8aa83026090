// A metronome on the server's clock: every device that runs it clicks at the same moments, as far as it can tell.

import { attempt } from "./api.js";
import { compareClocks } from "./clock.js";
import { byId } from "./dom.js";

const BEAT_MS = 1000;
const BEATS = 4;
const AHEAD_MS = 400; // sound is ordered so long before it is due
const TICK_MS = 50;
const CLICK_S = 0.03;

let context = null;
let timer = null;
let offsetMs = 0;
let nextBeat = 0;

const serverNow = () => Date.now() + offsetMs;

function click(atS, isFirst) {
  const [tone, loudness] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = isFirst ? 1600 : 1000;
  loudness.gain.setValueAtTime(0.5, atS);
  loudness.gain.exponentialRampToValueAtTime(0.001, atS + CLICK_S);
  tone.connect(loudness).connect(context.destination);
  tone.start(atS);
  tone.stop(atS + CLICK_S);
}

function tick() {
  const nowMs = serverNow();
  nextBeat = Math.max(nextBeat, Math.ceil(nowMs / BEAT_MS));
  while (nextBeat * BEAT_MS < nowMs + AHEAD_MS) {
    click(context.currentTime + (nextBeat * BEAT_MS - nowMs) / 1000, nextBeat % BEATS === 0);
    nextBeat += 1;
  }
  show(Math.floor(nowMs / BEAT_MS) % BEATS);
}

function show(beat) {
  [...byId("beats").children].forEach((dot, place) => dot.classList.toggle("on", place === beat));
}

async function start(button) {
  context = new AudioContext();
  const { tripMs, offsetMs: found } = await compareClocks();
  offsetMs = found;
  nextBeat = 0;
  timer = setInterval(tick, TICK_MS);
  byId("clock").textContent = `In time with SongSwap, give or take ${Math.max(1, Math.ceil(tripMs / 2))} ms.`;
  button.textContent = "Stop the clicks";
  button.setAttribute("aria-pressed", "true");
}

function stop(button) {
  clearInterval(timer);
  timer = null;
  context.close();
  show(-1);
  byId("clock").textContent = "";
  button.textContent = "Start the clicks";
  button.setAttribute("aria-pressed", "false");
}

byId("toggle").addEventListener("click", (event) => {
  const button = event.currentTarget;
  if (timer) stop(button);
  else attempt(button, byId("failure"), () => start(button));
});
