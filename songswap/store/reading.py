"""Reading documents and logs: what can't be read stays one bad thing."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from songswap.clock import Clock
from songswap.store.backlog import Backlog
from songswap.store.errors import BrokenError, NewerVersionError, StoreError, UnreadableError
from songswap.store.files import LAST_GOOD, NAME, Document, Writer, content_of, fill
from songswap.store.logs import Log
from songswap.store.standing import Standing

T = TypeVar("T")


class Reading:
    """Documents and logs below `root`, as the process that plays `role` reads them."""

    def __init__(self, root: Path, role: Writer, clock: Clock) -> None:
        self.root = root
        self.role = role
        self._clock = clock
        self._standing = Standing(root)
        self._backlog = Backlog()

    @property
    def broken(self) -> Mapping[str, str]:
        """Why which files can't be read at the moment, by their path within the store, as far as this process tried."""
        return self._standing.broken

    def look_again(self) -> None:
        """Read what is broken and has changed since: what was mended is taken in again, whoever needs it next."""
        for read in self._standing.changed():
            with contextlib.suppress(StoreError):
                read()

    def read(self, document: Document[T], *names: str) -> T | None:
        """The document, or None where there is none.

        One that can't be read stays where it is, is named in the log and in `broken`, and counts as it was last, or as
        not there: `Document` tells which. It is taken in again when it can be read.
        Raises UnfitNameError; BrokenError for one that guards somebody; StoreError when no file can be read.
        """
        name = document.path(*names)
        try:
            value = self._decoded(document, name, names)
        except FileNotFoundError:
            return self._gone(document, name, names)
        except (UnreadableError, NewerVersionError) as error:
            return self._instead(document, name, names, str(error))
        self._standing.is_well(name)
        if document.kept:
            self._standing.keep(name, value)
        return value

    def rows(self, log: Log[T], *names: str) -> Iterator[T]:
        """The rows of a log, oldest first; none where there is no log, or something else in its place.

        Rows that can't be read are passed over. Raises UnfitNameError, StoreError when no file can be read.
        """
        name = log.path(*names)
        unwritten = self._backlog.rows.get(name, b"")
        try:
            content = content_of(self.root / name, name) + unwritten
        except FileNotFoundError:
            self._standing.is_gone(name)
            return log.rows(unwritten, name)
        except UnreadableError as error:
            self._standing.is_broken(name, str(error), "It counts as empty", partial(self._read_through, log, *names))
            return iter(())
        return self._rows(log, content, names)

    def added(self, log: Log[Any], start: int, *names: str) -> bytes:
        """What has been added to a log after byte `start`; nothing where there is no log, or something else.

        Raises UnfitNameError, StoreError when no file can be read.
        """
        name = log.path(*names)
        try:
            return content_of(self.root / name, name, start)
        except FileNotFoundError:
            return b""
        except UnreadableError as error:
            self._standing.is_broken(name, str(error), "It counts as empty", partial(self._read_through, log, *names))
            return b""

    def _rows(self, log: Log[T], content: bytes, names: tuple[str, ...]) -> Iterator[T]:
        name = log.path(*names)
        bad: list[str] = []
        yield from log.rows(content, name, bad.append)
        if not bad:
            self._standing.is_well(name)
        elif name not in self._standing.broken:
            more = f", and {len(bad) - 1} lines more" if len(bad) > 1 else ""
            then, again = "What can't be read is passed over", partial(self._read_through, log, *names)
            self._standing.is_broken(name, bad[0] + more, then, again)

    def _read_through(self, log: Log[Any], *names: str) -> None:
        for _ in self.rows(log, *names):
            pass

    def forget_gone(self) -> None:
        """Let go of what is remembered of accounts and groups whose folders are gone."""
        for folder in [one for one in self._standing.folders() if not (self.root / one).is_dir()]:
            self._standing.forget(f"{folder}/")
            self._backlog.forget_below(folder)

    def names(self, folder: str) -> list[str]:
        """The names of the folders directly below `folder`, in order: the ids of all accounts, say. Raises StoreError.

        What else lies there is passed over.
        """
        try:
            with os.scandir(self.root / folder) as entries:
                return sorted(entry.name for entry in entries if NAME.fullmatch(entry.name) and _is_folder(entry))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"{self.root / folder} can't be read: {error.strerror}") from error

    def listed(self, kind: Document[Any] | Log[Any], *names: str) -> list[str]:
        """The last names of the documents or logs of this kind, in order; `names` are those before. Raises StoreError.

        What lies there under other names is passed over.
        """
        folder, _, last = kind.pattern.rpartition("/")
        beginning, _, ending = last.partition("{}")
        place = self.root / fill(folder, names)
        try:
            with os.scandir(place) as entries:
                fitting = [one.name for one in entries if one.name.startswith(beginning) and one.name.endswith(ending)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise StoreError(f"{place} can't be read: {error.strerror}") from error
        stems = (name[len(beginning) : len(name) - len(ending)] for name in fitting)
        return sorted(stem for stem in stems if NAME.fullmatch(stem))

    def _decoded(self, document: Document[T], name: str, names: tuple[str, ...]) -> T:
        content = self._backlog.documents.get(name) or content_of(self.root / name, name)
        return document.belongs(document.decode(content, name, self._clock), name, names)

    def _gone(self, document: Document[T], name: str, names: tuple[str, ...]) -> T | None:
        """A document that is not there; where its copy still is, it was not removed by us, and counts."""
        copy = self._last_copy(document, name, names)
        if copy is None:
            self._standing.is_gone(name)
            return None
        self._standing.keep(name, copy)
        self._tell(document, names, f"{name} is not there, but its copy is", "The copy counts instead")
        return copy

    def _instead(self, document: Document[T], name: str, names: tuple[str, ...], why: str) -> T | None:
        """What counts instead of a document that can't be read. Raises BrokenError."""
        copy = self._last_copy(document, name, names)
        last: T | None = self._standing.known(name) if copy is None and document.kept else copy
        is_refused = document.refused and not (self.role == "server" and document.writer == "worker")
        if last is not None:
            self._tell(document, names, why, "It counts as it was last")
            return last
        if document.closed is not None:
            self._tell(document, names, why, "It counts as shut until it is mended")
            return document.closed
        self._tell(document, names, why, "Who it is about waits" if is_refused else "It counts as not there")
        if is_refused:
            raise BrokenError(why)
        return None  # pages say that it is not there; whoever acts by it waits

    def _tell(self, document: Document[T], names: tuple[str, ...], why: str, then: str) -> None:
        self._standing.is_broken(document.path(*names), why, then, partial(self.read, document, *names))

    def _last_copy(self, document: Document[T], name: str, names: tuple[str, ...]) -> T | None:
        if not document.kept:
            return None
        copy = name + LAST_GOOD
        try:
            return document.belongs(document.decode(content_of(self.root / copy, copy), copy, self._clock), copy, names)
        except (FileNotFoundError, UnreadableError, NewerVersionError):
            return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    with contextlib.suppress(OSError):  # a link that leads round in a circle
        return entry.is_dir()
    return False
