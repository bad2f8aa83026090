// One player of the SDK: a device of the embedded Spotify that sounds in this page.

import { Music } from "./music.js";
import { SharedClock } from "./sdk-clock.js";
import { Line } from "./sdk-line.js";
import { showInMediaSession } from "./sdk-media.js";
import * as states from "./sdk-state.js";

// No device takes a command quicker than that.
const QUICKEST_MS = 5;
// A browser that allows sound begins within that.
const AUTOPLAY_MS = 600;
const FOLLOW_MS = 500;
const COMPARE_MS = 60_000;
// What was buffered plays on so long once the network is gone: so long Spotify goes on believing in the device.
const BUFFERED_MS = 5_000;
// What the clocks may be apart: what was told of an earlier moment doesn't hold what was done here yet, and what was
// told of a later one is somebody else's doing.
const DOUBT_MS = 10;
const NOTHING_LOADED = "Cannot perform operation; no list was loaded.";

export class Device {
  #options;
  #emit;
  #clock = new SharedClock();
  #line;
  #localMs = [0, 0];
  #state = null;
  #told = null; // as the embedded Spotify has it
  #ownAtMs = -Infinity; // when what sounds was last changed here
  #volume;
  #isVolumeOwed = false; // set while another device was the active one
  #underway = 0;
  #queue = Promise.resolve();
  #isBlocked = false;
  #isTrying = false;
  #silence = null;
  #comparedAt = 0;
  #tickedAt = Date.now();

  // `emit(event, data)` tells the page; `token()` asks it for an access token. Throws where nothing can sound.
  constructor(options, emit, token) {
    this.#options = options;
    this.#volume = options.volume;
    this.#emit = emit;
    this.music = new Music();
    this.#line = new Line({
      token,
      ready: (line) => this.#begin(line),
      lost: (deviceId) => this.#lose(deviceId),
      told: (state) => this.#hear(state && states.fromWire(state)),
      refused: (event, message) => this.#emit(event, { message }),
      failed: (message) => this.#emit("playback_error", { message }),
    });
    setInterval(() => this.#tick(), FOLLOW_MS);
    addEventListener("pagehide", () => this.#line.leave());
  }

  async connect() {
    await this.#compare();
    return this.#line.open({ name: this.#options.name, volume: this.#volume });
  }

  disconnect() {
    this.#line.close();
    this.#isBlocked = false;
    this.#adopt(null, false);
  }

  getCurrentState() {
    return this.#state && states.webPlaybackState(this.#state, this.#nowMs(), Date.now());
  }

  getVolume() {
    return this.#volume;
  }

  async setName(name) {
    this.#options.name = name;
    await this.#line.command({ action: "rename", name });
  }

  setVolume(wanted) {
    const volume = Math.min(Math.max(0, wanted), 1);
    this.#volume = volume;
    this.#isVolumeOwed = !this.#state;
    if (!this.#state) return;
    this.#act("volume", (state) => ({ ...state, volume }), { volume_percent: Math.round(volume * 100) });
  }

  pause() {
    this.#act("pause", states.paused);
  }

  resume() {
    this.#act("resume", states.resumed);
  }

  togglePlay() {
    if (this.#state?.isPlaying) this.pause();
    else this.resume();
  }

  seek(positionMs) {
    const position_ms = Math.max(0, positionMs);
    this.#act("seek", (state, atMs) => states.sought(state, atMs, position_ms), { position_ms });
  }

  previousTrack() {
    this.#act("previous", states.steppedBack);
  }

  nextTrack() {
    this.#act("next", states.skipped);
  }

  // Within a gesture: what the browser kept silent before may sound now.
  async activateElement() {
    const sounds = await this.music.resume(AUTOPLAY_MS);
    if (sounds && this.#isBlocked && this.#state && !this.#state.isPlaying) this.resume();
    if (sounds) this.#isBlocked = false;
  }

  // What the embedded Spotify says

  #begin({ device_id, local_ms }) {
    clearTimeout(this.#silence);
    this.#localMs = local_ms;
    this.#emit("ready", { device_id });
  }

  #lose(device_id) {
    this.#silence = setTimeout(() => this.#adopt(null), BUFFERED_MS);
    if (device_id) this.#emit("not_ready", { device_id });
  }

  #hear(state) {
    this.#told = state;
    this.#believe();
  }

  // Takes over what was told, unless it doesn't hold yet what was done here.
  #believe() {
    const isBehind = this.#told && this.#told.atMs < this.#ownAtMs - DOUBT_MS;
    if (this.#underway === 0 && !isBehind) this.#adopt(this.#told);
  }

  #adopt(state, isTold = true) {
    const before = this.#state;
    this.#state = state;
    if (!state) {
      this.#follow();
      if (before && isTold) this.#emit("player_state_changed", null);
      return;
    }
    const nowMs = this.#nowMs();
    const isOwn = state.atMs < this.#ownAtMs + DOUBT_MS;
    if (before && isOwn && states.isNear(before, state, nowMs)) {
      this.#state = { ...state, positionMs: before.positionMs, atMs: before.atMs };
    }
    if (!before || !states.isTheSame(before, this.#state, nowMs)) this.#change();
    this.#sound();
    if (this.#isVolumeOwed) this.setVolume(this.#volume);
    else this.#volume = state.volume;
  }

  // What is done here

  #act(action, change, fields = {}) {
    if (!this.#state) {
      this.#emit("playback_error", { message: NOTHING_LOADED });
      return;
    }
    this.#underway += 1;
    this.#queue = this.#queue.then(() => this.#perform(action, change, fields));
  }

  async #perform(action, change, fields) {
    // What is scheduled now is heard when it leaves the speaker.
    await until(performance.now() + this.#drawLocalMs() - this.music.latencyMs());
    const heardAt = performance.now() + this.music.latencyMs();
    const atMs = fields.at_ms ?? this.#clock.at(heardAt);
    const before = this.#state;
    if (before) {
      this.#state = change(before, atMs);
      this.#ownAtMs = atMs;
      if (!states.isTheSame(before, this.#state, atMs)) this.#change();
      this.#sound();
      await until(heardAt);
      await this.#report({ action, at_ms: atMs, ...fields });
    }
    this.#underway -= 1;
    this.#believe();
  }

  async #report(command) {
    const answer = await this.#line.command(command);
    if (answer.ok) return;
    // It did not happen, as far as anybody else knows.
    this.#ownAtMs = -Infinity;
    if (answer.message && answer.status !== 401) this.#emit("playback_error", { message: answer.message });
  }

  // A device needs to buffer: normally distributed, as Spotify's are assumed to be.
  #drawLocalMs() {
    const [mean, deviation] = this.#localMs;
    const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    return Math.max(QUICKEST_MS, mean + deviation * normal);
  }

  #change() {
    const state = this.getCurrentState();
    this.#emit("player_state_changed", state);
    if (this.#options.enableMediaSession) showInMediaSession(this, state);
  }

  // What is heard

  async #sound() {
    this.#follow();
    if (!this.#state?.isPlaying || !this.music.suspended || this.#isTrying) return;
    this.#isTrying = true;
    const sounds = await this.music.resume(AUTOPLAY_MS);
    this.#isTrying = false;
    if (!this.#state?.isPlaying) return;
    if (sounds) this.#follow();
    else this.#block();
  }

  // Nothing was heard, so it paused where it would have begun: by so little later that the two can be told apart.
  #block() {
    this.#isBlocked = true;
    this.#emit("autoplay_failed");
    const atMs = this.#state.atMs + 2 * DOUBT_MS;
    this.#act("pause", (state) => states.paused(state, atMs), { at_ms: atMs });
  }

  #follow() {
    const at = performance.now();
    const { uri = null, isPlaying = false, volume = 0 } = this.#state ?? {};
    const positionS = this.#state ? states.soundAt(this.#state, this.#clock.at(at)) / 1000 : 0;
    this.music.follow({ uri, positionS, atAudioS: this.music.audioTimeAt(at), isPlaying, volume });
  }

  #nowMs() {
    return this.#clock.at(performance.now());
  }

  #tick() {
    const slept = Date.now() - this.#tickedAt > 10 * FOLLOW_MS;
    this.#tickedAt = Date.now();
    if (slept || performance.now() - this.#comparedAt > COMPARE_MS) this.#compare();
    this.#follow();
  }

  async #compare() {
    this.#comparedAt = performance.now();
    await this.#clock.compare();
  }
}

function until(performanceMs) {
  return new Promise((done) => setTimeout(done, Math.max(0, performanceMs - performance.now())));
}
