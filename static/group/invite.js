// The invitation: link, code, and a new one.

import { byId, copy, onChange, show } from "../kit/dom.js";
import { lasts } from "../kit/format.js";

const COPIED_MS = 2000;

export function createInvite(renew) {
  const link = byId("invite-url");
  const label = byId("copy").querySelector("span");
  link.addEventListener("focus", () => link.select());
  byId("copy").addEventListener("click", async () => {
    await copy(link);
    label.textContent = "Copied";
    setTimeout(() => (label.textContent = "Copy link"), COPIED_MS);
  });
  byId("renew").addEventListener("click", (event) => renew(event.currentTarget));

  const showLink = onChange(({ id, url, expiresAtMs }) => {
    show(byId("invite"), expiresAtMs !== null);
    if (expiresAtMs === null) return;
    link.value = url ?? "";
    show(byId("invite-code"), Boolean(url));
    if (url) byId("invite-code").src = `/groups/${id}/invite.svg?until=${expiresAtMs}`;
    byId("invite-expiry").textContent = lasts(url, expiresAtMs);
  });

  return (state) => {
    showLink({ id: state.id, url: state.invite_url, expiresAtMs: state.invite_expires_at_ms });
    show(byId("renew"), state.me.rights.includes("manage"));
  };
}
