// The line of one device to the embedded Spotify: what is streamed to it, and the commands it sends.

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
// Something comes every ten seconds; after so long without a word the network is gone.
const SILENCE_MS = 25_000;

// `hooks`: token() -> Promise<string>, ready(line), lost(deviceId), told(state), refused(event, message), failed(message).
export class Line {
  #hooks;
  #token = null;
  #deviceId = null;
  #closing = null;
  #stream = null;

  constructor(hooks) {
    this.#hooks = hooks;
  }

  // Connects, and again whenever the network is gone, until closed or refused. True once connected, false if not now.
  open(options) {
    this.close();
    this.#closing = new AbortController();
    const { signal } = this.#closing;
    return new Promise((settle) => {
      signal.addEventListener("abort", () => settle(false));
      this.#stay(options, signal, settle);
    });
  }

  // Takes the device away at once.
  close() {
    this.leave();
    this.#closing?.abort();
    this.#closing = null;
  }

  // Says that the page goes: a beacon arrives even when the page is gone.
  leave() {
    if (this.#deviceId) navigator.sendBeacon(`/sdk/${this.#deviceId}/leave`);
    this.#deviceId = null;
  }

  // Tells what was done here: {ok, status, event, message}; status 0 where nothing was reached. A token that is over is renewed once.
  async command(body) {
    const answer = await this.#send(body);
    if (answer.status !== 401) return answer;
    await this.#renew();
    const again = await this.#send(body);
    if (again.status === 401) this.#hooks.refused(again.event, again.message);
    return again;
  }

  async #send(body) {
    if (!this.#deviceId) return { ok: false, status: 0 };
    const answer = await post(`/sdk/${this.#deviceId}/command`, this.#token, body).catch(() => null);
    if (!answer) return { ok: false, status: 0 };
    // The device is known no more, whatever the stream still says.
    if (answer.status === 404) this.#stream?.abort();
    return { ok: answer.ok, status: answer.status, ...(answer.ok ? {} : await refusal(answer)) };
  }

  async #renew() {
    this.#token = await this.#hooks.token();
  }

  async #stay(options, signal, settle) {
    let waitMs = FIRST_WAIT_MS;
    let isRenewed = false;
    while (!signal.aborted) {
      await this.#renew();
      if (signal.aborted) return;
      const refused = await this.#listen(options, signal, () => {
        waitMs = FIRST_WAIT_MS;
        isRenewed = false;
        settle(true);
      });
      if (signal.aborted) return;
      if (refused?.status === 401 && !isRenewed) {
        isRenewed = true;
        continue;
      }
      settle(false);
      if (refused) return this.#hooks.refused(refused.event, refused.message);
      this.#hooks.lost(this.#deviceId);
      this.#deviceId = null;
      await new Promise((done) => setTimeout(done, waitMs));
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  // Takes in what is streamed until it ends; what it was refused for, or null for the network's sake.
  async #listen(options, signal, isReady) {
    this.#stream = new AbortController();
    const ended = AbortSignal.any([signal, this.#stream.signal]);
    let alarm = this.#alarm();
    try {
      const answer = await post("/sdk/connect", this.#token, options, ended);
      if (answer.status >= 500) return null;
      if (!answer.ok) return { status: answer.status, ...(await refusal(answer)) };
      for await (const line of linesOf(answer.body)) {
        clearTimeout(alarm);
        alarm = this.#alarm();
        if (line.type === "ready") isReady();
        if (!ended.aborted) this.#take(line);
      }
    } catch {
      // cut: by the network, the alarm, or ourselves
    } finally {
      clearTimeout(alarm);
    }
    return null;
  }

  #alarm() {
    const stream = this.#stream;
    return setTimeout(() => stream.abort(), SILENCE_MS);
  }

  #take(line) {
    if (line.type === "ready") {
      this.#deviceId = line.device_id;
      this.#hooks.ready(line);
    } else if (line.type === "state") this.#hooks.told(line.state);
    else if (line.type === "error") this.#hooks.failed(line.message);
  }
}

function post(path, token, body, signal) {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
}

async function refusal(answer) {
  const { error = {} } = await answer.json().catch(() => ({}));
  const event = error.reason === "PREMIUM_REQUIRED" ? "account_error" : "authentication_error";
  return { event, message: error.message ?? answer.statusText };
}

async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}
