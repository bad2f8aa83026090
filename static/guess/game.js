// The game on a phone: whose song plays? Guesses go out, the answer and the points come in.

import { attempt, send } from "../kit/api.js";
import { avatar, byId, element, onChange, readState, say, show } from "../kit/dom.js";
import { follow } from "../kit/event-stream.js";

const TICK_MS = 200;
const first = readState();
const api = `/api/groups/${first.id}/party`;
const failure = byId("party-failure");
let party = null;
let clockOffsetMs = 0;

const nameOf = (person, me) => (person.account === me ? "you" : person.name);

function tick() {
  const endsAtMs = party?.ends_at_ms;
  const leftS = endsAtMs ? Math.max(0, Math.ceil((endsAtMs - Date.now() - clockOffsetMs) / 1000)) : null;
  byId("party-left").textContent = leftS === null ? "" : `${leftS} s`;
}

const showPeople = onChange(({ people, mine, isOpen, answer }) => {
  show(byId("party-people"), isOpen || Boolean(answer));
  const focused = document.activeElement?.dataset?.account;
  byId("party-people").replaceChildren(
    ...people.map((one) =>
      element(
        "button",
        { type: "button", class: "party-person", "data-account": one.account, "aria-pressed": String(one.account === mine), disabled: !isOpen, "data-right": answer === one.account },
        avatar(one.name, one.image_url),
        element("bdi", {}, one.name),
      ),
    ),
  );
  if (focused) byId("party-people").querySelector(`[data-account="${CSS.escape(focused)}"]`)?.focus();
});

const showAnswer = onChange((value) => {
  show(byId("party-answer"), Boolean(value));
  if (!value) return;
  const { answer, me } = value;
  const said = answer.guesses.map((one) => element("li", {}, element("span", {}, element("bdi", {}, one.by.account === me ? "You" : one.by.name), " guessed ", element("bdi", {}, one.by.account === me && one.whose.account === me ? "yourself" : nameOf(one.whose, me))), element("b", {}, one.points ? `+${one.points}` : "0")));
  const machine = element("li", {}, element("span", {}, "The machine guessed ", element("bdi", {}, nameOf(answer.machine, me)), ` (${Math.round(answer.machine_chance * 100)} % sure)`), element("b", {}, answer.machine.account === answer.whose.account ? "+100" : "0"));
  const hidden = answer.hidden_points ? element("li", {}, element("span", {}, element("bdi", {}, answer.whose.account === me ? "You" : answer.whose.name), ": well hidden"), element("b", {}, `+${answer.hidden_points}`)) : null;
  byId("party-answer").replaceChildren(
    element("p", { class: "party-whose" }, answer.whose.account === me ? "It is yours!" : element("span", {}, "It is ", element("bdi", {}, answer.whose.name), "’s!")),
    element("ul", { class: "list party-guesses" }, ...said, machine, ...(hidden ? [hidden] : [])),
  );
});

const showTable = onChange(({ rows, me }) => {
  byId("party-table").replaceChildren(
    ...rows.map((row) =>
      element(
        "tr",
        { "data-mine": row.person.account === me },
        element("td", {}, String(row.place)),
        element("th", { scope: "row" }, element("bdi", {}, row.person.name)),
        element("td", {}, `${row.right} right`),
        element("td", {}, element("b", {}, String(row.points))),
      ),
    ),
  );
});

const announce = onChange((words) => {
  byId("announcement").textContent = words;
});

function heading(state) {
  if (!party) return "";
  if (party.state === "over") return "The game is over";
  if (party.state === "over") return party.round ? "" : "No song was guessed.";
  if (party.state === "ready") return "Ready";
  return `Song ${party.round} of ${party.rounds}`;
}

function hint() {
  if (party.state === "over") return party.round ? "" : "No song was guessed.";
  if (party.state === "ready") return "When the host starts the first song, guess here whose it is.";
  if (party.is_mine) return "This one is yours. Keep a straight face: whatever you press doesn’t count.";
  if (party.state === "guessing") return party.my_guess ? "You may think better of it until time is up." : "Who plays this song? Press a name.";
  return "";
}

function spoken(me) {
  if (!party) return "";
  if (party.state === "guessing") return `Song ${party.round}: whose is it?`;
  if (party.answer) return `It is ${nameOf(party.answer.whose, me)}.`;
  return "";
}

function update(state) {
  const me = state.me.account;
  const [isRunning, mayControl] = [state.session.state === "running", state.me.rights.includes("playback")];
  party = state.party;
  clockOffsetMs = state.now_ms - Date.now();
  const isOn = Boolean(party) && party.state !== "over";
  show(byId("party-round"), Boolean(party));
  if (party) {
    say(byId("party-heading"), heading(state));
    byId("party-song").replaceChildren(...(party.title && party.state !== "over" ? [element("strong", { dir: "auto" }, party.title), element("span", { dir: "auto" }, party.artist)] : []));
    say(byId("party-hint"), hint());
    showPeople({ people: party.people, mine: party.my_guess, isOpen: party.state === "guessing", answer: party.answer && party.state !== "over" ? party.answer.whose.account : "" });
    say(byId("party-count"), party.state === "guessing" && party.guessed ? `${party.guessed} ${party.guessed === 1 ? "person has" : "people have"} guessed.` : "");
    showAnswer(party.answer && party.state !== "over" ? { answer: party.answer, me } : null);
    showTable({ rows: party.table, me });
  }
  show(byId("party-table-card"), Boolean(party) && party.round > 0);
  say(byId("party-table-title"), party?.state === "over" ? "Final table" : "Points");
  show(byId("party-controls"), isOn && mayControl && isRunning);
  show(byId("party-next"), party?.state !== "guessing" && (party?.round ?? 0) < (party?.rounds ?? 0));
  byId("party-next").textContent = party?.state === "ready" ? "Play the first song" : "Next song";
  show(byId("party-skip"), party?.state === "guessing");
  show(byId("party-end"), isOn);
  byId("party-end").textContent = party && party.round === party.rounds && party.state === "revealed" ? "Show the final table" : "End the game";
  show(byId("party-start"), mayControl && isRunning && !isOn);
  const words = isRunning ? "No game is on. The host or a co-host starts one." : "The game is played while a session runs. Start one on the group’s page.";
  show(byId("party-none"), !party && (!isRunning || !mayControl));
  say(byId("party-none-words"), words);
  say(byId("party-notice"), state.is_worker_alive ? (isOn ? state.notice : "") : "The worker is not running: no song starts until whoever runs SongSwap starts it.");
  announce(spoken(me));
  tick();
}

const change = (control, method, path, body) => attempt(control, failure, async () => update(await send(method, path, body)));
byId("party-people").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) change(button, "PUT", `${api}/guess`, { whose: button.dataset.account });
});
byId("party-next").addEventListener("click", (event) => change(event.currentTarget, "POST", `${api}/rounds`, {}));
byId("party-skip").addEventListener("click", (event) => change(event.currentTarget, "POST", `${api}/rounds`, { skip: true }));
byId("party-end").addEventListener("click", (event) => change(event.currentTarget, "DELETE", api));
byId("party-start").addEventListener("submit", (event) => {
  event.preventDefault();
  const { pick, rounds, seconds } = event.currentTarget.elements;
  change(event.submitter, "POST", api, { pick: pick.value, rounds: Number(rounds.value), seconds: Number(seconds.value) });
});

update(first);
setInterval(tick, TICK_MS);
follow(`/api/groups/${first.id}/events`, {
  onState: update,
  onGone: (reason) => location.assign(reason === "logged_out" ? `/login?next=${location.pathname}` : "/"),
  onConnection: (isUp) => say(byId("connection"), isUp ? "" : "The connection to SongSwap is lost. Reconnecting…"),
});
