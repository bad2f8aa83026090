// What sounds on a device, as values: {uri, positionMs, atMs, isPlaying, durationMs, volume, sdk}. At `atMs` of the
// embedded Spotify's clock the item was at `positionMs`; `sdk` is the WebPlaybackState without position and timestamp.

const NEIGHBOURS = 2;

export function fromWire({ at_ms, position_ms, is_playing, duration_ms, volume_percent, sdk }) {
  return {
    uri: sdk.track_window.current_track.uri,
    positionMs: position_ms,
    atMs: at_ms,
    isPlaying: is_playing,
    durationMs: duration_ms,
    volume: volume_percent / 100,
    sdk,
  };
}

// Where the sound is at `ms`; also before it begins and beyond its end.
export function soundAt(state, ms) {
  return state.positionMs + (state.isPlaying ? ms - state.atMs : 0);
}

// Where in the item that is. What was done here is told of some milliseconds before it leaves the speaker.
export function positionAt(state, ms) {
  return Math.min(soundAt(state, Math.max(ms, state.atMs)), state.durationMs);
}

// As pages read it: WebPlaybackState, as of `ms`; `timestamp` is the page's own clock then.
export function webPlaybackState(state, ms, timestamp) {
  const position = Math.round(positionAt(state, ms));
  return { ...state.sdk, paused: !state.isPlaying, position, duration: state.durationMs, timestamp };
}

// Whether a page would see a difference other than that time went by.
export function isTheSame(one, other, ms) {
  const told = (state) => JSON.stringify({ ...webPlaybackState(state, ms, 0), position: 0 });
  return told(one) === told(other) && isNear(one, other, ms);
}

// Whether the ear would hear none.
export function isNear(one, other, ms) {
  const isAlike = one.uri === other.uri && one.isPlaying === other.isPlaying;
  return isAlike && Math.abs(positionAt(one, ms) - positionAt(other, ms)) <= 30;
}

// What a command makes of a state at `atMs`. Where the rest of the list would have to be known, silence, until the
// embedded Spotify says what comes.
export function paused(state, atMs) {
  return playing(state, atMs, false);
}

export function resumed(state, atMs) {
  return playing(state, atMs, true);
}

function playing(state, atMs, isPlaying) {
  const { pausing, resuming, ...others } = state.sdk.disallows;
  const disallows = { [isPlaying ? "resuming" : "pausing"]: true, ...others };
  return { ...state, positionMs: positionAt(state, atMs), atMs, isPlaying, sdk: { ...state.sdk, disallows } };
}

export function sought(state, atMs, positionMs) {
  return positionMs >= state.durationMs ? skipped(state, atMs) : { ...state, positionMs, atMs };
}

export function skipped(state, atMs) {
  const { current_track, previous_tracks, next_tracks } = state.sdk.track_window;
  const [next, ...rest] = next_tracks;
  if (!next) return { ...state, positionMs: positionAt(state, atMs), atMs, isPlaying: false };
  const before = [...previous_tracks, current_track].slice(-NEIGHBOURS);
  return to(state, atMs, { current_track: next, previous_tracks: before, next_tracks: rest });
}

export function steppedBack(state, atMs) {
  const { current_track, previous_tracks, next_tracks } = state.sdk.track_window;
  const previous = previous_tracks.at(-1);
  if (!previous) return { ...state, positionMs: 0, atMs };
  const after = [current_track, ...next_tracks].slice(0, NEIGHBOURS);
  return to(state, atMs, { current_track: previous, previous_tracks: previous_tracks.slice(0, -1), next_tracks: after });
}

function to(state, atMs, track_window) {
  const { uri, duration_ms } = track_window.current_track;
  return { ...state, uri, positionMs: 0, atMs, durationMs: duration_ms, sdk: { ...state.sdk, track_window } };
}
