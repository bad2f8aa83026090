"""Whether a device goes on by itself to the next track it was given: looked at once, shortly after its first change."""

import itertools

import msgspec

from songswap.core.session.timeline import EDGE_MS, advance, same_track, trimmed
from songswap.model.music import Playback
from songswap.model.session import Listener, Timeline

CHANGE_LOOK_MS = 2_500.0
"""From a track's end to the look: readings sooner may still show the state before."""
CHANGE_WINDOW_MS = 10_000.0
"""A reading later than this after a change tells more of the device's owner than of the change."""


def watched(listener: Listener, timeline: Timeline | None, now_ms: float) -> Listener:
    """The listener, looked at just after the track's end if it is then seen whether the device goes on by itself."""
    if listener.goes_on is not None or timeline is None:
        return listener
    here = advance(trimmed(timeline, listener.trim_ms), now_ms)
    if here.ends_at_ms is None or here.track is None or not here.upcoming or listener.look_at_ms is None:
        return listener
    if (here.track.uri, here.upcoming[0].uri) not in itertools.pairwise(listener.held_uris):
        return listener
    return msgspec.structs.replace(listener, look_at_ms=min(listener.look_at_ms, here.ends_at_ms + CHANGE_LOOK_MS))


def goes_on(listener: Listener, here: Timeline, reading: Playback) -> bool | None:
    """What is known of the device after a reading that shows it in time."""
    if listener.goes_on is None and _just_changed(listener, here, reading) and same_track(here.track, reading.track):
        return True
    return listener.goes_on


def was_left_behind(listener: Listener, here: Timeline, reading: Playback, off_ms: float | None) -> bool:
    """Whether a reading shows that the device did not go on: it stands at an edge, or has begun something else."""
    if listener.goes_on is not None or not _just_changed(listener, here, reading):
        return False
    if reading.is_playing:
        began_ms = here.position_at(reading.measured_at_ms)
        return off_ms is None and reading.progress_ms <= began_ms + EDGE_MS
    is_at_end = reading.track is not None and reading.progress_ms >= reading.track.duration_ms - EDGE_MS
    return reading.track is None or is_at_end or reading.progress_ms <= EDGE_MS


def helped_on(listener: Listener) -> Listener:
    """The listener whose device does not go on by itself: started on this track now, on each next one at its time."""
    return msgspec.structs.replace(listener, goes_on=False, needs="start", status="catching_up", skew_ms=None)


def _just_changed(listener: Listener, here: Timeline, reading: Playback) -> bool:
    """Whether the track changed by itself a moment ago, to one that the device holds behind another."""
    if here.track is None or listener.command is not None or listener.told_rev < here.rev:
        return False
    is_young = here.position_at(reading.measured_at_ms) < CHANGE_WINDOW_MS
    return is_young and here.track.uri in listener.held_uris[1:]
