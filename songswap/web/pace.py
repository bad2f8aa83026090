"""Nobody needs more than a few changes a second: what comes faster is a stuck key or a runaway script."""

from collections import defaultdict, deque


class Pace:
    """Counts changes per person over the last `window_ms`, in memory."""

    def __init__(self, limit: int = 20, window_ms: float = 10_000.0) -> None:
        self.limit = limit
        self._window_ms = window_ms
        self._changes: defaultdict[str, deque[float]] = defaultdict(deque)

    def allows(self, account: str, now_ms: float) -> bool:
        """Whether one more change of `account` is fine; if so it counts."""
        changes = self._changes[account]
        while changes and changes[0] <= now_ms - self._window_ms:
            changes.popleft()
        if len(changes) >= self.limit:
            return False
        changes.append(now_ms)
        return True
