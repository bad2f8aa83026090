// This tab as somebody's player: Spotify's SDK on one side, SongSwap's server on the other. It shows nothing by itself.

import { send } from "../kit/api.js";
import { PlayerSocket } from "./socket.js";
import { TabStorage } from "./tab-storage.js";
import { PlayerOrders } from "./orders.js";
import { SdkPlayer, SdkError, canPlay, loadSdk } from "./sdk-player.js";
import { PlayerReports } from "./reports.js";
import { UnknownStateError } from "./sdk-state.js";
import { createBackgroundTimers } from "./background-timers.js";

const KINDS = { needs_login: "log_in", lacks_streaming: "log_in", not_premium: "not_premium" };
const LATER_MS = [2_000, 4_000, 8_000, 16_000];
const AGAIN_AFTER_MS = 45_000; // the SDK reconnects by itself; where it has not by then, it is begun anew
const LOG_IN_AFTER_MS = 60_000; // a fresh token that is refused so soon is no use
const UNBLOCKED_AFTER_MS = 2_000; // what sounds may be told before what is blocked
const FAULTS = 2;
const IS_UP = new Set(["on", "blocked"]);

export class WebPlayer {
  memory = new TabStorage();
  /** What to show: the phase, the device's name, what Spotify or the server said, whether both can be reached. */
  view = { phase: "off", name: "", message: "", playbackError: "", isLinked: true, isReady: true };
  #after = createBackgroundTimers();
  #sdkUrl;
  #group;
  #onView;
  #onVolume;
  #link;
  #reports;
  #orders = null;
  #player = null;
  #token = null;
  #run = 0;
  #faults = 0;
  #isRefused = false;
  #refusedMs = -Infinity;
  #blockedMs = 0;
  #callOffAgain = () => {};

  /**
   * `sdkUrl`: where Spotify's SDK is; `group`: whose page this is; `name`: of the device. `onView()`: look at `view`;
   * `onVolume(loudness)`: be so loud from now on. */
  constructor({ sdkUrl, group, name, onView, onVolume }) {
    this.#sdkUrl = sdkUrl;
    this.#group = group;
    this.#onView = onView;
    this.#onVolume = onVolume;
    this.#reports = new PlayerReports(this.#after, () => this.#report());
    this.#link = new PlayerSocket(this.#after, {
      open: () => {
        this.#show({ isLinked: true });
        this.#hello();
      },
      lost: () => this.#show({ isLinked: false }),
      thrownOut: () => this.#end("thrown_out"),
      settled: () => this.#reports.now(),
      order: (order) => this.#orders?.take(order),
      replaced: () => this.#end("elsewhere"),
      refused: (message) => console.warn(`SongSwap: ${message}`),
      welcome: () => this.#reports.now(),
    });
    this.view.name = name;
    if (!canPlay()) this.view.phase = "cannot";
  }

  get #isUp() {
    return IS_UP.has(this.view.phase);
  }

  /** Come back by itself if this tab played before it was loaded anew. */
  async comeBack() {
    if (this.view.phase !== "off") return;
    await this.memory.beAlone();
    if (this.memory.playsIn === this.#group) await this.start();
  }

  async start() {
    this.#close();
    const run = this.#run;
    this.#show({ phase: "connecting", message: "", playbackError: "", isLinked: true, isReady: true });
    this.memory.playsIn = this.#group;
    try {
      this.#token = await this.#askToken();
      const sdk = await loadSdk(this.#sdkUrl);
      if (run !== this.#run) return;
      await this.#begin(sdk);
    } catch (error) {
      if (run === this.#run) this.#fail(error);
    }
  }

  /** The person stops, or the browser takes the page away (`isGoing`): then it may come back. */
  stop(isGoing = false) {
    const [wasOn, wasUp] = [this.memory.playsIn, this.#isUp];
    this.#end("off");
    if (isGoing) this.memory.playsIn = wasOn;
    else if (wasUp) send("DELETE", "/api/me/tab").catch((error) => this.#show({ phase: "later", message: error.message }));
  }

  /** Within a tap: from now on the browser lets the page be heard. */
  async startSound() {
    const heard = this.#player.activate();
    this.#show({ phase: "on" });
    this.#reports.changed();
    try {
      await heard;
      if ((await this.#player.read()).state) await this.#player.resume();
    } catch (error) {
      this.#show({ playbackError: error.message });
    }
  }

  setLoudness(loudness) {
    this.memory.loudness = loudness;
    this.#player?.setVolume(loudness.isMuted ? 0 : loudness.volume).catch(() => {});
    this.#reports.changed();
  }

  wake() {
    this.#link.wake();
  }

  async #begin(sdk) {
    const { volume, isMuted } = this.memory.loudness;
    const options = {
      name: this.view.name,
      volume: isMuted ? 0 : volume,
      getOAuthToken: (give) => this.#giveToken(give),
    };
    const player = new SdkPlayer(sdk.Player, options, this.#listeners());
    this.#player = player;
    this.#orders = new PlayerOrders({
      player,
      clock: this.#link.clock,
      after: this.#after,
      report: () => this.#reports.now(),
      setVolume: (loudness) => this.#onVolume({ ...this.memory.loudness, volume: loudness }), // who silenced it, did
    });
    await player.connect();
    if (player !== this.#player) return;
    this.#show({ phase: this.view.phase === "blocked" ? "blocked" : "on", isReady: true });
    this.#link.open();
    this.#hello();
    this.#reports.changed();
  }

  #listeners() {
    return {
      ready: () => {
        this.#callOffAgain();
        this.#show({ isReady: true });
        this.#hello();
      },
      notReady: () => this.#beginAgainLater(),
      changed: () => {
        this.#reports.changed();
        if (this.view.playbackError) this.#show({ playbackError: "" });
      },
      blocked: () => {
        this.#blockedMs = performance.now();
        this.#show({ phase: "blocked" });
        this.#reports.changed();
      },
      playbackError: (message) => {
        this.#orders?.blame(message);
        this.#show({ playbackError: message || "It gave no reason." });
      },
      trouble: (trouble) => this.#fail(trouble),
    };
  }

  #beginAgainLater() {
    this.#show({ isReady: false });
    this.#callOffAgain();
    this.#callOffAgain = this.#after(AGAIN_AFTER_MS, () => this.#beginAgain());
  }

  // Another player in place of one that is lost.
  async #beginAgain() {
    const run = this.#run;
    this.#player.close();
    this.#orders.stop();
    try {
      await this.#begin(await loadSdk(this.#sdkUrl));
    } catch (error) {
      if (run !== this.#run) return;
      if (error.kind === "silent" && this.#isUp) this.#beginAgainLater();
      else this.#fail(error);
    }
  }

  async #askToken() {
    const run = this.#run;
    for (let tries = 0; ; tries += 1) {
      try {
        const refused = this.#isRefused;
        const { access_token: token } = await send("POST", "/api/me/tab/token", { refused });
        this.#isRefused = false;
        return token;
      } catch (error) {
        const kind = KINDS[error.code];
        if (kind) throw new SdkError(kind, error.message);
        if (run !== this.#run || (tries > 0 && !this.#isUp)) throw new SdkError("later", error.message);
        await new Promise((resolve) => this.#after(LATER_MS[Math.min(tries, LATER_MS.length - 1)], resolve));
      }
    }
  }

  // The first was asked for before the SDK was loaded; later ones are asked for when one is over.
  async #giveToken(give) {
    const run = this.#run;
    const token = this.#token;
    this.#token = null;
    try {
      give(token ?? (await this.#askToken()));
    } catch (error) {
      if (run === this.#run) this.#fail(error);
    }
  }

  #hello() {
    if (!this.#player?.deviceId || !this.#isUp) return;
    const { tab, browser } = this.memory;
    this.#link.send({ type: "hello", tab, browser, device_id: this.#player.deviceId, name: this.view.name });
  }

  async #report() {
    const [player, orders, clock] = [this.#player, this.#orders, this.#link.clock];
    if (!this.#isUp || !this.#link.isOpen || !clock.isKnown) return;
    let read;
    try {
      read = await player.read();
      this.#faults = 0;
    } catch (error) {
      if (player === this.#player) this.#unread(error);
      return;
    }
    if (player !== this.#player || !clock.isKnown) return;
    const { state, momentMs } = read;
    if (this.#soundsAgain(state)) this.#show({ phase: "on" });
    this.#link.send({
      type: "report",
      seq: this.memory.nextSeq(),
      at_ms: clock.at(momentMs),
      trip_ms: clock.tripMs,
      state: state && { ...state, volume_percent: Math.round(100 * this.memory.loudness.volume) },
      blocked: this.view.phase === "blocked",
      done: orders.done,
      failed: orders.failed,
    });
  }

  #soundsAgain(state) {
    const mayBeHeard = navigator.userActivation?.hasBeenActive ?? true;
    return this.view.phase === "blocked" && state?.is_playing && mayBeHeard && performance.now() - this.#blockedMs > UNBLOCKED_AFTER_MS;
  }

  // One odd answer may be one of a moment.
  #unread(error) {
    this.#faults += 1;
    if (this.#faults < FAULTS) this.#reports.changed();
    else if (error instanceof UnknownStateError) this.#fail(new SdkError("changed", error.message));
    else if (this.view.isReady) this.#beginAgainLater();
  }

  #fail(error) {
    const isRefused = error.kind === "authentication";
    if (isRefused && performance.now() - this.#refusedMs > LOG_IN_AFTER_MS) {
      this.#refusedMs = performance.now();
      this.#isRefused = true;
      this.#beginAgain();
      return;
    }
    if (isRefused) this.#end("log_in");
    else this.#end(error.kind ?? "changed", error.message);
  }

  #end(phase, message = "") {
    this.#close({ type: "bye" });
    this.memory.playsIn = "";
    this.#show({ phase, message });
  }

  #close(last) {
    this.#run += 1;
    this.#faults = 0;
    this.#callOffAgain();
    this.#reports.stop();
    this.#link.close(last);
    this.#orders?.stop();
    this.#player?.close();
    [this.#player, this.#orders, this.#token] = [null, null, null];
  }

  #show(change) {
    this.view = { ...this.view, ...change };
    this.#onView();
  }
}
