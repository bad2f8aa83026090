// A tab's socket to SongSwap: it comes back by itself, keeps the clock, brings orders, takes reports.

import { ServerClock } from "./server-clock.js";

const ADDRESS = "/api/me/tab/link";
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
const THROWN_OUT = 1008;
const BURST = 7;
const PROBE_EVERY_MS = 30_000;
const ANSWER_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 1_000;

export class PlayerSocket {
  clock = new ServerClock();
  #after;
  #on;
  #socket = null;
  #isWanted = false;
  #failures = 0;
  #probe = { n: 0, sentMs: 0, left: 0 };
  #callOffProbe = () => {};
  #callOffOpening = () => {};
  #callOffLook = () => {};

  /**
   * `after` as createBackgroundTimers() makes it. `on` is called by: open(), lost(), thrownOut(), settled() when the clock has
   * been compared, and order(order), replaced(), refused(message), welcome() when the server says so.
   */
  constructor(after, on) {
    this.#after = after;
    this.#on = on;
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  open() {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#failures = 0;
    this.#connect();
    this.#look();
  }

  /** Say `last`, if anything, and go. */
  close(last) {
    if (last) this.send(last);
    this.#isWanted = false;
    this.#callOffOpening();
    this.#callOffLook();
    this.#drop();
  }

  /** Whether it could be sent. */
  send(message) {
    if (!this.isOpen) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** The page woke up, or the network is back: see whether anything is as it was. */
  wake() {
    if (!this.#isWanted) return;
    if (this.clock.hasJumped()) this.clock.forget();
    if (this.isOpen) this.#compare();
    else if (this.#socket?.readyState !== WebSocket.CONNECTING) this.#connect();
  }

  #connect() {
    this.#callOffOpening();
    this.#drop();
    const address = new URL(ADDRESS, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      this.#on.open();
      this.#compare();
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => this.#lost(code);
  }

  #drop() {
    this.#callOffProbe();
    const socket = this.#socket;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
    this.#socket = null;
  }

  #lost(code) {
    this.#drop();
    if (code === THROWN_OUT) {
      this.#isWanted = false;
      this.#callOffLook();
      this.#on.thrownOut();
      return;
    }
    this.#on.lost();
    const waitMs = WAITS_MS[Math.min(this.#failures, WAITS_MS.length - 1)];
    this.#failures += 1;
    this.#callOffOpening = this.#after(waitMs, () => this.#connect());
  }

  #receive(text) {
    const message = JSON.parse(text);
    if (message.type === "probe") this.#answered(message);
    else if (message.type === "clock") {
      this.clock.forget();
      this.#compare();
    } else if (message.type === "order") this.#on.order(message);
    else if (message.type === "replaced") this.#on.replaced();
    else if (message.type === "refused") this.#on.refused(message.message);
    else if (message.type === "welcome") this.#on.welcome();
  }

  // Ask for the time so many times, one question after the answer to the other.
  #compare(times = BURST) {
    this.#callOffProbe();
    this.#probe = { n: this.#probe.n + 1, sentMs: performance.now(), left: times - 1 };
    this.send({ type: "probe", n: this.#probe.n });
    // Nobody else notices a connection that is dead without a word.
    this.#callOffProbe = this.#after(ANSWER_WITHIN_MS, () => this.#lost());
  }

  #answered({ n, now_ms: serverMs }) {
    if (n !== this.#probe.n) return;
    this.#callOffProbe();
    this.clock.note(this.#probe.sentMs, performance.now(), serverMs);
    if (this.#probe.left > 0) {
      this.#compare(this.#probe.left);
      return;
    }
    this.#callOffProbe = this.#after(PROBE_EVERY_MS, () => this.#compare(1));
    this.#on.settled();
  }

  #look() {
    if (this.clock.hasJumped()) {
      this.clock.forget();
      if (this.isOpen) this.#compare();
    }
    this.#callOffLook = this.#after(LOOK_EVERY_MS, () => this.#look());
  }
}
