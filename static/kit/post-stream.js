// What is written in a place, as it is written: each post and change once, also after a break.

import { openStream } from "./live-socket.js";
import { takeNoticesFrom } from "./notice-badge.js";

const RETRY_MS = 3000;

/**
 * Follow `place` (`chat:GROUP`, `group:GROUP`, `wall:ACCOUNT`, or `feed`). `on` has a function for each event that
 * matters: `posts` (the latest, at first or after too long a break), `post` (new or changed), `presence`, `unread`;
 * `connection(isUp)`, and `gone()` when there is nothing more to come.
 */
export function followPlace(place, on) {
  let stream;
  const open = () => {
    stream = openStream(`/api/live?place=${encodeURIComponent(place)}`);
    takeNoticesFrom(stream);
    stream.addEventListener("up", () => on.connection?.(true));
    stream.addEventListener("lost", () => on.connection?.(false));
    for (const name of ["posts", "post", "presence", "unread"]) stream.addEventListener(name, (event) => on[name]?.(JSON.parse(event.data)));
    stream.addEventListener("gone", () => {
      stream.close();
      on.gone?.();
    });
    stream.addEventListener("refused", () => {
      stream.close();
      setTimeout(reopen, RETRY_MS);
    });
  };
  // Ask why before trying again.
  const reopen = async () => {
    const path = place === "feed" ? "/api/me" : `/api/places/${encodeURIComponent(place)}/posts?limit=1`;
    const answer = await fetch(path).catch(() => null);
    if ([401, 404].includes(answer?.status)) on.gone?.();
    else open();
  };
  open();
}
