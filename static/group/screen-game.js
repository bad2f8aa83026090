// The game on the screen for the TV: whose song plays, how long there is to guess, the answer, the table.

import { avatar, byId, element, onChange, say, show } from "../kit/dom.js";

const ROWS = 8;

function words(party) {
  if (party.state === "ready") return "Open the group on your phone, and guess whose the songs are.";
  if (party.state === "guessing") return party.guessed ? `${party.guessed} guessed` : "Guess on your phone";
  if (party.state === "over" || !party.answer) return "";
  const right = party.answer.guesses.filter((one) => one.whose.account === party.answer.whose.account).map((one) => one.by.name);
  const machine = party.answer.machine.account === party.answer.whose.account ? "the machine knew" : `the machine said ${party.answer.machine.name}`;
  return `${right.length ? `${right.join(", ")} knew` : "Nobody knew"}; ${machine}`;
}

export function createScreenGame() {
  let party = null;
  let offsetMs = 0;
  const render = onChange((state) => {
    show(byId("party"), Boolean(state));
    document.body.classList.toggle("partying", Boolean(state) && state.state !== "over");
    document.body.classList.toggle("party-over", state?.state === "over");
    if (!state) return;
    const answer = state.state === "revealed" ? state.answer?.whose : null;
    say(byId("party-heading"), state.state === "over" ? "Final table" : answer ? `It is ${answer.name}’s!` : state.state === "ready" ? "Whose song is it?" : `Whose song is it? ${state.round} of ${state.rounds}`);
    show(byId("party-people"), state.state !== "over");
    byId("party-people").replaceChildren(...state.people.map((one) => element("li", { "data-right": one.account === answer?.account, "data-wrong": Boolean(answer) && one.account !== answer.account }, avatar(one.name, one.image_url), element("bdi", {}, one.name))));
    say(byId("party-words"), words(state));
    const rows = state.state === "guessing" || !state.round ? [] : state.table.slice(0, ROWS);
    show(byId("party-table"), rows.length > 0);
    byId("party-table").replaceChildren(...rows.map((row) => element("li", {}, element("span", {}, `${row.place}.`), element("bdi", {}, row.person.name), element("b", {}, String(row.points)))));
  });
  const tick = () => {
    const endsAtMs = party?.ends_at_ms;
    say(byId("party-left"), endsAtMs ? String(Math.max(0, Math.ceil((endsAtMs - Date.now() - offsetMs) / 1000))) : "");
  };
  return {
    show: (state, clockOffsetMs) => {
      party = state;
      offsetMs = clockOffsetMs;
      render(state);
      tick();
    },
    tick,
  };
}
