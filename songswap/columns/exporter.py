"""Takes a listening history out of the store, year by year, as a file for its owner."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from songswap.columns.sources import Logs, merged_in
from songswap.core.history.formats import exports
from songswap.core.history.merge import Merged
from songswap.core.history.recordings import names_of, resolve
from songswap.model.history import Source, TrackName

EXPORT_BATCH: Final = 2_000
"""Plays that are turned to text at once."""


def export(root: Path, account: str, form: exports.Form) -> Iterator[bytes]:
    """The history of `account` in the store at `root`, in pieces, oldest first. Raises UnfitNameError, StoreError."""
    logs = Logs(root, account, are_all_needed=True)
    names = logs.names()
    known, _ = resolve(names)
    told = names_of(names)

    def name_of(source: Source, track: str) -> TrackName | None:
        return told.get(source, {}).get(track)

    if form == "csv":
        yield exports.header()
    for year in logs.years():
        for plays in _batched(merged_in(year, logs.plays(year), known)):
            yield _piece(plays, name_of, form)
    if form != "listenbrainz":
        gaps = [exports.gap_row(gap) for gap in logs.gaps()]
        yield exports.lines(gaps) if form == "jsonl" else exports.table(gaps)


def _batched(plays: Sequence[Merged]) -> Iterator[Sequence[Merged]]:
    return (plays[start : start + EXPORT_BATCH] for start in range(0, len(plays), EXPORT_BATCH))


def _piece(plays: Sequence[Merged], name_of: exports.NameOf, form: exports.Form) -> bytes:
    if form == "listenbrainz":
        return b"".join(
            exports.listen(play, exports.rows_of(play, name_of), name_of(play.source, play.play.track))
            for play in plays
        )
    rows = [row for play in plays for row in exports.rows_of(play, name_of)]
    return exports.lines(rows) if form == "jsonl" else exports.table(rows)
