// How a list shall sound: each attribute off, or a target on its slider.

import { byId, say } from "../kit/dom.js";

const AS_SEEDS = "as the seeds do";

/** `changed` is called whenever a target changes. Returns the targets wanted, by name. */
export function createAttributes(changed) {
  const parts = [...document.querySelectorAll("[data-attribute]")].map((part) => ({
    name: part.dataset.attribute,
    unit: part.dataset.unit,
    use: part.querySelector("input[type=checkbox]"),
    range: part.querySelector("input[type=range]"),
    output: part.querySelector("output"),
    label: part.querySelector("label span").textContent,
  }));

  const words = ({ unit, range }) => (unit ? `${Number(range.value)} ${unit}` : Number(range.value).toFixed(2));
  const draw = (part) => {
    const { range } = part;
    range.disabled = !part.use.checked;
    range.style.setProperty("--done", part.use.checked ? `${(100 * (range.value - range.min)) / (range.max - range.min)}%` : "0%");
    range.setAttribute("aria-valuetext", words(part));
    part.output.textContent = part.use.checked ? words(part) : "off";
  };
  const showChosen = () => {
    const chosen = parts.filter(({ use }) => use.checked).map((part) => `${part.label} ${words(part)}`);
    say(byId("sound-words"), chosen.join(", ") || AS_SEEDS);
  };

  for (const part of parts) {
    draw(part);
    for (const control of [part.use, part.range]) {
      control.addEventListener("input", () => {
        draw(part);
        showChosen();
        changed();
      });
    }
  }
  showChosen();
  byId("sound").open = matchMedia("(min-width: 900px)").matches || parts.some(({ use }) => use.checked);

  return () => Object.fromEntries(parts.filter(({ use }) => use.checked).map(({ name, range }) => [name, Number(range.value)]));
}
