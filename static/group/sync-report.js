// How well the session keeps time: its figures, and each listener's latest skews as a small chart.

import { byId, element, onChange, show } from "../kit/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [120, 32];
const TOLERANCE_MS = 400; // the worker leaves a listener alone who is off by less
const MOST_SHOWN = 20;

const milliseconds = (ms) => (ms === null ? "–" : `${Math.round(ms)} ms`);
const signed = (ms) => `${ms < 0 ? "−" : "+"}${Math.abs(Math.round(ms))} ms`;

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** A line of skews around the middle, which is the host; what is off by more than the tolerance sets the scale. */
function sparkline(skews) {
  const reach = Math.max(TOLERANCE_MS, ...skews.map(Math.abs));
  const x = (place) => WIDTH - 4 - ((skews.length - 1 - place) * (WIDTH - 8)) / (MOST_SHOWN - 1);
  const y = (ms) => HEIGHT / 2 - (ms / reach) * (HEIGHT / 2 - 4);
  const chart = shape("svg", { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": inWords(skews) });
  const zone = (TOLERANCE_MS / reach) * (HEIGHT / 2 - 4);
  chart.append(
    shape("rect", { class: "zone", x: 0, width: WIDTH, y: HEIGHT / 2 - zone, height: 2 * zone, rx: 3 }),
    shape("line", { class: "middle", x1: 0, x2: WIDTH, y1: HEIGHT / 2, y2: HEIGHT / 2 }),
    shape("polyline", { points: skews.map((ms, place) => `${x(place).toFixed(1)},${y(ms).toFixed(1)}`).join(" ") }),
    shape("circle", { cx: x(skews.length - 1), cy: y(skews.at(-1)), r: 3 }),
  );
  return chart;
}

function inWords(skews) {
  const [least, most] = [Math.min(...skews), Math.max(...skews)];
  return `The latest ${skews.length} checks: from ${signed(least)} to ${signed(most)}, now ${signed(skews.at(-1))}`;
}

function row({ name, skews_ms: skews, corrections }) {
  const fixes = corrections ? `corrected ${corrections === 1 ? "once" : `${corrections} times`}` : "never corrected";
  return element(
    "li",
    { class: "member" },
    element("span", { class: "grow" }, element("span", { class: "name" }, name), element("small", {}, fixes)),
    skews.length ? sparkline(skews) : element("small", {}, "not checked yet"),
    skews.length ? element("span", { class: "latest" }, signed(skews.at(-1))) : null,
  );
}

export function createSyncReport() {
  const update = onChange(({ group, tonight, isRunning }) => {
    show(byId("sync-report"), Boolean(tonight));
    if (!tonight) return;
    byId("sync-report-title").textContent = isRunning ? "Tonight" : "The last night";
    byId("night-link").href = `/groups/${group}/nights/${tonight.id}`;
    byId("night-link").textContent = isRunning ? "Report so far" : "Report and playlist";
    byId("sync-report-p50").textContent = milliseconds(tonight.skew_p50_ms);
    byId("sync-report-p95").textContent = milliseconds(tonight.skew_p95_ms);
    byId("sync-report-corrections").textContent = tonight.corrections;
    byId("sync-report-calls").textContent = tonight.calls_spent || "–"; // counted once a minute
    byId("sync-report-listeners").replaceChildren(...tonight.listeners.map(row));
  });
  return (state) => update({ group: state.id, tonight: state.tonight, isRunning: state.session.state === "running" });
}
