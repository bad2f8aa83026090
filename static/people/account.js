// The account page: dates in the reader's words, and the device picker.

import { attempt, send } from "../kit/api.js";
import { createDevices } from "../kit/device-list.js";
import { byId, readState } from "../kit/dom.js";
import { ago, date, dateAndTime } from "../kit/format.js";

const LOOK_EVERY_MS = 1000;
const LOOKS = 15;

const failure = byId("failure");
const showDevices = createDevices(byId("devices"), (button, id) =>
  attempt(button, failure, async () => showDevices(await send("PUT", "/api/me/device", { device_id: id }))),
);

/** Ask until the list is fresh: this page has no live feed. */
async function waitForDevices() {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const { devices } = await send("GET", "/api/me");
    showDevices(devices);
    if (!devices.is_looking) return;
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
  throw new Error("No answer yet. Is the worker running?");
}

byId("look").addEventListener("click", (event) =>
  attempt(event.currentTarget, failure, async () => {
    showDevices(await send("POST", "/api/me/devices/look"));
    await waitForDevices();
  }),
);
for (const time of document.querySelectorAll("time[data-ms]")) {
  const ms = Number(time.dataset.ms);
  time.textContent = time.dataset.format === "ago" ? ago(ms, Date.now()) : date(ms);
  time.title = dateAndTime(ms);
}
const devices = readState();
showDevices(devices);
if (devices.is_looking) attempt(byId("look"), failure, waitForDevices);
