// The embedded Spotify's clock as seen from here: performance.now() and what lies between the two.

const ROUND_TRIPS = 7;

export class SharedClock {
  #aheadMs = 0;

  // Compares anew. The quickest of several round trips tells most: its answer was made near its middle.
  async compare() {
    let best = { tookMs: Infinity, aheadMs: this.#aheadMs };
    for (let count = 0; count < ROUND_TRIPS; count += 1) {
      const trip = await roundTrip().catch(() => null);
      if (trip && trip.tookMs < best.tookMs) best = trip;
    }
    this.#aheadMs = best.aheadMs;
  }

  // Its time in epoch milliseconds at a moment of performance.now().
  at(performanceMs) {
    return performanceMs + this.#aheadMs;
  }

  // The other way round.
  performanceAt(ms) {
    return ms - this.#aheadMs;
  }
}

async function roundTrip() {
  const askedAt = performance.now();
  const answer = await fetch("/sdk/clock");
  const tookMs = performance.now() - askedAt;
  return { tookMs, aheadMs: (await answer.json()).now_ms - askedAt - tookMs / 2 };
}
