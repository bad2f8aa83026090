// The link to the screen for the TV, and a new one.

import { attempt, send } from "./api.js";
import { byId, onChange, show } from "./dom.js";

export function createScreenLink(api) {
  byId("screen-renew").addEventListener("click", (event) =>
    attempt(event.currentTarget, byId("screen-failure"), () => send("POST", `${api}/screen`)),
  );
  const update = onChange(({ mayShow, url }) => {
    show(byId("screen"), mayShow);
    show(byId("screen-link"), Boolean(url));
    if (url) byId("screen-link").href = url;
    byId("screen-renew").textContent = url ? "New screen link" : "Make a screen link";
    byId("screen-renew").title = url ? "The old link stops working" : "";
  });
  return (state) => update({ mayShow: state.me.rights.includes("invite"), url: state.screen_url });
}
