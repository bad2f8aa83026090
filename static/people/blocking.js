// Whom and what I have muted and blocked, on the account page: each with a button that undoes it.

import { attempt, send } from "../kit/api.js";
import { byId } from "../kit/dom.js";

const failure = byId("circle-failure");

byId("circle").addEventListener("click", (event) => {
  const button = event.target.closest("[data-path]");
  if (!button) return;
  attempt(button, failure, async () => {
    await send("DELETE", button.dataset.path);
    const row = button.closest("li");
    const other = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (other?.querySelector("button") ?? byId("mute-group")?.querySelector("select"))?.focus();
  });
});

byId("mute-group")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  attempt(form.querySelector("button"), failure, async () => {
    await send("PUT", `/api/me/muted-groups/${form.elements.group.value}`);
    location.reload();
  });
});
