// A live state, by events: the whole at first, then what differs.

import { openStream } from "./live-socket.js";

const RETRY_MS = 3000;

/**
 * Follow the feed at `url`: `onState` gets each state, `onGone` the reason of its end, `onConnection` whether it is up.
 * Where nobody is logged in it `isAlone`. Returns a function that ends it.
 */
export function follow(url, { onState, onGone, onConnection, isAlone }) {
  let stream;
  let state;
  let isOver = false;
  const take = (fresh) => {
    state = fresh;
    onConnection(true);
    onState(state);
  };
  const open = () => {
    if (isOver) return;
    stream = openStream(url, { isAlone });
    stream.addEventListener("state", (event) => take(JSON.parse(event.data)));
    stream.addEventListener("change", (event) => take({ ...state, ...JSON.parse(event.data) }));
    stream.addEventListener("gone", (event) => {
      stream.close();
      onGone(JSON.parse(event.data).reason);
    });
    stream.addEventListener("lost", () => onConnection(false));
    stream.addEventListener("refused", () => {
      stream.close();
      setTimeout(reopen, RETRY_MS);
    });
  };
  // Ask why before trying again.
  const reopen = async () => {
    const answer = await fetch(url.replace(/\/events(?=\?|$)/, "")).catch(() => null);
    if (answer?.status === 401) onGone("logged_out");
    else if (answer?.status === 404) onGone("not_a_member");
    else open();
  };
  open();
  return () => {
    isOver = true;
    stream.close();
  };
}
