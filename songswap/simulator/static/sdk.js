// What a page loads in place of Spotify's Web Playback SDK: `Spotify.Player`, as Spotify's reference describes it.
// All it does is done in a hidden frame of the embedded Spotify's own, which it talks to by messages alone, so that the
// page's content policy needs to allow this script and that frame, and nothing else.
// https://developer.spotify.com/documentation/web-playback-sdk/reference
"use strict";
(() => {
  const ORIGIN = new URL(document.currentScript.src).origin;
  const EVENTS = [
    "ready", "not_ready", "player_state_changed", "autoplay_failed",
    "initialization_error", "authentication_error", "account_error", "playback_error",
  ];
  // A frame that loaded has told so before its `load` event; where it hasn't, something else was loaded.
  const LATE_MS = 500;

  const players = [];
  const answers = new Map();
  let sent = 0;

  const frame = document.createElement("iframe");
  const loaded = new Promise((resolve, reject) => {
    addEventListener("message", (event) => {
      if (event.origin !== ORIGIN || event.source !== frame.contentWindow) return;
      if (event.data.type === "loaded") resolve();
      else receive(event.data);
    });
    const fail = () => reject(new Error("Failed to initialize player"));
    frame.addEventListener("load", () => setTimeout(fail, LATE_MS));
  });
  loaded.catch(() => {}); // each player tells of it

  function embed() {
    frame.src = `${ORIGIN}/sdk/player.html#${encodeURIComponent(location.origin)}`;
    frame.allow = "autoplay; encrypted-media";
    frame.title = "Audio of Spotify";
    frame.tabIndex = -1;
    frame.setAttribute("aria-hidden", "true");
    for (const property of ["width", "height", "border"]) frame.style.setProperty(property, "0", "important");
    frame.style.setProperty("position", "absolute", "important");
    document.body.append(frame);
  }

  function send(message) {
    frame.contentWindow.postMessage(message, ORIGIN);
  }

  function receive({ type, player, ref, value, name, data }) {
    if (type === "answer") {
      answers.get(ref)?.(value);
      answers.delete(ref);
    } else if (type === "event") players[player].emit(name, data);
    else if (type === "token") players[player].token((token) => send({ type, player, ref, token }));
  }

  class Player {
    #number;
    #options;
    #listeners = Object.fromEntries(EVENTS.map((name) => [name, []]));
    #isUsable;

    constructor({ name, getOAuthToken, volume = 1, enableMediaSession = false } = {}) {
      if (typeof name !== "string" || name === "") throw new TypeError("Spotify.Player needs a name");
      if (typeof getOAuthToken !== "function") throw new TypeError("getOAuthToken is not a function");
      this.#options = { name, volume, enableMediaSession };
      this.#number = players.push({ emit: this.#emit.bind(this), token: getOAuthToken }) - 1;
      this.#isUsable = loaded.then(() => this.#ask("create", this.#options), (error) => error.message);
      this.#isUsable.then((trouble) => {
        if (trouble) this.#emit("initialization_error", { message: trouble });
      });
    }

    // Whether it came to a connection; what it failed by is told by an event.
    async connect() {
      return (await this.#isUsable) ? false : this.#ask("connect");
    }

    disconnect() {
      this.#call("disconnect");
    }

    // Whether the callback was not there yet; TypeError for an event there is not.
    addListener(event, callback) {
      if (this.#listeners[event].includes(callback)) return false;
      this.#listeners[event].push(callback);
      return true;
    }

    on(event, callback) {
      return this.addListener(event, callback);
    }

    // Whether there was anything to remove; without a callback, all of the event's are.
    removeListener(event, callback) {
      const before = this.#listeners[event] ?? [];
      this.#listeners[event] = callback ? before.filter((one) => one !== callback) : [];
      return before.length > 0;
    }

    getCurrentState() {
      return this.#call("getCurrentState");
    }

    getVolume() {
      return this.#call("getVolume");
    }

    setName(name) {
      return this.#call("setName", name);
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

    togglePlay() {
      return this.#call("togglePlay");
    }

    seek(positionMs) {
      return this.#call("seek", positionMs);
    }

    previousTrack() {
      return this.#call("previousTrack");
    }

    nextTrack() {
      return this.#call("nextTrack");
    }

    activateElement() {
      return this.#call("activateElement");
    }

    async #call(method, argument) {
      if (!(await this.#isUsable)) return this.#ask(method, argument);
      return method === "getCurrentState" ? null : undefined;
    }

    #ask(method, argument) {
      return new Promise((resolve) => {
        sent += 1;
        answers.set(sent, resolve);
        send({ type: "call", player: this.#number, ref: sent, method, argument });
      });
    }

    #emit(name, data) {
      for (const callback of [...this.#listeners[name]]) {
        try {
          callback(data);
        } catch (error) {
          setTimeout(() => { throw error; }); // one listener's mistake is not the next one's
        }
      }
    }
  }

  function start() {
    if (!document.body) throw new Error("Document doesn't have a body");
    embed();
    window.Spotify = { Player };
    if (!window.onSpotifyWebPlaybackSDKReady) throw new Error("onSpotifyWebPlaybackSDKReady is not defined");
    window.onSpotifyWebPlaybackSDKReady();
  }

  if (document.readyState === "complete") start();
  else addEventListener("load", start);
})();
