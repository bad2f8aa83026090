"""What the columns are made of: an account's logs of plays and names, and fingerprints that change when they do."""

import contextlib
import hashlib
import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar, cast

from songswap.columns.schema import VERSION
from songswap.core.history.merge import Merged, merge
from songswap.core.history.recordings import SOURCES, Recording
from songswap.documents import GAPS, PLAYS, TRACK_NAMES
from songswap.model.history import Gap, Play, Source, TrackName
from songswap.store import Log, StoreError
from songswap.store.errors import UnreadableError
from songswap.store.files import content_of, fill

T = TypeVar("T")
logger = logging.getLogger(__name__)

PLAYS_FOLDER: Final = "accounts/{}/plays"
_MONTH: Final = re.compile(rf"({'|'.join(SOURCES)})-([0-9]{{4}})-(0[1-9]|1[0-2])\.jsonl")
_NAMES: Final = re.compile(rf"({'|'.join(SOURCES)})\.names\.jsonl")

State = tuple[str, int, int]
"""A file's name, its size in bytes, when it was changed (ns)."""


@dataclass(frozen=True)
class Month:
    """A log of plays: its source, its UTC month (counted from year 0), and what changes with it."""

    source: Source
    month: int
    state: State

    @property
    def name(self) -> str:
        """The file's name."""
        return self.state[0]

    @property
    def text(self) -> str:
        """The month as in the file's name: 2026-11."""
        return f"{self.year:04d}-{self.month % 12 + 1:02d}"

    @property
    def year(self) -> int:
        """The month's year."""
        return self.month // 12


class Logs:
    """The logs of one account as they are now."""

    def __init__(self, root: Path, account: str, *, are_all_needed: bool = False) -> None:
        """Looks at the files of `account` in the store at `root`. Raises UnfitNameError, StoreError.

        A log that can't be read counts as not there; where they `are_all_needed`, reading it raises StoreError.
        """
        self._root = root
        self._are_all_needed = are_all_needed
        self._account = account
        self._folder = fill(PLAYS_FOLDER, (account,))
        there = states(root / self._folder)
        self.months = sorted(_months(there), key=lambda month: month.name)
        self.names_print = fingerprint(state for state in there if _NAMES.fullmatch(state[0]))

    def years(self) -> list[int]:
        """Every year in which a play may have ended: what began in December may have ended in January."""
        return sorted({later // 12 for month in self.months for later in (month.month, month.month + 1)})

    def around(self, year: int) -> list[Month]:
        """The months of a year, the one before and the one after: rows on both sides of its edge may be one play."""
        return [month for month in self.months if year * 12 - 1 <= month.month <= year * 12 + 12]

    def print_of(self, year: int) -> str:
        """Changes with the plays around that year."""
        return fingerprint(month.state for month in self.around(year))

    def plays(self, year: int) -> dict[Month, list[Play]]:
        """The rows of the logs around a year. Raises StoreError."""
        return {month: self.plays_in(month) for month in self.around(year)}

    def plays_in(self, month: Month) -> list[Play]:
        """The rows of one log of plays. Raises StoreError."""
        return self._rows(PLAYS, f"{self._folder}/{month.name}")

    def names(self) -> Mapping[Source, list[TrackName]]:
        """All names by source. Raises StoreError."""
        return {source: self.names_by(source) for source in SOURCES}

    def names_by(self, source: Source) -> list[TrackName]:
        """The names that one source tells. Raises StoreError."""
        return self._rows(TRACK_NAMES, TRACK_NAMES.path(self._account, source))

    def gaps(self) -> list[Gap]:
        """All gaps that were noted. Raises StoreError."""
        return self._rows(GAPS, GAPS.path(self._account))

    def _rows(self, log: Log[T], name: str) -> list[T]:
        path = self._root / name
        try:
            return log.all_rows(content_of(path, name), name)
        except FileNotFoundError:
            return []
        except UnreadableError as error:
            if self._are_all_needed:
                raise StoreError(f"{error}, so what was asked for would not be all of it") from error
            logger.error("broken: %s. The plays in it are missing until it is mended", error)
            return []


def merged_in(year: int, plays: Mapping[Month, list[Play]], known: Mapping[str, Recording]) -> list[Merged]:
    """The plays that ended in a UTC year, in their order, given the rows around it."""
    rows: dict[Source, list[Play]] = {}
    for month, its in plays.items():
        rows.setdefault(month.source, []).extend(its)
    from_ms, to_ms = (round(datetime(one, 1, 1, tzinfo=UTC).timestamp() * 1000) for one in (year, year + 1))
    return [play for play in merge(rows, known) if from_ms <= play.ended_at_ms < to_ms]


def fingerprint(states: Iterable[State]) -> str:
    """Tells whether any of the files, or the shape of what is made of them, has changed."""
    return hashlib.blake2b(repr((VERSION, sorted(states))).encode(), digest_size=12).hexdigest()


def states(folder: Path) -> list[State]:
    """The files of a folder as they are now, none where there is no folder. Raises StoreError."""
    try:
        with os.scandir(folder) as entries:
            return sorted(_states(entries))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(f"{folder} can't be read: {error.strerror}") from error


def _states(entries: Iterable[os.DirEntry[str]]) -> Iterator[State]:
    for entry in entries:
        with contextlib.suppress(OSError):  # it is gone, or a link that leads round in a circle
            there = entry.stat()
            yield entry.name, there.st_size, there.st_mtime_ns


def _months(states: Iterable[State]) -> Iterator[Month]:
    for state in states:
        if found := _MONTH.fullmatch(state[0]):
            yield Month(cast(Source, found[1]), int(found[2]) * 12 + int(found[3]) - 1, state)
