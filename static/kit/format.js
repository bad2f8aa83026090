// Figures in words. Times are shown where the reader is.

/** 63_000 → "1:03" */
export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = String(seconds % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

export const clockTime = (ms) => new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export const date = (ms) => new Date(ms).toLocaleDateString([], { year: "numeric", month: "long", day: "numeric" });

/** Until when a link is good. `url` is null where it was sealed with a key that is gone. */
export function lasts(url, untilMs) {
  if (!url) return "This link can’t be shown any more, as the server has another key. Make it new.";
  return untilMs > Date.now() ? `Good until ${date(untilMs)}.` : `It ended on ${date(untilMs)}.`;
}

/** A member's status, with the time at which a wait ends. */
export function status(member) {
  return member.until_ms ? `${member.status_words} until ${clockTime(member.until_ms)}` : member.status_words;
}

const MOODS = {
  in_sync: "good",
  ready: "good",
  catching_up: "wait",
  waiting: "wait",
  limited: "wait",
  stepped_out: "",
  elsewhere: "",
};

/** The colour of a status: good, wait, bad or none. */
export const mood = (member) => MOODS[member.status] ?? "bad";

/** 3.25 → "3 h 15 min" */
export function hours(count) {
  const minutes = Math.round(count * 60);
  const [whole, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [whole ? `${whole} h` : "", rest || !whole ? `${rest} min` : ""].filter(Boolean).join(" ");
}

/** 12345 → "12,345" */
export const count = (number) => number.toLocaleString("en");

/** 12_345_678 → "12.3 MB" */
export function bytes(size) {
  if (size < 1e6) return `${Math.max(1, Math.round(size / 1e3))} kB`;
  return `${(size / 1e6).toFixed(size < 1e8 ? 1 : 0)} MB`;
}

export const dateAndTime = (ms) => `${date(ms)}, ${clockTime(ms)}`;

const STEPS = [["minute", 60], ["hour", 60], ["day", 24], ["week", 7]];

/** How long ago, in the largest fitting unit: "3 minutes ago", "in 2 hours". */
export function ago(ms, nowMs) {
  let [amount, unit] = [(ms - nowMs) / 1000, "second"];
  for (const [larger, holds] of STEPS) {
    if (Math.abs(amount) < holds) break;
    [amount, unit] = [amount / holds, larger];
  }
  if (unit === "second") return amount < 0 ? "just now" : "in a moment";
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.round(amount), unit);
}
