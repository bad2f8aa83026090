// What a tab and its browser remember: who they are, whether this tab plays, how loud.

const BYTES = 8;
const LOUD = { volume: 0.8, isMuted: false };
const ALONE_WITHIN_MS = 1_000;

const newName = () => [...crypto.getRandomValues(new Uint8Array(BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// Some browsers forbid a page to keep anything: then it forgets when it goes.
function read(storage, key) {
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

function write(storage, key, text) {
  try {
    window[storage].setItem(key, text);
  } catch {
    // It is remembered by the page alone.
  }
}

function kept(storage, key) {
  const name = read(storage, key) ?? newName();
  write(storage, key, name);
  return name;
}

export class TabStorage {
  browser = kept("localStorage", "songswap.browser");
  tab = kept("sessionStorage", "songswap.tab");
  #alone = null;
  #seq = Number(read("sessionStorage", "songswap.seq")) || 0;

  /** A tab that was duplicated has the other's memory, too: this makes it somebody else, who doesn't play. */
  beAlone() {
    this.#alone ??= this.#keepName();
    return this.#alone;
  }

  async #keepName() {
    try {
      const signal = AbortSignal.timeout(ALONE_WITHIN_MS); // the page before a reload may still be on its way out
      await new Promise((resolve, reject) => {
        const keep = () => new Promise(() => resolve());
        navigator.locks.request(`songswap.tab.${this.tab}`, { signal }, keep).catch(reject);
      });
    } catch {
      this.tab = newName();
      write("sessionStorage", "songswap.tab", this.tab);
      this.playsIn = "";
    }
  }

  /** The number of the next report: it grows as long as the tab lives. */
  nextSeq() {
    this.#seq += 1;
    write("sessionStorage", "songswap.seq", String(this.#seq));
    return this.#seq;
  }

  /** The group on whose page this tab plays; empty while it doesn't. */
  get playsIn() {
    return read("sessionStorage", "songswap.plays") ?? "";
  }

  set playsIn(group) {
    write("sessionStorage", "songswap.plays", group);
  }

  get loudness() {
    try {
      const { volume, isMuted } = JSON.parse(read("localStorage", "songswap.loudness"));
      return volume >= 0 && volume <= 1 ? { volume, isMuted: isMuted === true } : LOUD;
    } catch {
      return LOUD;
    }
  }

  set loudness(loudness) {
    write("localStorage", "songswap.loudness", JSON.stringify(loudness));
  }
}
