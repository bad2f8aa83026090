// Draws the charts of a page by plotly.js, in the colours of the style sheet, light or dark.

const SETTINGS = { displayModeBar: false, responsive: true, showTips: false, doubleClick: false, scrollZoom: false };
const dark = matchMedia("(prefers-color-scheme: dark)");

let loading;

/** plotly.js itself, loaded once; it is large, so it comes after the page. */
function plotly(url) {
  loading ??= new Promise((loaded, failed) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => loaded(window.Plotly);
    script.onerror = () => {
      loading = undefined;
      script.remove();
      failed(new Error("plotly.js could not be loaded"));
    };
    document.head.append(script);
  });
  return loading;
}

/** A copy of a figure in which the names of tokens (“--accent”) are the colours they stand for now. */
function inColours(thing, style) {
  if (typeof thing === "string") return thing.startsWith("--") ? style.getPropertyValue(thing).trim() : thing;
  if (Array.isArray(thing)) return thing.map((one) => inColours(one, style));
  if (thing && typeof thing === "object") return Object.fromEntries(Object.entries(thing).map(([name, one]) => [name, inColours(one, style)]));
  return thing;
}

const breathe = () => new Promise((done) => setTimeout(done));

/** Draw all charts within `root`, one after the other. A click goes where the table’s link does: `follow` takes the address. */
export async function drawCharts(root, follow) {
  const charts = [...root.querySelectorAll("[data-chart]")];
  if (!charts.length) return;
  let Plotly;
  try {
    if (!root.dataset.plotly) throw new Error("plotly.js is not installed");
    Plotly = await plotly(root.dataset.plotly);
  } catch {
    charts.forEach(showTableInstead);
    return;
  }
  for (const chart of charts) {
    if (!chart.isConnected) return;
    await draw(Plotly, chart, follow).catch(() => showTableInstead(chart));
    await breathe();
  }
}

async function draw(Plotly, chart, follow) {
  const plot = chart.querySelector(".plot");
  const style = getComputedStyle(document.documentElement);
  const figure = inColours(JSON.parse(chart.querySelector("script").textContent), style);
  figure.layout.font = { ...figure.layout.font, family: getComputedStyle(document.body).fontFamily };
  plot.style.height = `${figure.layout.height}px`;
  await Plotly.react(plot, figure.data, { ...figure.layout, autosize: true }, SETTINGS);
  plot.classList.add("drawn");
  if (plot.dataset.clickable) return;
  plot.dataset.clickable = "true";
  plot.on("plotly_click", ({ points }) => {
    const row = points[0]?.customdata ?? points[0]?.pointNumber;
    const link = chart.querySelector("tbody").rows[row]?.querySelector("a");
    if (link) follow(link.href);
  });
}

function showTableInstead(chart) {
  chart.querySelector(".plot-frame").hidden = true;
  chart.querySelector("[data-failure]").hidden = false;
  chart.querySelector("details").open = true;
}

/** Forget the drawings within `root`, which is about to be emptied. */
export function eraseCharts(root) {
  for (const plot of root.querySelectorAll(".plot.drawn")) window.Plotly.purge(plot);
}

dark.addEventListener("change", () => {
  const root = document.getElementById("insights");
  if (root && window.Plotly) drawCharts(root, () => {});
});
