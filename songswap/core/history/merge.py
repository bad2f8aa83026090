"""One listening history out of what several sources tell: each play once, told by the best evidence, none lost."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from songswap.core.history.recordings import SOURCES, Recording, recording_of
from songswap.model.durations import MINUTE_MS
from songswap.model.history import Gap, Play, Source
from songswap.model.struct import Struct

LONGEST_WINDOW_MS: Final = 90_000
"""Two sources' ends (or starts) of one play lie no further apart, nor further than half the track: players, Spotify and
scrobblers each note the moment in their own way."""
"""Spotify's account data tells ends to the minute only."""
END_MARGIN_MS: Final = 2_000
"""A play without a reason is finished if no more than this was left."""
SKIPPED: Final[Mapping[str, bool]] = {"fwdbtn": True, "trackdone": False}
"""What a play's reason says where its source doesn't: the button for the next track, the end of the track."""


def month_of(at_ms: int) -> str:
    """The UTC month of a moment, as logs are named: 2026-11."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m")


class Merged(Struct, frozen=True, gc=False):
    """One play after merging. `play` is the row of the best source, `others` are those of the others, best first.

    All else is what they tell together; see `columns.schema` for the meaning of each.
    """

    ended_at_ms: int
    started_at_ms: int
    played_ms: int | None
    recording: Recording
    finished: bool | None
    skipped: bool | None
    private: bool
    source: Source
    play: Play
    others: tuple[tuple[Source, Play], ...] = ()


Rows = Mapping[Source, Collection[Play]]


def merge(rows: Rows, known: Mapping[str, Recording]) -> list[Merged]:
    """Every play once, in order of `ended_at_ms`, then of the recording.

    Rows of one source are one play only if `at_ms`, `track` and `played_ms` are equal. Rows of two sources are one
    play if they are of the same recording and near enough (LONGEST_WINDOW_MS); the nearest find each other first, and
    a play has at most one row of each source. The order of rows does not matter.
    """
    shared = _shared(rows, known)
    groups: dict[int, list[_Row]] = {}
    merged: list[Merged] = []
    for source in SOURCES:
        for play in distinct(rows.get(source, ())):
            recording = known.get(play.track) or recording_of(known, play.track)
            if recording.track in shared:
                groups.setdefault(recording.track, []).append(_Row(source, play, recording))
            else:
                merged.append(_told(source, play, recording))
    for group in groups.values():
        merged += [_told(row.source, row.play, row.recording, row.others) for row in _matched(group)]
    merged.sort(key=attrgetter("ended_at_ms", "recording.track", "started_at_ms", "source"))
    return merged


def _shared(rows: Rows, known: Mapping[str, Recording]) -> set[int]:
    """The recordings of which more than one source tells."""
    once: set[int] = set()
    again: set[int] = set()
    for plays in rows.values():
        told = {recording_of(known, track).track for track in {play.track for play in plays}}
        again |= once & told
        once |= told
    return again


def distinct(plays: Iterable[Play]) -> Collection[Play]:
    """The rows of one source without those that are there already; which of two that differ elsewhere, is fixed."""
    there: dict[tuple[int, str, int | None], Play] = {}
    for play in plays:
        other = there.setdefault((play.at_ms, play.track, play.played_ms), play)
        if other is not play and repr(play) < repr(other):
            there[play.at_ms, play.track, play.played_ms] = play
    return there.values()


@dataclass(slots=True, eq=False)
class _Row:
    """A row on its way to be a play, or to become part of one."""

    source: Source
    play: Play
    recording: Recording
    others: list["_Row"] = field(default_factory=list)
    start_ms: int = 0
    end_ms: int = 0
    slack_ms: int = 0
    """How much later than told it may have been."""
    window_ms: int = LONGEST_WINDOW_MS

    def place(self) -> None:
        """Work out when it began and ended, and how near another source's row has to be."""
        self.start_ms, self.end_ms = _span(self.play, self.play.played_ms, self.recording.duration_ms)
        self.slack_ms = MINUTE_MS - 1 if self.source == "account" else 0
        if self.recording.duration_ms:
            self.window_ms = min(LONGEST_WINDOW_MS, self.recording.duration_ms // 2)


def _span(play: Play, played_ms: int | None, duration_ms: int | None) -> tuple[int, int]:
    """When a play began and ended, as far as known: one of the two may be the other."""
    length_ms = played_ms if played_ms is not None else duration_ms or 0
    return (play.at_ms, play.at_ms + length_ms) if play.is_start else (play.at_ms - length_ms, play.at_ms)


def _matched(group: Sequence[_Row]) -> list[_Row]:
    """The rows of one recording, best source first, as plays: each with the rows of other sources that are the same."""
    kept: list[_Row] = []
    for row in group:
        row.place()
    for _, rows in groupby(group, attrgetter("source")):
        kept += _absorbed(kept, sorted(rows, key=_row_order))
        kept.sort(key=_row_order)
    return kept


def _absorbed(kept: Sequence[_Row], rows: Sequence[_Row]) -> list[_Row]:
    """Give each of one source's rows to the nearest of the plays `kept` so far; those that remain are plays."""
    longest_ms = max((row.end_ms - row.start_ms for row in kept), default=0)
    pairs = [pair for index, row in enumerate(rows) for pair in _near(kept, longest_ms, row, index)]
    taken: set[int] = set()
    given: set[int] = set()
    for _, place, index in sorted(pairs):
        if place not in taken and index not in given:
            taken.add(place)
            given.add(index)
            kept[place].others.append(rows[index])
    return [row for index, row in enumerate(rows) if index not in given]


def _near(kept: Sequence[_Row], longest_ms: int, row: _Row, index: int) -> Iterator[tuple[int, int, int]]:
    """How far off each play is that may be the same as `row`, with their places in their lists.

    Plays are in order of their ends, and none of them is longer than `longest_ms`.
    """
    reach_ms = LONGEST_WINDOW_MS + MINUTE_MS
    first = bisect_left(kept, row.start_ms - reach_ms, key=_end)
    last = bisect_right(kept, max(row.end_ms, row.start_ms + longest_ms) + reach_ms, key=_end)
    for place in range(first, last):
        off_ms = _distance_ms(kept[place], row)
        if off_ms <= kept[place].window_ms:
            yield off_ms, place, index


def _distance_ms(one: _Row, other: _Row) -> int:
    """How far apart two plays ended; began, where one of them tells no end."""
    by_start = one.play.is_start or other.play.is_start
    here, there = (one.start_ms, other.start_ms) if by_start else (one.end_ms, other.end_ms)
    return max(0, there - (here + one.slack_ms), here - (there + other.slack_ms))


_end = attrgetter("end_ms")


def _row_order(row: _Row) -> tuple[int, int, str, int]:
    return (row.end_ms, row.play.at_ms, row.play.track, -1 if row.play.played_ms is None else row.play.played_ms)


def _told(source: Source, play: Play, recording: Recording, others: Sequence[_Row] = ()) -> Merged:
    """What a row and those that are the same play tell together: the best that knows, counts."""
    played_ms, reason, skipped, private = play.played_ms, play.reason_end, play.skipped, play.is_private
    for other in others:
        played_ms = other.play.played_ms if played_ms is None else played_ms
        reason = reason or other.play.reason_end
        skipped = other.play.skipped if skipped is None else skipped
        private = private or other.play.is_private
    started_at_ms, ended_at_ms = _span(play, played_ms, recording.duration_ms)
    return Merged(
        ended_at_ms,
        started_at_ms,
        played_ms,
        recording,
        _finished(reason, played_ms, recording.duration_ms),
        SKIPPED.get(reason) if skipped is None else skipped,
        private,
        source,
        play,
        tuple([(other.source, other.play) for other in others]),
    )


def _finished(reason: str, played_ms: int | None, duration_ms: int | None) -> bool | None:
    """Whether the track was heard to its end, where anybody knows."""
    if reason:
        return reason == "trackdone"
    if played_ms is None or not duration_ms:
        return None
    return played_ms >= duration_ms - END_MARGIN_MS


def open_gaps(gaps: Iterable[Gap], covered: Iterable[tuple[int, int]] = ()) -> list[Gap]:
    """What remains of the gaps where the times `covered` (from, to) are whole after all, in order; joined if alike."""
    spans = sorted(covered)
    left: list[Gap] = []
    for gap in sorted(gaps, key=attrgetter("why", "from_ms", "to_ms")):
        before = left[-1] if left else None
        if before is not None and before.why == gap.why and gap.from_ms <= before.to_ms:
            left[-1] = Gap(before.from_ms, max(before.to_ms, gap.to_ms), gap.why)
        else:
            left.append(gap)
    return sorted((part for gap in left for part in _uncovered(gap, spans)), key=attrgetter("from_ms", "to_ms", "why"))


def _uncovered(gap: Gap, spans: Sequence[tuple[int, int]]) -> Iterator[Gap]:
    from_ms = gap.from_ms
    for start_ms, end_ms in spans:
        if start_ms >= gap.to_ms:
            break
        if start_ms > from_ms:
            yield Gap(from_ms, start_ms, gap.why)
        from_ms = max(from_ms, end_ms)
    if from_ms < gap.to_ms:
        yield Gap(from_ms, gap.to_ms, gap.why)
