"""What can't be read at the moment, and what it was when it last could."""

import logging
from collections import OrderedDict
from typing import Any

logger = logging.getLogger(__name__)

MOST_KNOWN = 20_000
"""Documents whose last good value is held in memory; those longest not read make room."""
MOST_TOLD = 500
"""Files named as broken at once; where more are, something is wrong with the whole disk."""


class Standing:
    """Of one store, as one process finds it. `broken` says of each file that can't be read why, in words."""

    def __init__(self) -> None:
        self.broken: dict[str, str] = {}
        self._known: OrderedDict[str, Any] = OrderedDict()

    def is_well(self, name: str) -> None:
        """The file could be read."""
        if self.broken.pop(name, None) is not None:
            logger.info("%s can be read again", name)

    def is_gone(self, name: str) -> None:
        """There is no such file, and nothing says that there should be."""
        self.broken.pop(name, None)
        self._known.pop(name, None)

    def is_broken(self, name: str, why: str, then: str) -> None:
        """The file can't be read: says so once, with what is done about it."""
        if self.broken.get(name) == why:
            return
        if name in self.broken or len(self.broken) < MOST_TOLD:
            self.broken[name] = why
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

    def forget(self, beginning: str) -> None:
        """What is below that path is gone."""
        for name in [name for name in self._known if name.startswith(beginning)]:
            del self._known[name]
        for name in [name for name in self.broken if name.startswith(beginning)]:
            del self.broken[name]
