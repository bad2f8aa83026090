// A song as it is shown in lists: its cover, its name, who plays it.

import { element, icon } from "./dom.js";

/** What a row shows of a song: cover and words. `more` are further lines of words. */
export function songOf(track, ...more) {
  const cover = track.cover_url ? element("img", { src: track.cover_url, alt: "", loading: "lazy" }) : icon("note");
  return [
    element("span", { class: "thumb", "aria-hidden": "true" }, cover),
    element("span", { class: "grow" }, element("span", { class: "song" }, track.name), element("small", {}, track.artists.join(", ")), ...more),
  ];
}
