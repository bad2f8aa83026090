// How loud this tab is: a slider, and a button that silences it.

import { byId, icon, show } from "../kit/dom.js";

const PERCENT = 100;

/** Begins with `loudness`; `change(loudness)` hears of every change. Returns what shows or hides both, and what sets it. */
export function volumeControl(loudness, change) {
  const [button, range] = [byId("tab-mute"), byId("tab-volume")];
  let { volume, isMuted } = loudness;

  function render() {
    const percent = Math.round(PERCENT * (isMuted ? 0 : volume));
    range.value = percent;
    range.style.setProperty("--done", `${percent}%`);
    range.setAttribute("aria-valuetext", isMuted ? "silent" : `${percent} %`);
    button.setAttribute("aria-pressed", String(isMuted));
    button.replaceChildren(icon(isMuted ? "muted" : "loud"));
  }

  function set(changed) {
    ({ volume, isMuted } = changed);
    render();
    change(changed);
  }

  range.addEventListener("input", () => set({ volume: range.value / PERCENT, isMuted: false }));
  button.addEventListener("click", () => set({ volume, isMuted: !isMuted }));
  render();
  return { set, show: (isShown) => show(byId("tab-loudness"), isShown) };
}
