"""Nobody needs more than a few changes a second: what comes faster is a stuck key or a runaway script."""

from collections import defaultdict, deque

MANY = 1_000
"""From so many on, those that have been quiet are forgotten."""


class Pace:
    """Counts changes per person over the last `window_ms`, in memory."""

    def __init__(self, limit: int = 20, window_ms: float = 10_000.0) -> None:
        self.limit = limit
        self._window_ms = window_ms
        self._changes: defaultdict[str, deque[float]] = defaultdict(deque)
        self._tidy_at = MANY

    def allows(self, account: str, now_ms: float) -> bool:
        """Whether one more change of `account` is fine; if so it counts."""
        self._tidy(now_ms)
        changes = self._changes[account]
        while changes and changes[0] <= now_ms - self._window_ms:
            changes.popleft()
        if len(changes) >= self.limit:
            return False
        changes.append(now_ms)
        return True

    def forgive(self, account: str) -> None:
        """Let the latest change of `account` not count."""
        if changes := self._changes.get(account):
            changes.pop()

    def _tidy(self, now_ms: float) -> None:
        """Forget who has been quiet, whenever there are twice as many as were not."""
        if len(self._changes) < self._tidy_at:
            return
        for name in [name for name, at in self._changes.items() if not at or at[-1] <= now_ms - self._window_ms]:
            del self._changes[name]
        self._tidy_at = max(MANY, 2 * len(self._changes))


class Exchanges:
    """How many log-ins may come back from Spotify with a code that it does not know: those people make have good ones.

    Each counts from the moment Spotify is asked until it says that the code is good, so that many at once are bounded,
    too; bad ones count on for `window_ms`.
    """

    def __init__(self, each: int = 30, together: int = 120, window_ms: float = 600_000.0) -> None:
        self._each = Pace(each, window_ms)
        self._together = Pace(together, window_ms)

    def allows(self, network: str, now_ms: float) -> bool:
        """Whether Spotify may be asked once more for `network`; if so it counts."""
        return self._each.allows(network, now_ms) and self._together.allows("", now_ms)

    def was_good(self, network: str) -> None:
        """One of those that were allowed was no bad one."""
        self._each.forgive(network)
        self._together.forgive("")
