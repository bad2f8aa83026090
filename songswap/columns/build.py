"""Makes an account's columns out of its logs: only what has changed, each file whole or not at all."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import duckdb
import msgspec

from songswap.columns import parquet
from songswap.columns.schema import (
    MANIFEST,
    NAME_COLUMNS,
    NAMES,
    PLAY_COLUMNS,
    VERSION,
    ColumnsManifest,
    Part,
    Span,
    folder,
    manifest,
    year_file,
)
from songswap.columns.sources import Logs, merged_in
from songswap.core.history.merge import Merged, distinct, open_gaps
from songswap.core.history.recordings import Named, Recording, albums_beside, resolve
from songswap.model.history import Gap, Play, Source
from songswap.model.struct import Struct
from songswap.store import hold, sync_folder
from songswap.store.files import UNFINISHED, make_folder, write_whole

Progress = Callable[[int, int], None]
"""Told how many of how many years are made."""


def _quietly(made: int, of_years: int) -> None:
    """Progress that nobody wants to hear of."""


class _Row(Struct, frozen=True, gc=False):
    """A row of a year's file; fields as in PLAY_COLUMNS."""

    ended_at_ms: int
    started_at_ms: int
    played_ms: int | None
    duration_ms: int | None
    track: int
    artist: int | None
    album: int | None
    finished: bool | None
    skipped: bool | None
    private: bool
    source: Source


def build(root: Path, account: str, *, thorough: bool = False, progress: Progress = _quietly) -> bool:
    """Bring the columns of `account` in the store at `root` up to date; True if anything had to be made.

    Made anew is what is missing or broken, and every year whose plays have changed. What is known better of a track
    (its duration, an album) reaches the other years only if the work is `thorough`, or if something is called otherwise
    now. One process at a time: others wait. Raises UnfitNameError, StoreError.
    """
    columns = folder(root, account)
    if not columns.exists() and not Logs(root, account).months:
        return False
    make_folder(columns)
    with hold(columns, "builder", waits=True):
        return _Build(Logs(root, account), columns, thorough=thorough).run(progress)


class _Build:
    """One run over one account's logs."""

    def __init__(self, logs: Logs, columns: Path, *, thorough: bool) -> None:
        self._logs = logs
        self._columns = columns
        self._before = manifest(columns)
        names = self._before.names
        self._keeps_names = names is not None and names.made_of == logs.names_print and self._is_whole(NAMES, names)
        self._prints = {str(year): logs.print_of(year) for year in logs.years()}
        self._kept = {
            year: part
            for year, part in self._before.years.items()
            if part.made_of == self._prints.get(year)
            and (part.named_by == logs.names_print or not thorough)
            and (not part.rows or self._is_whole(f"{year}.parquet", part))
        }

    def run(self, progress: Progress) -> bool:
        """Make what is wanted, then say so in the manifest."""
        if not self._keeps_names or self._kept.keys() != self._prints.keys():
            after = self._made(progress)
        else:
            after = self._said(self._before.names, self._kept, self._before.logs)
        if after == self._before:
            return False
        write_whole(self._columns / MANIFEST, msgspec.json.encode(after))
        self._clear(after)
        return True

    def _made(self, progress: Progress) -> ColumnsManifest:
        known, named = self._resolved()
        spans = dict(self._before.logs)
        with parquet.writer() as connection:
            if not self._keeps_names and self._are_renamed(connection, named):
                self._kept = {}
            names = self._before.names if self._keeps_names else self._names(connection, named)
            years = dict(self._kept)
            wanted = sorted(self._prints.keys() - years.keys())
            for made, year in enumerate(wanted):
                progress(made, len(wanted))
                years[year] = self._year(connection, int(year), known, spans)
            progress(len(wanted), len(wanted))
        return self._said(names, years, spans)

    def _resolved(self) -> tuple[Mapping[str, Recording], list[Named]]:
        names = self._logs.names()
        known, recordings = resolve(names)
        return known, [*recordings, *albums_beside(names, known, recordings)]

    def _are_renamed(self, connection: duckdb.DuckDBPyConnection, named: Iterable[Named]) -> bool:
        """Whether a year that would be kept may speak of something that has no name any more."""
        there = self._before.names
        if there is None or not self._is_whole(NAMES, there):
            return True
        rows = parquet.read(connection, self._columns / NAMES, "track", "album")
        now = {(one.track, one.album) for one in named}
        return not now.issuperset(rows)

    def _names(self, connection: duckdb.DuckDBPyConnection, named: list[Named]) -> Part:
        size, crc = parquet.write(connection, self._columns / NAMES, NAME_COLUMNS, named, parquet.FEW_ROWS)
        return Part(size, crc, len(named), self._logs.names_print)

    def _year(
        self,
        connection: duckdb.DuckDBPyConnection,
        year: int,
        known: Mapping[str, Recording],
        spans: dict[str, Span],
    ) -> Part:
        rows = self._logs.plays(year)
        for month, plays in rows.items():
            if month.year == year:
                spans.pop(month.name, None)
                if plays:
                    spans[month.name] = _span(plays)
        ended = merged_in(year, rows, known)
        made = partial(Part, rows=len(ended), made_of=self._prints[str(year)], named_by=self._logs.names_print)
        if not ended:
            return made(0, 0)
        return made(*parquet.write(connection, year_file(self._columns, year), PLAY_COLUMNS, map(_row, ended)))

    def _said(self, names: Part | None, years: Mapping[str, Part], spans: Mapping[str, Span]) -> ColumnsManifest:
        """The manifest of it all."""
        by_source: dict[Source, list[Span]] = {}
        logs: dict[str, Span] = {}
        for month in self._logs.months:
            if month.name in spans:
                logs[month.name] = spans[month.name]
                by_source.setdefault(month.source, []).append(spans[month.name])
        sources = {source: _sum(its) for source, its in by_source.items()}
        return ColumnsManifest(VERSION, dict(sorted(years.items())), names, sources, logs, self._gaps(sources))

    def _gaps(self, sources: Mapping[Source, Span]) -> tuple[Gap, ...]:
        whole = [(span.from_ms, span.to_ms) for source, span in sources.items() if source == "export"]
        return tuple(open_gaps(self._logs.gaps(), whole))

    def _is_whole(self, name: str, part: Part) -> bool:
        return parquet.is_as_written(self._columns / name, part.size, part.crc)

    def _clear(self, after: ColumnsManifest) -> None:
        """Remove what the manifest does not speak of: years that are gone, files that were never finished."""
        spoken_of = {NAMES, *(f"{year}.parquet" for year, part in after.years.items() if part.rows)}
        for path in self._columns.iterdir():
            if path.suffix == UNFINISHED or (path.suffix == ".parquet" and path.name not in spoken_of):
                path.unlink(missing_ok=True)
        sync_folder(self._columns)


def _row(play: Merged) -> _Row:
    recording = play.recording
    return _Row(
        play.ended_at_ms,
        play.started_at_ms,
        play.played_ms,
        recording.duration_ms,
        recording.track,
        recording.artist,
        recording.album,
        play.finished,
        play.skipped,
        play.private,
        play.source,
    )


def _span(plays: Iterable[Play]) -> Span:
    moments = [play.at_ms for play in distinct(plays)]
    return Span(len(moments), min(moments), max(moments))


def _sum(spans: Iterable[Span]) -> Span:
    spans = list(spans)
    return Span(sum(span.rows for span in spans), min(s.from_ms for s in spans), max(s.to_ms for s in spans))
