// One's own playlists to choose from: asked of Spotify when somebody wants one of them, and not before.

import { send } from "../kit/api.js";
import { byId, element, say } from "../kit/dom.js";

const LOOKS = 20;
const LOOK_MS = 1000;

export function createPlaylists() {
  const choice = byId("mine");
  let wanted = "";

  const fill = (playlists) => {
    const before = wanted || choice.value;
    choice.replaceChildren(...playlists.items.map((one) => element("option", { value: one.uri }, one.name)));
    if (playlists.items.some((one) => one.uri === before)) choice.value = before;
    const nothing = playlists.items.length ? "" : "You have no playlists in Spotify.";
    say(byId("mine-words"), playlists.is_looking ? "Looking for your playlists…" : playlists.error || nothing);
  };

  /** The worker asks Spotify; the answer is there soon. */
  const look = async () => {
    fill(await send("POST", "/api/me/playlists/look"));
    for (let tries = 0; tries < LOOKS; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const found = await send("GET", "/api/me/playlists");
      fill(found);
      if (!found.is_looking) return;
    }
    say(byId("mine-words"), "No answer yet. Paste a link instead, or look again in a while.");
  };

  return {
    look,
    /** Show what is known, and look where nothing is. `uri` is to be chosen if it is among them. */
    async open(uri = "") {
      wanted = uri;
      const known = await send("GET", "/api/me/playlists");
      fill(known);
      if (known.at_ms === null) await look();
    },
  };
}
