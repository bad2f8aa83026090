// How many notices are new, on every page; told live by one connection of the browser, shared between its pages.

const RETRY_MS = 5000;
const CHANNEL = "songswap-notices";
/** Where it is remembered that this browser shall show notices outside the page, too. */
export const OUTSIDE = "songswap-notices-outside";

const bell = document.getElementById("bell");
const channel = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
const listeners = [];
let hasConnection = false;

/** Have `listener` called with `{unread, item}` whenever there is news; `item` is null where only the number has changed. */
export const onNews = (listener) => listeners.push(listener);

/** Take the notices that come with the live connection (an EventSource) which a page has anyway. */
export function takeNoticesFrom(source) {
  hasConnection = true;
  source.addEventListener("notice", (event) => {
    const news = JSON.parse(event.data);
    channel?.postMessage(news);
    take(news);
    if (news.item) showOutside(news.item);
  });
}

const sentence = ({ who, did }) => (who ? `${who} ${did}` : did);

function take(news) {
  const count = bell.querySelector(".bell-count");
  const before = Number(bell.dataset.unread);
  bell.dataset.unread = news.unread;
  bell.setAttribute("aria-label", news.unread ? `Notices, ${news.unread} new` : "Notices");
  count.textContent = news.unread >= 99 ? "99+" : news.unread;
  count.hidden = !news.unread;
  if (news.item && news.unread >= before) document.getElementById("bell-news").textContent = `New notice: ${sentence(news.item)}`;
  for (const listener of listeners) listener(news);
}

/** With the browser's own notices, if the person has asked for them on the page of notices; two pages show one. */
function showOutside(item) {
  if (!("Notification" in window) || Notification.permission !== "granted" || !localStorage.getItem(OUTSIDE)) return;
  const shown = new Notification("SongSwap", { body: [sentence(item), item.excerpt].filter(Boolean).join("\n"), tag: `${CHANNEL}-${item.n}` });
  shown.onclick = () => {
    focus();
    location.assign(item.href);
  };
}

function open() {
  const source = new EventSource("/api/live?place=notices");
  takeNoticesFrom(source);
  source.addEventListener("gone", () => source.close());
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(reopen, RETRY_MS);
  };
  return source;
}

// A browser gives up on a stream that is refused: come back unless nobody is logged in any more.
async function reopen() {
  const answer = await fetch("/api/me/notices?limit=1").catch(() => null);
  if (answer?.status !== 401) open();
}

/** Browsers allow few connections to one host. Where pages can't agree on one of them, only the one that is seen has it. */
function openWhileSeen() {
  let source = document.hidden ? null : open();
  document.addEventListener("visibilitychange", () => {
    source?.close();
    source = document.hidden ? null : open();
  });
}

if (bell) {
  channel?.addEventListener("message", (event) => take(event.data));
  addEventListener("load", () => {
    if (hasConnection) return;
    if (!navigator.locks || !channel) openWhileSeen();
    else navigator.locks.request(CHANNEL, () => new Promise(() => void open()));
  });
}
