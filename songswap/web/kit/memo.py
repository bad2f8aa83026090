"""Documents as they were read, until they change: what is made of them is made again for a reason only."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

from songswap.store import Document, Store, Subscription

T = TypeVar("T")
Stamp = tuple[int, int] | None


class Memo:
    """Reads from `store` and remembers; `on_change` is called when something that was read has changed.

    Documents `beside` are read each time, and their changes call nobody.
    """

    def __init__(self, store: Store, on_change: Callable[[], None], beside: tuple[Document[Any], ...] = ()) -> None:
        self._store = store
        self.root = store.root
        self._root = str(store.root)
        self._on_change = on_change
        self._beside = {document.pattern for document in beside}
        self._known: dict[str, tuple[Stamp, Any]] = {}
        self._subscriptions: dict[str, Subscription] = {}

    @property
    def trouble(self) -> str:
        """What keeps the store from being written; empty for nothing."""
        return self._store.trouble

    def read(self, document: Document[T], *names: str) -> T | None:
        """The document, as `Store.read` gives it. Raises what that does."""
        if document.pattern in self._beside:
            return self._store.read(document, *names)
        path = document.path(*names)
        known = self._known.get(path)
        if known is None:
            self._follow(path)
            stamp = self._stamp(path)  # before it is read, so that a change in between is seen as one
            known = self._known[path] = (stamp, self._store.read(document, *names))
        found: T | None = known[1]
        return found

    def depend(self, path: str) -> None:
        """Count `path`, which somebody else reads, among what was read."""
        self._follow(path)
        self._known[path] = (self._stamp(path), None)

    def check(self) -> None:
        """Forget what has changed without a word of it: a lost wake-up costs a moment, and no more."""
        for path, (stamp, _) in list(self._known.items()):
            if self._stamp(path) != stamp:
                del self._known[path]

    def close(self) -> None:
        """Hear of no more changes."""
        for subscription in self._subscriptions.values():
            self._store.changes.forget(subscription)
        self._subscriptions.clear()

    def _follow(self, path: str) -> None:
        folder = "/".join(path.split("/")[:2])
        if folder not in self._subscriptions:
            prefix = f"{folder}/" if folder != path else path
            self._subscriptions[folder] = self._store.changes.listen(prefix, on_change=self._changed)

    def _changed(self, path: str) -> None:
        if path in self._known:
            if self._known[path][0] == self._stamp(path):
                return  # heard of twice: at once by this process's own write, soon after by the disk
            del self._known[path]
        elif "." in path:
            return
        else:
            self._known.clear()  # a folder came or went
        self._on_change()

    def _stamp(self, path: str) -> Stamp:
        try:
            stat = os.stat(f"{self._root}/{path}")  # noqa: PTH116  # asked with each change: a Path costs more
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino
