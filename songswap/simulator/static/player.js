const player = document.querySelector("#player");
const address = `/sim/players/${player.dataset.person}`;
const byId = (id) => document.getElementById(id);
const slots = (name, root = document) => root.querySelectorAll(`[data-slot=${name}]`);
const position = byId("position");

let view = null;
let receivedAt = 0;
let isDragging = false;
let shownCover = null;

const write = (name, text) => {
  for (const slot of slots(name)) if (slot.textContent !== text) slot.textContent = text;
};
const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

async function act(action, fields = {}) {
  const answer = await fetch(address, { method: "POST", body: JSON.stringify({ action, ...fields }) });
  write("trouble", answer.ok ? "" : (await answer.json()).error.message);
  await refresh();
}

async function refresh() {
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(answer.statusText);
    view = await answer.json();
    receivedAt = performance.now();
    show();
  } catch {
    write("trouble", "The embedded Spotify does not answer. Trying again…");
  }
}

function show() {
  const { truth } = view;
  write("title", view.title);
  write("artists", view.artists);
  write("state", view.state);
  write("length", clock(view.duration_ms));
  showCover(view.cover ?? view.portrait);
  press("toggle", truth.is_playing ? "Pause" : "Play", truth.is_playing ? "pause" : "play");
  byId("shuffle").setAttribute("aria-pressed", view.shuffle);
  byId("repeat").setAttribute("aria-pressed", view.repeat !== "off");
  byId("repeat").setAttribute("aria-label", `Repeat: ${view.repeat}`);
  byId("repeat").title = `Repeat: ${view.repeat}`;
  byId("private").checked = view.private_session;
  view.devices.forEach(showDevice);
  showQueue();
  showProgress();
}

function press(id, label, icon) {
  const button = byId(id);
  button.setAttribute("aria-label", label);
  button.querySelector("use").setAttribute("href", `#icon-${icon}`);
}

function showCover(source) {
  if (source === shownCover) return;
  shownCover = source;
  for (const slot of slots("cover")) slot.src = source;
}

function showDevice(device) {
  const row = document.querySelector(`[data-device="${device.id}"]`);
  if (!row) return; // a page that plays came up after this one was drawn
  row.classList.toggle("active", device.active);
  row.classList.toggle("off", !device.online);
  row.querySelector("[data-online]").checked = device.online;
  row.querySelector("[data-here]").hidden = device.active || !device.online || !view.item;
  row.querySelector("[data-slot=device-state]").textContent = device.state;
}

function showQueue() {
  const rows = view.queue.filter(Boolean).map((item) => {
    const row = document.createElement("li");
    const picture = Object.assign(document.createElement("img"), { alt: "", width: 40, height: 40 });
    picture.src = (item.album ?? item).images.at(-1)?.url ?? "/static/icon.svg";
    const text = document.createElement("span");
    const artists = (item.artists ?? []).map((artist) => artist.name).join(", ");
    for (const [name, content] of [["name", item.name], ["quiet", artists]]) {
      text.append(Object.assign(document.createElement("span"), { className: name, textContent: content }));
    }
    row.append(picture, text);
    return row;
  });
  const nothing = Object.assign(document.createElement("li"), { className: "quiet", textContent: "Nothing" });
  byId("queue").replaceChildren(...(rows.length ? rows : [nothing]));
}

function showProgress() {
  if (!view || isDragging) return;
  const since = view.truth.is_playing ? performance.now() - receivedAt : 0;
  const elapsed = Math.min(view.truth.position_ms + since, view.duration_ms);
  position.max = Math.max(view.duration_ms, 1);
  position.value = elapsed;
  position.setAttribute("aria-valuetext", `${clock(elapsed)} of ${clock(view.duration_ms)}`);
  write("elapsed", clock(elapsed));
}

byId("toggle").addEventListener("click", () => act(view?.truth.is_playing ? "pause" : "resume"));
byId("next").addEventListener("click", () => act("next"));
byId("previous").addEventListener("click", () => act("previous"));
byId("shuffle").addEventListener("click", () => act("set_shuffle", { on: !view.shuffle }));
byId("repeat").addEventListener("click", () => {
  const modes = ["off", "context", "track"];
  act("set_repeat", { repeat: modes[(modes.indexOf(view.repeat) + 1) % modes.length] });
});
byId("private").addEventListener("change", (event) => act("set_private_session", { on: event.target.checked }));
position.addEventListener("input", () => {
  isDragging = true;
  write("elapsed", clock(position.value));
});
position.addEventListener("change", async () => {
  await act("seek", { position_ms: Number(position.value) });
  isDragging = false;
});
for (const row of document.querySelectorAll("[data-device]")) {
  const device_id = row.dataset.device;
  row.querySelector("[data-here]").addEventListener("click", () => act("transfer", { device_id }));
  row.querySelector("[data-online]").addEventListener("change", (event) =>
    act("set_device_online", { device_id, online: event.target.checked }));
}
for (const button of document.querySelectorAll("[data-uri]")) {
  const { uri } = button.dataset;
  const isTrack = uri.startsWith("spotify:track:");
  button.addEventListener("click", () => (isTrack ? act("play_uris", { uris: [uri] }) : act("play_context", { uri })));
}

async function poll() {
  if (!document.hidden) await refresh();
  setTimeout(poll, 1000);
}

poll();
setInterval(showProgress, 250);
