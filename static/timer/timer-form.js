// The form that sets a timer up: phases in rows, presets, what to play on which device.

import { attempt } from "../kit/api.js";
import { byId, element, icon, show } from "../kit/dom.js";
import { duration } from "../kit/format.js";
import { createPlaylists } from "./timer-playlists.js";

const MOST_PHASES = 40;
const DAY_S = 86_400;
const MANY_CALLS = 200; // an hour: worth saying, as a day may have no more than some hundreds
const PRESETS = {
  workout: { phases: [["Work", 40], ["Rest", 20]], repeat: 8 },
  tabata: { phases: [["On", 20], ["Off", 10]], repeat: 8 },
  rounds: { phases: [["Round", 300]], repeat: null },
  focus: { phases: [["Focus", 1500], ["Break", 300]], repeat: 4 },
};

const whole = (field) => (/^\d+$/.test(field.value.trim()) ? Number(field.value.trim()) : field.value.trim() === "" ? 0 : NaN);

/** `submit(button, wanted)` sets the timer up and starts it. */
export function createForm(submit) {
  const list = byId("phases");
  const playlists = createPlaylists();

  const lengthOf = (row) => whole(row.querySelector(".minutes")) * 60 + whole(row.querySelector(".seconds"));

  const number = () => {
    [...list.children].forEach((row, place) => row.setAttribute("aria-label", `Phase ${place + 1}`));
    show(byId("add"), list.children.length < MOST_PHASES);
    for (const row of list.children) show(row.querySelector(".mini"), list.children.length > 1);
    showTotal();
  };

  const addRow = (name, lengthS) => {
    const field = (words, attributes) => element("label", {}, element("span", {}, words), element("input", { autocomplete: "off", ...attributes }));
    const row = element(
      "div",
      { class: "phase-row", role: "group" },
      field("Name", { class: "phase-name", value: name, maxlength: 40, required: true }),
      field("min", { class: "minutes", value: Math.floor(lengthS / 60), inputmode: "numeric", maxlength: 4 }),
      field("s", { class: "seconds", value: lengthS % 60, inputmode: "numeric", maxlength: 5 }),
      element("button", { type: "button", class: "mini", "aria-label": "Remove this phase", onclick: () => remove(row) }, icon("remove")),
    );
    list.append(row);
    return row;
  };

  const remove = (row) => {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    number();
    next?.querySelector("input").focus();
  };

  const fill = ({ phases, repeat }) => {
    list.replaceChildren();
    for (const [name, lengthS] of phases) addRow(name, lengthS);
    byId("endless").checked = repeat === null;
    byId("repeat").value = repeat ?? byId("repeat").value;
    number();
  };

  const rounds = () => (byId("endless").checked ? null : whole(byId("repeat")));

  function showTotal() {
    const roundS = [...list.children].reduce((sum, row) => sum + lengthOf(row), 0);
    const count = rounds();
    byId("repeat").disabled = count === null;
    const known = count === null ? roundS : roundS * count;
    const words = count === null ? `${duration(roundS * 1000)} a round, until you end it.` : `${duration(known * 1000)} in all.`;
    const calls = byId("at-boundary").value === "skip" ? Math.round((3600 * list.children.length) / roundS / 10) * 10 : 0;
    const cost = calls > MANY_CALLS ? ` Skips some ${calls} times an hour: Spotify may lock that out for the day.` : "";
    byId("total").textContent = Number.isNaN(known) || !roundS ? "" : words + cost;
  }

  /** What was filled in. Throws an Error that names what does not fit, and puts the focus there. */
  const read = () => {
    const refuse = (field, words) => {
      field.focus();
      throw new Error(words);
    };
    const phases = [...list.children].map((row, place) => {
      const name = row.querySelector(".phase-name");
      if (!name.value.trim()) refuse(name, `Phase ${place + 1} needs a name.`);
      const lengthS = lengthOf(row);
      if (!(lengthS >= 1 && lengthS <= DAY_S)) refuse(row.querySelector(".minutes"), `“${name.value}” has to last from 1 s to 24 hours, in whole minutes and seconds.`);
      return { name: name.value.trim(), length_s: lengthS };
    });
    const repeat = rounds();
    if (repeat !== null && !(repeat >= 1)) refuse(byId("repeat"), "How often do the phases come? A whole number, 1 or more.");
    const music = byId("music-choice").value;
    const isLink = music === "link";
    if (music === "mine" && !byId("mine").value) refuse(byId("music-choice"), "Choose a playlist, or what is playing.");
    if (isLink && !byId("link").value.trim()) refuse(byId("link"), "Paste the link of a playlist or album, or choose what is playing.");
    const shuffle = byId("shuffle").value;
    return {
      phases,
      repeat,
      context_uri: isLink ? byId("link").value.trim() : music === "mine" ? byId("mine").value : null,
      device_id: byId("device").value || null,
      shuffle: shuffle === "" ? null : shuffle === "on",
      at_boundary: byId("at-boundary").value,
      at_end: byId("pause-at-end").checked ? "pause" : "go_on",
    };
  };

  for (const button of document.querySelectorAll("[data-preset]"))
    button.addEventListener("click", () => fill(PRESETS[button.dataset.preset]));
  byId("add").addEventListener("click", () => {
    addRow("", 60).querySelector("input").focus();
    number();
  });
  byId("form").addEventListener("input", showTotal);
  const showLink = () => {
    show(byId("link-field"), byId("music-choice").value === "link");
    show(byId("mine-field"), byId("music-choice").value === "mine");
    if (byId("music-choice").value !== "mine") show(byId("mine-words"), false);
  };
  byId("music-choice").addEventListener("change", () => {
    showLink();
    if (byId("music-choice").value === "mine") attempt(byId("music-choice"), byId("form-failure"), () => playlists.open());
  });
  byId("look-playlists").addEventListener("click", (event) => attempt(event.currentTarget, byId("form-failure"), playlists.look));
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit(byId("submit"), read);
  });

  /** The timer there is, as the form would have it. */
  const showTimer = (timer) => {
    if (timer.state === "none") return fill(PRESETS.workout);
    fill({ phases: timer.phases.map((phase) => [phase.name, phase.length_s]), repeat: timer.repeat });
    byId("music-choice").value = timer.context_uri ? "link" : "now";
    byId("link").value = timer.context_uri ?? "";
    byId("shuffle").value = timer.shuffle === null ? "" : timer.shuffle ? "on" : "off";
    byId("at-boundary").value = timer.at_boundary;
    byId("pause-at-end").checked = timer.at_end === "pause";
    byId("device").value = timer.device_id ?? "";
    return showLink();
  };

  const showDevices = (devices) => {
    const before = byId("device").value;
    const option = (one) => element("option", { value: one.id, disabled: !one.is_usable }, one.is_usable ? one.name : `${one.name} (takes no commands)`);
    const rest = devices.items.map(option);
    const none = devices.is_looking ? "Looking for devices…" : "Where it plays now";
    byId("device").replaceChildren(element("option", { value: "" }, none), ...rest);
    byId("device").value = [...byId("device").options].some((one) => one.value === before) ? before : "";
  };
  return { showTimer, showDevices };
}
