"""What the night becomes when the host's player is read, or can't be: the timeline, and when to look again."""

import math
import statistics

import msgspec

from songswap.core.session import leadership
from songswap.core.session.listener_state import LONGEST_STALL_MS
from songswap.core.session.timeline import BLEND, FIRST_BLEND, advance, halt, observe, residual_ms, same_track
from songswap.model.music import Playback, Queue
from songswap.model.session import Failure, Night, Pace, Timeline

IDLE_INTERVAL_S = 30.0
"""Between two looks while nobody listens but the host."""
SILENT_INTERVAL_S = 10.0
"""Between two looks for a host whose player is gone, where nothing else says how often."""
SHORT_PAUSE_MS = 60_000.0
"""After a longer pause the host is asked at half the rate: nobody is in the middle of a song."""
QUICK_LOOK_MS = 1_500.0
"""People seek and skip in bursts: a couple of quick looks after each event."""
BEFORE_END_MS, AFTER_END_MS = 1_500.0, 1_000.0
"""A reading within these of a track's end may show either track: it is taken just after."""
QUEUE_RETRY_MS = 3_000.0
REPEATED = 20
KEPT_ROUND_TRIPS = 15
SETTLE_MS = 1_500.0
"""So long after our own command a reading of the host may still show the state before (sync.md)."""
LOOK_AFTER_START_MS = 2_500.0
"""From a start that nobody can reckon with to the reading that shows what it brought."""
DOUBT_MS = 2_000.0
"""A device that seems not to have obeyed a click may only be late: stalls take 1 to 3 s [sync.md, assumed]."""
RETRY_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)

NOT_SHARED = {
    "local": "A local file plays, which only its owner has. The others wait.",
    "ad": "An ad plays. The others wait.",
    "unknown": "Something plays that Spotify does not name. The others wait.",
}


def host_read(night: Night, reading: Playback | None, now_ms: float, blend: float = BLEND) -> Night:
    """The night after a reading of the host's player; None means that Spotify reports nothing active.

    `blend` is the share of a small residual that the timeline is moved by.
    """
    if reading is None:
        return _host_silent(night, now_ms)
    trips = (*night.round_trips_ms, reading.round_trip_ms)[-KEPT_ROUND_TRIPS:]
    before = night.timeline
    is_first = night.driven is not None or not night.round_trips_ms
    timeline = observe(before, reading, statistics.median(trips), FIRST_BLEND if is_first else blend)
    night = msgspec.structs.replace(
        leadership.heard(night),
        host_status="in_sync",
        host_message="",
        host_until_ms=None,
        host_device=reading.device,
        failures=0,
        round_trips_ms=trips,
    )
    is_event = before is None or timeline.rev != before.rev
    if is_event and reading.measured_at_ms < night.hush_until_ms:
        return msgspec.structs.replace(night, look_at_ms=night.hush_until_ms)
    if is_event and night.driven is not None and not night.driven.is_doubted:
        doubted = msgspec.structs.replace(night.driven, is_doubted=True)
        return msgspec.structs.replace(night, driven=doubted, look_at_ms=now_ms + DOUBT_MS)
    if reading.repeat == "track" and timeline.track is not None:
        timeline = msgspec.structs.replace(timeline, upcoming=(timeline.track,) * REPEATED)
    return _settle(
        msgspec.structs.replace(
            night,
            timeline=timeline,
            driven=night.driven if reading.measured_at_ms < night.hush_until_ms else None,
            notice=_notice(reading),
            quick_looks=night.pace.quick_looks if is_event else max(0, night.quick_looks - 1),
        ),
        before,
        now_ms,
    )


def _settle(night: Night, before: Timeline | None, now_ms: float) -> Night:
    timeline = night.timeline
    if timeline is None:
        return msgspec.structs.replace(night, look_at_ms=now_ms + IDLE_INTERVAL_S * 1000)
    moved_on = before is None or timeline.rev != before.rev or not same_track(before.track, timeline.track)
    queue_at_ms = _queue_time(night.pace, timeline, now_ms) if moved_on else night.queue_at_ms
    return msgspec.structs.replace(night, queue_at_ms=queue_at_ms, look_at_ms=next_look_ms(night, timeline, now_ms))


def _queue_time(pace: Pace, timeline: Timeline, now_ms: float) -> float | None:
    """When to read the queue: at once if nothing is known to follow, else before the end, for surprises."""
    if timeline.ends_at_ms is None:
        return None
    if not timeline.upcoming:
        return now_ms
    return max(now_ms, timeline.ends_at_ms - pace.queue_lead_s * 1000) if pace.queue_lead_s is not None else None


def next_look_ms(night: Night, timeline: Timeline, now_ms: float) -> float:
    """When to read the host's player next: soon after an event, seldom while paused or alone, never astride an end."""
    pace, ends_at_ms = night.pace, timeline.ends_at_ms
    if not night.listeners:
        return now_ms + IDLE_INTERVAL_S * 1000
    if night.quick_looks:
        return now_ms + QUICK_LOOK_MS
    after_end_ms = ends_at_ms + AFTER_END_MS if ends_at_ms is not None and now_ms < ends_at_ms else math.inf
    if pace.interval_s is None:
        return quiet_look_ms(timeline, now_ms + pace.quiet_s * 1000)
    at_ms = now_ms + pace.interval_s * 1000
    if not timeline.is_playing and now_ms - timeline.at_ms > SHORT_PAUSE_MS:
        return at_ms + pace.interval_s * 1000
    return after_end_ms if at_ms > after_end_ms - AFTER_END_MS - BEFORE_END_MS else at_ms


def quiet_look_ms(timeline: Timeline, quiet_until_ms: float) -> float:
    """When to look at a host who does everything on the page: at the end of a track, by then or of what is known."""
    ends_at_ms = timeline.ends_at_ms
    if ends_at_ms is None:
        return quiet_until_ms
    for track in timeline.upcoming:
        if ends_at_ms >= quiet_until_ms:
            break
        ends_at_ms += track.duration_ms
    return ends_at_ms + AFTER_END_MS


def _notice(reading: Playback) -> str:
    if reading.device is not None and reading.device.is_private_session:
        return "Who leads is in a private session; Spotify may not tell what plays."
    kind = reading.track.kind if reading.track is not None else reading.kind
    return NOT_SHARED.get(kind, "" if reading.track is not None else NOT_SHARED["unknown"])


def _host_silent(night: Night, now_ms: float) -> Night:
    interval_s = (night.pace.interval_s or SILENT_INTERVAL_S) if night.listeners else IDLE_INTERVAL_S
    gone = msgspec.structs.replace(
        night,
        timeline=_without_host(night, now_ms),
        host_status="no_device",
        host_message="Spotify reports no active player. Play something in the Spotify app.",
        host_device=None,
        queue_at_ms=None,
        look_at_ms=now_ms + interval_s * 1000,
    )
    return leadership.silent(gone, now_ms)


def _without_host(night: Night, now_ms: float) -> Timeline | None:
    """The music goes on while somebody could take over, else it stops with the host's."""
    if night.timeline is None or leadership.can_be_succeeded(night):
        return night.timeline
    return halt(night.timeline, now_ms)


def queue_read(night: Night, queue: Queue, now_ms: float) -> Night:
    """The night after the host's queue was read: what follows, if the queue belongs to what plays."""
    if night.timeline is None:
        return msgspec.structs.replace(night, queue_at_ms=None)
    timeline = advance(night.timeline, now_ms)
    if not same_track(queue.current, timeline.track):
        return msgspec.structs.replace(night, queue_at_ms=now_ms + QUEUE_RETRY_MS)
    timeline = msgspec.structs.replace(timeline, upcoming=queue.upcoming)
    again_ms = _queue_time(night.pace, timeline, now_ms) if queue.upcoming else None
    return msgspec.structs.replace(
        night, timeline=timeline, queue_at_ms=again_ms if again_ms is not None and again_ms > now_ms else None
    )


def host_failed(night: Night, failure: Failure, now_ms: float) -> Night:
    """The night after the host could not be asked: the timeline goes on, the next look waits."""
    retry_s = RETRY_S[min(night.failures, len(RETRY_S) - 1)]
    retry_at_ms = max(failure.until_ms or 0.0, now_ms + retry_s * 1000)
    failed = msgspec.structs.replace(
        night,
        host_status=failure.status,
        host_message=failure.message,
        host_until_ms=failure.until_ms,
        failures=night.failures + 1,
        look_at_ms=retry_at_ms,
        queue_at_ms=retry_at_ms if night.queue_at_ms is not None else None,
    )
    return leadership.silent(failed, now_ms)


def driven(night: Night) -> Night:
    """The night after the host's device accepted the first of the waiting clicks."""
    drive = night.drives[0]
    night = msgspec.structs.replace(night, drives=night.drives[1:], driven=drive)
    if drive.boundary is None or drive.action != "pause" or night.timeline is None:
        return night
    stops_at_ms = drive.send_at_ms + drive.latency_ms
    settled_at_ms = stops_at_ms + SETTLE_MS
    timeline = halt(night.timeline, stops_at_ms)
    return msgspec.structs.replace(night, timeline=timeline, hush_until_ms=settled_at_ms, look_at_ms=settled_at_ms)


def begun(night: Night, now_ms: float) -> Night:
    """The night after the host's device was told to start something new: it is read soon, until it shows."""
    return msgspec.structs.replace(night, look_at_ms=now_ms + LOOK_AFTER_START_MS, quick_looks=2, click_error="")


def begin_failed(night: Night, failure: Failure, now_ms: float) -> Night:
    """The night after it refused to: it is said why."""
    words = f"The music for the timer could not be started: {failure.message}"
    return msgspec.structs.replace(night, click_error=words, look_at_ms=max(now_ms, failure.until_ms or 0.0))


def driven_sample_ms(night: Night, reading: Playback) -> float | None:
    """A sample of the host's own latency, from the first reading that shows what became of a click."""
    drive = night.driven
    if drive is None or drive.action == "pause" or night.timeline is None:
        return None
    if reading.measured_at_ms < night.hush_until_ms:
        return None
    off_ms = residual_ms(night.timeline, reading)
    if off_ms is None or not reading.is_playing or abs(off_ms) >= LONGEST_STALL_MS:
        return None
    return drive.latency_ms - off_ms


def drive_failed(night: Night, failure: Failure, now_ms: float) -> Night:
    """The night after the host's device refused a click.

    "Restriction violated" may only mean that Spotify has not noticed the last click yet: tried once more when that has
    settled. Otherwise the click is dropped, it is said why, and the player is read at once.
    """
    drive, waiting = night.drives[0], night.drives[1:]
    if failure.is_restriction and not drive.is_retry:
        send_at_ms = now_ms + SETTLE_MS
        again = msgspec.structs.replace(drive, send_at_ms=send_at_ms, is_retry=True)
        quiet_until_ms = send_at_ms + drive.latency_ms + SETTLE_MS
        return msgspec.structs.replace(
            night, drives=(again, *waiting), hush_until_ms=quiet_until_ms, look_at_ms=quiet_until_ms
        )
    is_so_already = failure.is_restriction and drive.action in {"start", "resume", "pause"}
    return msgspec.structs.replace(
        night,
        drives=waiting,
        click_error="" if is_so_already else f"The host's device did not follow: {failure.message}",
        hush_until_ms=now_ms,
        look_at_ms=max(now_ms, failure.until_ms or 0.0),
    )
