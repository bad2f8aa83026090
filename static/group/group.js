// The group page: the feed comes in, clicks go out.

import { attempt, send } from "../kit/api.js";
import { createDevices } from "../kit/device-list.js";
import { byId, onChange, readState, say, show } from "../kit/dom.js";
import { follow } from "../kit/event-stream.js";
import { createTimerCard } from "../timer/timer-position.js";
import { createInvite } from "./invite.js";
import { mood, status } from "../kit/format.js";
import { createLeadership } from "./leadership.js";
import { createListenHere } from "../player/listen-here.js";
import { createManage } from "./manage.js";
import { createMembers } from "./members.js";
import { createOptions } from "./session-options.js";
import { createGameCard } from "./game-card.js";
import { createPlayer } from "./now-playing.js";
import { createRequests } from "./requests.js";
import { createTrim } from "./trim.js";
import { createSyncReport } from "./sync-report.js";
import { createScreenLink } from "./screen-link.js";

const first = readState();
const api = `/api/groups/${first.id}`;
const failure = byId("failure");

const change = (button, method, path, body) => attempt(button, failure, () => send(method, path, body));

const showPlayer = createPlayer((button, command) => change(button, "POST", `${api}/playback`, command));
const showMembers = createMembers((button, method, account, body) => change(button, method, `${api}/members/${account}`, body));
const showDevices = createDevices(byId("devices"), (button, id) => change(button, "PUT", "/api/me/device", { device_id: id }));
const showInvite = createInvite((button) => change(button, "POST", `${api}/invite`));

const showManage = createManage(api);
const showRequests = createRequests(api);
const showTimer = createTimerCard();
const showSyncReport = createSyncReport();
const showScreenLink = createScreenLink(api);
const showGameCard = createGameCard();

const showLeadership = createLeadership((button, body) => change(button, "PUT", `${api}/session`, body));
const options = createOptions((field, body) => change(field, "PUT", `${api}/session`, body));
const showListenHere = createListenHere(first.id);
const showTrim = createTrim((range, body) => change(range, "PUT", "/api/me/trim", body));

const followsVolume = byId("follows-volume");
let isFollowing = false;
followsVolume.addEventListener("change", async () => {
  const wanted = followsVolume.checked;
  await change(followsVolume, "PUT", "/api/me/volume", { follows_host: wanted });
  if (failure.hidden) isFollowing = wanted;
  followsVolume.checked = isFollowing;
});

const onClick = (id, run) => byId(id).addEventListener("click", (event) => run(event.currentTarget));
onClick("start", (button) => change(button, "PUT", `${api}/session`, { state: "running", ...options.chosen() }));
onClick("stop", (button) => change(button, "PUT", `${api}/session`, { state: "stopped" }));
onClick("listen", (button) => change(button, "PUT", `${api}/listening`, { listening: true }));
onClick("step-out", (button) => change(button, "PUT", `${api}/listening`, { listening: false }));
onClick("look", (button) => change(button, "POST", "/api/me/devices/look"));

const announce = (words) => {
  byId("announcement").textContent = words;
};
const announceTrack = onChange((track) => track && announce(`Now playing: ${track.name} by ${track.artists}`));
const announceStatus = onChange((words) => announce(`You: ${words}`));
const withoutSkew = (words) => words.split(",")[0]; // a few milliseconds more or less are no news

const CHOOSE = "Listen in this tab, choose one of your devices below, or play something in Spotify.";

function hintFor(mine, devices) {
  const canChoose = mine.status === "no_device" && devices.items.some((device) => device.is_usable);
  return canChoose ? CHOOSE : mine.hint || mine.error;
}

function showMe(state) {
  const mine = state.members.find((member) => member.account === state.me.account);
  const isRunning = state.session.state === "running";
  const { elsewhere, is_listening: isListening, devices } = state.me;
  const words = elsewhere ? `You listen in ${elsewhere.name}` : status(mine);
  byId("my-status").dataset.mood = mood(mine);
  say(byId("my-status"), words.slice(0, 1).toUpperCase() + words.slice(1));
  say(byId("my-hint"), hintFor(mine, devices));
  show(byId("log-in-again"), mine.status === "needs_login");
  const isOut = isRunning && (!isListening || mine.status === "stepped_out");
  byId("listen").textContent = elsewhere ? "Listen with this group" : "Rejoin";
  show(byId("listen"), isOut && mine.status !== "needs_login");
  show(byId("step-out"), isRunning && isListening && !isOut && (state.me.role !== "host" || state.session.leader !== state.me.account));
  if (followsVolume.ariaBusy !== "true") followsVolume.checked = isFollowing = devices.follows_volume;
  show(byId("volume"), Boolean(state.me.trim));
  byId("device-name").textContent = mine.device_name || devices.chosen_name || "Choose a device";
  if (mine.status === "no_device") byId("device-picker").open = true;
  showDevices(devices);
  announceStatus(withoutSkew(status(mine)));
}

function showSession(state) {
  const [isRunning, mayStart] = [state.session.state === "running", state.me.rights.includes("session")];
  show(byId("start"), mayStart && !isRunning);
  show(byId("stop"), mayStart && isRunning);
  const silent = "The worker is not running: nothing is controlled until whoever runs SongSwap starts it.";
  say(byId("notice"), state.is_worker_alive ? state.notice : silent);
}

function update(state) {
  say(byId("group-name"), state.name);
  document.title = `${state.name} · SongSwap`;
  showSession(state);
  showPlayer(state);
  showLeadership(state);
  options.show(state);
  showMe(state);
  showListenHere(state);
  showTrim(state);
  showMembers(state);
  showInvite(state);
  showTimer(state);
  showManage(state);
  showRequests(state);
  showSyncReport(state);
  showScreenLink(state);
  showGameCard(state);
  const track = state.playback?.track;
  announceTrack(track ? { name: track.name, artists: track.artists.join(", ") } : null);
}

update(first);
follow(`${api}/events`, {
  onState: update,
  onGone: (reason) => location.assign(reason === "logged_out" ? `/login?next=/groups/${first.id}` : "/"),
  onConnection: (isUp) => say(byId("connection"), isUp ? "" : "The connection to SongSwap is lost. Reconnecting…"),
});
