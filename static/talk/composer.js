// The field in which one writes a post: it grows, keeps what could not be sent, and may carry a chart along.

import { attempt } from "../kit/api.js";
import { byId } from "../kit/dom.js";
import { newKey, write } from "./post-card.js";

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
  let isWaiting = false;
  // The field is free for the next one while this one is under way; what could not be sent comes back into it.
  const send = async () => {
    const [kind, days] = (chart?.value ?? "").split(":");
    const attach = kind ? { chart: { kind, days: Number(days) || null } } : null;
    const [text, its] = [field.value, key];
    key = newKey();
    field.value = "";
    grow();
    try {
      const post = await write(place(), { text, ...(attach && { attach }), ...body() }, its);
      if (chart) chart.value = "";
      sent?.(post);
    } catch (error) {
      [field.value, key] = field.value ? [`${text}\n${field.value}`, newKey()] : [text, its];
      grow();
      throw error;
    }
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("[type=submit]");
    if (button.ariaBusy === "true") {
      isWaiting = true;
      return;
    }
    await attempt(button, failure, send);
    if (isWaiting && failure.hidden && field.value) form.requestSubmit();
    isWaiting = false;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) form.requestSubmit();
  });
  return field;
}
