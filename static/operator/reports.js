// Open reports, and deciding on them.

import { attempt, send } from "../kit/api.js";
import { byId, show } from "../kit/dom.js";
import { ago } from "../kit/format.js";

const DONE = { remove: "The post is removed.", dismiss: "The report is dismissed." };
const list = byId("reports-list");

for (const time of list.querySelectorAll("time")) time.textContent = ago(Number(time.dataset.ms), Date.now());

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (!button) return;
  const row = button.closest("[data-report]");
  attempt(button, byId("reports-failure"), async () => {
    await send("POST", `/api/reports/${row.dataset.report}`, { action: button.dataset.action });
    const other = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    show(list, Boolean(list.children.length));
    show(byId("reports-empty"), !list.children.length);
    byId("reports-news").textContent = DONE[button.dataset.action];
    other?.querySelector("button").focus();
  });
});
