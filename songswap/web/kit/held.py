"""What is under way for each person or address, and no more of it than is good."""

from collections import Counter
from contextlib import ExitStack


class Held:
    """Counts what is under way for each key, and lets no more of it begin than `most`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._counts: Counter[str] = Counter()

    def take(self, key: str, until: ExitStack) -> bool:
        """Whether one more of `key` may begin; if so it counts `until` that is closed."""
        if self._counts[key] >= self.most:
            return False
        self._counts[key] += 1
        until.callback(self._release, key)
        return True

    def _release(self, key: str) -> None:
        self._counts[key] -= 1
        if not self._counts[key]:
            del self._counts[key]
