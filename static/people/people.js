// Everybody one may see, and who of them listens alike: compared one after the other, the nearest first.

import { attempt, send } from "../kit/api.js";
import { moderationButton } from "./moderation-menu.js";
import { avatar, byId, element, say } from "../kit/dom.js";

for (const button of document.querySelectorAll("[data-follow]")) {
  button.onclick = () => {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    const path = button.dataset.followGroup ? `/api/me/followed-groups/${button.dataset.followGroup}` : `/api/me/follows/${button.dataset.follow}`;
    attempt(button, byId("people-failure"), async () => {
      await send(isOn ? "PUT" : "DELETE", path);
      button.setAttribute("aria-pressed", String(isOn));
      button.textContent = isOn ? "Following" : "Follow";
    });
  };
}

const MOST_REASONS = 3;

function row({ person, match }) {
  const percent = match.match === null ? "–" : `${Math.round(100 * match.match)} %`;
  const shared = [...match.artists, ...match.tracks].slice(0, MOST_REASONS).map((one) => one.artist?.name ?? `${one.track.title} – ${one.track.artist}`);
  const reasons = shared.length ? `You both hear ${shared.join(", ")}` : "Nothing in common yet";
  return element(
    "li",
    {},
    element("a", { class: "row", href: `/insights/match/${person.id}` }, avatar(person.name, person.image_url), element("span", { class: "grow" }, element("strong", {}, element("bdi", {}, person.name)), element("small", { dir: "auto" }, reasons)), element("strong", { class: "alike-percent" }, percent)),
  );
}

async function compare(list) {
  const people = JSON.parse(list.dataset.people);
  const found = [];
  for (const [index, person] of people.entries()) {
    say(byId("alike-progress"), `Comparing ${index + 1} of ${people.length} …`);
    try {
      found.push({ person, match: await send("GET", `/api/insights/match?with=${person.id}`) });
    } catch (error) {
      say(byId("alike-failure"), `${person.name} could not be compared: ${error.message}`);
    }
    found.sort((one, other) => (other.match.match ?? -1) - (one.match.match ?? -1));
    list.replaceChildren(...found.map(row));
  }
  say(byId("alike-progress"), "");
}

if (byId("alike")) compare(byId("alike"));

const place = byId("person-moderation");
if (place) place.replaceWith(moderationButton({ account: place.dataset.account, name: place.dataset.name }));
