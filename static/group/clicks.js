// The page of clicks, to compare one's device with a neighbour's.

import { attempt } from "../kit/api.js";
import { byId } from "../kit/dom.js";
import { Metronome } from "./metronome.js";

const metronome = new Metronome((beat) => {
  [...byId("beats").children].forEach((dot, place) => dot.classList.toggle("on", place === beat));
});

function label(button, words) {
  byId("clock").textContent = words;
  button.textContent = metronome.isOn ? "Stop the clicks" : "Start the clicks";
  button.setAttribute("aria-pressed", String(metronome.isOn));
}

byId("toggle").addEventListener("click", (event) => {
  const button = event.currentTarget;
  if (metronome.isOn) {
    metronome.stop();
    label(button, "");
  } else attempt(button, byId("failure"), async () => label(button, `In time with SongSwap, give or take ${await metronome.start()} ms.`));
});
