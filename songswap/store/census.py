"""All documents of one kind, in memory and up to date: a question about all of them reads only those that changed."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from songswap.store.errors import StoreError
from songswap.store.files import NAME, Document

if TYPE_CHECKING:
    from songswap.store.store import Store

T = TypeVar("T")
Keys = Callable[[T], Iterable[str]]
logger = logging.getLogger(__name__)


class Census(Generic[T]):
    """The documents of one kind in `store` by name, read at the first question and again as they change.

    One that can't be read takes nothing from the others: it stays as it was read last, or is named in `unread`, and the
    log says so.
    """

    def __init__(self, store: "Store", document: Document[T]) -> None:
        self._store = store
        self._document = document
        self._folder, _, self._file = document.pattern.partition("/{}/")
        self._known: dict[str, T] = {}
        self._stale: set[str] = set()
        self._is_read = False
        self.unread: set[str] = set()
        """Those of which nothing is known, as they could never be read."""
        self._indexes: dict[Keys[T], dict[str, set[str]]] = {}
        store.changes.listen(f"{self._folder}/", endings=(f"/{self._file}",), on_change=self._changed)

    def by_name(self) -> Mapping[str, T]:
        """Every one of them by its name. Raises StoreError where the folder can't be read."""
        self._freshen()
        return self._known

    def where(self, keys: Keys[T], key: str) -> list[tuple[str, T]]:
        """Those with `key` among their `keys` (a function that stays the same), with their names, in the order of them.

        Raises StoreError.
        """
        self._freshen()
        index = self._indexes.get(keys)
        if index is None:
            index = self._indexes[keys] = {}
            for name, value in self._known.items():
                _enter(index, keys(value), name)
        return [(name, self._known[name]) for name in sorted(index.get(key, ()))]

    def _changed(self, path: str) -> None:
        folder, _, rest = path.partition("/")
        name = rest.partition("/")[0]
        if folder == self._folder and name:
            self._stale.add(name)
        else:
            self._is_read = False

    def _freshen(self) -> None:
        if not self._is_read:
            self._stale |= {*self._store.names(self._folder), *self._known}
            self._is_read = True
        while self._stale:
            name = self._stale.pop()
            if NAME.fullmatch(name):
                self._read(name)

    def _read(self, name: str) -> None:
        try:
            after = self._store.read(self._document, name)
        except StoreError as error:
            logger.error("passed over until it can be read: %s", error)
            if name not in self._known:
                self.unread.add(name)
            return
        self.unread.discard(name)
        before = self._known.pop(name, None)
        if after is not None:
            self._known[name] = after
        for keys, index in self._indexes.items():
            _move(index, name, () if before is None else keys(before), () if after is None else keys(after))


def _enter(index: dict[str, set[str]], keys: Iterable[str], name: str) -> None:
    for key in keys:
        index.setdefault(key, set()).add(name)


def _move(index: dict[str, set[str]], name: str, before: Iterable[str], after: Iterable[str]) -> None:
    """Have `name` found by the keys `after`, no more by those `before`."""
    for key in before:
        index[key].discard(name)
        if not index[key]:
            del index[key]
    _enter(index, after, name)
