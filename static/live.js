// What is written in a place, as it is written: each post and change once, also after a break.

import { hear } from "./notices.js";

const RETRY_MS = 3000;

/**
 * Follow `place` (`chat:GROUP`, `group:GROUP`, `wall:ACCOUNT`, or `feed`). `on` has a function for each event that
 * matters: `posts` (the latest, at first or after too long a break), `post` (new or changed), `presence`, `unread`;
 * `connection(isUp)`, and `gone()` when there is nothing more to come.
 */
export function followPlace(place, on) {
  let source;
  let last = "";
  const open = () => {
    source = new EventSource(`/api/live?place=${encodeURIComponent(place)}${last && `&after=${last}`}`);
    hear(source);
    source.onopen = () => on.connection?.(true);
    for (const name of ["posts", "post", "presence", "unread"]) {
      source.addEventListener(name, (event) => {
        last = event.lastEventId || last;
        on[name]?.(JSON.parse(event.data));
      });
    }
    source.addEventListener("gone", () => {
      source.close();
      on.gone?.();
    });
    source.onerror = () => {
      on.connection?.(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(reopen, RETRY_MS);
    };
  };
  // A browser gives up on a stream that is refused: ask why before trying again.
  const reopen = async () => {
    const path = place === "feed" ? "/api/me" : `/api/places/${encodeURIComponent(place)}/posts?limit=1`;
    const answer = await fetch(path).catch(() => null);
    if ([401, 404].includes(answer?.status)) on.gone?.();
    else open();
  };
  open();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
}
