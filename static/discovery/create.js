// Lists made of seeds: wishes on one side, the songs chosen for them on the other.

import { attempt, send } from "../kit/api.js";
import { createAttributes } from "./attributes.js";
import { byId, element, icon, readState, say, show } from "../kit/dom.js";
import { duration } from "../kit/format.js";
import { createSeeds } from "./seeds.js";
import { createSaving } from "../kit/saving.js";
import { songOf } from "../kit/song-row.js";

const failure = byId("wish-failure");
let songs = [];

const source = () => document.querySelector("input[name=source]:checked")?.value ?? "catalogue";
const changed = () => show(byId("preview-stale"), songs.length > 0);
const seeds = createSeeds({ most: readState().most_seeds, source, changed });
const targets = createAttributes(changed);
const listChanged = createSaving(() => songs);

const showScope = () => show(byId("scope-part"), source() === "histories");
for (const choice of document.querySelectorAll("input[name=source]")) choice.addEventListener("change", showScope);
showScope();
byId("wish").addEventListener("input", (event) => event.target !== byId("seed-query") && changed());

// The list

const removed = (song) => {
  const place = songs.indexOf(song);
  songs = songs.filter((one) => one !== song);
  draw();
  const buttons = byId("preview-list").querySelectorAll("button");
  (buttons[Math.min(place, buttons.length - 1)] ?? byId("preview-title")).focus();
};

function rowOf(song) {
  const reasons = element("small", { class: "reasons" }, song.reasons.join(" · "));
  const row = songOf(song, reasons);
  const name = row[1].querySelector(".song");
  name.replaceChildren(element("a", { href: song.url, rel: "noreferrer", target: "_blank" }, song.name));
  const like = `/songs/${song.uri.split(":")[2]}?${new URLSearchParams({ title: song.name, artist: song.artists[0] ?? "" })}`;
  reasons.append(song.reasons.length ? " · " : "", element("a", { href: like }, "songs like it"));
  return element(
    "li",
    { class: "request" },
    ...row,
    song.duration_ms ? element("span", { class: "small" }, duration(song.duration_ms)) : null,
    element("button", { type: "button", class: "mini", "aria-label": `Remove ${song.name}`, title: `Remove ${song.name}`, onclick: () => removed(song) }, icon("remove")),
  );
}

function draw() {
  const length = songs.reduce((sum, song) => sum + (song.duration_ms ?? 0), 0);
  byId("preview-list").replaceChildren(...songs.map(rowOf));
  say(byId("preview-count"), songs.length ? `${songs.length} ${songs.length === 1 ? "song" : "songs"}${length ? `, ${duration(length)}` : ""}` : "");
  show(byId("preview-empty"), songs.length === 0);
  for (const name of ["preview-after", "to-save"]) show(byId(name), songs.length > 0);
  listChanged();
}

async function look(number) {
  const found = await send("POST", "/api/create/preview", {
    source: source(),
    seeds: seeds(),
    attributes: targets(),
    length: byId("length").valueAsNumber,
    number,
    with_seeds: byId("with-seeds").checked,
    scope: byId("scope").value,
  });
  songs = found.items;
  byId("number").value = found.number;
  byId("preview-notes").replaceChildren(...found.notes.map((words) => element("li", {}, words)));
  show(byId("preview-notes"), found.notes.length > 0);
  draw();
  show(byId("preview-stale"), false);
}

async function choose(control, number) {
  byId("preview").setAttribute("aria-busy", "true");
  say(byId("preview-count"), "Choosing…");
  await attempt(control, failure, () => look(number));
  byId("preview").removeAttribute("aria-busy");
  if (!failure.hidden) {
    say(byId("preview-count"), songs.length ? `${songs.length} songs` : "");
    return;
  }
  byId("preview-title").focus({ preventScroll: true });
  byId("preview").scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

byId("wish").addEventListener("submit", (event) => {
  event.preventDefault();
  choose(byId("show"), byId("number").value === "" ? null : byId("number").valueAsNumber);
});
byId("again").addEventListener("click", (event) => choose(event.currentTarget, null));
