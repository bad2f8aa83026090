// What a post carries along: something at Spotify, a chart, the report of a night.

import { element, icon } from "../kit/dom.js";

const KINDS = { track: "Song", album: "Album", artist: "Artist", playlist: "Playlist", night: "Game night" };

const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

function chart(card) {
  const most = Math.max(...card.rows.map((row) => row.value));
  const bars = card.rows.map((row) => {
    const bar = element("span", { class: "post-bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", `${(100 * row.value) / most}%`);
    return element("li", {}, element("span", { dir: "auto" }, row.name), element("span", {}, `${plain.format(row.value)} ${card.unit === "plays" ? "plays" : "min"}`), bar);
  });
  return element("figure", { class: "post-card post-chart" }, element("figcaption", {}, card.title), element("ol", {}, ...bars));
}

/** The element of a card; null where there is none to show yet. */
export function showAttachment(card) {
  if (card?.kind === "chart") return chart(card);
  if (!card?.title) return card ? element("p", {}, element("a", { href: card.href, rel: "noreferrer", target: "_blank" }, "Open at Spotify")) : null;
  const isOurs = card.href.startsWith("/");
  const picture = card.image_url
    ? element("img", { src: card.image_url, alt: "", width: 56, height: 56, loading: "lazy" })
    : element("span", { class: "post-no-cover", "aria-hidden": "true" }, icon(card.kind === "night" ? "chart" : "note"));
  return element(
    "a",
    { class: "post-card", href: card.href, rel: isOurs ? null : "noreferrer", target: isOurs ? null : "_blank" },
    picture,
    element("span", { class: "grow" }, element("strong", { dir: "auto" }, card.title), element("small", { dir: "auto" }, [KINDS[card.kind], card.subtitle].filter(Boolean).join(" · "))),
    icon(isOurs ? "next-page" : "external"),
  );
}
