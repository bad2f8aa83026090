// How long the night shall be, how closely the leader's player is followed, and for how long the calls last.

import { byId, element, onChange, say, show } from "../kit/dom.js";
import { hours } from "../kit/format.js";

const HOURS = [0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12];
const PRECISIONS_S = [2.5, 5, 10, 20, 40, null];
const PAGE = "page";

const precisionWords = (seconds) => (seconds === null ? "I play from this page only" : `Looks every ${seconds} s`);

/** `change(control, body)` changes the session that runs; `chosen()` is what a new one shall be like. */
export function createOptions(change) {
  const [hoursField, precisionField] = [byId("hours"), byId("precision")];
  let isRunning = false;

  const chosen = () => ({
    hours: Number(hoursField.value),
    precision_s: precisionField.value === PAGE ? null : Number(precisionField.value),
  });
  for (const field of [hoursField, precisionField])
    field.addEventListener("change", () => {
      if (isRunning) change(field, { state: "running", ...chosen() });
      else showCalls();
    });

  let calls = null;
  let intervalS = null;
  const enough = (seconds) => calls?.choices.find((choice) => choice.precision_s === seconds)?.enough_for_h;
  const showCalls = () => {
    const wanted = chosen().precision_s;
    const lasting = enough(wanted) ?? calls?.enough_for_h;
    const known = calls ? `Calls left: enough for about ${hours(lasting)} at this precision.` : "No limit of calls is known yet.";
    const slowed = isRunning && wanted !== null && intervalS > wanted;
    say(byId("calls"), slowed ? `${known} To last the night, looks come every ${Math.round(intervalS)} s.` : known);
  };

  const fill = onChange((session) => {
    const [lengths, looks] = [new Set([...HOURS, session.hours]), new Set([...PRECISIONS_S, session.precision_s])];
    const option = (value, words, isChosen) => element("option", { value, selected: isChosen }, words);
    hoursField.replaceChildren(...[...lengths].sort((a, b) => a - b).map((one) => option(one, hours(one), one === session.hours)));
    precisionField.replaceChildren(
      ...[...looks].map((one) => option(one ?? PAGE, precisionWords(one), one === session.precision_s)),
    );
  });

  return {
    chosen,
    show(state) {
      show(byId("options"), state.me.rights.includes("session"));
      isRunning = state.session.state === "running";
      calls = state.calls;
      intervalS = state.session.interval_s;
      fill({ hours: state.session.hours, precision_s: state.session.precision_s });
      showCalls();
    },
  };
}
