"""The folder of documents and logs as one process sees it."""

import errno
import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from songswap.clock import Clock
from songswap.store.census import Census
from songswap.store.changes import Changes
from songswap.store.errors import (
    GoneError,
    NewerVersionError,
    NotTheWriterError,
    StoreError,
    StoreGoneError,
    UnreadableError,
)
from songswap.store.files import LAST_GOOD, Document, Writer, content_of, fill
from songswap.store.home import Home, expect
from songswap.store.logs import Log
from songswap.store.putting import TRASH, Putting, delete
from songswap.store.receipts import Receipt
from songswap.store.syncing import AtOnce, Syncing, down

T = TypeVar("T")
logger = logging.getLogger(__name__)

_ENCODER = msgspec.json.Encoder()

BROKEN = "broken"
SAME_WRITE_S = 2.0
"""What is written with its copy is written at most so long after it."""


class Reads(Protocol):
    """Anything documents are read from: the store, or what remembers of it."""

    @property
    def root(self) -> Path:
        """Where the store is."""

    @property
    def trouble(self) -> str:
        """As `Store.trouble`."""

    def read(self, document: Document[T], *names: str) -> T | None:
        """As `Store.read`."""


class Store(Putting):
    """Documents and logs below `root` for the process that plays `role`; `changes` hears of every write at once.

    What people want is refused while the disk takes nothing, and they are told. What was seen happened anyway: it is
    kept in memory, read from there, and written once there is room.
    """

    def __init__(
        self,
        root: Path,
        role: Writer,
        changes: Changes | None = None,
        syncing: Syncing | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Opens or creates the folder, for its owner's eyes only.

        A full or read-only disk is `trouble` from the beginning. Raises StoreError when the folder can't be used.
        """
        super().__init__(root.resolve(), role, syncing or AtOnce(), clock or Clock())
        self.changes = changes or Changes()
        self._censuses: dict[str, Census[Any]] = {}
        if role == "importer":
            expect(self.root)  # it works for processes that may have lost theirs
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.root.stat().st_mode & 0o077:
                self.root.chmod(0o700)
        except OSError as error:
            raise StoreError(f"{self.root} can't be used as the store: {error.strerror}") from error
        self._home = Home(self.root)
        try:
            self.probe()
        except StoreError:
            if not self.trouble:
                raise

    @property
    def id(self) -> str:
        """Tells this store from all others; empty where the disk had no room for it."""
        return self._home.id

    def check(self) -> None:
        """Raise StoreGoneError if the store is not where it was."""
        self._home.look()

    def all_of(self, document: Document[T]) -> Census[T]:
        """All documents of this kind, held in memory and kept up to date by the changes this process hears of."""
        if document.pattern not in self._censuses:
            self._censuses[document.pattern] = Census(self, document)
        return self._censuses[document.pattern]

    def write(self, document: Document[T], value: T, *names: str) -> Receipt:
        """Replace the document: for every reader when this returns, for good when the receipt says so.

        What can't be read there is set aside. Only the server makes an account's or a group's folder: so a worker that
        comes late brings nothing back that a person had removed. Within one that is there, the worker may make another.
        Raises StoreError, NewerVersionError when a newer SongSwap wrote it, GoneError, NotTheWriterError,
        UnfitNameError.
        """
        name = document.path(*names)
        self._only_writer((document.writer,), name)
        content, keeps = document.encode(value, name, self._clock), self._keeps_back((document.writer,))
        try:
            self._make_way(document, name, names)
            receipt = self._put(name, content, flushed=document.flushed)
        except (GoneError, NewerVersionError, StoreGoneError):
            raise
        except StoreError:
            if not (keeps and self.trouble):
                raise
            self._backlog.keep(name, content)
            receipt = down()
        else:
            self._backlog.documents.pop(name, None)
            if document.kept:
                self._keep_copy(name + LAST_GOOD, content, flushed=document.flushed)
                self._standing.keep(name, value)
            if keeps:
                receipt.then(lambda: None, lambda _: self._backlog.keep(name, content))
        self._standing.is_well(name)
        self.changes.notify(name)
        return receipt

    def keep_copy(self, document: Document[T], *names: str) -> None:
        """See to it that a document that is kept has its copy, which one of an older SongSwap or an editor has not.

        Raises UnfitNameError, StoreError.
        """
        name = document.path(*names)
        if document.kept and document.writer == self.role and not _has_copy(self.root / name):
            value = self.read(document, *names)
            if value is not None and name not in self.broken:
                self._keep_copy(name + LAST_GOOD, document.encode(value, name, self._clock), flushed=document.flushed)

    def append(self, log: Log[T], row: T, *names: str, durable: bool = True) -> Receipt:
        """Add a row to a log, for good when the receipt says so if `durable`, else soon. Raises as `write` does."""
        return self.extend(log, (row,), *names, durable=durable)

    def extend(self, log: Log[T], rows: Iterable[T], *names: str, durable: bool = True) -> Receipt:
        """Add rows to a log, all in one go: after a crash the first of them may be there, in order, and no others.

        Raises StoreError as `write` does.
        """
        name = log.path(*names)
        if log.writers:
            self._only_writer(log.writers, name)
        lines, keeps = _ENCODER.encode_lines(rows), self._keeps_back(log.writers)
        try:
            self._make_way_for_rows(name)
            if name in self._backlog.rows:
                raise StoreError(f"{self.root / name} can't be written yet: {self.trouble}")
            receipt = self._add_or_make_way(name, lines, durable=durable, alone=len(log.writers) < 2)
        except (GoneError, StoreGoneError):
            raise
        except StoreError:
            if not (keeps and self.trouble and self._backlog.add(name, lines)):
                raise
            receipt = down()
        else:
            if keeps:
                receipt.then(lambda: None, lambda _: self._backlog.add(name, lines))
        self.changes.notify(name)
        return receipt

    def rewrite(self, log: Log[T], rows: Iterable[T], *names: str) -> Receipt:
        """Replace a log by `rows`: after a crash it is whole as it was, or as it shall be. Raises as `write` does."""
        name = log.path(*names)
        self._only_writer(log.writers, name)
        self._make_way_for_rows(name)
        receipt = self._put(name, _ENCODER.encode_lines(rows))
        self.changes.notify(name)
        return receipt

    def settle(self, log: Log[T], *names: str) -> None:
        """Make all rows of a log durable that were appended without. Raises UnfitNameError, StoreError."""
        path = self.root / log.path(*names)
        AtOnce().folder(path)
        AtOnce().folder(path.parent)

    def drop(self, kept: Log[T] | Document[T], *names: str) -> Receipt:
        """Remove a log or a document, for good when the receipt says so.

        Raises UnfitNameError, NotTheWriterError, StoreError.
        """
        name = kept.path(*names)
        self._only_writer(kept.writers if isinstance(kept, Log) else (kept.writer,), name)
        path = self.root / name
        self._home.check()
        self._backlog.forget(name)
        try:
            if path.is_dir():
                self._set_aside(name, f"{name}: there is no file, but a folder")
            path.unlink(missing_ok=True)
            if isinstance(kept, Document) and kept.kept:
                path.with_name(path.name + LAST_GOOD).unlink(missing_ok=True)
        except OSError as error:
            raise self._fault(path, "removed", error) from error
        receipt = self._noted(self.syncing.folder(path.parent)) if path.parent.is_dir() else down()
        self._standing.forget(name)
        self.changes.notify(name)
        return receipt

    def remove(self, pattern: str, *names: str) -> Receipt:
        """Remove a folder (or file) and all in it: gone at once for every reader, then deleted.

        Where there is no room for a move it is deleted where it lies. Raises StoreError, NotTheWriterError,
        UnfitNameError.
        """
        self._only_writer(("server",), pattern)
        name = fill(pattern, names)
        path, trash = self.root / name, self.root / TRASH
        self._backlog.forget_below(name)
        self._home.check()
        try:
            if not trash.is_dir():
                trash.mkdir(mode=0o700)
            path.rename(trash / os.urandom(8).hex())
        except FileNotFoundError:
            return down()
        except OSError as error:
            delete(path, error)
        receipt = self._noted(self.syncing.folder(path.parent))
        self._standing.forget(f"{name}/")
        self.changes.notify(name)
        self.empty_trash()
        return receipt

    def _add_or_make_way(self, name: str, lines: bytes, *, durable: bool, alone: bool) -> Receipt:
        """Add `lines`, to a new log if this one can't be written, which is set aside. Raises StoreError."""
        try:
            return self._add(name, lines, durable=durable, alone=alone)
        except StoreError as error:
            if not _is_of_the_file(error, self.root / name):
                raise
            self._set_aside(name, str(error))
        return self._add(name, lines, durable=durable, alone=alone)

    def _keep_copy(self, name: str, content: bytes, *, flushed: bool) -> None:
        """Let the copy of a document be as the document is; none is better than one that is older."""
        try:
            self._put(name, content, flushed=flushed)
        except StoreError:
            (self.root / name).unlink(missing_ok=True)

    def _keeps_back(self, writers: tuple[Writer, ...]) -> bool:
        """Whether what can't be written is kept in memory: what was seen, by a process that lives on."""
        return "server" not in writers and self.role != "importer"

    def _only_writer(self, writers: tuple[Writer, ...], name: str) -> None:
        if self.role not in writers:
            raise NotTheWriterError(f"{name} is written by the {' and the '.join(writers)}, not by the {self.role}")

    def _make_way(self, document: Document[T], name: str, names: tuple[str, ...]) -> None:
        """Set aside what can't be read, for the operator to look at. Raises NewerVersionError, StoreError."""
        why = self._standing.broken.get(name)
        try:
            self._decoded(document, name, names)
        except FileNotFoundError:
            return
        except NewerVersionError as error:
            if not document.passing:
                raise
            why = str(error)
        except UnreadableError as error:
            why = str(error)
        if why is not None:  # also what was mended since: the new value does not know of it
            self._set_aside(name, why)

    def _make_way_for_rows(self, name: str) -> None:
        path = self.root / name
        if os.path.lexists(path) and not path.is_file():
            self._set_aside(name, f"{name}: there is no file, but something else")

    def _set_aside(self, name: str, why: str) -> None:
        self._home.check()
        self._make_folder(self.root / BROKEN)
        path = self.root / name
        aside = self.root / BROKEN / f"{name.replace('/', '-')}.{os.urandom(4).hex()}"
        try:
            path.rename(aside)
        except FileNotFoundError:
            return
        except OSError as fault:
            raise StoreError(f"{path} is broken and can't be set aside: {fault.strerror}") from fault
        logger.error("broken file set aside as %s: %s", aside.relative_to(self.root), why)


def _is_of_the_file(error: StoreError, path: Path) -> bool:
    """Whether it is this one file that can't be written, and not the disk."""
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno in {errno.EACCES, errno.EPERM, errno.EINVAL}:
        return True
    try:
        content_of(path, path.name)
    except UnreadableError:
        return True
    except (OSError, StoreError):
        return False
    return False


def _has_copy(path: Path) -> bool:
    """Whether a document has a copy that was written with it, or after."""
    try:
        return path.stat().st_mtime - path.with_name(path.name + LAST_GOOD).stat().st_mtime < SAME_WRITE_S
    except OSError:
        return False
