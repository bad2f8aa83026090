// Text that people wrote, as text: links and mentions become links, and nothing else becomes anything.

import { element } from "./dom.js";

const PARTS = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])|(?<![\w@/.])@([A-Za-z0-9_]{2,24})(?!\w)/g;

const outside = (address) => element("a", { href: address, rel: "noreferrer nofollow ugc", target: "_blank" }, address);

/** The nodes of a text; `mentions` are the people who may be addressed in it. */
export function linkify(text, mentions) {
  const known = new Map(mentions.map((person) => [person.handle, person]));
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(PARTS)) {
    const [whole, address, handle] = found;
    const person = handle && known.get(handle.toLowerCase());
    if (!address && !person) continue;
    nodes.push(text.slice(end, found.index));
    nodes.push(address ? outside(address) : element("a", { href: `/people/${person.handle}`, title: person.name }, whole));
    end = found.index + whole.length;
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}
