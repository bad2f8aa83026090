// How Spotify writes what it has: URIs, and the addresses of its pages. No other module spells these.

const PAGES = "https://open.spotify.com";

/** Whether this is the URI of anything at Spotify. */
export const isUri = (uri) => /^spotify:[a-z]+:\S+$/.test(uri);

/** Spotify's id of the track with this URI; empty for anything else. */
export const trackIdOf = (uri) => /^spotify:track:([A-Za-z0-9]+)$/.exec(uri)?.[1] ?? "";

/** The page of a track. */
export const trackPage = (id) => `${PAGES}/track/${id}`;

/** Where Spotify's own small player is, for a track. */
export const smallPlayer = (id) => `${PAGES}/embed/track/${encodeURIComponent(id)}`;
