// The hidden frame of the SDK: does what the page's `Spotify.Player`s ask for, by messages from and to that page alone.

import { Device } from "./sdk-device.js";

// Whoever embeds this says who they are; messages go to them, and come from them, only.
const origin = decodeURIComponent(location.hash.slice(1));
const devices = new Map();
const tokens = new Map();
let asked = 0;

// For whoever measures what is heard: the music of the page's newest player.
window.music = null;

function tell(message) {
  parent.postMessage(message, origin);
}

function create(player, options) {
  const emit = (name, data) => tell({ type: "event", player, name, data });
  const token = () => new Promise((resolve) => {
    asked += 1;
    tokens.set(asked, resolve);
    tell({ type: "token", player, ref: asked });
  });
  try {
    const device = new Device(options, emit, token);
    devices.set(player, device);
    window.music = device.music;
    return null;
  } catch {
    return "Failed to initialize player";
  }
}

// What a page can ask for; what takes longer is told by events.
const METHODS = new Set([
  "connect", "disconnect", "getCurrentState", "getVolume", "setName", "setVolume", "pause", "resume", "togglePlay",
  "seek", "previousTrack", "nextTrack", "activateElement",
]);

async function perform({ player, method, argument }) {
  if (method === "create") return create(player, argument);
  return METHODS.has(method) ? devices.get(player)[method](argument) : undefined;
}

addEventListener("message", async ({ source, origin: sender, data }) => {
  if (source !== parent || sender !== origin) return;
  if (data.type === "token") {
    tokens.get(data.ref)?.(data.token);
    tokens.delete(data.ref);
  } else if (data.type === "call") tell({ type: "answer", ref: data.ref, value: await perform(data) });
});

if (origin) tell({ type: "loaded" });
