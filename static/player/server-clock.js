// The server's clock in a tab: from probes over its socket, of which the quickest counts. The time in between is told by
// performance.now(), which no correction of the clock moves; but which may stand still while the machine sleeps.

const KEPT = 16;
const JUMP_MS = 100;

const drift = () => Date.now() - performance.now();

export class ServerClock {
  #samples = [];
  #drift = drift();

  /** What the server said when it was asked; both moments as performance.now() has them. */
  note(sentMs, receivedMs, serverMs) {
    const tripMs = receivedMs - sentMs;
    this.#samples = [...this.#samples, { tripMs, offsetMs: serverMs - sentMs - tripMs / 2 }].slice(-KEPT);
  }

  get isKnown() {
    return this.#samples.length > 0;
  }

  get #best() {
    return this.#samples.reduce((best, one) => (one.tripMs < best.tripMs ? one : best));
  }

  get tripMs() {
    return this.#best.tripMs;
  }

  /** The server's time at a moment of performance.now(). */
  at(momentMs) {
    return momentMs + this.#best.offsetMs;
  }

  nowMs() {
    return this.at(performance.now());
  }

  forget() {
    this.#samples = [];
    this.#drift = drift();
  }

  /** Whether one of the clocks here jumped, or slept, since this was last asked. */
  hasJumped() {
    const jumped = Math.abs(drift() - this.#drift) > JUMP_MS;
    if (jumped) this.#drift = drift();
    return jumped;
  }
}
