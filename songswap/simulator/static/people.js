const cards = [...document.querySelectorAll("[data-person]")];

async function refresh(card) {
  const answer = await fetch(`/sim/players/${card.dataset.person}`);
  if (!answer.ok) return;
  const view = await answer.json();
  card.querySelector("[data-slot=line]").textContent = view.line;
  const cover = card.querySelector("[data-slot=cover]");
  const wanted = view.cover ?? view.portrait;
  if (cover.getAttribute("src") !== wanted) cover.src = wanted;
}

async function refreshAll() {
  if (!document.hidden) await Promise.allSettled(cards.map(refresh));
  setTimeout(refreshAll, 2000);
}

refreshAll();
