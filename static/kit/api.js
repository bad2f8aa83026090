// Our own JSON API.

/** Send a request; returns the answer's body. `signal` may call it off. Throws an Error with words for people, and the answer's `code`. */
export async function send(method, path, body, signal) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch {
    throw new Error("The connection to SongSwap is lost. Try again in a moment.");
  }
  if (answer.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  if (answer.status === 204) return null;
  const content = await answer.json().catch(() => null);
  if (!answer.ok) {
    const error = new Error(content?.error?.message ?? "That did not work. Try again in a moment.");
    throw Object.assign(error, { code: content?.error?.code });
  }
  return content;
}

// What ends the log-in of before may be the answer to another tab that logs in again, and the new cookie comes with it.
const LOOKS_AFTER_MS = [0, 500, 1500];

/** Whether the browser is logged in. */
export async function isLoggedIn() {
  for (const waitMs of LOOKS_AFTER_MS) {
    await new Promise((done) => setTimeout(done, waitMs));
    const answer = await fetch("/notices", { method: "HEAD", redirect: "manual" }).catch(() => null);
    if (answer?.ok) return true;
  }
  return false;
}

/** Run a change from a control: it is busy meanwhile but keeps the focus; a failure is said in `failure`. */
export async function attempt(control, failure, change) {
  if (control.ariaBusy === "true") return;
  control.ariaBusy = "true";
  failure.hidden = true;
  try {
    await change();
  } catch (error) {
    failure.textContent = error.message;
    failure.hidden = false;
  } finally {
    control.ariaBusy = "false";
  }
}
