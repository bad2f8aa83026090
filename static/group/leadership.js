// Who leads, if it is not the host, and taking the lead.

import { byId, say, show } from "../kit/dom.js";

/** `change(control, body)` asks for another leader. */
export function createLeadership(change) {
  const button = byId("take-lead");
  let me = null;
  button.addEventListener("click", () => change(button, { state: "running", lead: me }));

  return (state) => {
    const { leader_words: words, may_take_lead: mayTake } = state.session;
    const isHost = state.me.role === "host";
    me = state.me.account;
    const leader = state.members.find((member) => member.account === state.session.leader);
    say(byId("lead-words"), words || (leader ? `${leader.name} leads.` : ""));
    button.textContent = isHost ? "Take the lead back" : "Take the lead";
    show(button, mayTake);
    show(byId("lead"), Boolean(words) || mayTake);
  };
}
