// The list of files somebody brought: those on their way, and those the worker has or had.

import { byId, element, icon, say, show } from "../kit/dom.js";
import { bytes, count } from "../kit/format.js";

const READING = 0.8; // of the bar; the rest is for making figures of what was read

/** A file on its way, in the words of one that has arrived. */
const ofUpload = (upload) => ({
  id: upload.id,
  name: upload.name,
  size: upload.size,
  progress: { queued: "queued", waiting: "queued", sending: "sending", failed: "failed" }[upload.state],
  words: { queued: "Is sent next", waiting: "Is sent in a moment", sending: `Sending: ${Math.floor((100 * upload.sent) / (upload.size || 1))} %`, failed: upload.error }[upload.state],
  share: upload.size ? upload.sent / upload.size : 0,
  total: 0,
  problems: [],
  others: [],
  may_start: upload.state === "failed" && !upload.isUnfit,
});

function ofImport(item) {
  const reading = item.to_read ? item.read / item.to_read : 0;
  const making = item.to_make ? item.made / item.to_make : 0;
  return { ...item, share: item.progress === "done" ? 1 : READING * reading + (1 - READING) * making };
}

const IS_BUSY = new Set(["queued", "sending", "waiting", "working", "stopping"]);

/** Rows stay where they are while their content changes, so that the focus does too. */
export function createImports(list, actions) {
  const rows = new Map();
  const tell = createNews(byId("import-news"));
  /** What was on its way has arrived: its row is that of the import from now on. */
  const arrived = (uploadId, importId) => {
    const row = rows.get(uploadId);
    if (!row) return;
    rows.delete(uploadId);
    rows.get(importId)?.remove(); // the feed was quicker
    rows.set(importId, row);
    row.rename(importId);
  };
  const render = (uploads, imports) => {
    const items = [...uploads.map(ofUpload), ...imports.map(ofImport)];
    for (const [id, row] of rows) {
      if (items.some((item) => item.id === id)) continue;
      rows.delete(id);
      row.remove();
    }
    items.forEach((item, place) => {
      const row = rows.get(item.id) ?? createRow(item.id, actions);
      rows.set(item.id, row);
      row.update(item);
      if (list.children[place] !== row.item) list.insertBefore(row.item, list.children[place] ?? null);
    });
    show(list, items.length > 0);
    items.forEach(tell);
  };
  return { render, arrived };
}

function createRow(firstId, { stop, start, remove }) {
  let id = firstId;
  const part = {
    name: element("strong", {}),
    words: element("small", {}),
    stop: element("button", { class: "button quiet small", type: "button", onclick: (event) => stop(id, event.currentTarget) }, "Stop"),
    start: element("button", { class: "button quiet small", type: "button", onclick: (event) => start(id, event.currentTarget) }, "Start again"),
    remove: element("button", { class: "mini", type: "button", onclick: (event) => remove(id, event.currentTarget) }, icon("remove")),
    bar: element("progress", { max: "1" }),
    tally: element("p", { class: "tally" }),
    problems: element("details", { class: "manage problems" }, element("summary", {}), element("ul", { class: "list" })),
    others: element("p", { class: "small" }),
  };
  const head = element("div", { class: "import-head" }, element("span", { class: "grow" }, part.name, part.words), part.stop, part.start, part.remove);
  const item = element("li", { class: "import" }, head, part.bar, part.tally, part.problems, part.others);
  return { item, update: (now) => update(item, part, now), remove: () => item.remove(), rename: (now) => (id = now) };
}

function update(row, part, item) {
  row.dataset.progress = item.progress;
  say(part.name, item.name);
  say(part.words, item.progress === "done" || item.progress === "failed" ? item.words : `${bytes(item.size)} · ${item.words}`);
  for (const [control, what] of [[part.stop, "Stop"], [part.start, "Start again"], [part.remove, "Take off the list"]]) control.setAttribute("aria-label", `${what}: ${item.name}`);
  show(part.stop, ["waiting", "working"].includes(item.progress));
  show(part.start, item.may_start);
  show(part.bar, IS_BUSY.has(item.progress) || item.progress === "stopped");
  part.bar.value = item.share;
  part.bar.setAttribute("aria-label", item.name);
  part.bar.textContent = `${Math.round(100 * item.share)} %`;
  showTally(part.tally, item);
  showProblems(part.problems, item);
  say(part.others, item.others.length ? `No history, and left alone: ${item.others.join(", ")}` : "");
}

/** Every row there was is in one of the four: the sum is shown as one. */
function showTally(tally, item) {
  show(tally, item.total > 0);
  if (!item.total) return;
  const parts = [
    [item.kept, "kept"],
    [item.duplicates, "there already"],
    [item.podcasts, item.podcasts === 1 ? "podcast" : "podcasts"],
    [item.unreadable, "unreadable"],
  ];
  const told = parts.flatMap(([number, word], place) => [place ? " + " : "", element("b", {}, count(number)), ` ${word}`]);
  tally.replaceChildren(...told, " = ", element("b", {}, count(item.total)), item.total === 1 ? " row" : " rows");
}

function showProblems(details, item) {
  show(details, item.problems.length > 0);
  if (!item.problems.length) return;
  const [summary, list] = details.children;
  say(summary, item.unreadable === 1 ? "What could not be read" : `What could not be read: ${count(item.unreadable)} rows`);
  const more = item.unreadable - item.problems.length;
  const lines = item.problems.map(({ file, line, why }) => element("li", {}, element("b", {}, line ? `${file}, line ${count(line)}` : file), ` ${why}`));
  if (list.children.length !== lines.length + (more > 0)) list.replaceChildren(...lines, ...(more > 0 ? [element("li", {}, `… and ${count(more)} more`)] : []));
}

/** What a screen reader says: that something begins, each quarter, how it ended. */
function createNews(target) {
  const last = new Map();
  return (item) => {
    const before = last.get(item.id);
    const now = `${item.progress} ${Math.floor(item.share * 4)}`;
    last.set(item.id, now);
    if (before === undefined && !IS_BUSY.has(item.progress)) return;
    if (before === now) return;
    const counted = item.progress === "done" ? ` ${count(item.kept)} plays kept, ${count(item.duplicates)} were there already, ${count(item.unreadable)} could not be read.` : "";
    target.textContent = `${item.name}: ${item.words}.${counted}`;
  };
}
