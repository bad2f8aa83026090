"""An interval timer on one person's own player, where no session runs: when to look, and what a look brings.

The player is a night without listeners, so that clicks, timeline and learning are those of a session. Looks are few:
what plays follows from the queue, read once in twenty tracks, and every so often a look finds out whether that is so.
"""

from msgspec.structs import replace

from songswap.core.session import host_readings
from songswap.core.session.latency import LatencyTable, spread_ms
from songswap.core.session.polling_rate import PAGE
from songswap.core.session.timeline import EDGE_MS, advance
from songswap.model.interval import Interval
from songswap.model.music import Playback
from songswap.model.session import Failure, Night

CHECK_MS = 180_000.0
"""Once the device is known, skips are looked after as often: in between, the queue tells what plays."""
NEAR_RETRY_MS, FAR_RETRY_MS = 15_000.0, 300_000.0
"""Between two looks at a player where nothing plays: the longer it has been so, the longer."""
SETTLED_RETRY_MS = 600_000.0
SETTLED = frozenset({"not_premium", "no_seat", "needs_login"})

REFUSING = frozenset({"restricted", "not_premium", "no_seat"})
"""Such a player can be read, and takes no commands all the same: only a command that is accepted proves otherwise."""


def fresh(run: int, account: str, choice: str | None, now_ms: float) -> Night:
    """A player nothing is known of; it is looked at at once. `choice` is the device for when none is active."""
    return Night(str(run), host=account, host_choice=choice, pace=PAGE, look_at_ms=now_ms)


def resumed(night: Night, now_ms: float) -> Night:
    """The player after a restart: what was about to be sent may have been, so it is not sent again."""
    return replace(night, drives=(), driven=None, look_at_ms=now_ms)


def looked(night: Night, reading: Playback | None, now_ms: float) -> Night:
    """The night after the player was read; None means that Spotify reports nothing active."""
    after = host_readings.host_read(night, reading, now_ms)
    if reading is not None and night.host_status in REFUSING:
        after = replace(after, host_status=night.host_status, host_message=night.host_message)
    if reading is None:
        return replace(after, look_at_ms=_silent_look_ms(after, now_ms))
    is_hushed = reading.measured_at_ms < night.hush_until_ms
    is_doubted = after.driven is not None and after.driven.is_doubted
    if is_hushed or is_doubted or after.timeline is None:
        return after
    return replace(after, look_at_ms=host_readings.quiet_look_ms(after.timeline, now_ms + PAGE.quiet_s * 1000))


def look_failed(night: Night, failure: Failure, now_ms: float) -> Night:
    """The night after it could not be read: the timer goes on, the next look waits."""
    after = host_readings.host_failed(night, failure, now_ms)
    wait_ms = SETTLED_RETRY_MS if failure.status in SETTLED else 0.0
    look_at_ms = max(after.look_at_ms, now_ms + wait_ms)
    return replace(after, look_at_ms=look_at_ms, queue_at_ms=None if after.queue_at_ms is None else look_at_ms)


def told_off(night: Night, failure: Failure) -> Night:
    """The night after a command was refused, with the reason as the player's status; the next boundary tries again."""
    words = f"The device did not follow: {failure.message}"
    if failure.is_restriction:  # tried once more, or so already, or said: there is no host to speak of
        return replace(night, click_error=words if night.click_error else "")
    return replace(
        night,
        host_status=failure.status,
        host_message=failure.message,
        host_until_ms=failure.until_ms,
        click_error=words,
    )


def obeyed(night: Night) -> Night:
    """The night after a command was accepted."""
    return replace(host_readings.driven(night), host_status="in_sync", host_message="", host_until_ms=None)


def skipped(before: Night, night: Night, table: LatencyTable, looked_at_ms: float, now_ms: float) -> Night:
    """The night after a boundary was taken in: without a look for it if the device is known and was seen lately.

    Where only the player can tell what came, it is read when that has settled, and believed at once.
    """
    timeline, device, drive = night.timeline, night.host_device, night.drives[-1]
    if drive.action == "next" and (timeline is None or timeline == before.timeline):
        look_at_ms = drive.send_at_ms + drive.latency_ms + host_readings.LOOK_AFTER_START_MS
        drives = (*night.drives[:-1], replace(drive, is_doubted=True))
        return replace(night, drives=drives, look_at_ms=look_at_ms, hush_until_ms=look_at_ms - host_readings.SETTLE_MS)
    is_known = device is not None and spread_ms(table, device.id or "") is not None
    if timeline is None or not timeline.upcoming or not is_known or now_ms - looked_at_ms > CHECK_MS:
        return night
    quiet_until_ms = max(night.look_at_ms, looked_at_ms + PAGE.quiet_s * 1000)
    return replace(night, look_at_ms=host_readings.quiet_look_ms(timeline, quiet_until_ms))


def welcomed(night: Night, now_ms: float) -> Night:
    """The night after a new log-in: looked at at once."""
    return replace(night, host_status="waiting", host_message="", host_until_ms=None, look_at_ms=now_ms)


def needs_start(night: Night, timer: Interval, now_ms: float) -> bool:
    """Whether the timer's music has run out, or its player is gone, so that a boundary has to start it once more.

    A player that has run out stands at the beginning of something; one that was paused stands where it was.
    """
    if timer.context_uri is None or night.timeline is None:
        return False
    if night.host_status == "no_device":
        return True
    now = advance(night.timeline, now_ms)
    return not now.is_playing and now.position_ms <= EDGE_MS and night.host_status == "in_sync"


def _silent_look_ms(night: Night, now_ms: float) -> float:
    silent_ms = now_ms - (night.lead.silent_since_ms or now_ms)
    return now_ms + min(max(silent_ms, NEAR_RETRY_MS), FAR_RETRY_MS)
