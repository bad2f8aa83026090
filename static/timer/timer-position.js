// Where an interval timer stands: reckoned anew each time from the moment it was started, never counted.

import { byId, say, show } from "../kit/dom.js";

const length = (phase) => Math.round(phase.length_s * 1000);

/** The phase, round, what is left of it and how much of it has passed (0 to 1) at the server's time `nowMs`. */
export function where(timer, nowMs) {
  const lengths = timer.phases.map(length);
  const roundMs = lengths.reduce((sum, one) => sum + one, 0);
  const started = timer.started_at_ms !== null;
  const until = timer.paused_at_ms ?? nowMs;
  const elapsedMs = started ? Math.max(0, until - timer.started_at_ms) : 0;
  if (elapsedMs >= roundMs * timer.rounds) {
    return { state: "done", phase: timer.phases.length - 1, round: timer.rounds, leftMs: 0, share: 1, number: timer.phases.length * timer.rounds };
  }
  const round = Math.floor(elapsedMs / roundMs);
  let restMs = elapsedMs - round * roundMs;
  let phase = 0;
  while (restMs >= lengths[phase]) {
    restMs -= lengths[phase];
    phase += 1;
  }
  const state = !started ? "ready" : timer.paused_at_ms === null ? "running" : "paused";
  const leftMs = lengths[phase] - restMs;
  return { state, phase, round: round + 1, leftMs, share: restMs / lengths[phase], number: round * lengths.length + phase };
}

/** The name of the phase that comes next; "" where the one that runs is the last. */
export function nextName(timer, at) {
  if (at.state === "done") return "";
  const place = (at.phase + 1) % timer.phases.length;
  return place === 0 && at.round === timer.rounds ? "" : timer.phases[place].name;
}

/** 62_001 → "1:03": a second is shown until it is over, so that 0:00 is the boundary. */
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = String(seconds % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

export const roundWords = (timer, at) => (timer.repeat === null ? `Round ${at.round}` : `Round ${at.round} of ${timer.rounds}`);

/** The card on a group's page: the same figures, small, and a link to the timer's own page. */
export function createTimerCard() {
  let timer = null;
  let offsetMs = 0;
  const tick = () => {
    const isOn = timer && ["running", "paused"].includes(timer.state);
    show(byId("timer-now"), Boolean(isOn));
    if (!isOn) return;
    const at = where(timer, Date.now() + offsetMs);
    byId("timer-left").textContent = countdown(at.leftMs);
    say(byId("timer-phase"), at.state === "done" ? "Done" : timer.phases[at.phase].name);
    say(byId("timer-round"), at.state === "paused" ? `${roundWords(timer, at)}, paused` : roundWords(timer, at));
  };
  setInterval(tick, 200);
  return (state) => {
    timer = state.interval;
    offsetMs = state.now_ms - Date.now();
    const isOn = ["running", "paused"].includes(timer.state);
    show(byId("timer-card"), isOn || timer.may_control);
    say(byId("timer-words"), isOn ? timer.problem : "Rounds of a game, or work and rest: the music changes with them.");
    byId("timer-link").textContent = isOn ? "Open the timer" : "Set up a timer";
    tick();
  };
}
