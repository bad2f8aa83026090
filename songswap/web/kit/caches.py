"""Documents that are asked for with every message: read again only when their file has changed."""

import os
from collections.abc import Collection
from typing import Generic, TypeVar

from songswap.store import Document, Store
from songswap.store.files import LAST_GOOD

T = TypeVar("T")


class Remembered(Generic[T]):
    """The documents of one kind in `store`, each as it was when its file was last seen to change."""

    def __init__(self, store: Store, document: Document[T]) -> None:
        self._store = store
        self._root = str(store.root)
        self._document = document
        self._known: dict[tuple[str, ...], tuple[tuple[int, int], T]] = {}

    def forget_gone(self, there: Collection[str]) -> None:
        """Let go of what is of none of those who are `there`."""
        self._known = {names: known for names, known in self._known.items() if names[0] in there}

    def get(self, *names: str) -> T | None:
        """The document of this name (or these); None where there is none. Raises StoreError, UnfitNameError."""
        path = f"{self._root}/{self._document.path(*names)}"
        try:
            stat = os.stat(path)  # noqa: PTH116  # done for everybody with each mention: a Path costs more than the look
        except FileNotFoundError:
            self._known.pop(names, None)
            has_copy = self._document.kept and os.path.lexists(path + LAST_GOOD)
            return self._store.read(self._document, *names) if has_copy else None
        except OSError:
            return self._store.read(self._document, *names)
        mark, known = (stat.st_mtime_ns, stat.st_ino), self._known.get(names)
        if known is not None and known[0] == mark:
            return known[1]
        found = self._store.read(self._document, *names)
        if found is not None and self._document.path(*names) not in self._store.broken:
            self._known[names] = mark, found
        return found
