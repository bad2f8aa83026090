// Music videos for the songs of a playlist, as they are found.

import { attempt, send } from "../kit/api.js";
import { byId, element, icon, onChange, readState, say, show } from "../kit/dom.js";
import { follow } from "../kit/event-stream.js";
import { clockTime, date, dateAndTime, duration } from "../kit/format.js";

const SURE = { sure: ["Sure", "good"], likely: ["Likely", "wait"], guess: ["A guess", ""] };
const SOON_MS = 20 * 3_600_000;
const OVER = ["nothing_found", "nothing_fits"];

let state = readState();
let stop = () => {};

const when = (ms) => (ms - state.now_ms < SOON_MS ? clockTime(ms) : dateAndTime(ms));
const asked = () => `playlist=${encodeURIComponent(byId("playlist").value)}&num=${byId("num").value}`;

// What to look for

const renderLists = onChange(({ playlists, chosen }) => {
  const options = playlists.map((one) => element("option", { value: one.id }, one.about === "yours" ? one.name : `${one.name} (${one.about})`));
  byId("playlist").replaceChildren(...options);
  byId("playlist").value = chosen ?? "";
});

const renderNum = onChange((num) => {
  const select = byId("num");
  if (![...select.options].some((one) => one.value === String(num))) select.append(element("option", { value: num }, `the first ${num}`));
  select.value = num;
});

function renderBudget({ limit, used, left, resets_at_ms }) {
  const spent = used >= limit ? `Today’s ${limit} searches are used up.` : `YouTube says that today’s searches are used up, ${used} of them from here.`;
  const rest = `${left} of ${limit} searches are left today, for everybody here. A song that was found costs none again for 30 days.`;
  say(byId("budget"), left ? rest : `${spent} New ones come ${when(resets_at_ms)}, after midnight Pacific Time. What was found before can still be seen.`);
}

// What was found

function video(one) {
  const [label, tone] = SURE[one.how_sure];
  const picture = one.thumbnail ? element("img", { src: one.thumbnail, alt: "", loading: "lazy", width: 320, height: 180, referrerpolicy: "no-referrer" }) : icon("play");
  const about = [one.channel, one.duration_ms ? duration(one.duration_ms) : null].filter(Boolean).join(" · ");
  return element(
    "li",
    { class: "video-card" },
    element(
      "a",
      { class: "video-link", href: one.url, target: "_blank", rel: "noreferrer noopener", "aria-label": `${one.title} by ${one.artist}: watch “${one.video_title}” on YouTube` },
      element("span", { class: "video-picture" }, picture),
    ),
    element(
      "div",
      { class: "video-words" },
      element("p", { class: "video-song" }, element("strong", {}, one.title), element("span", {}, one.artist)),
      element("p", { class: "small video-title" }, one.video_title),
      element("p", { class: "small" }, about),
      element(
        "details",
        { class: "video-why" },
        element("summary", {}, element("span", { class: `pill ${tone}` }, label), element("span", { class: "small" }, "Why?")),
        element("ul", { class: "small" }, ...one.reasons.map((reason) => element("li", {}, `${reason[0].toUpperCase()}${reason.slice(1)}.`))),
        one.description ? element("p", { class: "small" }, `YouTube: “${one.description}”`) : null,
      ),
    ),
  );
}

const renderFound = onChange((items) => {
  const open = new Set([...byId("found").querySelectorAll("details[open]")].map((one) => one.closest("li").dataset.id));
  const focused = document.activeElement?.closest?.("#found li")?.dataset.id;
  const onLink = document.activeElement?.matches?.("a");
  byId("found").replaceChildren(
    ...items.map((one) => {
      const made = video(one);
      made.dataset.id = `${one.position}-${one.video_id}`;
      made.querySelector("details").open = open.has(made.dataset.id);
      return made;
    }),
  );
  if (focused) byId("found").querySelector(`[data-id="${focused}"] ${onLink ? "a" : "summary"}`)?.focus();
  show(byId("found-part"), items.length > 0);
});

const renderMissing = onChange(({ missing }) => {
  byId("missing").replaceChildren(
    ...missing.map((one) => {
      const at = !one.at_ms ? "" : OVER.includes(one.why) ? ` It is looked for again after ${date(one.at_ms)}.` : ` It comes after ${when(one.at_ms)}.`;
      return element("li", {}, element("span", { class: "grow" }, element("strong", {}, one.title), element("small", {}, one.artist)), element("small", { class: "video-reason" }, one.message + at));
    }),
  );
  show(byId("missing-part"), missing.length > 0);
});

const renderProgress = onChange(({ done, all, isBusy, isReading }) => {
  show(byId("progress"), isReading || (all > 0 && (isBusy || done > 0)));
  byId("bar").max = Math.max(1, all);
  if (isReading) byId("bar").removeAttribute("value");
  else byId("bar").value = done;
  const words = isReading ? "The songs of the playlist are being read." : `${done} of ${all} songs have a video.${isBusy ? " The others are being looked for." : ""}`;
  say(byId("progress-words"), words);
  if (isReading || isBusy || byId("news").textContent) say(byId("news"), isBusy && done % 5 ? byId("news").textContent : words);
});

function render(next) {
  state = next;
  const hasLists = state.playlists.length > 0;
  show(byId("no-lists"), !hasLists);
  show(byId("asking"), hasLists);
  show(byId("silent"), !state.is_worker_alive);
  renderLists({ playlists: state.playlists, chosen: state.playlist?.id });
  renderNum(state.num);
  renderBudget(state.budget);
  renderFound(state.items);
  renderMissing({ missing: state.missing });
  renderProgress({
    done: state.items.length,
    all: state.items.length + state.missing.length,
    isBusy: state.missing.some((one) => one.why === "searching"),
    isReading: state.is_reading,
  });
  show(byId("ask"), state.can_ask);
  show(byId("nothing-yet"), hasLists && !state.items.length && !state.missing.length && !state.is_reading && !state.error);
  const badKey = state.missing.find((one) => one.why === "bad_key");
  say(byId("trouble"), state.error ? `The songs of this playlist could not be read: ${state.error}` : (badKey?.message ?? ""));
}

function listen() {
  stop();
  stop = follow(`/api/videos/events?${asked()}`, {
    onState: render,
    onGone: () => location.assign("/login?next=/videos"),
    onConnection: (isUp) => show(byId("lost"), !isUp),
  });
}

async function look() {
  const query = asked();
  stop();
  try {
    const found = await send("GET", `/api/videos?${query}`);
    if (query !== asked()) return; // something else was chosen meanwhile
    say(byId("failure"), "");
    render(found);
    history.replaceState(null, "", `/videos?${query}`);
  } catch (error) {
    say(byId("failure"), error.message);
  }
  if (query === asked()) listen();
}

for (const name of ["playlist", "num"]) byId(name).addEventListener("change", look);
byId("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  await attempt(byId("ask"), byId("failure"), async () => {
    const query = asked();
    const wanted = await send("POST", "/api/videos", { playlist: byId("playlist").value, num: Number(byId("num").value) });
    if (query !== asked()) return; // something else was chosen meanwhile
    render(wanted);
    if (byId("ask").hidden) byId("playlist").focus();
  });
});

render(state);
listen();
