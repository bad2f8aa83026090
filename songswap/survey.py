"""Looks through the whole store for documents that can't be read, and for those whose last good copy is missing.

Reading finds what is broken when it is needed; the operator shall hear of it before.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

from songswap import documents
from songswap.store import Document, Log, Store, StoreError
from songswap.store.files import LAST_GOOD, NAME

Kind = Document[Any] | Log[Any]

SURVEYED_KINDS: Final[tuple[Kind, ...]] = tuple(
    kind for kind in vars(documents).values() if isinstance(kind, Document | Log)
)
_BY_PATTERN: Final[dict[str, Document[Any]]] = {
    kind.pattern: kind for kind in SURVEYED_KINDS if isinstance(kind, Document)
}
_FOLDERS: Final = frozenset(kind.pattern.rpartition("/")[0] for kind in SURVEYED_KINDS)
AT_ONCE: Final = 50
"""Documents that are read before the others in the process have their turn."""
REST_S: Final = 0.005
MARGIN_NS: Final = 10 * 10**9
"""How coarse the moments of files may be, and how far a clock may be put right without being taken for set."""


class Survey:
    """Of the store as one process sees it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._since_ns = 0
        self._newest_ns = 0
        self._set_by_ns = _wall_less_monotonic_ns()
        self._stopping = threading.Event()

    async def run(self) -> None:
        """Look once, beside everything else; a look that is cancelled ends soon."""
        try:
            await asyncio.to_thread(self.look)
        except asyncio.CancelledError:
            self._stopping.set()
            raise

    def look(self) -> None:
        """Read every document that has changed since the last look; what is broken is in `store.broken` then.

        For a thread of its own. Raises StoreError.
        """
        began_ns, set_by_ns = time.time_ns(), _wall_less_monotonic_ns()
        if abs(set_by_ns - self._set_by_ns) > MARGIN_NS:
            self._since_ns = self._newest_ns = 0  # a clock that was set says nothing of what is newer
            self._set_by_ns = set_by_ns
        for number, (document, names) in enumerate(self._changed()):
            with contextlib.suppress(StoreError):  # it is in `broken`, or full
                self._store.read(document, *names)
                self._store.keep_copy(document, *names)
            if number % AT_ONCE == AT_ONCE - 1 and self._stopping.wait(REST_S):
                return
        self._store.look_again()
        # by the file system's own clock, which need not be ours; a file may be dated in the future
        self._since_ns = min(self._newest_ns, began_ns) - MARGIN_NS

    def _changed(self) -> Iterator[tuple[Document[Any], tuple[str, ...]]]:
        for pattern in sorted(_FOLDERS):
            for folder, names in self._folders(pattern):
                yield from self._in_folder(folder, pattern, names)

    def _folders(self, pattern: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The folders that fit `pattern`, with the names in it."""
        beginning, braces, rest = pattern.partition("/{}")
        if not braces:
            yield pattern, ()
            return
        for name in self._store.names(beginning):
            yield f"{beginning}/{name}{rest}", (name,)

    def _in_folder(
        self, folder: str, pattern: str, names: tuple[str, ...]
    ) -> Iterator[tuple[Document[Any], tuple[str, ...]]]:
        try:
            with os.scandir(self._store.root / folder) as entries:
                there = {one.name.removesuffix(LAST_GOOD) for one in entries if self._is_new(one)}
        except OSError:
            return  # there is none, or somebody goes
        for name in sorted(there):
            stem = name.removesuffix(".json")
            if document := _BY_PATTERN.get(f"{pattern}/{name}".removeprefix("/")):
                yield document, names
            elif (document := _BY_PATTERN.get(f"{pattern}/{{}}.json")) and stem != name and NAME.fullmatch(stem):
                yield document, (*names, stem)

    def _is_new(self, entry: os.DirEntry[str]) -> bool:
        try:
            there = entry.stat(follow_symlinks=False)
        except OSError:
            return False
        changed_ns = max(there.st_mtime_ns, there.st_ctime_ns)
        self._newest_ns = max(self._newest_ns, changed_ns)
        return changed_ns >= self._since_ns


def _wall_less_monotonic_ns() -> int:
    """Stays as it is until somebody sets the clock."""
    return time.time_ns() - time.monotonic_ns()
