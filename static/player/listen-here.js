// The part of the group page that makes a player of this tab.

import { send } from "../kit/api.js";
import { byId, say, show } from "../kit/dom.js";
import { volumeControl } from "./volume.js";
import { WebPlayer } from "./web-player.js";
import { wordsOf } from "./status-text.js";

const BROWSERS = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
const WAYS_OUT = new Set(["unloaded", "changed", "initialization", "silent"]);

const browserName = () => BROWSERS.find(([mark]) => navigator.userAgent.includes(mark))?.[1] ?? "a browser";

/** Returns what shows a GroupState. */
export function createListenHere(group) {
  const card = byId("listen-here");
  const tab = new WebPlayer({ sdkUrl: card.dataset.sdkUrl, group, name: `SongSwap in ${browserName()}`, onView: render, onVolume: (loudness) => volume.set(loudness) });
  const volume = volumeControl(tab.memory.loudness, (loudness) => tab.setLoudness(loudness));
  let elsewhere = null; // another tab of this person's that plays
  let isOut = false; // a session runs here, and this person does not listen in it
  let phase = "";

  function render() {
    const { words, hint, mood, start, stop } = wordsOf(tab.view, elsewhere, card.dataset.sdkUrl);
    const isUp = tab.view.phase === "on" || tab.view.phase === "blocked";
    const hadFocus = card.contains(document.activeElement);
    card.dataset.phase = tab.view.phase;
    byId("tab-status").dataset.mood = mood;
    say(byId("tab-status"), words);
    say(byId("tab-hint"), hint);
    show(byId("tab-sound"), tab.view.phase === "blocked");
    show(byId("tab-log-in"), tab.view.phase === "log_in");
    byId("tab-start").textContent = start;
    show(byId("tab-start"), Boolean(start));
    byId("tab-start").classList.toggle("quiet", tab.view.phase === "not_premium");
    byId("tab-stop").textContent = stop;
    show(byId("tab-stop"), Boolean(stop));
    volume.show(isUp);
    if (phase !== tab.view.phase && WAYS_OUT.has(tab.view.phase)) byId("device-picker").open = true;
    phase = tab.view.phase;
    if (hadFocus && !card.contains(document.activeElement)) firstOf(card)?.focus();
  }

  function start() {
    if (isOut) send("PUT", `/api/groups/${group}/listening`, { listening: true }).catch(() => {}); // the page says how it is
    tab.start();
  }

  byId("tab-start").addEventListener("click", start);
  byId("tab-stop").addEventListener("click", () => tab.stop());
  byId("tab-sound").addEventListener("click", () => tab.startSound());
  document.addEventListener("visibilitychange", () => document.hidden || tab.wake());
  addEventListener("online", () => tab.wake());
  addEventListener("pagehide", () => tab.stop(true));
  addEventListener("pageshow", ({ persisted }) => persisted && tab.comeBack());
  render();
  tab.comeBack();

  return (state) => {
    const mine = state.me.tab;
    isOut = state.session.state === "running" && !state.me.is_listening;
    elsewhere = mine?.is_here && mine.tab !== tab.memory.tab ? mine : null;
    render();
  };
}

const firstOf = (card) => [...card.querySelectorAll("button, a")].find((control) => control.checkVisibility());
