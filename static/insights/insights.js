// Pages of what people listened to: a change of what is shown fetches the page anew and puts it in the old one's place.

import { drawCharts, eraseCharts } from "../kit/charts.js";
import { byId, copy, show } from "../kit/dom.js";
import { watchPreviews } from "../kit/preview-player.js";

const COPIED_MS = 2000;
const TYPING_MS = 600;

const page = byId("insights");
const trouble = byId("trouble");
let request;
let failed;
let typed;

/** An address says what was chosen: nothing empty, and days for a period that is chosen by days only. */
function addressOf(form) {
  const isCustom = form.elements.period.value === "custom";
  const chosen = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value && (isCustom || !["from", "to"].includes(name))));
  const url = new URL(form.action);
  url.search = chosen;
  return url;
}

/** Show what is at `url` instead; the address and the history follow if it `isNew`. */
async function turnTo(url, isNew) {
  request?.abort();
  const mine = new AbortController();
  request = mine;
  failed = () => turnTo(url, isNew);
  show(trouble, false);
  page.ariaBusy = "true";
  try {
    const answer = await fetch(url, { signal: mine.signal });
    if (answer.redirected && new URL(answer.url).pathname.startsWith("/login")) return location.assign(url);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = found.getElementById("insights");
    if (!content) throw new Error(found.querySelector("main h1 + p")?.textContent ?? "That did not work.");
    if (isNew) history.pushState(null, "", url);
    put(content, found.title);
  } catch (error) {
    if (mine.signal.aborted) return undefined;
    showFailure(error instanceof TypeError ? "The connection to SongSwap is lost." : error.message);
  }
  if (request === mine) page.ariaBusy = "false";
  return undefined;
}

/** Put the new content in place of the old; the focus stays on the control that it was on. */
function put(content, title) {
  const focused = document.activeElement;
  const isTyping = focused?.type === "date" && page.contains(focused);
  const which = focused?.id ? `#${focused.id}` : focused?.name ? `[name="${focused.name}"]${focused.type === "radio" ? ":checked" : ""}` : null;
  const isOpen = page.querySelector(".more")?.open;
  eraseCharts(page);
  if (isTyping) putAround(byId("controls"), [...content.childNodes]);
  else page.replaceChildren(...content.childNodes);
  document.title = title;
  prepare();
  if (isOpen && page.querySelector(".more")) page.querySelector(".more").open = true;
  if (which && !isTyping) (page.querySelector(which) ?? page.querySelector('[name="period"]'))?.focus({ preventScroll: true });
  byId("announcement").textContent = byId("span")?.textContent ?? page.querySelector("h2")?.textContent ?? title;
}

/** Put new nodes in place of all but `kept`: in a date somebody is typing in, the place within it would be lost. */
function putAround(kept, nodes) {
  const place = nodes.findIndex((node) => node.id === kept.id);
  while (kept.previousSibling) kept.previousSibling.remove();
  while (kept.nextSibling) kept.nextSibling.remove();
  kept.before(...nodes.slice(0, place));
  kept.after(...nodes.slice(place + 1));
}

function showFailure(words) {
  trouble.querySelector("p").textContent = words;
  show(trouble, true);
  trouble.scrollIntoView({ block: "nearest" });
}

function prepare() {
  page.classList.add("live");
  drawCharts(page, (href) => follow(new URL(href, location.href)));
}

/** Where a click in a chart leads: the same page in another time is put in place, any other is opened. */
function follow(url) {
  if (url.pathname === location.pathname) turnTo(url, true);
  else location.assign(url);
}

page.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.id !== "controls") return;
  clearTimeout(typed);
  const { period, from, to } = form.elements;
  if (event.target === period) form.elements.at?.remove();
  if (event.target === period && period.value === "custom") from.focus();
  else if (event.target !== from && event.target !== to) turnTo(addressOf(form), true);
  else if (from.value && to.value && form.checkValidity()) typed = setTimeout(() => turnTo(addressOf(form), true), TYPING_MS);
});

page.addEventListener("submit", (event) => {
  if (event.target.id !== "controls") return;
  event.preventDefault();
  turnTo(addressOf(event.target), true);
});

page.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    turnTo(new URL(link.href), true);
  }
  const button = event.target.closest("[data-copy]");
  if (button) copyField(button);
});

async function copyField(button) {
  const words = button.querySelector("span");
  const before = words.textContent;
  await copy(byId(button.dataset.copy));
  words.textContent = "Copied";
  setTimeout(() => (words.textContent = before), COPIED_MS);
}

addEventListener("popstate", () => turnTo(new URL(location.href), false));
trouble.querySelector("button").addEventListener("click", () => failed());

watchPreviews(page);
prepare();
