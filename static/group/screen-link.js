// The link to the screen for the TV, and a new one.

import { attempt, send } from "../kit/api.js";
import { byId, onChange, say, show } from "../kit/dom.js";
import { lasts } from "../kit/format.js";

export function createScreenLink(api) {
  byId("screen-renew").addEventListener("click", (event) =>
    attempt(event.currentTarget, byId("screen-failure"), () => send("POST", `${api}/screen`)),
  );
  const invite = byId("screen-invite");
  invite.addEventListener("change", () =>
    attempt(invite, byId("screen-failure"), () => send("PATCH", api, { has_invite_on_screen: invite.checked })),
  );
  const update = onChange(({ mayShow, mayManage, url, untilMs, hasInvite }) => {
    show(byId("screen"), mayShow);
    show(invite.parentElement, mayManage);
    invite.checked = hasInvite;
    say(byId("screen-expiry"), untilMs ? `${lasts(url, untilMs)} It ends when whoever made it is host or co-host no more.` : "");
    show(byId("screen-link"), Boolean(url));
    if (url) byId("screen-link").href = url;
    byId("screen-renew").textContent = untilMs ? "New screen link" : "Make a screen link";
    byId("screen-renew").title = untilMs ? "The old link stops working" : "";
  });
  return (state) =>
    update({
      mayShow: state.me.rights.includes("invite"),
      mayManage: state.me.rights.includes("manage"),
      url: state.screen_url,
      untilMs: state.screen_expires_at_ms,
      hasInvite: state.has_invite_on_screen,
    });
}
