// What the browser and the keys of a keyboard show and do of what sounds (Media Session API).

export function showInMediaSession(device, state) {
  const session = navigator.mediaSession;
  if (!session) return;
  const { name, artists, album } = state.track_window.current_track;
  const artwork = album.images.map(({ url, width, height }) => ({ src: url, sizes: `${width}x${height}` }));
  const artist = artists.map((one) => one.name).join(", ");
  session.metadata = new MediaMetadata({ title: name, artist, album: album.name, artwork });
  session.playbackState = state.paused ? "paused" : "playing";
  session.setActionHandler("play", () => device.resume());
  session.setActionHandler("pause", () => device.pause());
  session.setActionHandler("previoustrack", () => device.previousTrack());
  session.setActionHandler("nexttrack", () => device.nextTrack());
}
