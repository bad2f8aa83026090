// Fine tuning by ear: how much earlier or later one's own device plays.

import { attempt } from "../kit/api.js";
import { byId, onChange, say, show } from "../kit/dom.js";
import { Metronome } from "./metronome.js";

const SETTLE_MS = 500; // keys move the slider step by step: the last step counts

const TUNE = "Have a neighbour play theirs, too, and move the slider until both sound as one. They come out of this browser: it has to be where your music is.";
const LEAD = "Somebody beside you tunes their device? Your clicks are what they tune it to.";

const words = (ms) => (ms === 0 ? "in the middle" : `${Math.abs(ms)} ms ${ms > 0 ? "late" : "early"}`);

/** `change(control, body)` sends what was set. */
export function createTrim(change) {
  const range = byId("trim-range");
  let deviceId = null;
  let wantedMs = null; // what was set and is not kept yet
  let settling = null;
  let isSending = false;
  const clicks = createClicks();

  const showValue = (ms) => {
    clicks.earlierMs = ms;
    byId("trim-value").textContent = words(ms);
    range.setAttribute("aria-valuetext", words(ms));
    range.style.setProperty("--done", `${(100 * (ms - range.min)) / (range.max - range.min)}%`);
  };

  // One after the other: what is set while the step before is being kept comes next, and is not lost.
  async function keep() {
    if (isSending) return;
    isSending = true;
    while (wantedMs !== null) {
      const ms = wantedMs;
      await change(range, { device_id: deviceId, trim_ms: ms });
      if (wantedMs === ms) wantedMs = null;
    }
    isSending = false;
  }

  range.addEventListener("input", () => {
    wantedMs = Number(range.value);
    showValue(wantedMs);
    clearTimeout(settling);
    settling = setTimeout(keep, SETTLE_MS);
  });

  const showTrim = onChange((trim) => {
    show(byId("trim"), Boolean(trim));
    if (!trim || (wantedMs !== null && trim.device_id === deviceId)) return;
    clearTimeout(settling);
    wantedMs = null;
    deviceId = trim.device_id;
    range.value = trim.trim_ms;
    byId("trim-label").textContent = trim.device_name ? `Fine tuning by ear: ${trim.device_name}` : "Fine tuning by ear";
    showValue(trim.trim_ms);
  });
  return (state) => {
    const { trim } = state.me;
    if (!trim) clicks.earlierMs = 0;
    show(byId("trim-clicks"), Boolean(trim) || state.session.state === "running");
    say(byId("trim-words"), trim ? TUNE : LEAD);
    showTrim(trim);
  };
}

function createClicks() {
  const metronome = new Metronome();
  const button = byId("trim-toggle");
  const label = (text) => {
    say(byId("trim-clock"), text);
    button.textContent = metronome.isOn ? "Stop the clicks" : "Play clicks";
    button.setAttribute("aria-pressed", String(metronome.isOn));
  };
  const start = async () => label(`In time with SongSwap, give or take ${await metronome.start()} ms.`);
  button.addEventListener("click", () => {
    if (!metronome.isOn) attempt(button, byId("trim-failure"), start);
    else {
      metronome.stop();
      label("");
    }
  });
  return metronome;
}
