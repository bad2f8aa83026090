// The devices to choose from, as Spotify reported them.

import { element, icon, onChange } from "./dom.js";

const ICONS = { computer: "computer", smartphone: "phone", tablet: "phone", tv: "tv", stb: "tv", gameconsole: "tv", castvideo: "tv" };
const NO_DEVICE = "Spotify sees no device of yours. Open Spotify on a phone or computer, play something for a second, then look again.";

/** Renders a DevicesState into `target`; `choose(button, id)` is called for a click. */
export function createDevices(target, choose) {
  return onChange((devices) => {
    if (devices.items.length) target.replaceChildren(element("ul", { class: "devices" }, ...devices.items.map((one) => row(one, choose))));
    else target.replaceChildren(element("p", { class: "small" }, devices.is_looking ? "Looking for your devices…" : NO_DEVICE));
  });
}

function row(device, choose) {
  const note = device.reason || (device.is_active ? "active now" : "");
  const button = element(
    "button",
    {
      type: "button",
      class: "device",
      "aria-pressed": String(device.is_chosen),
      disabled: !device.is_usable,
      onclick: (event) => choose(event.currentTarget, device.id),
    },
    icon(ICONS[device.kind.toLowerCase()] ?? "speaker"),
    element("span", {}, device.name, note ? element("small", {}, note) : null),
    device.is_chosen ? icon("check") : null,
  );
  return element("li", {}, button);
}
