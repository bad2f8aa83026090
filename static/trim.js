// Fine tuning by ear: how much earlier or later one's own device plays.

import { byId, onChange, show } from "./dom.js";

const SETTLE_MS = 500; // keys move the slider step by step: the last step counts

const words = (ms) => (ms === 0 ? "in the middle" : `${Math.abs(ms)} ms ${ms > 0 ? "late" : "early"}`);

/** `change(control, body)` sends what was set. */
export function createTrim(change) {
  const range = byId("trim-range");
  let deviceId = null;
  let settling = null;

  const showValue = (ms) => {
    byId("trim-value").textContent = words(ms);
    range.setAttribute("aria-valuetext", words(ms));
    range.style.setProperty("--done", `${(100 * (ms - range.min)) / (range.max - range.min)}%`);
  };

  range.addEventListener("input", () => {
    showValue(Number(range.value));
    clearTimeout(settling);
    settling = setTimeout(async () => {
      await change(range, { device_id: deviceId, trim_ms: Number(range.value) });
      settling = null;
    }, SETTLE_MS);
  });

  const showTrim = onChange((trim) => {
    show(byId("trim"), Boolean(trim));
    if (!trim || (settling && trim.device_id === deviceId)) return;
    clearTimeout(settling);
    settling = null;
    deviceId = trim.device_id;
    range.value = trim.trim_ms;
    byId("trim-label").textContent = trim.device_name ? `Fine tuning by ear: ${trim.device_name}` : "Fine tuning by ear";
    showValue(trim.trim_ms);
  });
  return (state) => showTrim(state.me.trim);
}
