// The field in which one writes a post: it grows, keeps what could not be sent, and may carry a chart along.

import { attempt } from "./api.js";
import { byId } from "./dom.js";
import { newKey, write } from "./post.js";

const TALLEST = 320;

/** Let a textarea be as tall as its text. */
export function growing(field) {
  const grow = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, TALLEST)}px`;
  };
  field.addEventListener("input", grow);
  return grow;
}

/** Set up the form `form`; `place()` is where to write, `body()` what else the post holds. */
export function createComposer(form, { place, body = () => ({}), sent }) {
  const field = form.elements.text;
  const chart = form.elements.chart;
  const failure = byId(form.dataset.failure);
  const grow = growing(field);
  let key = newKey();
  field.addEventListener("input", () => {
    key = newKey(); // another text is another post
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(event.submitter ?? form.querySelector("[type=submit]"), failure, async () => {
      const [kind, days] = (chart?.value ?? "").split(":");
      const attach = kind ? { chart: { kind, days: Number(days) || null } } : null;
      const post = await write(place(), { text: field.value, ...(attach && { attach }), ...body() }, key);
      key = newKey();
      field.value = "";
      if (chart) chart.value = "";
      grow();
      sent?.(post);
    });
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) form.requestSubmit();
  });
  return field;
}
