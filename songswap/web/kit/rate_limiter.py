"""Nobody needs more than a few changes a second: what comes faster is a stuck key or a runaway script."""

from math import ceil
from typing import Final

MOST_KEYS: Final = 10_000
"""People and addresses that are counted at once; beyond, those are forgotten who began first."""


class Pace:
    """Counts for each key what happens in `window_ms` from its first on, in memory."""

    def __init__(self, limit: int = 20, window_ms: float = 10_000.0) -> None:
        self.limit = limit
        self._window_ms = window_ms
        self._windows: dict[str, tuple[float, int]] = {}

    def allows(self, key: str, now_ms: float) -> bool:
        """Whether one more of `key` is fine; if so it counts."""
        since_ms, count = self._windows.get(key, (now_ms, 0))
        if not since_ms <= now_ms < since_ms + self._window_ms:  # over, or the clock was set back
            self._windows.pop(key)
            since_ms, count = now_ms, 0
        if count >= self.limit:
            return False
        self._windows[key] = since_ms, count + 1
        if len(self._windows) > MOST_KEYS:
            del self._windows[next(iter(self._windows))]
        return True

    def forgive(self, key: str) -> None:
        """Let one of `key` not count."""
        if key in self._windows:
            since_ms, count = self._windows[key]
            self._windows[key] = since_ms, max(0, count - 1)

    def wait_s(self, key: str, now_ms: float) -> int:
        """In how many whole seconds one more of `key` may come."""
        since_ms, _ = self._windows.get(key, (now_ms, 0))
        return max(1, ceil((since_ms + self._window_ms - now_ms) / 1000))


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
