// When a tab reports: soon after a change, once more when that has settled, else now and then; never in a flood.

const SOON_MS = 50;
const SETTLED_MS = 1_000;
const IDLE_MS = 10_000;
const MOST = 4; // in any second
const SECOND_MS = 1_000;

export class PlayerReports {
  #after;
  #make;
  #dueMs = Infinity;
  #sentMs = [];
  #settledMs = 0;
  #isMaking = false;
  #callOff = () => {};

  /** `make()` makes one report and sends it; it is never called while it is still at it. */
  constructor(after, make) {
    this.#after = after;
    this.#make = make;
  }

  /** Something changed. */
  changed() {
    this.#settledMs = performance.now() + SETTLED_MS;
    this.#plan(SOON_MS);
  }

  /** There is something to report that will not change again by itself. */
  now() {
    this.#plan(0);
  }

  stop() {
    this.#callOff();
    this.#dueMs = Infinity;
  }

  #plan(waitMs) {
    const nowMs = performance.now();
    const allowedMs = this.#sentMs.length < MOST ? nowMs : this.#sentMs[0] + SECOND_MS;
    const dueMs = Math.max(nowMs + waitMs, allowedMs);
    if (this.#dueMs <= dueMs) return;
    this.#callOff();
    this.#dueMs = dueMs;
    if (!this.#isMaking) this.#callOff = this.#after(dueMs - nowMs, () => this.#run());
  }

  async #run() {
    this.#dueMs = Infinity;
    this.#sentMs = [...this.#sentMs, performance.now()].slice(-MOST);
    this.#isMaking = true;
    try {
      await this.#make();
    } finally {
      this.#isMaking = false;
      const wantedMs = this.#dueMs;
      this.#dueMs = Infinity;
      const nowMs = performance.now();
      this.#plan(Math.min(wantedMs, this.#settledMs > nowMs ? this.#settledMs : nowMs + IDLE_MS) - nowMs);
    }
  }
}
