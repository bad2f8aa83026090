// What the group page says of this tab as a player, and what to do next.

const BELOW = "Or choose a device below.";
const IN_CLEAR = "Browsers play Spotify only on pages that come by https. Choose a device below instead.";
const IOS = "iPhones and iPads let no page play by itself, song after song. Open the Spotify app, then choose it as your device below.";
const OLD = "It lacks what protected music takes. Another browser may have it; or choose a device below.";

const cannot = () => {
  if (!isSecureContext) return IN_CLEAR;
  return typeof navigator.requestMediaKeySystemAccess === "function" ? IOS : OLD;
};

const UP = {
  on: ({ name }) => ["This tab is your player", `Spotify calls it “${name}”. Leave the page open.`, "good"],
  blocked: () => ["Silent until you tap", "Your browser lets a page be heard only after a tap.", "bad"],
};

const DOWN = {
  off: () => ["", "This page becomes a player of yours. It takes Spotify Premium.", ""],
  cannot: () => ["This browser can’t play Spotify in a page", cannot(), ""],
  not_premium: () => ["Spotify Premium is needed", "Spotify plays in pages for Premium accounts only. If you have it by now, try again.", "bad"],
  log_in: ({ message }) => ["Log in again", message || "Spotify does not take this log-in any more.", "bad"],
  unloaded: (view, host) => [
    "Spotify’s player did not load",
    `An ad blocker or the network may be in the way: let this page load from ${host}, and try again. ${BELOW}`,
    "bad",
  ],
  changed: () => [
    "Spotify’s player has changed",
    `SongSwap doesn’t know it like this; whoever runs SongSwap may have to update it. ${BELOW}`,
    "bad",
  ],
  initialization: ({ message }) => ["Spotify’s player can’t start here", `It says: “${message}”. Another browser may do. ${BELOW}`, "bad"],
  silent: () => ["Spotify does not answer", `Try again in a moment. ${BELOW}`, "bad"],
  later: ({ message }) => ["Not now", `${message} Then try again.`, "bad"],
  elsewhere: () => ["You listen elsewhere now", "Another tab or device of yours took over.", "wait"],
  thrown_out: () => ["SongSwap ended the connection", "Load the page anew, or try again.", "bad"],
};

const START = { off: "Listen here", elsewhere: "Listen here instead", cannot: "", log_in: "" };

/** For a WebPlayer's `view`: words, hint, mood, and the labels of the buttons (empty: none). `elsewhere` is `me.tab` if that is another tab. */
export function wordsOf(view, elsewhere, sdkUrl) {
  if (view.phase === "connecting") return says(["Connecting to Spotify…", "", "wait"], "", "Cancel");
  if (view.phase in UP) return says(troubleOf(view) ?? UP[view.phase](view), "", "Stop listening here");
  if (view.phase === "off" && elsewhere) {
    return says(["You listen in another tab", `Spotify calls it “${elsewhere.device_name}”.`, "good"], START.elsewhere, "");
  }
  return says(DOWN[view.phase](view, new URL(sdkUrl, location.href).host), START[view.phase] ?? "Try again", "");
}

const says = ([words, hint, mood], start, stop) => ({ words, hint, mood, start, stop });

function troubleOf({ isReady, isLinked, phase, playbackError }) {
  if (!isReady) return ["Spotify can’t be reached", "Reconnecting…", "wait"];
  if (!isLinked) return ["SongSwap can’t be reached", "Reconnecting… The music goes on meanwhile.", "wait"];
  if (phase === "on" && playbackError) return ["Spotify could not play that", `It says: “${playbackError}”. The next song may do.`, "wait"];
  return null;
}
