// A small time line: how much there is in each month, and where something is missing.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 24;
const FEWEST_MONTHS = 12;
const NARROWEST = 0.006; // of the whole: what is shorter could not be seen
const LEAST_BAR = 2;

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** "2026-11" → months since the year 0 */
const monthOf = (name) => Number(name.slice(0, 4)) * 12 + Number(name.slice(5)) - 1;

function monthAt(ms) {
  const at = new Date(ms);
  const start = Date.UTC(at.getUTCFullYear(), at.getUTCMonth());
  const end = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1);
  return at.getUTCFullYear() * 12 + at.getUTCMonth() + (ms - start) / (end - start);
}

/** The months from the first play until now, twelve at least. */
export function reach(fromMs, nowMs) {
  const last = Math.floor(monthAt(nowMs));
  const first = Math.min(Math.floor(monthAt(fromMs)), last - FEWEST_MONTHS + 1);
  return { first, count: last - first + 1 };
}

/** A bar for each month, as high as it has rows. */
export function drawMonths(svg, months, { first, count }) {
  const most = Math.max(...Object.values(months));
  svg.setAttribute("viewBox", `0 0 ${count} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  const bars = Object.entries(months).map(([name, rows]) => {
    const height = Math.max(LEAST_BAR, (rows / most) * HEIGHT);
    return shape("rect", { x: monthOf(name) - first + 0.08, width: 0.84, y: HEIGHT - height, height });
  });
  svg.replaceChildren(...bars);
}

/** A mark for each span of time, wide enough to be seen. */
export function drawSpans(svg, spans, { first, count }) {
  svg.setAttribute("viewBox", `0 0 ${count} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  const marks = spans.map(({ from_ms, to_ms, is_paused }) => {
    const from = Math.max(0, monthAt(from_ms) - first);
    const width = Math.max(NARROWEST * count, monthAt(to_ms) - first - from);
    return shape("rect", { class: is_paused ? "paused" : "missing", x: Math.min(from, count - width), width, y: 0, height: HEIGHT });
  });
  svg.replaceChildren(...marks);
}

/** The years below each other's first month, as many as there is room for. */
export function drawYears(axis, { first, count }) {
  const years = [];
  for (let month = Math.ceil(first / 12) * 12; month < first + count; month += 12) years.push(month);
  const every = Math.ceil(years.length / 6);
  axis.replaceChildren(
    ...years
      .filter((month) => (month / 12) % every === 0)
      .map((month) => {
        const label = document.createElement("span");
        label.textContent = String(month / 12);
        label.style.left = `${(100 * (month - first)) / count}%`;
        return label;
      }),
  );
}
