"""What can't be read at the moment, and what it was when it last could."""

import logging
import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

MOST_KNOWN = 20_000
"""Documents whose last good value is held in memory; those longest not read make room."""
MOST_TOLD = 500
"""Files named as broken at once; where more are, something is wrong with the whole disk."""


Mark = tuple[int, int, int] | None
"""Of a file: its number, size and last change in ns; None where there is none."""


class Standing:
    """Of the store at `root`, as one process finds it. `broken` says of each file that can't be read why, in words."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.broken: dict[str, str] = {}
        self._again: dict[str, tuple[Mark, Callable[[], object]]] = {}
        self._known: OrderedDict[str, Any] = OrderedDict()

    def is_well(self, name: str) -> None:
        """The file could be read."""
        if name in self.broken:
            self._forget(name)
            logger.info("%s can be read again", name)

    def is_gone(self, name: str) -> None:
        """There is no such file, and nothing says that there should be."""
        self._forget(name)
        self._known.pop(name, None)

    def is_broken(self, name: str, why: str, then: str, again: Callable[[], object]) -> None:
        """The file can't be read: says so once, with what is done about it; `again` reads it."""
        if self.broken.get(name) == why:
            return
        if name in self.broken or len(self.broken) < MOST_TOLD:
            self.broken[name] = why
            self._again[name] = self._mark(name), again
        logger.error("broken: %s. %s.", why.rstrip("."), then)

    def keep(self, name: str, value: object) -> None:
        """Remember the good value of a document that is kept."""
        self._known[name] = value
        self._known.move_to_end(name)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    def known(self, name: str) -> Any:
        """The last good value, if it is remembered."""
        return self._known.get(name)

    def folders(self) -> set[str]:
        """The folders of accounts and groups of which something is remembered."""
        names = (*self._known, *self.broken)
        return {"/".join(name.split("/")[:2]) for name in names if name.count("/") > 1}

    def forget(self, beginning: str) -> None:
        """What is below that path is gone."""
        for name in [name for name in self._known if name.startswith(beginning)]:
            del self._known[name]
        for name in [name for name in self.broken if name.startswith(beginning)]:
            self._forget(name)

    def changed(self) -> list[Callable[[], object]]:
        """What reads the broken files again that are not as they were when they were found to be broken."""
        changed = [name for name, (mark, _) in self._again.items() if self._mark(name) != mark]
        for name in changed:
            self._again[name] = self._mark(name), self._again[name][1]
        return [self._again[name][1] for name in changed]

    def _forget(self, name: str) -> None:
        self.broken.pop(name, None)
        self._again.pop(name, None)

    def _mark(self, name: str) -> Mark:
        try:
            there = os.lstat(self._root / name)
        except OSError:
            return None
        return there.st_ino, there.st_size, there.st_mtime_ns
