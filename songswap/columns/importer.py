"""Brings files of listening history into an account's logs: each row once, however often it is run or interrupted."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, TypeVar

from songswap.columns.archives import DAMAGE, ArchivePart, Files
from songswap.core.history.formats import Rows
from songswap.core.history.merge import month_of
from songswap.core.history.recordings import SOURCES
from songswap.documents import GAPS, PLAYS, TRACK_NAMES
from songswap.model.durations import DAY_MS
from songswap.model.history import Play, Source
from songswap.model.imports import Problem
from songswap.model.struct import Struct
from songswap.store import Log, Store

T = TypeVar("T")

PIECE: Final = 512 * 1024
"""Bytes that are read at once."""
IMPORT_BATCH: Final = 8_000
"""Rows that are written at once."""
UNSETTLED: Final = 20_000
"""Rows that are written before they are made durable, some 4 MB: a disk that has more to settle at once makes others
wait, who have a session to keep in time."""
MOST_KEYS: Final = 400_000
"""Rows of months already kept that are remembered; a person's ten years."""

Key = tuple[int, str, int | None]


class ImportTally(Struct, frozen=True):
    """The account of an import. Every row is in one of the four; `problems` are the first of the unreadable ones."""

    kept: int = 0
    duplicates: int = 0
    podcasts: int = 0
    unreadable: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def total(self) -> int:
        """Rows there were."""
        return self.kept + self.duplicates + self.podcasts + self.unreadable


class ImportStoppedError(Exception):
    """Somebody wants the import to stop. What was kept stays; another run goes on from there."""


Progress = Callable[[int, int, ImportTally], None]
"""Told how many of how many bytes were read, and the account so far. May raise StoppedError."""


class Importer:
    """Writes one account's logs. One at a time per store: whoever uses it holds the lock “importer”."""

    def __init__(self, store: Store, account: str) -> None:
        self._store = store
        self._account = account
        self._rows = Rows({source: store.rows(TRACK_NAMES, account, source) for source in SOURCES})
        self._gaps = set(store.rows(GAPS, account))
        self._keys: OrderedDict[tuple[Source, str], set[Key]] = OrderedDict()
        self._remembered = 0
        self._months: dict[int, str] = {}
        self._unsettled: dict[str, Callable[[], None]] = {}
        self._unsettled_rows = 0
        self._kept = self._duplicates = 0

    def run(self, files: Files, progress: Progress) -> ImportTally:
        """Keep every row of `files` that is not there yet; what was kept is durable when this returns or raises.

        Raises StoppedError, StoreError.
        """
        done = 0
        try:
            for part in files.parts:
                for size in self._read(part):
                    done += size
                    progress(done, files.size, self.tally())
        finally:
            self._settle()
        return self.tally()

    def _settle(self) -> None:
        for settle in self._unsettled.values():
            settle()
        self._unsettled.clear()
        self._unsettled_rows = 0

    def tally(self) -> ImportTally:
        """The account so far."""
        rows = self._rows
        return ImportTally(self._kept, self._duplicates, rows.podcasts, rows.unreadable, tuple(rows.problems))

    def _read(self, part: ArchivePart) -> Iterator[int]:
        """Keep the rows of one file, saying after each piece how large it was."""
        self._rows.file = part.name
        reader = part.kind.reader(self._rows)
        for content in self._pieces(part):
            reader.feed(content)
            if sum(map(len, self._rows.plays.values())) >= IMPORT_BATCH:
                self._write()
            yield len(content)
        reader.end()
        self._write()

    def _pieces(self, part: ArchivePart) -> Iterator[bytes]:
        try:
            with part.open() as file:
                while content := file.read(PIECE):
                    yield content
        except DAMAGE as error:
            self._rows.problem(0, f"the rest can’t be read: {error}")

    def _write(self) -> None:
        """Names first: so no play is ever without its name, whenever this is interrupted."""
        plays, names, gaps = self._rows.taken()
        for source, rows in names.items():
            self._extend(TRACK_NAMES, rows, source)
        for source, told in plays.items():
            for month, its in self._by_month(told).items():
                fresh = self._fresh(source, month, its)
                self._count(len(fresh), len(its))
                self._extend(PLAYS, fresh, source, month)
        unknown = [gap for gap in dict.fromkeys(gaps) if gap not in self._gaps]
        self._gaps.update(unknown)
        self._count(len(unknown), len(gaps))
        self._extend(GAPS, unknown)
        if self._unsettled_rows >= UNSETTLED:
            self._settle()

    def _count(self, fresh: int, there_were: int) -> None:
        self._kept += fresh
        self._duplicates += there_were - fresh

    def _extend(self, log: Log[T], rows: Sequence[T], *names: str) -> None:
        if rows:
            self._store.extend(log, rows, self._account, *names, durable=False)
            settle = partial(self._store.settle, log, self._account, *names)
            self._unsettled[log.path(self._account, *names)] = settle
            self._unsettled_rows += len(rows)

    def _by_month(self, plays: Iterable[Play]) -> dict[str, list[Play]]:
        by_month: dict[str, list[Play]] = {}
        months = self._months
        for play in plays:
            day = play.at_ms // DAY_MS
            month = months.get(day)
            if month is None:
                month = months[day] = month_of(play.at_ms)
            by_month.setdefault(month, []).append(play)
        return by_month

    def _fresh(self, source: Source, month: str, plays: Iterable[Play]) -> list[Play]:
        """Those of the plays that the month's log does not have yet."""
        keys = self._known(source, month)
        before, fresh = len(keys), []
        for play in plays:
            key = (play.at_ms, play.track, play.played_ms)
            if key not in keys:
                keys.add(key)
                fresh.append(play)
        self._remembered += len(keys) - before
        return fresh

    def _known(self, source: Source, month: str) -> set[Key]:
        """The keys of a month's log; those of the months that were longest not asked for are forgotten."""
        keys = self._keys.get((source, month))
        if keys is None:
            rows = self._store.rows(PLAYS, self._account, source, month)
            keys = self._keys[source, month] = {(play.at_ms, play.track, play.played_ms) for play in rows}
            self._remembered += len(keys)
        self._keys.move_to_end((source, month))
        while self._remembered > MOST_KEYS and len(self._keys) > 1:
            self._remembered -= len(self._keys.popitem(last=False)[1])
        return keys
