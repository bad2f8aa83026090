"""Who has a group's page open at the moment."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Watching:
    """The people behind the open feeds of each group; one with several pages open counts once."""

    def __init__(self) -> None:
        self._open: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def watched(self, group: str, account: str) -> Iterator[None]:
        """While this lasts, `account` has a page of `group` open."""
        self._open[group, account] += 1
        try:
            yield
        finally:
            self._open[group, account] -= 1
            if not self._open[group, account]:
                del self._open[group, account]

    def of(self, group: str) -> set[str]:
        """The accounts that have a page of `group` open."""
        return {account for there, account in self._open if there == group}
