// Waiting that hidden pages can rely on: by a worker, or by the page's own timers where there is none.

/** Returns `after(ms, run)`, which calls `run` later; what it returns calls that off. */
export function createBackgroundTimers() {
  const waiting = new Map();
  let last = 0;
  let worker; // started when it is needed

  function startWorker() {
    try {
      const started = new Worker("/static/player/wake-worker.js", { type: "module" });
      started.addEventListener("message", ({ data: id }) => ring(id));
      started.addEventListener("error", goOnWithout);
      return started;
    } catch {
      return null;
    }
  }

  function ring(id) {
    const entry = waiting.get(id);
    waiting.delete(id);
    entry?.run();
  }

  function goOnWithout() {
    worker = null;
    for (const [id, { dueMs }] of waiting) setTimeout(ring, dueMs - performance.now(), id);
  }

  return (ms, run) => {
    worker = worker === undefined ? startWorker() : worker;
    last += 1;
    const id = last;
    waiting.set(id, { run, dueMs: performance.now() + ms });
    if (worker) worker.postMessage({ id, afterMs: ms });
    else setTimeout(ring, ms, id);
    return () => {
      waiting.delete(id);
      worker?.postMessage({ id, afterMs: null });
    };
  };
}
