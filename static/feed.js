// The group's live state, by server-sent events.

import { isLoggedIn } from "./api.js";

const RETRY_MS = 3000;

/**
 * Follow the feed at `url`: `onState` gets each state, `onGone` the reason of its end, `onConnection` whether it is up.
 * Returns a function that ends it.
 */
export function follow(url, { onState, onGone, onConnection }) {
  let source;
  let isOver = false;
  const open = () => {
    if (isOver) return;
    source = new EventSource(url);
    source.addEventListener("state", (event) => {
      onConnection(true);
      onState(JSON.parse(event.data));
    });
    source.addEventListener("gone", async (event) => {
      source.close();
      const { reason } = JSON.parse(event.data);
      if (reason === "logged_out" && (await isLoggedIn())) open();
      else onGone(reason);
    });
    source.onerror = () => {
      onConnection(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(reopen, RETRY_MS);
    };
  };
  // A browser gives up on a feed that is refused: ask why before trying again.
  const reopen = async () => {
    const answer = await fetch(url.replace(/\/events(?=\?|$)/, "")).catch(() => null);
    if (answer?.status === 401) onGone("logged_out");
    else if (answer?.status === 404) onGone("not_a_member");
    else open();
  };
  open();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
  return () => {
    isOver = true;
    source.close();
  };
}
