// Carries out what the server orders, at the moment it says, one order after the other.

const OLD_MS = 5_000;
const NEAR_MS = 30; // a paused player so near to where it shall go on is not moved first
const START_MS = 50; // a track that begins is not moved to a place so near to its beginning
const BLAMED_MS = 1_000; // an error so soon after an order is the order's

const isTrack = (track, uri) => track.uri === uri || track.linked_uri === uri;

// Spotify may play a track under another address; but not under that of one still to come.
function meansThis({ uri }, state) {
  if (!isTrack(state, uri) && state.next.some((track) => isTrack(track, uri))) throw new Error("Another song plays.");
}

export class PlayerOrders {
  /** The last order that was carried out, and the last that could not be if none was since. */
  done = 0;
  failed = null;
  #player;
  #clock;
  #after;
  #report;
  #setVolume;
  #last = 0;
  #doneMs = -Infinity;
  #chain = Promise.resolve();
  #isOver = false;

  /** `report()` is called when an order is done, or failed; `setVolume(volume)` has the tab be so loud, 0 to 1. */
  constructor({ player, clock, after, report, setVolume }) {
    this.#player = player;
    this.#clock = clock;
    this.#after = after;
    this.#report = report;
    this.#setVolume = setVolume;
  }

  take(order) {
    if (order.n <= this.#last) return;
    this.#last = order.n;
    this.#chain = this.#chain.then(() => this.#carryOut(order));
  }

  /** Spotify's player says that something could not be played. */
  blame(message) {
    if (this.done && performance.now() - this.#doneMs < BLAMED_MS) this.#fail(this.done, message);
  }

  stop() {
    this.#isOver = true;
  }

  async #carryOut(order) {
    if (this.#isOver) return;
    try {
      await this.#do(order);
    } catch (error) {
      this.#fail(order.n, error.message);
      return;
    }
    this.done = order.n;
    this.failed = null;
    this.#doneMs = performance.now();
    this.#report();
  }

  #fail(n, message) {
    this.failed = { n, message };
    this.#report();
  }

  async #do(order) {
    if (!this.#clock.isKnown) throw new Error("The clock is not known.");
    if (this.#lateMs(order) > OLD_MS) throw new Error("The order came too late.");
    const { state, momentMs } = await this.#player.read();
    if (!state) throw new Error("Spotify plays on another device.");
    if (order.kind === "resume" || order.kind === "seek") meansThis(order, state);
    if (order.kind === "resume") await this.#resume(order, state, momentMs);
    else {
      await this.#until(order);
      await this.#doNow(order);
    }
  }

  async #doNow(order) {
    if (order.kind === "pause") await this.#player.pause();
    else if (order.kind === "seek") await this.#player.seek(this.#placeMs(order));
    else if (order.kind === "volume") this.#setVolume(order.volume_percent / 100);
    else if (order.kind === "next" || order.kind === "previous") await this.#skip(order);
    else throw new Error(`There is no order “${order.kind}”.`);
  }

  async #skip(order) {
    const isWithin = this.#placeMs(order) > START_MS;
    const { state } = await this.#player.read();
    if (state && isTrack(state, order.uri)) return; // it got there by itself, at the end of the song
    await (order.kind === "next" ? this.#player.next() : this.#player.previous());
    if (isWithin) await this.#player.seek(this.#placeMs(order));
  }

  // A paused player is moved beforehand: going on takes no time then.
  async #resume(order, { is_playing: isPlaying, position_ms: positionMs }, momentMs) {
    let standsMs = positionMs;
    const isAt = (placeMs) => Math.abs(standsMs - placeMs) <= NEAR_MS;
    if (!isPlaying && !isAt(this.#placeMs(order))) {
      standsMs = this.#placeMs(order);
      await this.#player.seek(standsMs);
    }
    await this.#until(order);
    if (isPlaying) standsMs += performance.now() - momentMs;
    if (!isAt(this.#placeMs(order))) await this.#player.seek(this.#placeMs(order));
    await this.#player.resume();
  }

  // Where the music shall be now: further on by as much as it is late.
  #placeMs(order) {
    return order.position_ms + Math.max(0, this.#lateMs(order));
  }

  #lateMs(order) {
    return this.#clock.nowMs() - order.at_ms;
  }

  async #until(order) {
    const leftMs = -this.#lateMs(order);
    if (leftMs > 0) await new Promise((resolve) => this.#after(leftMs, resolve));
    if (this.#isOver) throw new Error("This tab does not play any more.");
  }
}
