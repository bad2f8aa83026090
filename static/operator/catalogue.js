// The operator's catalogue: what is loaded, and a file on its way to take its place.

import { attempt, send } from "../kit/api.js";
import { byId, element, readState, say, show } from "../kit/dom.js";
import { bytes, count } from "../kit/format.js";

const LOOK_EVERY_MS = 1000;
const api = "/api/operator/catalogue";
const form = byId("bring");
const failure = byId("bring-failure");
let looking;
let isSending = false;

function showThere(there) {
  show(byId("there-none"), !there);
  for (const name of ["there", "search", "remove"]) show(byId(name), Boolean(there));
  if (!there) return;
  const lines = [
    `${count(there.songs)} songs under ${count(there.rows)} ids, from ${there.file} (${there.encoding}), loaded ${new Date(there.loaded_at_ms).toLocaleString()}.`,
    `Known: ${there.attributes.join(", ")}.`,
    there.missing.length ? `Without ${there.missing.join(", ")}: the file has no such column.` : "",
    there.unused.length ? `Not used: ${there.unused.join(", ")}.` : "",
    `${count(there.duplicates)} rows were there twice, ${count(there.unreadable)} could not be used.`,
  ].filter(Boolean);
  const problems = there.problems.length ? [element("details", {}, element("summary", {}, "Rows that could not be used"), element("ul", { class: "small" }, ...there.problems.map((one) => element("li", {}, one))))] : [];
  byId("there").replaceChildren(...lines.map((line, place) => element("p", { class: place ? "small" : null }, line)), ...problems);
}

function words(loading, isWorkerAlive) {
  if (loading.is_waiting) return isWorkerAlive ? "It is loaded in a moment." : "The worker is not running: it is loaded when you have started it.";
  const { state, read, size, kept, duplicates, unreadable } = loading.progress;
  const rows = `${count(kept + duplicates + unreadable)} rows`;
  if (state === "working") return size ? `${Math.floor((100 * read) / size)} % of ${bytes(size)}, ${rows}` : "It is being read.";
  if (state === "done") return `${loading.name} is loaded: ${count(kept)} rows kept, ${count(duplicates)} there twice, ${count(unreadable)} not used.`;
  return state === "stopped" ? "Stopped. The catalogue is what it was." : "";
}

function update(state) {
  const { loading } = state;
  const isBusy = Boolean(loading) && (loading.is_waiting || loading.progress.state === "working");
  showThere(state.loaded);
  show(byId("stop"), isBusy);
  if (!isSending) {
    say(byId("progress-words"), loading ? words(loading, state.is_worker_alive) : "");
    show(byId("progress"), isBusy);
    const { read, size } = loading?.progress ?? {};
    if (size) byId("progress").value = read / size;
    else byId("progress").removeAttribute("value");
  }
  if (loading?.progress?.state === "failed") say(failure, loading.progress.error);
  const problems = loading?.progress && loading.progress.state !== "done" ? loading.progress.problems : [];
  show(byId("problems"), problems.length > 0);
  byId("problem-list").replaceChildren(...problems.map((one) => element("li", {}, one)));
  clearTimeout(looking);
  if (isBusy) looking = setTimeout(() => look().catch(() => update(state)), LOOK_EVERY_MS);
}

const look = async () => update(await send("GET", api));

/** A form with a file is sent by XMLHttpRequest: nothing else tells how much of it has left. */
function upload(file) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", api);
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      say(byId("progress-words"), `Sending: ${Math.floor((100 * event.loaded) / event.total)} %`);
      byId("progress").value = event.loaded / event.total;
      show(byId("progress"), true);
    };
    request.onload = () => (request.status === 202 ? done(request.response) : failed(new Error(request.response?.error?.message ?? "That did not work. Try again in a moment.")));
    request.onerror = () => failed(new Error("The connection to SongSwap broke off. Try again."));
    const content = new FormData();
    content.append("file", file, file.name);
    request.send(content);
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const [file] = form.elements.file.files;
  attempt(event.submitter, failure, async () => {
    if (file.size > Number(byId("catalogue").dataset.largest)) throw new Error(`It is larger than ${bytes(Number(byId("catalogue").dataset.largest))}. Load it on the command line.`);
    isSending = true;
    try {
      const state = await upload(file);
      isSending = false;
      form.reset();
      update(state);
    } catch (error) {
      isSending = false;
      await look();
      throw error;
    }
  });
});
byId("stop").addEventListener("click", (event) => attempt(event.currentTarget, failure, async () => update(await send("DELETE", `${api}/loading`))));
byId("remove-button").addEventListener("click", (event) =>
  attempt(event.currentTarget, byId("remove-failure"), async () => {
    await send("DELETE", api);
    await look();
    byId("there-title").scrollIntoView({ block: "center" });
  }),
);
update(readState());
