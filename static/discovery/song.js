// The songs like one: what “like” means is chosen with sliders, the list and the chart follow.

import { attempt, send } from "../kit/api.js";
import { drawCharts } from "../kit/charts.js";
import { byId, element, icon, say } from "../kit/dom.js";
import { duration } from "../kit/format.js";
import { createSaving } from "../kit/saving.js";

const TYPING_MS = 250;
const WORDS = { 0: "not at all", 0.5: "a little", 1: "as usual", 1.5: "more", 2: "twice", 2.5: "much more", 3: "three times" };
const page = byId("song");
const form = byId("like-form");
const api = `/api/songs/${page.dataset.id}`;
const sliders = [...form.querySelectorAll("input[type=range]")];
let songs = [];
let request;
let waiting;

const listChanged = createSaving(() => songs);

function queryOf() {
  const weights = sliders.filter((one) => one.value !== "1").map((one) => `${one.name}:${one.value}`).join(",");
  const found = new URLSearchParams({ k: form.elements.k.value });
  if (weights) found.set("weights", weights);
  if (form.elements.without_artist.checked) found.set("without_artist", "true");
  return found;
}

async function requestSong(song, button) {
  const night = byId("night");
  const name = night.selectedOptions[0].textContent;
  await attempt(button, byId("similar-failure"), async () => {
    await send("POST", `/api/groups/${night.value}/requests`, { uri: song.uri });
    say(byId("night-words"), `${song.title} is on the list of ${name}.`);
    button.disabled = true;
  });
}

function rowOf(one) {
  const { song } = one;
  const lines = [
    element("small", { class: "reasons" }, [one.nearness, one.alike.length ? `alike: ${one.alike.join(", ")}` : "", one.same_artist ? "the same artist" : ""].filter(Boolean).join(" · ")),
    one.differs.length ? element("small", { class: "reasons" }, `but ${one.differs.join("; ")}`) : null,
  ].filter(Boolean);
  return element(
    "li",
    { class: "request" },
    element(
      "span",
      { class: "grow" },
      element("a", { class: "song", href: `/songs/${song.id}`, dir: "auto" }, song.title),
      element("small", { dir: "auto" }, song.artists.join(", "), " · ", element("a", { href: song.url, rel: "noreferrer", target: "_blank" }, "in Spotify")),
      ...lines,
    ),
    song.duration_ms ? element("span", { class: "small" }, duration(song.duration_ms)) : null,
    byId("night") ? element("button", { type: "button", class: "mini", "aria-label": `Request ${song.title}`, title: "Send to tonight’s requests", onclick: (event) => requestSong(song, event.currentTarget) }, icon("plus")) : null,
  );
}

function showRadar(chart) {
  say(byId("radar-words"), chart.summary);
  byId("radar").querySelector("script").textContent = JSON.stringify(chart.figure);
  byId("radar-head").replaceChildren(...chart.columns.map((name, place) => element("th", { scope: "col", class: place ? "number" : null }, name)));
  byId("radar-rows").replaceChildren(...chart.rows.map((row) => element("tr", {}, ...row.map((cell, place) => (place ? element("td", { class: "number" }, cell) : element("th", { scope: "row" }, cell))))));
  drawCharts(page, () => {});
}

async function loadSimilar() {
  request?.abort();
  const mine = new AbortController();
  request = mine;
  const query = queryOf();
  const answers = await Promise.all(["similar", "radar"].map((what) => send("GET", `${api}/${what}?${query}`, undefined, mine.signal))).catch((error) => {
    if (!mine.signal.aborted) throw error;
  });
  if (!answers || request !== mine) return;
  const [found, chart] = answers;
  songs = found.items.map((one) => ({ ...one.song, name: one.song.title }));
  byId("similar-list").replaceChildren(...found.items.map(rowOf));
  say(byId("similar-count"), `${songs.length} ${songs.length === 1 ? "song" : "songs"}`);
  history.replaceState(null, "", `${location.pathname}?${query}`);
  listChanged();
  showRadar(chart);
}

function showWeights() {
  const changed = sliders.filter((one) => one.value !== "1").length;
  byId("like-words").textContent = changed ? `${changed} changed` : "all count alike";
  for (const one of sliders) {
    byId(`${one.id}-words`).textContent = WORDS[one.value] ?? `times ${one.value}`;
    one.style.setProperty("--done", `${(100 * one.value) / one.max}%`);
  }
}

async function changed() {
  showWeights();
  if (!form.reportValidity()) return;
  try {
    byId("similar-failure").hidden = true;
    await loadSimilar();
  } catch (error) {
    say(byId("similar-failure"), error.message);
  }
}

form.addEventListener("input", () => {
  showWeights();
  clearTimeout(waiting);
  waiting = setTimeout(changed, TYPING_MS);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  changed();
});
byId("like-reset").addEventListener("click", () => {
  for (const one of sliders) one.value = "1";
  form.elements.k.value = "20";
  form.elements.without_artist.checked = false;
  changed();
});
changed();
