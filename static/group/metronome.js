// Clicks on the server's clock: every device that makes them clicks at the same moments, as far as it can tell.

import { compareClocks } from "../kit/clock.js";

const BEAT_MS = 1000;
const BEATS = 4;
const AHEAD_MS = 400; // sound is ordered so long before it is due
const TICK_MS = 50;
const CLICK_S = 0.03;

export class Metronome {
  /** By how much the clicks come earlier than they are due, for whoever hears them late. */
  earlierMs = 0;
  #onBeat;
  #context = null;
  #timer = null;
  #offsetMs = 0;
  #nextBeat = 0;

  /** `onBeat(place)` is called again and again with the place of the beat in its bar; with -1 when the clicks end. */
  constructor(onBeat = () => {}) {
    this.#onBeat = onBeat;
  }

  get isOn() {
    return this.#timer !== null;
  }

  /** Within a tap. Resolves with how far off the clicks may be, in ms; rejects with words for people. */
  async start() {
    const context = new AudioContext();
    try {
      const { tripMs, offsetMs } = await compareClocks();
      [this.#context, this.#offsetMs, this.#nextBeat] = [context, offsetMs, 0];
      this.#timer = setInterval(() => this.#tick(), TICK_MS);
      return Math.max(1, Math.ceil(tripMs / 2));
    } catch (error) {
      context.close();
      throw error;
    }
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#context.close();
    this.#onBeat(-1);
  }

  #tick() {
    const nowMs = Date.now() + this.#offsetMs + this.earlierMs;
    // Where the clicks were moved to be later, beats that are ordered already would come again.
    this.#nextBeat = Math.max(this.#nextBeat, Math.ceil(nowMs / BEAT_MS));
    while (this.#nextBeat * BEAT_MS < nowMs + AHEAD_MS) {
      this.#click(this.#context.currentTime + (this.#nextBeat * BEAT_MS - nowMs) / 1000, this.#nextBeat % BEATS === 0);
      this.#nextBeat += 1;
    }
    this.#onBeat(Math.floor(nowMs / BEAT_MS) % BEATS);
  }

  #click(atS, isFirst) {
    const [tone, loudness] = [this.#context.createOscillator(), this.#context.createGain()];
    tone.frequency.value = isFirst ? 1600 : 1000;
    loudness.gain.setValueAtTime(0.5, atS);
    loudness.gain.exponentialRampToValueAtTime(0.001, atS + CLICK_S);
    tone.connect(loudness).connect(this.#context.destination);
    tone.start(atS);
    tone.stop(atS + CLICK_S);
  }
}
