// Rings at the moment asked for, also while its page is hidden: browsers slow the timers of hidden pages, not of workers.

const waiting = new Map();

addEventListener("message", ({ data: { id, afterMs } }) => {
  clearTimeout(waiting.get(id));
  waiting.delete(id);
  if (afterMs !== null) waiting.set(id, setTimeout(ring, afterMs, id));
});

function ring(id) {
  waiting.delete(id);
  postMessage(id);
}
