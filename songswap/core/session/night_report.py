"""What happened in a session, row by row, and the report that the rows add up to."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from songswap.core.session.timeline import same_track
from songswap.model.music import Track
from songswap.model.nights import Happening
from songswap.model.session import Action, Listener, Night, Timeline
from songswap.model.struct import Struct

SKEWS_SHOWN = 20
"""So many of the latest verified skews make a listener's live chart."""


def happenings(
    before: Night | None, after: Night, now_ms: float, actions: Sequence[Action] = ()
) -> tuple[Happening, ...]:
    """What happened between two states of a session, the first of which is None at its start.

    `actions` are the clicks there were lately; those that `after` was the first to handle are among the rows.
    """
    rows: list[Happening] = [] if before else [Happening("started", now_ms, after.leader)]
    if before is not None and before.leader and before.leader != after.leader:
        rows.append(Happening("host", now_ms, after.leader))
    handled = before.handled_action if before else 0
    rows += [
        Happening("click", action.at_ms, action.by, action=action.action)
        for action in actions
        if handled < action.rev <= after.handled_action
    ]
    if heard := _heard(before.timeline if before else None, after.timeline, now_ms):
        rows.append(heard)
    listeners = before.listeners if before else {}
    for account in sorted(listeners.keys() | after.listeners.keys()):
        rows += _of_listener(account, listeners.get(account), after.listeners.get(account), now_ms)
    return tuple(rows)


def _heard(before: Timeline | None, after: Timeline | None, now_ms: float) -> Happening | None:
    """A track that began to be heard, or went on after a pause."""
    if after is None or after.track is None or not after.track.uri or not after.is_playing:
        return None
    if before is None:
        return Happening("track", now_ms, track=after.track, play=after.plays)
    if before.plays != after.plays or not same_track(before.track, after.track):
        began_at_ms = min(after.at_ms - after.position_ms, now_ms)
        return Happening("track", began_at_ms, track=after.track, play=after.plays)
    return None if before.is_playing else Happening("resumed", now_ms, track=after.track, play=after.plays)


def _of_listener(account: str, before: Listener | None, after: Listener | None, now_ms: float) -> Iterator[Happening]:
    was_in, is_in = _is_in(before), _is_in(after)
    if was_in != is_in:
        yield Happening("joined" if is_in else "stepped_out", now_ms, account)
    if after is None:
        return
    if after.skew_ms is not None and (before is None or before.skew_ms != after.skew_ms):
        yield Happening("skew", now_ms, account, skew_ms=round(after.skew_ms, 1))
    count = (after.corrections, after.corrected_uri)
    if after.needs == "seek" and (before is None or (before.corrections, before.corrected_uri) != count):
        yield Happening("correction", now_ms, account)


def _is_in(listener: Listener | None) -> bool:
    return listener is not None and listener.status != "stepped_out"


class Heard(Struct, frozen=True):
    """A track of the night, from when on it was heard, and by whom it was requested, if it was."""

    at_ms: float
    track: Track
    requested_by: str | None = None


class ListenerReport(Struct, frozen=True):
    """How well one listener was kept in time: half of all verified skews were within p50, 95 % within p95."""

    account: str
    skew_p50_ms: float | None
    skew_p95_ms: float | None
    verified: int
    corrections: int
    recent_skews_ms: tuple[float, ...]
    """The latest, oldest first; ahead of the host is positive."""


class Report(Struct, frozen=True):
    """A whole night. `calls` counts all calls to Spotify between start and end, by family."""

    started_at_ms: float
    ended_at_ms: float | None
    last_at_ms: float
    tracks: tuple[Heard, ...]
    listeners: tuple[ListenerReport, ...]
    skew_p50_ms: float | None
    skew_p95_ms: float | None
    verified: int
    corrections: int
    clicks: int
    calls: Mapping[str, int]

    @property
    def length_ms(self) -> float:
        """From start to end, or to the last that is known."""
        return (self.ended_at_ms or self.last_at_ms) - self.started_at_ms

    @property
    def calls_spent(self) -> int:
        """All calls together."""
        return sum(self.calls.values())


@dataclass(frozen=True)
class _Counts:
    """What is counted per account and in all."""

    skews_ms: dict[str, list[float]]
    corrections: Counter[str]


def report_of(rows: Iterable[Happening]) -> Report | None:
    """The report that the rows of a night add up to; None where there are none."""
    rows = sorted(rows, key=lambda row: row.at_ms)
    if not rows:
        return None
    of_kind = Counter(row.kind for row in rows)
    counts = _count(rows)
    skews_ms = [skew_ms for own in counts.skews_ms.values() for skew_ms in own]
    started = next((row.at_ms for row in rows if row.kind == "started"), rows[0].at_ms)
    return Report(
        started_at_ms=started,
        ended_at_ms=next((row.at_ms for row in reversed(rows) if row.kind == "ended"), None),
        last_at_ms=rows[-1].at_ms,
        tracks=tuple(_tracks(rows, started)),
        listeners=tuple(_listener_report(account, counts) for account in counts.skews_ms),
        skew_p50_ms=percentile(skews_ms, 0.5),
        skew_p95_ms=percentile(skews_ms, 0.95),
        verified=len(skews_ms),
        corrections=of_kind["correction"],
        clicks=of_kind["click"],
        calls=next((row.calls for row in reversed(rows) if row.kind == "calls"), {}),
    )


def _count(rows: Sequence[Happening]) -> _Counts:
    counts = _Counts({}, Counter())
    for row in rows:
        if row.account is None or row.kind not in {"joined", "skew", "correction"}:
            continue
        own = counts.skews_ms.setdefault(row.account, [])
        if row.skew_ms is not None:
            own.append(row.skew_ms)
        counts.corrections[row.account] += row.kind == "correction"
    return counts


def _listener_report(account: str, counts: _Counts) -> ListenerReport:
    skews_ms = counts.skews_ms[account]
    return ListenerReport(
        account=account,
        skew_p50_ms=percentile(skews_ms, 0.5),
        skew_p95_ms=percentile(skews_ms, 0.95),
        verified=len(skews_ms),
        corrections=counts.corrections[account],
        recent_skews_ms=tuple(skews_ms[-SKEWS_SHOWN:]),
    )


def _tracks(rows: Sequence[Happening], started_at_ms: float) -> Iterator[Heard]:
    """Each play once; what is resumed was heard already, unless it was paused when it came."""
    requesters = {row.play: row.account for row in rows if row.kind == "requested"}
    heard: set[int | None] = set()
    for row in rows:
        if row.track is not None and row.play not in heard:
            heard.add(row.play)
            yield Heard(max(row.at_ms, started_at_ms), row.track, requesters.get(row.play))


def percentile(skews_ms: Sequence[float], share: float) -> float | None:
    """The smallest distance within which at least `share` of the skews lie, whatever their signs; None for no skews."""
    distances = sorted(map(abs, skews_ms))
    return distances[max(0, math.ceil(share * len(distances)) - 1)] if distances else None


def playlist_uris(tracks: Iterable[Heard]) -> tuple[str, ...]:
    """What of a night fits into a playlist, in order: each track once, and none that only the host has."""
    return tuple(dict.fromkeys(one.track.uri for one in tracks if one.track.can_be_started and one.track.uri))
