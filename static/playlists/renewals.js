// Playlists that renew themselves: how each stands, and what can be done about it.

import { send } from "../kit/api.js";
import { byId, element, icon, onChange, say, show } from "../kit/dom.js";
import { ago, clockTime, date, dateAndTime } from "../kit/format.js";

const PILLS = { new: ["Being made", "wait"], working: ["Being renewed", "wait"], kept: ["Up to date", "good"], waiting: ["Waits", "wait"], stopped: ["Stopped", "bad"] };

/** Shows renewals in `list`; `change` sends one to the server. */
export function createRenewals({ list, change }) {
  let pages = [];

  function words(one, nowMs) {
    if (!one.is_on) return "Paused. What is in it stays.";
    const parts = [];
    if (one.error) parts.push(one.error);
    if (one.changed_at_ms) parts.push(`Last changed ${ago(one.changed_at_ms, Math.max(nowMs, one.changed_at_ms + 1))}.`);
    if (one.state === "waiting" && one.next_at_ms) parts.push(`Tried again ${dateAndTime(one.next_at_ms)}.`);
    else if (one.next_at_ms) parts.push(`Renewed ${ago(one.next_at_ms, nowMs)}, at ${clockTime(one.next_at_ms)}.`);
    if (one.left_out) parts.push(`${one.left_out} left out, as Spotify has no id for them here.`);
    return parts.join(" ");
  }

  function row(one, nowMs) {
    const [label, tone] = one.is_on ? PILLS[one.state] : ["Paused", ""];
    const button = (name, symbol, act, kind = "quiet") => {
      const made = element("button", { type: "button", class: `button ${kind} small`, "data-act": name }, icon(symbol), ` ${name}`);
      made.onclick = () => act(made);
      return made;
    };
    const post = (control, body) => change(control, "POST", `${one.id}/run`, body);
    const isStopped = one.is_on && one.state === "stopped";
    return element(
      "li",
      { "data-id": one.id },
      element(
        "div",
        { class: "grow" },
        element("p", { class: "headline" }, element("strong", {}, one.name), element("span", { class: `pill ${tone}` }, label)),
        element("p", { class: "small" }, `${one.title}. Every day at ${one.at}${one.tracks ? `; ${one.tracks} in it` : ""}.`),
        element("p", { class: one.error && one.is_on ? "trouble" : "small" }, words(one, nowMs)),
      ),
      element(
        "div",
        { class: "buttons" },
        one.url && !isStopped ? element("a", { class: "button quiet small", href: one.url, target: "_blank", rel: "noreferrer" }, icon("external"), " Open") : null,
        isStopped ? button("Make it anew", "refresh", (control) => post(control, { anew: true }), "") : one.is_on ? button("Renew now", "refresh", (control) => post(control, {})) : null,
        isStopped ? null : button(one.is_on ? "Pause" : "Go on", one.is_on ? "pause" : "play", (control) => change(control, "PUT", one.id, { is_on: !one.is_on })),
        one.changed_at_ms ? button("Changes", "more", () => showChanges(one)) : null,
        button("Delete", "trash", () => askToDelete(one)),
      ),
    );
  }

  const draw = onChange(({ renewals, minute }) => {
    const focused = document.activeElement?.closest?.("[data-act]");
    const [id, act] = [focused?.closest("li")?.dataset.id, focused?.dataset.act];
    list.replaceChildren(...renewals.map((one) => row(one, minute)));
    const twin = id && list.querySelector(`[data-id="${id}"] [data-act="${act}"]`);
    (twin ?? (id && list.querySelector(`[data-id="${id}"] button`)))?.focus();
  });

  // What changed

  const dialog = byId("changes");
  byId("changes-close").addEventListener("click", () => dialog.close());

  async function showChanges(one) {
    byId("changes-title").textContent = `What changed in “${one.name}”`;
    pages = [];
    byId("changes-list").replaceChildren();
    dialog.showModal();
    await older(one, 0);
  }

  async function older(one, cursor) {
    const { items, next } = await send("GET", `/api/me/renewals/${one.id}/changes?cursor=${cursor}`);
    pages.push(...items);
    byId("changes-list").replaceChildren(...pages.map(changed));
    show(byId("no-changes"), !pages.length);
    show(byId("more-changes"), Boolean(next));
    byId("more-changes").onclick = () => older(one, next);
  }

  const titles = (entries) => entries.map((one) => `${one.title || "Without a name"}${one.artist ? ` · ${one.artist}` : ""}`);

  function changed(change) {
    const part = (label, entries) => (entries.length ? [element("dt", {}, label), ...titles(entries).map((one) => element("dd", {}, one))] : []);
    return element(
      "li",
      {},
      element("h3", {}, date(change.at_ms)),
      element("dl", {}, ...part(`${change.added.length} came in`, change.added), ...part(`${change.removed.length} went out`, change.removed)),
      change.moved ? element("p", { class: "small" }, `${change.moved} changed places.`) : null,
    );
  }

  // Deleting

  const confirm = byId("confirm");
  function askToDelete(one) {
    say(byId("confirm-words"), `“${one.name}” stays in your Spotify as it is now, and is yours to keep or delete there.`);
    show(byId("confirm-failure"), false);
    byId("confirm-yes").onclick = async () => {
      try {
        await send("DELETE", `/api/me/renewals/${one.id}`);
        confirm.close();
        byId("add").focus();
      } catch (error) {
        say(byId("confirm-failure"), error.message);
      }
    };
    confirm.showModal();
  }

  return { render: (renewals, nowMs) => draw({ renewals, minute: Math.floor(nowMs / 20_000) * 20_000 }) };
}
