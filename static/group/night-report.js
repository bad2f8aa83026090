// The report of a night: times where the reader is, and the night as a playlist.

import { attempt, send } from "../kit/api.js";
import { byId, say, show } from "../kit/dom.js";
import { clockTime, date, duration } from "../kit/format.js";

const LOOK_EVERY_MS = 1000;
const PROGRESS = { waiting: "Making the playlist…", working: "Making the playlist…", done: "It is in your Spotify, for you alone.", failed: "" };

for (const time of document.querySelectorAll("time[data-ms]")) {
  const ms = Number(time.dataset.ms);
  time.dateTime = new Date(ms).toISOString();
  time.textContent = time.dataset.format === "date" ? date(ms) : clockTime(ms);
}
for (const length of document.querySelectorAll("[data-length-ms]")) length.textContent = duration(Number(length.dataset.lengthMs));

const save = byId("save");
const form = byId("save-form");

function showSave(playlist) {
  const failed = playlist.state === "failed";
  say(byId("save-progress"), PROGRESS[playlist.state]);
  say(byId("save-failure"), playlist.error);
  show(form, failed);
  show(byId("save-link"), Boolean(playlist.url));
  if (playlist.url) byId("save-link").href = playlist.url;
}

/** Ask until it has come to an end: this page has no live feed. */
async function waitForEnd() {
  for (;;) {
    const { playlist } = await send("GET", save.dataset.url);
    showSave(playlist);
    if (playlist.state === "done" || playlist.state === "failed") return;
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
}

if (form) {
  const field = form.elements.name;
  if (field.dataset.startedMs) field.value = `${field.value}, ${date(Number(field.dataset.startedMs))}`.slice(-100);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(event.submitter, byId("save-failure"), async () => {
      showSave(await send("POST", `${save.dataset.url}/playlist`, { name: field.value }));
      await waitForEnd();
    });
  });
  if (["waiting", "working"].includes(save.dataset.state)) attempt(form, byId("save-failure"), waitForEnd);
}
