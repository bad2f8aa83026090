// Sound cues, made by the browser itself: three short ticks before a change, a tone at it. Off until somebody wants them.

const AHEAD_MS = 1500; // a tab in the background is woken once a second: what is due before the next time is ordered now
const TICKS_MS = [3000, 2000, 1000];
const KEPT = "songswap-timer-cues";

export function createCues(box) {
  let context = null;
  let ordered = new Map(); // moment in ms → what was ordered for it

  const switchSound = async (isOn) => {
    if (isOn && !context) context = new AudioContext();
    if (isOn) await context.resume();
    else cancel();
  };

  /** Take back what was ordered: the timer was paused, or another one began. */
  const cancel = () => {
    for (const tone of ordered.values()) tone.stop();
    ordered = new Map();
  };

  const order = (atMs, nowMs, pitch, lengthS) => {
    if (ordered.has(atMs) || atMs < nowMs || atMs > nowMs + AHEAD_MS) return;
    const [tone, loudness] = [context.createOscillator(), context.createGain()];
    const atS = context.currentTime + (atMs - nowMs) / 1000;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.25, atS);
    loudness.gain.exponentialRampToValueAtTime(0.001, atS + lengthS);
    tone.connect(loudness).connect(context.destination);
    tone.start(atS);
    tone.stop(atS + lengthS);
    ordered.set(atMs, tone);
  };

  box.checked = localStorage.getItem(KEPT) === "on";
  box.addEventListener("change", () => {
    localStorage.setItem(KEPT, box.checked ? "on" : "off");
    switchSound(box.checked);
  });
  // A browser lets nothing sound before somebody has touched the page.
  addEventListener("pointerdown", () => box.checked && switchSound(true), { once: true });
  addEventListener("keydown", () => box.checked && switchSound(true), { once: true });

  return {
    cancel,
    /** Order what is due soon before the change at `changeMs`; both by the server's clock. */
    expect(changeMs, nowMs, phaseMs) {
      if (!box.checked || context?.state !== "running") return;
      for (const beforeMs of TICKS_MS) if (beforeMs < phaseMs) order(changeMs - beforeMs, nowMs, 660, 0.08);
      order(changeMs, nowMs, 990, 0.4);
    },
  };
}
