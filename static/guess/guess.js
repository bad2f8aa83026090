// Whose song is it: who agreed, between whom to guess, guesses with their reasons.

import { attempt, send } from "../kit/api.js";
import { avatar, byId, element, onChange, readState, say } from "../kit/dom.js";

const LOOK_EVERY_MS = 1000;
const api = `/api/groups/${byId("whose").dataset.group}/whose`;
const percent = (share) => (share > 0 && share < 0.005 ? "under 1 %" : `${Math.round(share * 100)} %`);
const SVG = "http://www.w3.org/2000/svg";
let state = readState();
let looking = null;

const kind = () => new FormData(byId("pick-form")).get("kind");

function bar(chance, base) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ class: "chance-bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(name, value);
  const part = (className, x, width) => {
    const rect = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ class: className, x, width, height: 10 })) rect.setAttribute(name, value);
    svg.append(rect);
  };
  part("ground", 0, 100);
  part("filled", 0, chance * 100);
  part("base", Math.min(99, base * 100), 1);
  return svg;
}

function reasons(one) {
  const lines = [
    one.speaks_for.length ? `For: ${one.speaks_for.join(", ")}.` : "",
    one.speaks_against.length ? `Against: ${one.speaks_against.join(", ")}.` : "",
  ].filter(Boolean);
  return lines.length ? element("small", { dir: "auto" }, lines.join(" ")) : null;
}

function verdict(answer) {
  return [
    element("p", { class: "verdict" }, element("strong", {}, answer.words), answer.about ? element("small", { dir: "auto" }, answer.about) : null),
    element(
      "ul",
      { class: "list chances" },
      ...answer.chances.map((one) =>
        element(
          "li",
          {},
          avatar(one.name, one.image_url),
          element(
            "div",
            { class: "grow" },
            element("span", { class: "split" }, element("bdi", {}, one.name), element("span", {}, element("b", {}, percent(one.chance)), element("small", {}, ` base rate ${percent(one.base)}`))),
            bar(one.chance, one.base),
            reasons(one),
          ),
        ),
      ),
    ),
    element("p", { class: "small" }, "The base rate, the mark in each bar, is what one would say without knowing anything: how much each has brought."),
  ];
}

function asking(pick) {
  const failure = element("p", { class: "failure", role: "alert", hidden: true });
  const answer = element("div", { class: "verdict-part", role: "status" });
  const fields =
    pick.kind === "songs"
      ? [
          element("label", {}, element("span", {}, "Artist"), element("input", { name: "artist", maxlength: "300", required: true, autocomplete: "off" })),
          element("label", {}, element("span", {}, "Title"), element("input", { name: "title", maxlength: "300", required: true, autocomplete: "off" })),
        ]
      : [element("label", {}, element("span", {}, "A line of text"), element("textarea", { name: "text", rows: "2", maxlength: "5000", required: true }))];
  const button = element("button", { class: "button", type: "submit" }, pick.kind === "songs" ? "Who would play it?" : "Who would write it?");
  const form = element("form", { class: "ask-form" }, ...fields, element("p", { class: "buttons" }, button));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(button, failure, async () => {
      const question = Object.fromEntries(new FormData(form));
      answer.replaceChildren(...verdict(await send("POST", `${api}/picks/${pick.id}/guess`, question)));
    });
  });
  return [form, failure, answer];
}

function learnAgain(pick) {
  const button = element("button", { class: "button quiet small", type: "button" }, "Learn anew");
  const failure = byId("pick-failure");
  button.addEventListener("click", () =>
    attempt(button, failure, async () => {
      await send("POST", `${api}/picks`, { kind: pick.kind, accounts: pick.people.map((one) => one.account) });
      await look();
    }),
  );
  return button;
}

function card(pick) {
  const isDone = pick.state === "done";
  const names = pick.people.map((one) => one.name).join(", ");
  const party = isDone && pick.kind === "songs" && pick.party_songs > 0;
  return element(
    "section",
    { class: "card pick", "data-pick": pick.id, "aria-label": `${pick.kind === "songs" ? "Songs" : "Words"} of ${names}` },
    element("h2", { dir: "auto" }, `${pick.kind === "songs" ? "Whose song" : "Whose words"}: ${names}`),
    element("p", { class: pick.state === "failed" ? "failure" : "", role: pick.state === "learning" ? "status" : null }, pick.state === "learning" ? element("progress", { "aria-label": "Learning" }) : null, pick.words),
    ...(isDone ? asking(pick) : []),
    pick.quality_words ? element("p", { class: "small" }, pick.quality_words) : null,
    element("p", { class: "small" }, `It goes by ${pick.sources}.`),
    element("div", { class: "buttons" }, party ? element("a", { class: "button quiet small", href: `${location.pathname.replace(/whose$/, "party")}` }, "Play it as a game") : null, pick.state === "learning" ? null : learnAgain(pick)),
  );
}

/** Cards stay while nothing about them changes: somebody may be typing in one. */
function showPicks(picks) {
  const there = new Map([...byId("picks").children].map((one) => [one.dataset.pick, one]));
  const wanted = picks.map((pick) => {
    const mark = JSON.stringify(pick);
    const before = there.get(pick.id);
    if (before?.dataset.mark === mark) return before;
    const fresh = card(pick);
    fresh.dataset.mark = mark;
    return fresh;
  });
  byId("picks").replaceChildren(...wanted);
}

const showPeople = onChange(({ people, about }) => {
  const chosen = new Set([...byId("pick-people").querySelectorAll(":checked")].map((one) => one.value));
  const agreeing = people.filter((one) => one[about]);
  byId("pick-people").replaceChildren(
    ...agreeing.map((one) =>
      element("li", {}, element("label", { class: "check" }, element("input", { type: "checkbox", name: "account", value: one.account, checked: chosen.size ? chosen.has(one.account) : true }), avatar(one.name, one.image_url), element("span", { dir: "auto" }, one.is_me ? `${one.name} (you)` : one.name))),
    ),
  );
  const missing = people.length - agreeing.length;
  const others = missing === 1 ? "One person of the group has not agreed." : `${missing} people of the group have not agreed.`;
  say(byId("pick-hint"), agreeing.length < 2 ? `Two people have to agree first. ${missing ? others : "Invite somebody."}` : missing ? others : "");
  byId("pick-form").querySelector("button").disabled = agreeing.length < 2;
});

function update(fresh) {
  state = fresh;
  const mine = state.people.find((one) => one.is_me);
  byId("agree-songs").checked = mine.songs;
  byId("agree-words").checked = mine.words;
  showPeople({ people: state.people, about: kind() });
  showPicks(state.picks);
  const isLearning = state.picks.some((one) => one.state === "learning");
  say(byId("whose-notice"), isLearning && !state.is_worker_alive ? "The worker is not running: it is learnt when whoever runs SongSwap has started it." : "");
  clearTimeout(looking);
  if (isLearning) looking = setTimeout(() => look().catch(() => update(state)), LOOK_EVERY_MS);
}

async function look() {
  update(await send("GET", api));
}

for (const name of ["agree-songs", "agree-words"]) {
  byId(name).addEventListener("change", (event) =>
    attempt(event.currentTarget, byId("agree-failure"), async () => {
      const agreement = { songs: byId("agree-songs").checked, words: byId("agree-words").checked };
      update(await send("PUT", `${api}/agreement`, agreement).catch((error) => { update(state); throw error; }));
    }),
  );
}
byId("pick-kind").addEventListener("change", () => update(state));
byId("pick-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const accounts = new FormData(event.currentTarget).getAll("account");
  attempt(event.submitter, byId("pick-failure"), async () => {
    await send("POST", `${api}/picks`, { kind: kind(), accounts });
    await look();
  });
});
update(state);
