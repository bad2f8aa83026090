// The operator's page: moments where the reader is, and disconnecting an account.

import { attempt, send } from "../kit/api.js";
import { byId, say } from "../kit/dom.js";
import { ago, clockTime, date } from "../kit/format.js";

const day = (ms) => new Date(ms).toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
const FORMATS = { ago: (ms) => ago(ms, Date.now()), time: clockTime, date: day, moment: (ms) => `${day(ms)}, ${clockTime(ms)}` };

for (const time of document.querySelectorAll("time[data-ms][data-format]")) {
  const ms = Number(time.dataset.ms);
  time.dateTime = new Date(ms).toISOString();
  time.title = `${date(ms)}, ${clockTime(ms)}`;
  time.textContent = FORMATS[time.dataset.format](ms);
}

const dialog = byId("disconnect");
const failure = byId("disconnect-failure");
let chosen;

document.querySelector(".accounts").addEventListener("click", (event) => {
  chosen = event.target.closest("[data-disconnect]");
  if (!chosen) return;
  byId("disconnect-name").textContent = chosen.dataset.name;
  say(failure, "");
  dialog.showModal();
});

// Without a log-in of a moment ago there is none.
document.getElementById("disconnect-yes")?.addEventListener("click", (event) =>
  attempt(event.currentTarget, failure, async () => {
    await send("DELETE", `/api/operator/accounts/${chosen.dataset.disconnect}`);
    location.assign("/operator");
  }),
);
