"""What people in a session heard, play by play, for their histories: worked out from what the session sees anyway.

Only plays that were followed from their beginning to their end are told of: what is heard outside of the session, or
past its end, only Spotify knows.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Final

from songswap.core.session.timeline import EDGE_MS, advance
from songswap.model.music import Track
from songswap.model.session import Night, Timeline
from songswap.model.struct import Struct

WITH_IT: Final = frozenset({"in_sync", "catching_up"})
"""Statuses of listeners whose device plays what it was told to."""
BEGINNING_MS: Final = 5_000.0
"""A play that was first seen further in has been going on for nobody knows how long."""
PLAYED_TO_END: Final = "trackdone"
SKIPPED_BY_BUTTON: Final = "fwdbtn"
"""Spotify's words for how a play ended: at the track's end; as somebody went on to another."""


class PlayUnderWay(Struct, frozen=True):
    """Somebody hears a play, of which `heard_ms` are counted up to `counted_to_ms`."""

    heard_ms: float
    counted_to_ms: float


class SessionPlay(Struct, frozen=True):
    """Somebody heard `played_ms` of a track until `ended_at_ms`, and it ended for a reason in Spotify's words."""

    account: str
    track: Track
    ended_at_ms: float
    played_ms: float
    reason_end: str
    is_private: bool = False


Hearings = Mapping[str, PlayUnderWay]
"""Of accounts: who hears the present play, as far as they were followed from where it began for them."""


def hear(
    hearings: Hearings, before: Night | None, after: Night, now_ms: float
) -> tuple[Hearings, tuple[SessionPlay, ...]]:
    """Who hears what after a change of the session's state, and what has been heard to its end since `before`."""
    was, now = before.timeline if before else None, after.timeline
    if before is None or was is None or now is None or now.plays < was.plays:
        return _followed({}, before, after, now_ms), ()
    following = {account: hearing for account, hearing in hearings.items() if _is_with_it(before, account)}
    heard: list[SessionPlay] = []
    for ends_at_ms, reason, following_timeline in _endings(was, now):
        heard += [
            _heard(before, account, was, _counted(hearing, was, ends_at_ms), reason)
            for account, hearing in following.items()
        ]
        following = {account: PlayUnderWay(0.0, ends_at_ms) for account in following}
        was = following_timeline
    until_ms = _heard_until_ms(was, now)
    following = {account: _counted(hearing, was, until_ms) for account, hearing in following.items()}
    told = tuple(one for one in heard if one.track.kind == "track" and one.track.uri)
    return _followed(following, before, after, now_ms), told


def _is_with_it(night: Night, account: str) -> bool:
    """Whether somebody hears what the session plays, or would if it were not paused by its leader."""
    if account == night.leader:
        return night.host_status == "in_sync"
    listener = night.listeners.get(account)
    return listener is not None and listener.is_playing and listener.status in WITH_IT


def _followed(following: Hearings, before: Night | None, after: Night, now_ms: float) -> Hearings:
    """Who is followed on: those who still hear it, those who have just been started, and all if it has just begun."""
    timeline = after.timeline
    if timeline is None:
        return {}
    position_ms = timeline.position_at(timeline.at_ms)
    has_begun = position_ms <= BEGINNING_MS
    followed: dict[str, PlayUnderWay] = {}
    for account in filter(None, (after.leader, *after.listeners)):
        if not _is_with_it(after, account):
            continue
        is_joining = account != after.leader and before is not None and not _is_with_it(before, account)
        if account in following:
            followed[account] = following[account]
        elif is_joining:
            followed[account] = PlayUnderWay(0.0, now_ms)
        elif has_begun:
            followed[account] = PlayUnderWay(position_ms, timeline.at_ms)
    return followed


def _endings(was: Timeline, now: Timeline) -> Iterator[tuple[float, str, Timeline]]:
    """When and why each play ended on the way from `was` to `now`, and the timeline from there on."""
    while was.plays < now.plays:
        began_ms = now.at_ms - now.position_ms if now.is_playing else now.at_ms
        ends_at_ms = was.ends_at_ms
        is_done = ends_at_ms is not None and began_ms >= ends_at_ms - EDGE_MS
        at_ms = min(max(began_ms, was.at_ms), math.inf if ends_at_ms is None else ends_at_ms)
        is_last = was.plays + 1 == now.plays or not (is_done and was.upcoming)
        was = now if is_last else advance(was, ends_at_ms or at_ms)
        yield at_ms, PLAYED_TO_END if is_done else SKIPPED_BY_BUTTON, was


def _heard_until_ms(was: Timeline, now: Timeline) -> float:
    """Up to when `was` has been heard: a pause is seen later than it was made, but at the position it was made at."""
    if now.is_playing or not was.is_playing:
        return now.at_ms
    return min(now.at_ms, max(was.at_ms, was.at_ms + now.position_ms - was.position_ms))


def _counted(hearing: PlayUnderWay, timeline: Timeline, until_ms: float) -> PlayUnderWay:
    """The hearing with what was heard of `timeline` up to then."""
    if not timeline.is_playing:
        return PlayUnderWay(hearing.heard_ms, max(hearing.counted_to_ms, until_ms))
    from_ms = max(timeline.at_ms, hearing.counted_to_ms)
    return PlayUnderWay(hearing.heard_ms + max(0.0, until_ms - from_ms), max(until_ms, hearing.counted_to_ms))


def _heard(night: Night, account: str, timeline: Timeline, hearing: PlayUnderWay, reason: str) -> SessionPlay:
    device = night.host_device
    is_private = account == night.leader and device is not None and device.is_private_session
    track = timeline.track or Track("", "", kind="unknown")
    return SessionPlay(account, track, hearing.counted_to_ms, hearing.heard_ms, reason, is_private)
