// All streams of events a page follows come over one connection, a WebSocket: browsers allow six connections to a host,
// in all tabs together, and each open stream would be one of them.

import { isLoggedIn } from "./api.js";

const ADDRESS = `${location.protocol.replace("http", "ws")}//${location.host}/api/live/link`;
const WAITS_MS = [500, 1000, 2000, 5000];
/** The server shows signs of life more often than that. */
const SILENT_MS = 40_000;
const AGAIN_MS = 2000;
/** So often in a row the connection can't be had at all before streams are opened one by one, as behind some proxies. */
const TRIES = 3;

const streams = new Map();
let socket = null;
let next = 0;
let failures = 0;
let wasOpen = false;
let isAway = false;
let timer;
let watch;
let asking = null;

/** The events that come from `url`. To its users it is like an EventSource that never gives up by itself. */
class Stream {
  #listeners = [];
  #source = null;

  constructor(url, isAlone) {
    this.url = url;
    this.isAlone = isAlone;
    this.n = next++;
    this.last = "";
    streams.set(this.n, this);
    if (this.usesSource) this.openSource();
    else if (socket?.readyState === WebSocket.OPEN) this.follow();
    else connect();
  }

  get usesSource() {
    return this.isAlone || (!wasOpen && failures >= TRIES);
  }

  addEventListener(name, listener) {
    this.#listeners.push([name, listener]);
    this.#source?.addEventListener(name, listener);
  }

  close() {
    streams.delete(this.n);
    this.#source?.close();
    if (!this.usesSource && socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: "leave", n: this.n }));
    if (!streams.size) drop();
  }

  follow() {
    socket.send(JSON.stringify({ type: "follow", n: this.n, path: this.url, after: this.last }));
  }

  receive(text) {
    const fields = Object.fromEntries(text.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
    this.last = fields.id ?? this.last;
    if (fields.event === "over") setTimeout(() => streams.has(this.n) && socket?.readyState === WebSocket.OPEN && this.follow(), AGAIN_MS);
    else if (fields.event === "gone" && JSON.parse(fields.data).reason === "logged_out") this.endUnlessLoggedIn(fields.data);
    else this.hand(fields.event, { data: fields.data, lastEventId: this.last });
  }

  async endUnlessLoggedIn(data) {
    if (!(await connectIfLoggedIn())) this.hand("gone", { data });
  }

  openSource() {
    if (this.#source || isAway || document.hidden) return;
    const source = new EventSource(this.last ? `${this.url}${this.url.includes("?") ? "&" : "?"}after=${this.last}` : this.url);
    this.#source = source;
    for (const [name, listener] of this.#listeners) source.addEventListener(name, listener);
    source.onopen = () => this.hand("up");
    source.onerror = () => {
      this.hand("lost");
      if (source.readyState === EventSource.CLOSED) this.hand("refused");
    };
  }

  closeSource() {
    this.#source?.close();
    this.#source = null;
  }

  hand(name, event = {}) {
    for (const [wanted, listener] of [...this.#listeners]) if (wanted === name) listener(event);
  }
}

/**
 * Follow the events that come from `url`, a path of ours. Beside them there are `up` and `lost` of the connection, and
 * `refused` where the server sends none: then it is closed. Where nobody is logged in it has to be one `isAlone`, which
 * is closed while its page is not seen.
 */
export const openStream = (url, { isAlone = false } = {}) => new Stream(url, isAlone);

const shared = () => [...streams.values()].filter((stream) => !stream.isAlone);

function connect() {
  if (socket || isAway || !shared().some((stream) => !stream.usesSource)) return;
  clearTimeout(timer);
  const mine = new WebSocket(ADDRESS);
  socket = mine;
  mine.onopen = () => {
    [wasOpen, failures] = [true, 0];
    isAlive();
    for (const stream of shared()) {
      stream.hand("up");
      stream.follow();
    }
  };
  mine.onmessage = ({ data }) => {
    isAlive();
    const [head] = data.split("\n", 1);
    const stream = streams.get(Number(head));
    if (!data || !stream) return;
    for (const block of data.slice(head.length + 1).split("\n\n")) if (block) stream.receive(block);
  };
  mine.onclose = lose;
}

/** The log-in this connection shows has ended. Where the browser has another one by now, connect with that. */
function connectIfLoggedIn() {
  asking ??= isLoggedIn().then((isIn) => {
    asking = null;
    if (isIn) {
      drop();
      connect();
    }
    return isIn;
  });
  return asking;
}

function isAlive() {
  clearTimeout(watch);
  watch = setTimeout(lose, SILENT_MS);
}

function lose() {
  drop();
  failures += 1;
  for (const stream of shared()) {
    stream.hand("lost");
    if (stream.usesSource) stream.openSource();
    else if (failures % TRIES === 0) stream.hand("refused"); // who follows it finds out why, and opens another
  }
  timer = setTimeout(connect, WAITS_MS[Math.min(failures, WAITS_MS.length) - 1] * (0.75 + Math.random() / 2));
}

function drop() {
  clearTimeout(watch);
  clearTimeout(timer);
  const before = socket;
  socket = null;
  if (!before) return;
  before.onopen = before.onmessage = before.onclose = null;
  if (before.readyState === WebSocket.CONNECTING) before.onopen = () => before.close();
  else before.close();
}

// A page that is left may be kept by the browser, to be shown again at once: it listens again then.
addEventListener("pagehide", () => {
  isAway = true;
  drop();
  for (const stream of streams.values()) stream.closeSource();
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  isAway = false;
  openSources();
  connect();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) for (const stream of streams.values()) stream.closeSource();
  else openSources();
});

function openSources() {
  for (const stream of streams.values()) if (stream.usesSource) stream.openSource();
}
