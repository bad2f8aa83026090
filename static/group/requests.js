// Songs people wish for, and votes to skip what plays.

import { attempt, send } from "../kit/api.js";
import { byId, element, icon, onChange, say, show } from "../kit/dom.js";
import { songOf } from "../kit/song-row.js";
import { createSuggestions } from "../kit/suggest.js";

/** `api` is the address of the group. */
export function createRequests(api) {
  const failure = byId("request-failure");
  const change = (control, method, path, body) => attempt(control, failure, () => send(method, `${api}${path}`, body));
  const note = (words) => say(byId("request-note"), words);
  const field = byId("request-query");

  createSuggestions({
    field,
    list: byId("request-found"),
    note,
    find: async (words, signal) => (await send("GET", `/api/search?q=${encodeURIComponent(words)}`, undefined, signal)).items,
    render: songOf,
    choose: async (track) => {
      await change(field, "POST", "/requests", { uri: track.uri });
      if (failure.hidden) note(`${track.name} is on the list.`);
    },
  });

  let votes = null;
  byId("skip").addEventListener("click", (event) => change(event.currentTarget, "POST", "/votes", { play: votes.play }));

  const form = byId("request-form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    change(event.submitter, "PUT", "/request-settings", {
      is_calm: fields.has("is_calm"),
      limit_each: Number(fields.get("limit_each")),
      fallback: fields.get("fallback"),
    });
  });
  const showSettings = onChange((settings) => {
    form.elements.is_calm.checked = settings.is_calm;
    form.elements.limit_each.value = settings.limit_each;
    form.elements.fallback.value = settings.fallback_uri ?? "";
    say(byId("fallback-name"), settings.fallback_name && `Goes on with ${settings.fallback_name}.`);
  });

  const move = (button, ids, from, to) => {
    const order = [...ids];
    order.splice(to, 0, ...order.splice(from, 1));
    return change(button, "PUT", "/requests", { ids: order });
  };
  const showList = onChange(({ waiting, coming, isHost, mine }) => {
    const focused = document.activeElement?.dataset?.control;
    const ids = waiting.map((request) => request.id);
    const rows = waiting.map((request, place) => rowOf(request, place, { ids, isHost, mine, move, change }));
    byId("request-list").replaceChildren(...(coming ? [comingRow(coming)] : []), ...rows);
    if (focused) byId("request-list").querySelector(`[data-control="${focused}"]`)?.focus();
  });

  return (state) => {
    const { requests } = state;
    const isRunning = state.session.state === "running";
    const isHost = state.me.rights.includes("playback");
    const mayAsk = isHost || !requests.settings.is_calm;
    votes = requests.votes;
    show(byId("requests"), isRunning || isHost);
    show(byId("request-search"), isRunning && mayAsk);
    show(byId("request-settings"), isHost);
    showSettings(requests.settings);
    showList({ waiting: requests.waiting, coming: requests.coming, isHost, mine: state.me.account });
    say(byId("request-problem"), requests.problem);
    say(byId("request-empty"), emptyWords(requests, isRunning, mayAsk));
    say(byId("wished-by"), requests.wished_by && `Wished for by ${requests.wished_by}`);
    showSkip(state, isHost);
  };
}

function emptyWords(requests, isRunning, mayAsk) {
  if (!isRunning) return "Requests are taken while a session runs.";
  if (!mayAsk) return "Calm mode is on: the host and co-hosts choose the songs.";
  return requests.waiting.length || requests.coming ? "" : "Nobody has wished for anything yet.";
}

function showSkip(state, isHost) {
  const { votes, settings } = state.requests;
  const isShown = votes && state.me.is_listening && !isHost && !settings.is_calm;
  show(byId("skip"), Boolean(isShown));
  if (!isShown) return;
  const counted = `${votes.count} of ${votes.needed}`;
  byId("skip").setAttribute("aria-pressed", String(votes.is_mine));
  say(byId("skip").querySelector("span"), votes.is_passed ? "Skipping…" : `Skip this (${counted})`);
}

function comingRow(request) {
  const words = element("small", {}, `Next, wished for by ${request.name}`);
  const [cover, song] = songOf(request.track);
  song.append(words);
  return element("li", { class: "request coming" }, cover, song);
}

function rowOf(request, place, { ids, isHost, mine, move, change }) {
  const [cover, song] = songOf(request.track);
  song.append(element("small", {}, request.by === mine ? "your wish" : `wished for by ${request.name}`));
  const control = (kind, label, name, isShown, run) =>
    isShown
      ? element("button", { type: "button", class: "mini", "data-control": `${kind}-${request.id}`, "aria-label": label, title: label, onclick: (event) => run(event.currentTarget) }, icon(name))
      : null;
  return element(
    "li",
    { class: "request" },
    cover,
    song,
    control("up", `Move ${request.track.name} up`, "up", isHost && place > 0, (button) => move(button, ids, place, place - 1)),
    control("down", `Move ${request.track.name} down`, "down", isHost && place < ids.length - 1, (button) => move(button, ids, place, place + 1)),
    control("remove", `Remove ${request.track.name}`, "remove", request.may_remove, (button) => change(button, "DELETE", `/requests/${request.id}`)),
  );
}
