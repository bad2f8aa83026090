// The page of one's listening history: files come in, what is kept is shown, and can go again.

import { attempt, send } from "../kit/api.js";
import { byId, element, icon, onChange, readState, say, show } from "../kit/dom.js";
import { follow } from "../kit/event-stream.js";
import { ago, count, date, dateAndTime } from "../kit/format.js";
import { createImports } from "./imports.js";
import { createSharing } from "./sharing.js";
import { drawMonths, drawSpans, drawYears, reach } from "./coverage-chart.js";
import { createUploads } from "../kit/uploads.js";

const URL = "/api/me/history";
const CLOCK_EVERY_MS = 20_000;

let state = readState().history;

// What comes in

const failure = byId("bring-failure");
const imports = createImports(byId("imports"), {
  stop: (id, control) =>
    isOnItsWay(id) ? uploads.remove(id) : attempt(control, failure, async () => render(await send("PUT", `${URL}/imports/${id}`, { state: "stopped" }))),
  start: (id, control) =>
    isOnItsWay(id) ? uploads.again(id) : attempt(control, failure, async () => render(await send("PUT", `${URL}/imports/${id}`, { state: "running" }))),
  remove: (id, control) => (isOnItsWay(id) ? uploads.remove(id) : attempt(control, failure, () => discard(id))),
});
const picker = byId("files");
const uploads = createUploads({
  url: `${URL}/imports`,
  largest: Number(picker.dataset.largest),
  onChange: renderImports,
  onTaken: (uploadId, item) => {
    imports.arrived(uploadId, item.id);
    if (!state.imports.some((one) => one.id === item.id)) state = { ...state, imports: [item, ...state.imports] };
  },
});
const isOnItsWay = (id) => uploads.list.some((one) => one.id === id);

async function discard(id) {
  await send("DELETE", `${URL}/imports/${id}`);
  state = { ...state, imports: state.imports.filter((one) => one.id !== id) };
  renderImports();
  byId("files").focus();
}

function renderImports() {
  imports.render(uploads?.list ?? [], state.imports);
}

picker.addEventListener("change", () => {
  uploads.add([...picker.files]);
  picker.value = "";
});

const drop = byId("drop");
let depth = 0; // a drag enters each child on its way
const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault()); // a file beside the field is not opened
addEventListener("drop", (event) => holdsFiles(event) && event.preventDefault());
drop.addEventListener("dragenter", (event) => {
  depth += holdsFiles(event) ? 1 : 0;
  drop.classList.toggle("over", depth > 0);
});
drop.addEventListener("dragleave", (event) => {
  depth -= holdsFiles(event) ? 1 : 0;
  drop.classList.toggle("over", depth > 0);
});
drop.addEventListener("drop", (event) => {
  depth = 0;
  drop.classList.remove("over");
  uploads.add([...event.dataTransfer.files]);
});

// What is kept

const sourceRow = (source, months) => {
  const strip = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  strip.setAttribute("class", "timeline");
  strip.setAttribute("role", "img");
  strip.setAttribute("aria-label", `Rows by month, from ${date(source.from_ms)} to ${date(source.to_ms)}`);
  drawMonths(strip, source.months, months);
  const remove = element("button", { class: "mini", type: "button", "aria-label": `Delete: ${source.title}`, onclick: () => confirmSource(source) }, icon("trash"));
  remove.hidden = source.is_going;
  return element(
    "li",
    { class: source.is_going ? "source going" : "source" },
    element(
      "div",
      { class: "source-head" },
      element("span", { class: "grow" }, element("strong", {}, source.title), element("small", {}, source.is_going ? "Is being deleted…" : source.tells)),
      element("span", { class: "amount" }, element("b", {}, count(source.rows)), element("small", {}, source.rows === 1 ? "row" : "rows")),
      remove,
    ),
    strip,
    element("small", {}, `${date(source.from_ms)} – ${date(source.to_ms)}`),
  );
};

const renderKept = onChange(({ sources, gaps, from_ms: fromMs, nowMs }) => {
  show(byId("kept"), sources.length > 0);
  show(byId("nothing"), sources.length === 0);
  if (!sources.length) return;
  const months = reach(fromMs, nowMs);
  drawYears(byId("axis"), months);
  byId("sources").replaceChildren(...sources.map((source) => sourceRow(source, months)));
  renderGaps(gaps, months);
});

function renderGaps(gaps, months) {
  const missing = gaps.filter((gap) => !gap.is_paused);
  byId("gaps-strip").toggleAttribute("hidden", !gaps.length); // SVG knows no property of that name
  drawSpans(byId("gaps-strip"), gaps, months);
  byId("gaps-words").textContent = gapsInWords(missing.length, gaps.length - missing.length);
  show(byId("gaps-more"), gaps.length > 0);
  byId("gaps").replaceChildren(...gaps.toReversed().map((gap) => element("li", {}, element("b", {}, `${dateAndTime(gap.from_ms)} – ${dateAndTime(gap.to_ms)}`), ` ${gap.words}`)));
}

function gapsInWords(missing, paused) {
  const off = paused ? ` Recording was paused ${paused === 1 ? "once" : `${count(paused)} times`}; nothing is missing there.` : "";
  if (!missing) return `No time is known of which plays are missing.${off}`;
  const times = missing === 1 ? "one time" : `${count(missing)} times`;
  return `Plays may be missing at ${times}. Figures over a gap say “at least”. Spotify’s extended history fills the gaps up to its last row.${off}`;
}

function renderLead() {
  const { plays, from_ms: fromMs, sources } = state;
  byId("lead").textContent = plays
    ? `${count(plays)} ${plays === 1 ? "play" : "plays"} since ${date(fromMs)}${sources.length > 1 ? `, out of ${sources.length} sources` : ""}.`
    : "What you listened to, kept whole, on this SongSwap only. Private, unless you share it.";
  show(byId("to-insights"), plays > 0);
  for (const part of ["take", "forget"]) show(byId(part), sources.length > 0);
  show(byId("silent"), !state.is_worker_alive);
  say(byId("going"), state.failure || (state.is_going ? "All of it is being deleted…" : ""));
}

// Recording

const pause = byId("pause");

function renderRecording() {
  const { is_paused: isPaused, trouble, asked_at_ms: askedMs, next_at_ms: nextMs } = state.recording;
  const pill = byId("recording-pill");
  pill.textContent = isPaused ? "Paused" : trouble ? "Waits" : "On";
  pill.classList.toggle("live", !isPaused && !trouble);
  say(byId("recording-words"), isPaused ? "Nothing you play is recorded. The time is noted as a pause." : trouble || "What you play on Spotify is recorded, wherever you play it; private sessions are not.");
  const asked = askedMs ? `Spotify was last asked ${ago(askedMs, state.now_ms)}.` : "Spotify was not asked yet.";
  const next = nextMs && nextMs > state.now_ms ? ` Next time ${ago(nextMs, state.now_ms)}.` : "";
  say(byId("recording-last"), isPaused ? "" : asked + next);
  show(byId("recording-login"), Boolean(trouble) && state.recording.needs_login);
  say(pause.firstElementChild, isPaused ? "Record again" : "Pause recording");
}

pause.addEventListener("click", () =>
  attempt(pause, byId("recording-failure"), async () => {
    const sharing = await send("PUT", "/api/me/sharing", { is_paused: !state.recording.is_paused });
    state = { ...state, recording: { ...state.recording, is_paused: sharing.is_paused } };
    renderRecording();
  }),
);

// Deleting

const dialog = byId("confirm");
let confirmed = null;

function confirm(title, words, run) {
  byId("confirm-title").textContent = title;
  byId("confirm-words").replaceChildren(...words);
  show(byId("confirm-failure"), false);
  confirmed = run;
  dialog.showModal();
}

byId("confirm-yes").addEventListener("click", (event) =>
  attempt(event.currentTarget, byId("confirm-failure"), async () => {
    render(await confirmed());
    dialog.close();
  }),
);

const TAKE_FIRST = () => element("p", {}, element("a", { class: "button quiet small", href: `${URL}/export?format=jsonl`, download: true }, icon("download"), "Take it along first"));

function confirmSource({ source, title, rows, from_ms: fromMs, to_ms: toMs }) {
  const words = [
    element("p", {}, `${count(rows)} ${rows === 1 ? "row" : "rows"} from ${date(fromMs)} to ${date(toMs)} are deleted for good, and all figures are made anew.`),
    element("p", {}, state.sources.length > 1 ? "Plays that another source told of as well stay, with what that source knows of them." : "Nothing else tells of them: your history is empty then."),
    source === "recent" ? element("p", {}, "Recording goes on. To stop it, pause it.") : null,
    TAKE_FIRST(),
  ].filter(Boolean);
  confirm(`Delete what ${title} told?`, words, () => send("DELETE", `${URL}/sources/${source}`));
}

byId("forget-all").addEventListener("click", () => {
  const rows = state.sources.reduce((sum, source) => sum + source.rows, 0);
  const words = [
    element("p", {}, `${count(rows)} rows of ${state.sources.length === 1 ? "one source" : `${state.sources.length} sources`}, the gaps, and files that wait for their import are deleted for good. All figures of yours are empty then, also for those you share with.`),
    state.recording.is_paused ? null : element("p", {}, "Recording goes on with what you play from now on. To stop it as well, pause it."),
    TAKE_FIRST(),
  ].filter(Boolean);
  confirm("Delete your whole listening history?", words, () => send("DELETE", URL));
});

// All of it, live

function render(now) {
  state = now;
  renderLead();
  renderImports();
  renderKept({ sources: now.sources, gaps: now.gaps, from_ms: now.from_ms, nowMs: Math.max(now.to_ms ?? 0, now.now_ms - (now.now_ms % 86_400_000)) });
  renderRecording();
}

createSharing(readState().sharing);
render(state);
byId("how").open = !state.sources.length;
follow(`${URL}/events`, {
  onState: render,
  onGone: () => location.assign("/login?next=/history"),
  onConnection: (isUp) => show(byId("lost"), !isUp),
});
const openedAt = performance.now() - state.now_ms;
setInterval(() => {
  state = { ...state, now_ms: performance.now() - openedAt };
  renderRecording();
}, CLOCK_EVERY_MS);
