"""When a request is given to the host's player, and what the night becomes by it."""

import math

from msgspec.structs import replace

from songswap.core.session.plan import NOTHING, GoOn, HandOver, ScheduledStep
from songswap.core.session.timeline import EDGE_MS, advance, same_track
from songswap.model.music import Playback, Track
from songswap.model.nights import Handed, HandedRequest, Requests
from songswap.model.session import Night, Timeline

LEAD_MS = 20_000.0
"""So long before a track's end the next request goes into the host's queue: time to hear of it, late enough to veto."""
LAST_MOMENT_MS = 4_000.0
"""With less left a command may come too late for this change of tracks: the request waits for the next."""
SHOWN_AFTER_MS = 2_000.0
"""So long after it was added a song shows in the host's queue, mostly; until it does, the queue is read again."""
LOOK_AFTER_START_MS = 1_500.0
RETRY_MS = 8_000.0


def next_turn(
    night: Night, requests: Requests, handed: Handed, now_ms: float, cut_at_ms: float = math.inf
) -> ScheduledStep:
    """What to give to the host's player next, and when; `requests` are those that still wait.

    `cut_at_ms` is when the interval timer skips what plays: what comes then is what would come at its end.
    """
    if night.timeline is None or night.host_device is None:
        return NOTHING
    now = advance(night.timeline, now_ms)
    if handed.ended_rev == now.rev:
        step = _after_the_end(night, requests, handed)
        return ScheduledStep(max(now_ms, handed.retry_at_ms), step) if step else NOTHING
    if not requests.waiting or now.ends_at_ms is None or _is_supplied(handed, now):
        return NOTHING
    ends_at_ms = min(now.ends_at_ms, cut_at_ms)
    at_ms = max(now_ms, ends_at_ms - LEAD_MS, handed.retry_at_ms)
    if at_ms <= ends_at_ms - LAST_MOMENT_MS:
        return ScheduledStep(at_ms, HandOver(night.leader, requests.waiting[0], night.host_device.id, at_once=False))
    return ScheduledStep(ends_at_ms) if now_ms < ends_at_ms else NOTHING


def _after_the_end(night: Night, requests: Requests, handed: Handed) -> HandOver | GoOn | None:
    """What to start where the host's music has run out."""
    device_id = night.host_device.id if night.host_device else None
    if requests.waiting:
        return HandOver(night.leader, requests.waiting[0], device_id, at_once=True)
    fallback_uri = requests.settings.fallback_uri
    if fallback_uri is None or handed.fallback_rev == handed.ended_rev:
        return None
    return GoOn(night.leader, fallback_uri, device_id)


def _is_supplied(handed: Handed, now: Timeline) -> bool:
    """Whether a request was given during this play, or one given before is still to come."""
    last = _last(handed)
    if last is None:
        return False
    return last.given_in == now.plays or (last.heard_in is None and _holds(now.upcoming, last.request.track))


def _last(handed: Handed) -> HandedRequest | None:
    return next((item for item in reversed(handed.items) if not item.problem), None)


def _holds(tracks: tuple[Track, ...], track: Track) -> bool:
    return any(same_track(one, track) for one in tracks)


def noted(handed: Handed, step: HandOver | GoOn, night: Night, now_ms: float) -> Handed:
    """What was handed, this step included; to be written before it is sent."""
    now = advance(night.timeline, now_ms) if night.timeline else None
    if isinstance(step, GoOn):
        return replace(handed, fallback_rev=now.rev if now else -1, fallback_problem="")
    if any(item.request.id == step.request.id for item in handed.items):
        return handed
    item = HandedRequest(step.request, now.plays if now else 0)
    return replace(handed, items=(*handed.items, item))


def heard(handed: Handed, night: Night, now_ms: float) -> Handed:
    """What was handed, once the last of it is what plays."""
    last = _last(handed)
    now = advance(night.timeline, now_ms) if night.timeline else None
    if last is None or now is None or last.heard_in is not None or now.plays <= last.given_in:
        return handed
    if not same_track(now.track, last.request.track):
        return handed
    return _changed(handed, last, replace(last, heard_in=now.plays))


def interrupted(handed: Handed) -> Handed:
    """What was handed, when a worker takes over: what was about to be sent may have been, so it isn't sent again."""
    words = "The worker stopped just when this was to play. Request it again if it does not."
    items = (item if item.is_sent or item.problem else replace(item, problem=words) for item in handed.items)
    return replace(handed, items=tuple(items))


def sent(handed: Handed, step: HandOver | GoOn) -> Handed:
    """What was handed, after the host's player accepted it, or may have."""
    if isinstance(step, GoOn):
        return handed
    item = _item(handed, step)
    return _changed(handed, item, replace(item, is_sent=True))


def given(night: Night, step: HandOver | GoOn, now_ms: float) -> Night:
    """The night after the host's player accepted it: looked at soon, to take everybody along."""
    if isinstance(step, HandOver) and not step.at_once:
        return replace(night, queue_at_ms=now_ms + SHOWN_AFTER_MS)
    return replace(night, look_at_ms=now_ms + LOOK_AFTER_START_MS, quick_looks=max(2, night.quick_looks))


def look_again(night: Night, handed: Handed, now_ms: float) -> Night:
    """The night after the host's queue was read: read again if what was handed over does not show yet."""
    last, timeline = _last(handed), night.timeline
    if last is None or timeline is None or timeline.ends_at_ms is None:
        return night
    now = advance(timeline, now_ms)
    is_awaited = last.heard_in is None and last.given_in == now.plays and not _holds(now.upcoming, last.request.track)
    return replace(night, queue_at_ms=now_ms + SHOWN_AFTER_MS) if is_awaited else night


def unplayable(handed: Handed, step: HandOver | GoOn, words: str) -> Handed:
    """What was handed, after Spotify refused this piece of music: said, and passed over."""
    if isinstance(step, GoOn):
        return replace(handed, fallback_problem=words)
    item = _item(handed, step)
    return _changed(handed, item, replace(item, problem=words))


def put_off(handed: Handed, step: HandOver | GoOn, until_ms: float | None, now_ms: float) -> Handed:
    """What was handed, after the host's player could not take it: Spotify did nothing, so it is tried again."""
    retry_at_ms = max(until_ms or 0.0, now_ms + RETRY_MS)
    if isinstance(step, GoOn):
        return replace(handed, fallback_rev=-1, retry_at_ms=retry_at_ms)
    items = tuple(item for item in handed.items if item.request.id != step.request.id)
    return replace(handed, items=items, retry_at_ms=retry_at_ms)


def ran_out(handed: Handed, before: Night, after: Night, reading: Playback | None) -> Handed:
    """What was handed, after a reading of the host: whether the music came to its end, with nothing to follow.

    A player that has run out stands at the beginning of something; one that was paused stands where it was.
    """
    was, now = before.timeline, after.timeline
    if reading is None or was is None or now is None or was.rev == now.rev or reading.is_playing:
        return handed
    was = advance(was, reading.measured_at_ms)
    is_over = was.ends_at_ms is not None and reading.measured_at_ms >= was.ends_at_ms - EDGE_MS
    went_back = reading.progress_ms <= EDGE_MS
    return replace(handed, ended_rev=now.rev) if is_over and went_back and not was.upcoming else handed


def _item(handed: Handed, step: HandOver) -> HandedRequest:
    return next(item for item in handed.items if item.request.id == step.request.id)


def _changed(handed: Handed, old: HandedRequest, new: HandedRequest) -> Handed:
    return replace(handed, items=tuple(new if item is old else item for item in handed.items))
