// A search box with suggestions: the combobox pattern of the ARIA practices.

import { element, show } from "./dom.js";

const PAUSE_MS = 300;
const SHORTEST = 2;

/** `find(words, signal)` gives items, `render(item)` the content of a row, `choose(item)` is called with one. */
export function createSuggestions({ field, list, note, find, render, choose }) {
  let items = [];
  let active = -1;
  let waiting;
  let request;

  const close = () => {
    items = [];
    active = -1;
    list.replaceChildren();
    show(list, false);
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const stop = () => {
    clearTimeout(waiting);
    request?.abort();
  };

  const pick = (index) => {
    const item = items[index];
    stop();
    close();
    field.value = "";
    note("");
    field.focus();
    choose(item);
  };

  const activate = (index) => {
    active = (index + items.length) % items.length;
    [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === active)));
    field.setAttribute("aria-activedescendant", list.children[active].id);
    list.children[active].scrollIntoView({ block: "nearest" });
  };

  const open = (found) => {
    close();
    items = found;
    list.replaceChildren(
      ...items.map((item, index) =>
        element(
          "li",
          {
            id: `${list.id}-${index}`,
            role: "option",
            "aria-selected": "false",
            onmousedown: (event) => event.preventDefault(), // the focus stays in the box
            onclick: () => pick(index),
          },
          ...render(item),
        ),
      ),
    );
    show(list, items.length > 0);
    field.setAttribute("aria-expanded", String(items.length > 0));
    note(items.length ? `${items.length} found` : "Nothing found.");
  };

  const look = async (words) => {
    const mine = new AbortController();
    request = mine;
    try {
      const found = await find(words, mine.signal);
      if (!mine.signal.aborted) open(found);
    } catch (error) {
      if (mine.signal.aborted) return;
      close();
      note(error.message);
    }
  };

  field.addEventListener("input", () => {
    stop();
    const words = field.value.trim();
    if (words.length < SHORTEST) {
      close();
      note("");
    } else {
      waiting = setTimeout(() => look(words), PAUSE_MS);
    }
  });

  field.addEventListener("keydown", (event) => {
    const keys = {
      ArrowDown: () => items.length && activate(active + 1),
      ArrowUp: () => items.length && activate(active < 0 ? -1 : active - 1),
      Enter: () => active >= 0 && pick(active),
      Escape: close,
    };
    if (!keys[event.key] || event.isComposing) return;
    if (event.key !== "Escape" || items.length) event.preventDefault();
    keys[event.key]();
  });
  field.addEventListener("blur", close);
}
