"""The folder of documents and logs as one process sees it."""

import logging
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from songswap.store.changes import Changes
from songswap.store.errors import (
    GoneError,
    NewerVersionError,
    NotTheWriterError,
    StoreError,
    UnreadableError,
)
from songswap.store.files import (
    LAST_GOOD,
    UNFINISHED,
    Document,
    Writer,
    fill,
    make_folder,
    sync_folder,
    write_whole,
)
from songswap.store.logs import Log, append_lines
from songswap.store.reading import Reading

T = TypeVar("T")
logger = logging.getLogger(__name__)

_ENCODER = msgspec.json.Encoder()

BROKEN = "broken"
TRASH = "trash"


class Store(Reading):
    """Documents and logs below `root` for the process that plays `role`; `changes` hears of every write at once."""

    def __init__(self, root: Path, role: Writer, changes: Changes | None = None) -> None:
        """Opens or creates the folder, for its owner's eyes only. Raises StoreError when it is not writable."""
        super().__init__(root.resolve(), role)
        self.changes = changes or Changes()
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)
        except OSError as error:
            raise StoreError(f"{self.root} can't be used as the store: {error.strerror}") from error
        self.probe()

    def probe(self) -> None:
        """Write something and remove it. Raises StoreError when that fails: not writable, disk full."""
        path = self.root / f"{self.role}.probe{UNFINISHED}"
        try:
            path.write_bytes(b"writable?\n")
            path.unlink()
        except OSError as error:
            raise StoreError(f"{self.root} can't be written to: {error.strerror}") from error

    def write(self, document: Document[T], value: T, *names: str) -> None:
        """Replace the document; durable when this returns. What can't be read there is set aside.

        Only the server makes an account's or a group's folder: so a worker that comes late brings nothing back that a
        person had removed. Within one that is there, the worker may make another.
        Raises StoreError, NewerVersionError when a newer SongSwap wrote it, GoneError, NotTheWriterError,
        UnfitNameError.
        """
        name = document.path(*names)
        self._only_writer((document.writer,), name)
        path = self.root / name
        self._make_way(document, name, names)
        self._make_folders(path.parent)
        content = document.encode(value)
        if document.kept:  # first, so that the copy is never older than what it stands in for
            write_whole(path.with_name(path.name + LAST_GOOD), content)
            self._standing.keep(name, value)
        write_whole(path, content)
        self._standing.is_well(name)
        self.changes.notify(name)

    def append(self, log: Log[T], row: T, *names: str, durable: bool = True) -> None:
        """Add a row to a log; on disk when this returns if `durable`, else soon. Raises as `write` does."""
        self.extend(log, (row,), *names, durable=durable)

    def extend(self, log: Log[T], rows: Iterable[T], *names: str, durable: bool = True) -> None:
        """Add rows to a log, all in one go: after a crash the first of them may be there, in order, and no others.

        Raises as `write` does.
        """
        name = log.path(*names)
        if log.writers:
            self._only_writer(log.writers, name)
        path = self.root / name
        self._make_way_for_rows(name)
        self._make_folders(path.parent)
        append_lines(path, _ENCODER.encode_lines(rows), durable=durable)
        self.changes.notify(name)

    def rewrite(self, log: Log[T], rows: Iterable[T], *names: str) -> None:
        """Replace a log by `rows`: after a crash it is whole as it was, or as it shall be. Raises as `write` does."""
        name = log.path(*names)
        self._only_writer(log.writers, name)
        path = self.root / name
        self._make_way_for_rows(name)
        self._make_folders(path.parent)
        write_whole(path, _ENCODER.encode_lines(rows))
        self.changes.notify(name)

    def settle(self, log: Log[T], *names: str) -> None:
        """Make all rows of a log durable that were appended without. Raises UnfitNameError, StoreError."""
        path = self.root / log.path(*names)
        try:
            sync_folder(path)
            sync_folder(path.parent)
        except OSError as error:
            raise StoreError(f"{path} can't be written: {error.strerror}") from error

    def drop(self, kept: Log[T] | Document[T], *names: str) -> None:
        """Remove a log or a document, for good when this returns.

        Raises UnfitNameError, NotTheWriterError, StoreError.
        """
        name = kept.path(*names)
        self._only_writer(kept.writers if isinstance(kept, Log) else (kept.writer,), name)
        path = self.root / name
        try:
            if path.is_dir():
                self._set_aside(name, f"{name}: there is no file, but a folder")
            path.unlink(missing_ok=True)
            if isinstance(kept, Document) and kept.kept:
                path.with_name(path.name + LAST_GOOD).unlink(missing_ok=True)
            if path.parent.is_dir():
                sync_folder(path.parent)
        except OSError as error:
            raise StoreError(f"{path} can't be removed: {error.strerror}") from error
        self._standing.forget(name)
        self.changes.notify(name)

    def remove(self, pattern: str, *names: str) -> None:
        """Remove a folder (or file) and all in it: gone at once for every reader, then deleted.

        Raises StoreError, NotTheWriterError, UnfitNameError.
        """
        self._only_writer(("server",), pattern)
        name = fill(pattern, names)
        path, trash = self.root / name, self.root / TRASH
        make_folder(trash)
        try:
            path.rename(trash / os.urandom(8).hex())
            sync_folder(path.parent)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreError(f"{path} can't be removed: {error.strerror}") from error
        self._standing.forget(f"{name}/")
        self.changes.notify(name)
        self.empty_trash()

    def empty_trash(self) -> None:
        """Finish removals that a crash interrupted."""
        shutil.rmtree(self.root / TRASH, ignore_errors=True)

    def _only_writer(self, writers: tuple[Writer, ...], name: str) -> None:
        if self.role not in writers:
            raise NotTheWriterError(f"{name} is written by the {' and the '.join(writers)}, not by the {self.role}")

    def _make_folders(self, folder: Path) -> None:
        if folder.is_dir():
            return
        parts = folder.relative_to(self.root).parts
        if self.role != "server" and (len(parts) == 2 or (len(parts) > 2 and not folder.parent.is_dir())):
            raise GoneError(f"{folder} can't be written to: it is gone")
        for depth in range(1, len(parts) + 1) if self.role == "server" else [len(parts)]:
            make_folder(self.root.joinpath(*parts[:depth]))

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
        make_folder(self.root / BROKEN)
        path = self.root / name
        aside = self.root / BROKEN / f"{name.replace('/', '-')}.{os.urandom(4).hex()}"
        try:
            path.rename(aside)
        except FileNotFoundError:
            return
        except OSError as fault:
            raise StoreError(f"{path} is broken and can't be set aside: {fault.strerror}") from fault
        logger.error("broken file set aside as %s: %s", aside.relative_to(self.root), why)
