// This page as a player of Spotify's: loads the Web Playback SDK when it is needed, and keeps to what that promises.
// https://developer.spotify.com/documentation/web-playback-sdk/reference

import { element } from "../kit/dom.js";
import { UnknownStateError, stateOf } from "./sdk-state.js";

const LOADS_WITHIN_MS = 20_000;
const STARTS_WITHIN_MS = 4_000; // from its script being there to its word that it is ready
const READY_WITHIN_MS = 30_000;
const ANSWERS_WITHIN_MS = 3_000;
const QUICK_MS = 60; // a state that took longer to read may be of any moment in between
const READS = 3;
const METHODS = [
  "connect", "disconnect", "addListener", "getCurrentState", "setVolume", "pause", "resume", "seek", "nextTrack", "previousTrack",
  "activateElement",
];

/** Why this page can't play: `kind` is one of the states of the card. */
export class SdkError extends Error {
  constructor(kind, message = "") {
    super(message);
    this.kind = kind;
  }
}

/** Whether this browser plays what is protected, as the music of Spotify is; and plays it without a tap for each song. */
export function canPlay() {
  const isIos = /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
  return !isIos && typeof navigator.requestMediaKeySystemAccess === "function";
}

let loading = null;

/** The SDK, `window.Spotify`; it is loaded once. Rejects with a SdkError: "unloaded", or "changed". */
export function loadSdk(address) {
  loading ??= load(address).catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

function load(address) {
  return new Promise((resolve, reject) => {
    const fail = (kind) => {
      script.remove();
      reject(new SdkError(kind));
    };
    let timer = setTimeout(fail, LOADS_WITHIN_MS, "unloaded");
    window.onSpotifyWebPlaybackSDKReady = () => {
      clearTimeout(timer);
      if (typeof window.Spotify?.Player === "function") resolve(window.Spotify);
      else fail("changed");
    };
    const onload = () => {
      clearTimeout(timer);
      timer = setTimeout(fail, STARTS_WITHIN_MS, "changed");
    };
    const onerror = () => {
      clearTimeout(timer);
      fail("unloaded");
    };
    const script = element("script", { src: address, onload, onerror });
    document.head.append(script);
  });
}

export class SdkPlayer {
  deviceId = null;
  #sdk;
  #on;
  #isOver = false;
  #starting = null;

  /**
   * `options` are the SDK's: name, volume, getOAuthToken. `on` is called by: ready() when it is a device again, maybe
   * another, notReady(), changed(), blocked(), playbackError(message), trouble(SdkError). Throws SdkError "changed".
   */
  constructor(Player, options, on) {
    this.#on = on;
    try {
      this.#sdk = new Player(options);
    } catch (error) {
      throw new SdkError("changed", error.message);
    }
    const missing = METHODS.filter((name) => typeof this.#sdk[name] !== "function");
    if (missing.length) throw new SdkError("changed", `no ${missing.join(", ")}`);
    this.#listen();
  }

  /** Resolves when Spotify has made a device of this page; rejects with a SdkError. */
  async connect() {
    let timer;
    const ready = new Promise((resolve, reject) => {
      this.#starting = { resolve, reject };
      timer = setTimeout(reject, READY_WITHIN_MS, new SdkError("silent"));
    });
    // What it answers is no use: it has been seen to say no to a connection that works.
    // https://github.com/spotify/web-playback-sdk/issues/70
    this.#call("connect").catch(() => {});
    this.activate().catch(() => {}); // while the tap that led here still counts
    try {
      await ready;
    } finally {
      clearTimeout(timer);
      this.#starting = null;
    }
  }

  #listen() {
    const trouble = (kind) => (error) => this.#fail(new SdkError(kind, error?.message));
    const listeners = {
      ready: (device) => this.#isReady(device),
      not_ready: () => this.#on.notReady(),
      player_state_changed: () => this.#on.changed(),
      autoplay_failed: () => this.#on.blocked(),
      playback_error: (error) => this.#on.playbackError(error?.message ?? ""),
      initialization_error: trouble("initialization"),
      authentication_error: trouble("authentication"),
      account_error: trouble("not_premium"),
    };
    for (const [event, run] of Object.entries(listeners)) this.#sdk.addListener(event, (told) => this.#isOver || run(told));
  }

  #isReady(device) {
    if (typeof device?.device_id !== "string") {
      this.#fail(new SdkError("changed", "a device without an id"));
      return;
    }
    this.deviceId = device.device_id;
    if (this.#starting) this.#starting.resolve();
    else this.#on.ready();
  }

  #fail(trouble) {
    if (this.#starting) this.#starting.reject(trouble);
    else this.#on.trouble(trouble);
  }

  /** What is played (null: nothing here), and the moment of performance.now() at which it was so. Throws UnknownStateError. */
  async read() {
    let [sdk, askedMs, answeredMs] = [null, 0, Infinity];
    for (let read = 0; read < READS && answeredMs - askedMs > QUICK_MS; read += 1) {
      askedMs = performance.now();
      sdk = await this.#call("getCurrentState");
      answeredMs = performance.now();
    }
    if (typeof sdk !== "object") throw new UnknownStateError("no state");
    return { state: stateOf(sdk), momentMs: (askedMs + answeredMs) / 2 };
  }

  setVolume(volume) {
    return this.#call("setVolume", volume);
  }

  pause() {
    return this.#call("pause");
  }

  resume() {
    return this.#call("resume");
  }

  seek(positionMs) {
    return this.#call("seek", Math.max(0, Math.round(positionMs)));
  }

  next() {
    return this.#call("nextTrack");
  }

  previous() {
    return this.#call("previousTrack");
  }

  /** Within a tap: the browser lets this page be heard from now on. */
  activate() {
    return this.#call("activateElement");
  }

  /** The device is gone, and nothing is heard of it any more. */
  close() {
    this.#isOver = true;
    this.#starting?.resolve();
    this.#sdk.disconnect();
  }

  // The SDK's promises have been seen to stay open for good.
  #call(method, ...values) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(reject, ANSWERS_WITHIN_MS, new Error("Spotify’s player does not answer."));
      const isOver = () => clearTimeout(timer);
      Promise.resolve(this.#sdk[method](...values)).finally(isOver).then(resolve, reject);
    });
  }
}
