"""The folder of documents and logs as one process sees it."""

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from songswap.store.changes import Changes
from songswap.store.errors import NotTheWriterError, StoreError
from songswap.store.files import NAME, Document, Unreadable, Writer, fill, write_whole
from songswap.store.logs import Log, append_line

T = TypeVar("T")
logger = logging.getLogger(__name__)

BROKEN = "broken"
TRASH = "trash"


class Store:
    """Documents and logs below `root` for the process that plays `role`; `changes` hears of every write at once."""

    def __init__(self, root: Path, role: Writer, changes: Changes | None = None) -> None:
        """Opens or creates the folder, for its owner's eyes only. Raises StoreError when it is not writable."""
        self.root = root.absolute()
        self.role = role
        self.changes = changes or Changes()
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)
        except OSError as error:
            raise StoreError(f"{self.root} can't be used as the store: {error.strerror}") from error
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise StoreError(f"{self.root} can't be used as the store: not writable")

    def read(self, document: Document[T], *names: str) -> T | None:
        """The document, or None where there is none. A broken file is set aside and counts as none.

        Raises NewerVersionError, UnfitNameError, StoreError.
        """
        name = document.path(*names)
        path = self.root / name
        try:
            return document.decode(path.read_bytes(), name)
        except FileNotFoundError:
            return None
        except Unreadable as error:
            self._set_aside(path, name, error)
            return None
        except OSError as error:
            raise StoreError(f"{path} can't be read: {error.strerror}") from error

    def write(self, document: Document[T], value: T, *names: str) -> None:
        """Replace the document; durable when this returns.

        Only the server makes folders: so a worker that comes late brings nothing back that a person had removed.
        Raises StoreError, NewerVersionError when a newer SongSwap wrote it, NotTheWriterError, UnfitNameError.
        """
        name = document.path(*names)
        self._only_writer(document.writer, name)
        path = self.root / name
        self.read(document, *names)  # refuses to go over a newer version, and keeps a broken one for the operator
        self._make_folder(path.parent)
        write_whole(path, document.encode(value))
        self.changes.notify(name)

    def append(self, log: Log[T], row: T, *names: str, durable: bool = True) -> None:
        """Add a row to a log; on disk when this returns if `durable`, else soon. Raises as `write` does."""
        name = log.path(*names)
        self._only_writer(log.writer, name)
        path = self.root / name
        self._make_folder(path.parent)
        append_line(path, msgspec.json.encode(row), durable=durable)
        self.changes.notify(name)

    def rows(self, log: Log[T], *names: str) -> Iterator[T]:
        """The rows of a log, oldest first; none where there is no log."""
        name = log.path(*names)
        path = self.root / name
        return log.rows(path.read_bytes(), name) if path.exists() else iter(())

    def names(self, folder: str) -> list[str]:
        """The names directly below `folder`, in order: the ids of all accounts, say."""
        path = self.root / folder
        return sorted(entry.name for entry in path.iterdir() if NAME.fullmatch(entry.name)) if path.is_dir() else []

    def remove(self, pattern: str, *names: str) -> None:
        """Remove a folder (or file) and all in it: gone at once for every reader, then deleted."""
        self._only_writer("server", pattern)
        name = fill(pattern, names)
        trash = self.root / TRASH
        trash.mkdir(mode=0o700, exist_ok=True)
        doomed = trash / f"{'-'.join(names)}-{os.urandom(6).hex()}"
        try:
            (self.root / name).rename(doomed)
        except FileNotFoundError:
            return
        self.changes.notify(name)
        self.empty_trash()

    def empty_trash(self) -> None:
        """Finish removals that a crash interrupted."""
        shutil.rmtree(self.root / TRASH, ignore_errors=True)

    def _only_writer(self, writer: Writer | None, name: str) -> None:
        if writer is not None and writer != self.role:
            raise NotTheWriterError(f"{name} is written by the {writer}, not by the {self.role}")

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        parts = folder.relative_to(self.root).parts
        if self.role != "server" and len(parts) > 1:
            raise StoreError(f"{folder} can't be written to: it is gone")
        for depth in range(1, len(parts) + 1):
            step = self.root.joinpath(*parts[:depth])
            try:
                step.mkdir(mode=0o700, exist_ok=True)
            except OSError as error:
                raise StoreError(f"{step} can't be made: {error.strerror}") from error

    def _set_aside(self, path: Path, name: str, error: Exception) -> None:
        broken = self.root / BROKEN
        broken.mkdir(mode=0o700, exist_ok=True)
        aside = broken / f"{name.replace('/', '-')}.{os.urandom(4).hex()}"
        with contextlib.suppress(FileNotFoundError):  # the other process was quicker
            path.rename(aside)
        logger.error("%s is broken and was set aside as %s: %s", name, aside.relative_to(self.root), error)
