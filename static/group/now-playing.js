// What plays: cover, words, the moving bar, the controls.

import { byId, icon, onChange, say, show } from "../kit/dom.js";
import { duration } from "../kit/format.js";
import { trackIdOf } from "../kit/spotify.js";

const TICK_MS = 250;
const SETTLE_MS = 250; // keys move the slider step by step: the last step counts
const HOLD_MS = 3000; // so long the slider stays where it was put, until the answer arrives

export function createPlayer(control) {
  const range = byId("position");
  let playback = null;
  let clockOffsetMs = 0;
  let isDragging = false;
  let held = null;
  let settling;

  const positionMs = () => {
    const passed = playback.is_playing ? Math.max(0, Date.now() + clockOffsetMs - playback.at_ms) : 0;
    return Math.min(playback.position_ms + passed, playback.track.duration_ms);
  };

  const showPosition = (ms) => {
    const length = playback.track.duration_ms;
    byId("elapsed").textContent = duration(ms);
    range.style.setProperty("--done", `${length ? (100 * ms) / length : 0}%`);
    range.setAttribute("aria-valuetext", `${duration(ms)} of ${duration(length)}`);
  };

  const tick = () => {
    const isHeld = held?.rev === playback?.rev && Date.now() < held?.untilMs;
    if (!playback?.track || isDragging || isHeld) return;
    range.value = positionMs();
    showPosition(Number(range.value));
  };

  range.addEventListener("input", () => {
    isDragging = true;
    showPosition(Number(range.value));
  });
  range.addEventListener("change", () => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      held = { rev: playback?.rev, untilMs: Date.now() + HOLD_MS };
      isDragging = false;
      control(range, { action: "seek", position_ms: Math.round(Number(range.value)) });
    }, SETTLE_MS);
  });
  byId("previous").addEventListener("click", (event) => control(event.currentTarget, { action: "previous" }));
  byId("next").addEventListener("click", (event) => control(event.currentTarget, { action: "next" }));
  byId("toggle").addEventListener("click", (event) =>
    control(event.currentTarget, { action: playback?.is_playing ? "pause" : "play" }),
  );
  setInterval(tick, TICK_MS);

  const showTrack = onChange((track) => {
    const [cover, link, backdrop] = [byId("cover"), byId("cover-link"), byId("backdrop")];
    for (const image of [cover, backdrop]) {
      if (track?.cover_url) image.src = track.cover_url;
      show(image, Boolean(track?.cover_url));
    }
    show(byId("no-cover"), !track?.cover_url);
    cover.alt = track?.album ? `Cover of ${track.album}` : "";
    if (track?.url) link.href = track.url;
    else link.removeAttribute("href");
    if (track?.url) link.setAttribute("aria-label", `${track.name} on Spotify`);
    else link.removeAttribute("aria-label");
    show(byId("progress"), Boolean(track?.duration_ms));
    range.max = track?.duration_ms || 1;
    byId("length").textContent = duration(track?.duration_ms ?? 0);
  });

  const showPlaying = onChange((isPlaying) => {
    const toggle = byId("toggle");
    toggle.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    toggle.replaceChildren(icon(isPlaying ? "pause" : "play"));
  });

  const showNext = onChange((upcoming) => {
    const names = upcoming.map((track) => track.name).join(" · ");
    say(byId("upcoming"), names && `Next: ${names}`);
  });

  return (state) => {
    playback = state.playback;
    clockOffsetMs = state.now_ms - Date.now();
    const track = playback?.track ?? null;
    showTrack(track);
    showPlaying(playback?.is_playing ?? false);
    showNext(playback?.upcoming ?? []);
    say(byId("title"), track?.name ?? emptyTitle(state));
    say(byId("artists"), track ? track.artists.join(", ") : emptyText(state));
    say(byId("album"), track?.album ?? "");
    const id = trackIdOf(track?.uri);
    show(byId("like-this"), Boolean(id));
    if (id) byId("like-this").href = `/songs/${id}?${new URLSearchParams({ title: track.name, artist: track.artists[0] ?? "" })}`;
    const mayDrive = state.me.rights.includes("playback") && state.session.state === "running";
    show(byId("controls"), mayDrive);
    range.disabled = !mayDrive;
    tick();
  };
}

function emptyTitle(state) {
  return state.session.state === "running" ? "Nothing plays yet" : "No session is running";
}

function emptyText(state) {
  const host = state.members.find((member) => member.role === "host");
  const who = host.account === state.me.account ? "you play" : `${host.name} plays`;
  if (state.session.state === "running") return `As soon as ${who} something in Spotify, everybody hears it.`;
  if (state.me.rights.includes("session")) return "Start one, and everybody here hears the same music.";
  return `${host.name} or a co-host starts one.`;
}
