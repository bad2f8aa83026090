// Searching while typing: people and groups here at once, songs at Spotify after a pause.

import { send } from "../kit/api.js";
import { avatar, byId, element, icon, say, show } from "../kit/dom.js";

const field = byId("search-field");
const PAUSES_MS = { people: 120, groups: 120, tracks: 700 };
const SHORTEST = { people: 2, groups: 2, tracks: 3 };
const found = new Map();
let waiting = [];
let asking = new AbortController();

function row(hit) {
  const picture = hit.kind === "track" && hit.cover_url ? element("img", { src: hit.cover_url, alt: "", width: 44, height: 44, loading: "lazy" }) : avatar(hit.name, hit.cover_url);
  const about = {
    person: [`@${hit.handle}`, hit.about].filter(Boolean).join(" · "),
    group: [`${hit.members} ${hit.members === 1 ? "person" : "people"}`, hit.about].filter(Boolean).join(" · "),
  }[hit.kind] ?? hit.artists.join(", ");
  const isOurs = Boolean(hit.href);
  return element(
    "li",
    {},
    element("a", { class: "row", href: hit.href ?? hit.url, rel: isOurs ? null : "noreferrer", target: isOurs ? null : "_blank" }, picture, element("span", { class: "grow" }, element("strong", { dir: "auto" }, hit.name), element("small", { dir: "auto" }, about)), icon(isOurs ? "next-page" : "external")),
  );
}

function put(kind, items) {
  found.set(kind, items.length);
  const section = byId(`search-${kind}`);
  section.querySelector("ul").replaceChildren(...items.map(row));
  show(section, items.length > 0);
  const sum = [...found.values()].reduce((one, other) => one + other, 0);
  say(byId("search-note"), sum ? `${sum} found` : "Nothing found. Try fewer letters.");
}

async function look(kind, words) {
  try {
    const { items } = await send("GET", `/api/search?kind=${kind}&q=${encodeURIComponent(words)}`, undefined, asking.signal);
    put(kind, items);
    say(byId("search-failure"), "");
  } catch (error) {
    if (!asking.signal.aborted) say(byId("search-failure"), error.message);
  }
}

function search() {
  waiting.forEach(clearTimeout);
  asking.abort();
  asking = new AbortController();
  found.clear();
  const words = field.value.trim();
  history.replaceState(null, "", words ? `?q=${encodeURIComponent(words)}` : location.pathname);
  for (const kind of Object.keys(PAUSES_MS)) {
    if (words.length < SHORTEST[kind]) show(byId(`search-${kind}`), false);
  }
  if (words.length < 2) say(byId("search-note"), "Type two letters or more. Small mistakes don’t matter.");
  waiting = Object.entries(PAUSES_MS).filter(([kind]) => words.length >= SHORTEST[kind]).map(([kind, ms]) => setTimeout(() => look(kind, words), ms));
}

field.addEventListener("input", search);
byId("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
field.value = new URLSearchParams(location.search).get("q") ?? "";
field.focus();
if (field.value) search();
