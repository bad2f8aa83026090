// The few things every module needs of the document.

export const byId = (id) => document.getElementById(id);

/** An element with attributes (properties for `on…`) and children; null children are left out. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made[name] = value;
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function avatar(name, imageUrl) {
  const content = imageUrl ? element("img", { src: imageUrl, alt: "", loading: "lazy" }) : name.slice(0, 1).toUpperCase();
  return element("span", { class: "avatar", "aria-hidden": "true" }, content);
}

/** Show `text` in `target`, or hide it when there is none; untouched text is left alone, so nothing is read out twice. */
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
  target.hidden = !text;
}

export const show = (target, isShown) => {
  target.hidden = !isShown;
};

/** Calls `render` with a value only when it differs from the one before. */
export function onChange(render) {
  let last;
  return (value) => {
    const text = JSON.stringify(value);
    if (text === last) return;
    last = text;
    render(value);
  };
}

export const readState = () => JSON.parse(byId("state").textContent);

/** Without https a browser keeps its clipboard to itself; selecting and copying works everywhere. */
export async function copy(field) {
  if (navigator.clipboard) return navigator.clipboard.writeText(field.value);
  field.select();
  document.execCommand("copy");
}
