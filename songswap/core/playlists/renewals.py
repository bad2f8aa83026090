"""When a playlist that renews itself is due, and what has become of it."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from songswap.core.insights.periods import day_of, zone_of
from songswap.core.playlists.playlists import change
from songswap.model.playlists import Entry, ListChange, Renewal, Renewed

MOST_RENEWALS: Final = 20
"""Of one person: each may cost two calls a day."""
RETRY_MS: Final = 900_000.0
"""After a failure that may pass."""
GONE: Final = (
    "The playlist was deleted or unfollowed in Spotify, so it is not renewed any more. Make it anew, or delete the "
    "renewal."
)
UNKNOWN: Final = (
    "Spotify did not say whether it made the playlist. If it is there and empty, delete it in Spotify; then make it "
    "anew here."
)
EMPTY: Final = "There is nothing to put in at the moment, so what was in the playlist stays."


def next_ms(renewal: Renewal, after_ms: float) -> float:
    """The first time after `after_ms` at which the playlist is due.

    On a day whose clocks leave that time out, it is due as long after midnight as on others; on one that has it twice,
    the first time.
    """
    zone = zone_of(renewal.zone)
    day = day_of(after_ms, zone) - timedelta(days=1)
    while True:
        due = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=renewal.at_minute)
        if due.timestamp() * 1000 > after_ms:
            return due.timestamp() * 1000
        day += timedelta(days=1)


def due_ms(renewal: Renewal, renewed: Renewed) -> float:
    """When to look after it: 0 for at once, infinite for never. What was missed meanwhile is done once."""
    if not renewal.is_on:
        return math.inf
    if renewal.make_rev > renewed.make_rev or renewed.rev == 0:
        return 0.0
    if renewed.state == "stopped":
        return math.inf
    is_wanted = renewal.rev > renewed.rev or renewal.run_rev > renewed.run_rev
    if is_wanted or renewed.state == "working" or renewed.next_at_ms is None:
        return 0.0
    return renewed.next_at_ms


def begun(renewal: Renewal, renewed: Renewed) -> Renewed:
    """It is looked after now, by the present wish; another playlist takes the place of one that is gone if wanted."""
    if renewal.make_rev > renewed.make_rev:
        renewed = replace(renewed, playlist_id=None, url=None, name="", entries=(), changed_at_ms=None)
    return replace(
        renewed, rev=renewal.rev, run_rev=renewal.run_rev, make_rev=renewal.make_rev, state="working", error=""
    )


def needs_writing(renewed: Renewed, wanted: Sequence[Entry]) -> bool:
    """Whether the playlist holds something else than is wanted, as far as we have put it there."""
    return renewed.playlist_id is None or [one.uri for one in renewed.entries] != [one.uri for one in wanted]


def kept(
    renewal: Renewal, renewed: Renewed, wanted: Sequence[Entry], left_out: int, now_ms: float
) -> tuple[Renewed, ListChange | None]:
    """The playlist holds what is wanted; what that changed, if anything."""
    changed = change(renewed.entries, wanted, now_ms)
    after = replace(
        renewed,
        state="kept",
        entries=tuple(wanted),
        left_out=left_out,
        checked_at_ms=now_ms,
        changed_at_ms=now_ms if changed else renewed.changed_at_ms,
        next_at_ms=next_ms(renewal, now_ms),
        error="",
    )
    return after, changed


def left_alone(renewal: Renewal, renewed: Renewed, left_out: int, now_ms: float) -> Renewed:
    """Nothing is to be put in, so nothing is taken out either."""
    return replace(
        renewed,
        state="kept",
        left_out=left_out,
        checked_at_ms=now_ms,
        next_at_ms=next_ms(renewal, now_ms),
        error=EMPTY,
    )


def put_off(renewed: Renewed, error: str, until_ms: float) -> Renewed:
    """It could not be done, and is tried again at `until_ms`; what the playlist holds stays."""
    return replace(renewed, state="waiting", next_at_ms=until_ms, error=error)


def stopped(renewed: Renewed, error: str) -> Renewed:
    """It is not done any more until somebody does something about it."""
    return replace(renewed, state="stopped", next_at_ms=None, error=error)
