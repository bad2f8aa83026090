// A list becomes a playlist: a new one, or the end of one of mine; how it goes is shown until it has come to an end.

import { attempt, send } from "./api.js";
import { byId, element, say, show } from "./dom.js";
import { clockTime } from "./format.js";

const LOOK_EVERY_MS = 1000;
const NEW = "";
const ASKING = "Asking Spotify for your playlists…";
const URL = "/api/create/playlist";
const pause = () => new Promise((done) => setTimeout(done, LOOK_EVERY_MS));

/** `songs` gives the list as it is now. Returns what is to be called when it has changed. */
export function createSaving(songs) {
  const failure = byId("save-failure");
  const form = byId("save-form");
  const where = byId("save-where");
  let failed = "";

  const showName = () => {
    const isNew = where.value === NEW;
    show(byId("save-name-part"), isNew);
    byId("save-name").required = isNew;
    byId("save-button").textContent = isNew ? "Save as a playlist" : "Add to this playlist";
  };

  const showPlaylists = ({ items, is_looking, error }) => {
    const chosen = where.value;
    const mine = items.filter((one) => one.is_mine);
    where.replaceChildren(element("option", { value: NEW }, "A new private playlist"), ...mine.map((one) => element("option", { value: one.id }, `At the end of “${one.name}”`)));
    where.value = mine.some((one) => one.id === chosen) ? chosen : NEW;
    say(byId("save-note"), is_looking ? ASKING : error);
    showName();
  };

  const refreshPlaylists = async () => {
    say(byId("save-note"), ASKING);
    try {
      let found = await send("POST", "/api/me/playlists/look");
      while (found.is_looking) {
        await pause();
        found = await send("GET", "/api/me/playlists");
      }
      showPlaylists(found);
      if (!found.error) say(byId("save-note"), `${found.items.filter((one) => one.is_mine).length} playlists are yours.`);
    } catch (error) {
      say(byId("save-note"), "");
      throw error;
    }
  };

  const progressText = (saved, isNew) => {
    const count = saved.tracks === 1 ? "1 song" : `${saved.tracks} songs`;
    if (saved.state === "done") return isNew ? `“${saved.name}” is in your Spotify, with ${count}.` : `“${saved.name}” has ${count} more.`;
    if (saved.until_ms) return `Spotify wants a break until ${clockTime(saved.until_ms)}. It goes on by itself.`;
    return saved.state === "failed" ? "" : "Saving…";
  };

  const showSaved = (saved, isNew) => {
    failed = saved.state === "failed" ? saved.id : "";
    say(byId("save-progress"), progressText(saved, isNew));
    say(failure, saved.error);
    show(byId("save-link"), Boolean(saved.url));
    if (saved.url) byId("save-link").href = saved.url;
    if (failed) byId("save-button").textContent = "Try again";
  };

  const save = async () => {
    const target = where.value === NEW ? null : where.value;
    say(byId("save-progress"), "Saving…");
    show(byId("save-link"), false);
    let saved = await send("POST", URL, { uris: songs().map((song) => song.uri), name: byId("save-name").value, target, again: failed });
    for (;;) {
      showSaved(saved, target === null);
      if (saved.state === "done" || saved.state === "failed") return;
      await pause();
      saved = await send("GET", `/api/me/saves/${saved.id}`);
    }
  };

  where.addEventListener("change", () => {
    failed = "";
    showName();
  });
  byId("save-look").addEventListener("click", (event) => attempt(event.currentTarget, failure, refreshPlaylists));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(byId("save-button"), failure, async () => {
      try {
        await save();
      } catch (error) {
        say(byId("save-progress"), "");
        throw error;
      }
    });
  });
  attempt(form, failure, async () => showPlaylists(await send("GET", "/api/me/playlists")));

  return () => {
    failed = "";
    for (const name of ["save-progress", "save-failure"]) say(byId(name), "");
    show(byId("save-link"), false);
    show(byId("save"), songs().length > 0);
    showName();
  };
}
