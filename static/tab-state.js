// What Spotify's SDK says of its player, in the words of our reports.
// https://developer.spotify.com/documentation/web-playback-sdk/reference#object-web-playback-state

const NEXT = 2;

/** The SDK is not, or does not say, what its reference promises. */
export class Unlike extends Error {}

/** A state as a report has it; null where this player is not the active one or has no track yet. Throws Unlike. */
export function stateOf(sdk) {
  if (sdk === null || sdk.track_window?.current_track === null) return null;
  const { paused, position, duration, context, track_window: tracks } = sdk;
  if (typeof paused !== "boolean" || !isLength(position) || !isLength(duration)) throw new Unlike("a state without a position");
  return {
    ...track(tracks?.current_track),
    duration_ms: duration,
    position_ms: position,
    is_playing: !paused,
    context_uri: context?.uri || null,
    next: (tracks.next_tracks ?? []).slice(0, NEXT).map(track),
  };
}

const isLength = (ms) => Number.isFinite(ms) && ms >= 0;

function track(one) {
  if (typeof one?.uri !== "string") throw new Unlike("a track without an address");
  return {
    uri: one.uri,
    name: one.name ?? "",
    artists: (one.artists ?? []).map((artist) => artist.name ?? ""),
    album: one.album?.name ?? "",
    image_url: largest(one.album?.images ?? []),
    duration_ms: isLength(one.duration_ms) ? one.duration_ms : 0,
    linked_uri: one.linked_from?.uri ?? null,
  };
}

const largest = (images) => images.reduce((best, one) => ((one.width ?? 0) > (best?.width ?? -1) ? one : best), null)?.url ?? null;
