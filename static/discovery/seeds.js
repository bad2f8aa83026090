// Seeds of a list: found by typing, shown as they are added, taken away again.

import { send } from "../kit/api.js";
import { byId, element, icon, say, show } from "../kit/dom.js";
import { createSuggestions } from "../kit/suggest.js";

const same = (one, other) => one.kind === other.kind && one.uri === other.uri && one.name === other.name && one.artist === other.artist;

/** `source` tells which source is chosen, `changed` is called when seeds come or go. Returns the seeds there are. */
export function createSeeds({ most, source, changed }) {
  const field = byId("seed-query");
  const note = (words) => say(byId("seed-note"), words);
  let seeds = [];

  const draw = () => {
    byId("seeds").replaceChildren(...seeds.map(rowOf));
    byId("seeds-count").textContent = `${seeds.length} of ${most}`;
    show(byId("seed-search"), seeds.length < most);
    changed();
  };

  const remove = (seed) => {
    const place = seeds.indexOf(seed);
    seeds = seeds.filter((one) => one !== seed);
    draw();
    note(`${seed.name} is taken away.`);
    const rows = byId("seeds").querySelectorAll("button");
    (rows[Math.min(place, rows.length - 1)] ?? field).focus();
  };

  const rowOf = (seed) =>
    element(
      "li",
      { class: "request" },
      element("span", { class: "thumb", "aria-hidden": "true" }, picture(seed)),
      element("span", { class: "grow" }, element("span", { class: "song" }, seed.name), element("small", {}, about(seed))),
      element("button", { type: "button", class: "mini", "aria-label": `Take ${seed.name} away`, title: `Take ${seed.name} away`, onclick: () => remove(seed) }, icon("remove")),
    );

  createSuggestions({
    field,
    list: byId("seed-found"),
    note,
    find: async (words, signal) => {
      const query = new URLSearchParams({ q: words, source: source() });
      return (await send("GET", `/api/create/seeds?${query}`, undefined, signal)).items;
    },
    render: (seed) => [
      element("span", { class: "thumb", "aria-hidden": "true" }, picture(seed)),
      element("span", { class: "grow" }, element("span", { class: "song" }, seed.name), element("small", {}, about(seed))),
    ],
    choose: (seed) => {
      if (seeds.some((one) => same(one, seed))) return note(`${seed.name} is there already.`);
      seeds = [...seeds, seed];
      draw();
      note(seeds.length < most ? `${seed.name} is added.` : `${seed.name} is added. ${most} seeds are the most.`);
      if (seeds.length >= most) byId("seeds").querySelector("button").focus();
    },
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // what was typed is no seed yet: nothing is sent
  });

  return () => seeds.map(({ kind, name, artist, uri }) => ({ kind, name, artist, uri }));
}

const picture = (seed) => (seed.cover_url ? element("img", { src: seed.cover_url, alt: "", loading: "lazy" }) : icon(seed.kind === "artist" ? "people" : "note"));

const about = (seed) => [seed.kind === "artist" ? "Artist" : seed.artist, seed.detail].filter(Boolean).join(" · ");
