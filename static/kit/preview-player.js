// Spotify's own small player, for one track at a time: it is loaded when somebody asks for it, and not before.

import { byId, element, show } from "./dom.js";
import { smallPlayer } from "./spotify.js";

const HEIGHT_PX = 80;

/** Play samples when their buttons within `root` are pressed. */
export function watchPreviews(root) {
  const dock = byId("sample");
  if (!dock) return;
  let pressed;

  const stop = () => {
    dock.querySelector("iframe")?.remove();
    show(dock, false);
    pressed?.setAttribute("aria-pressed", "false");
    if (pressed?.isConnected) pressed.focus();
    pressed = undefined;
  };

  const play = (button) => {
    dock.querySelector("iframe")?.remove();
    pressed?.setAttribute("aria-pressed", "false");
    pressed = button;
    button.setAttribute("aria-pressed", "true");
    dock.prepend(
      element("iframe", {
        src: smallPlayer(button.dataset.sample),
        title: "A sample in Spotify’s player",
        height: HEIGHT_PX,
        allow: "autoplay; clipboard-write; encrypted-media; fullscreen; picture-in-picture",
      }),
    );
    show(dock, true);
  };

  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sample]");
    if (button && button === pressed) stop();
    else if (button) play(button);
  });
  dock.querySelector("button").addEventListener("click", stop);
  dock.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stop();
  });
}
