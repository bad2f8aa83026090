// A ranked list of tracks or artists with their covers.

import { element, icon } from "./dom.js";

/** Show `items` ({title, about, coverUrl, url, sample}) in the ordered list `target`. */
export function ranked(target, items) {
  target.replaceChildren(...items.map(row));
}

function row({ title, about, coverUrl, url, sample }, place) {
  const cover = coverUrl ? element("img", { src: coverUrl, alt: "", loading: "lazy" }) : icon("note");
  const name = url ? element("a", { href: url, target: "_blank", rel: "noreferrer" }, title || "Without a name") : element("span", { class: "name" }, title || "Without a name");
  return element(
    "li",
    {},
    element("span", { class: "place", "aria-hidden": "true" }, String(place + 1)),
    url ? element("a", { class: "thumb", href: url, target: "_blank", rel: "noreferrer", tabindex: "-1", "aria-hidden": "true" }, cover) : element("span", { class: "thumb" }, cover),
    element("span", { class: "grow" }, name, about ? element("small", {}, about) : null),
    sample ? element("button", { type: "button", class: "mini", "data-sample": sample, "aria-label": `Play a sample of ${title}` }, icon("play")) : null,
  );
}
