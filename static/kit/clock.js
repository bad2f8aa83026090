// The server's clock, as well as it can be told from here.

const PROBES = 7;

/** The difference to the server's clock in ms, and the round trip it was reckoned from: the quickest of some questions. */
export async function compareClocks() {
  let best = { tripMs: Infinity, offsetMs: 0 };
  for (let probe = 0; probe < PROBES; probe += 1) {
    const askedMs = Date.now();
    const answer = await fetch("/api/clock");
    if (!answer.ok) throw new Error("The server's clock can't be read. Try again in a moment.");
    const { now_ms: nowMs } = await answer.json();
    const tripMs = Date.now() - askedMs;
    if (tripMs < best.tripMs) best = { tripMs, offsetMs: nowMs - askedMs - tripMs / 2 };
  }
  return best;
}
