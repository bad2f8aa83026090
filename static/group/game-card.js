// The game's card on the group page: whether a round is on, and the way to it.

import { byId, onChange, say, show } from "../kit/dom.js";

const IDLE = "A game for a night: a song plays, everybody guesses whose it is, and so does a machine.";
const WORDS = { ready: "A game is about to begin.", revealed: "A game is on.", over: "The game is over: see the final table." };

export function createGameCard() {
  const update = onChange((party) => {
    const isGuessing = party?.state === "guessing";
    say(byId("party-card-words"), isGuessing ? `Song ${party.round} of ${party.rounds}: whose is it?` : (WORDS[party?.state] ?? IDLE));
    show(byId("party-card-guess"), isGuessing);
    show(byId("party-card-game"), !isGuessing);
  });
  return (state) => update(state.party ? { state: state.party.state, round: state.party.round, rounds: state.party.rounds } : null);
}
