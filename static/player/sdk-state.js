// What Spotify's SDK says of its player, in the words of our reports.
// https://developer.spotify.com/documentation/web-playback-sdk/reference#object-web-playback-state

import { isUri } from "../kit/spotify.js";

const NEXT = 2;
const MOST_ARTISTS = 20;
const LONGEST_TEXT = 300;
const REPEATS = ["off", "context", "track"];

/** The SDK is not, or does not say, what its reference promises. */
export class UnknownStateError extends Error {}

/** A state as a report has it; null where this player is not the active one or has no track yet. Throws UnknownStateError. */
export function stateOf(sdk) {
  if (sdk === null || sdk.track_window?.current_track === null) return null;
  const { paused, position, duration, context, track_window: tracks } = sdk;
  if (typeof paused !== "boolean" || !isLength(position) || !isLength(duration)) throw new UnknownStateError("a state without a position");
  return {
    ...track(tracks?.current_track),
    duration_ms: duration,
    position_ms: position,
    is_playing: !paused,
    context_uri: uriOf(context?.uri),
    repeat: REPEATS[sdk.repeat_mode] ?? "off",
    next: (tracks.next_tracks ?? []).slice(0, NEXT).map(track),
  };
}

const text = (words) => String(words ?? "").slice(0, LONGEST_TEXT);
const uriOf = (uri) => (isUri(uri) ? uri : null);
const isLength = (ms) => Number.isFinite(ms) && ms >= 0;

function track(one) {
  if (uriOf(one?.uri) === null) throw new UnknownStateError("a track without an address");
  return {
    uri: one.uri,
    name: text(one.name),
    artists: (one.artists ?? []).slice(0, MOST_ARTISTS).map((artist) => text(artist.name)),
    album: text(one.album?.name),
    image_url: largest(one.album?.images ?? []),
    duration_ms: isLength(one.duration_ms) ? one.duration_ms : 0,
    linked_uri: uriOf(one.linked_from?.uri),
  };
}

const largest = (images) => images.reduce((best, one) => ((one.width ?? 0) > (best?.width ?? -1) ? one : best), null)?.url ?? null;
