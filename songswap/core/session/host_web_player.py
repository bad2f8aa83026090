"""What the night becomes when whoever leads listens in a page: it tells by itself, and nobody has to look."""

from msgspec.structs import replace

from songswap.core.session import host_readings
from songswap.core.session.latency import LatencyTable
from songswap.core.session.timeline import SEEK_MS, residual_ms, same_track
from songswap.core.session.web_player import (
    QUIET_MS,
    RETURN_MS,
    SETTLE_HERE_MS,
    TOLD_OF,
    here_latency_ms,
    here_of,
    is_quiet,
)
from songswap.model.music import Playback, PlayerCommand, Track
from songswap.model.session import Drive, Failure, Move, Night, Timeline
from songswap.model.tabs import Tab

MOVE_MS = 8_000.0
"""So long the music may take to arrive in the page it was brought to."""
MOVE_RETRY_MS = 2_000.0
QUEUE_AFTER_MS = 1_000.0
"""From a change of what follows to the reading of the whole queue: sooner it may still be the old one."""
BLEND_HERE = 0.5
"""Share of a small residual that a report moves the timeline by: a page knows its position better than Spotify."""


def attended(night: Night, tab: Tab | None, now_ms: float) -> Night:
    """The night with what is known of the page its leader wants to listen in; None: no page."""
    before, here = night.host_here, here_of(tab, night.timeline, now_ms)
    night = _moving(replace(night, host_here=here), tab, now_ms)
    if before is None or here is not None or night.move is not None:
        return night
    if tab is not None and (tab.gone_at_ms is not None or tab.is_blocked):  # it may be reloading: the music goes on
        return replace(night, look_at_ms=now_ms + RETURN_MS)
    return replace(night, look_at_ms=now_ms)


def _moving(night: Night, tab: Tab | None, now_ms: float) -> Night:
    """The night with the leader's music on its way to the page, where it is not there yet."""
    if tab is None or tab.gone_at_ms is not None or tab.is_blocked or is_quiet(tab, now_ms):
        return replace(night, move=None)
    if night.move is not None and night.move.device_id != tab.device_id:  # of another page, or who led before
        night = replace(night, move=None)
    if tab.device_id == night.moved_to or night.move is not None:
        return night
    if tab.reading is not None:  # it came by itself: `reported` sees to it
        return night
    until_ms = now_ms + MOVE_MS
    return replace(night, move=Move(tab.device_id, now_ms, until_ms), look_at_ms=until_ms, queue_at_ms=None)


def moved(night: Night, device_id: str, now_ms: float) -> Night:
    """The night after Spotify accepted to bring the music to the page."""
    if night.move is None or night.move.device_id != device_id:
        return night
    until_ms = now_ms + MOVE_MS
    return replace(night, move=replace(night.move, is_asked=True, until_ms=until_ms), look_at_ms=until_ms)


def move_failed(night: Night, device_id: str, failure: Failure, now_ms: float) -> Night:
    """The night after it did not: tried again for a while, as a new device takes a moment to be known."""
    if night.move is None or night.move.device_id != device_id:
        return night
    retry_at_ms = max(now_ms + MOVE_RETRY_MS, failure.until_ms or 0.0)
    if retry_at_ms < night.move.until_ms:
        return replace(night, move=replace(night.move, at_ms=retry_at_ms))
    words = f"The music could not be brought to this page: {failure.message}"
    return replace(night, move=None, moved_to=device_id, click_error=words, look_at_ms=now_ms)


def move_ended(night: Night, now_ms: float) -> Night:
    """The night once the music had its time to arrive; it is looked for wherever it is."""
    if night.move is None or now_ms < night.move.until_ms:
        return night
    return replace(night, move=None, moved_to=night.move.device_id)


def reported(night: Night, tab: Tab, table: LatencyTable, now_ms: float) -> tuple[Night, float | None]:
    """The night after a report of the page its leader listens in, and a latency sample in ms as `hosting` has it."""
    reading = tab.reading
    if reading is None or night.host_here is None:
        return night, None
    if night.move is not None or tab.device_id != night.moved_to:
        night = replace(night, move=None, moved_to=tab.device_id)
        arrived = _arrived(night, reading, table, now_ms)
        if arrived is not None:
            return arrived, None
    if night.drives or reading.measured_at_ms < night.hush_until_ms:
        return replace(night, host_device=reading.device), None
    before, quiet_at_ms = night.timeline, tab.heard_at_ms + QUIET_MS
    sample_ms = host_readings.driven_sample_ms(night, reading)
    after = host_readings.host_read(replace(night, driven=None), reading, now_ms, BLEND_HERE)
    after = replace(after, quick_looks=0, look_at_ms=quiet_at_ms, queue_at_ms=night.queue_at_ms)
    return _following(after, before, tab, now_ms), sample_ms


def _arrived(night: Night, reading: Playback, table: LatencyTable, now_ms: float) -> Night | None:
    """The night once the music is in the page, if it has to be put where everybody is; None where nothing has to be."""
    timeline, here = night.timeline, night.host_here
    if timeline is None or here is None or not timeline.is_playing:
        return None
    off_ms = residual_ms(timeline, reading)
    if off_ms is None or (reading.is_playing and abs(off_ms) <= SEEK_MS):
        return None
    device_id = (reading.device.id if reading.device else None) or ""
    command: PlayerCommand = "seek" if reading.is_playing else "resume"
    latency_ms = here_latency_ms(table, device_id, command)
    send_at_ms = now_ms + here.ahead_ms
    effect_at_ms = send_at_ms + latency_ms
    position_ms = round(timeline.position_at(effect_at_ms))
    drive = Drive(command, send_at_ms, latency_ms, position_ms, is_here=True)
    settled_at_ms = effect_at_ms + SETTLE_HERE_MS
    return replace(
        night,
        host_device=reading.device,
        drives=(*night.drives, drive),
        hush_until_ms=settled_at_ms,
        look_at_ms=settled_at_ms + MOVE_RETRY_MS,
    )


def _following(night: Night, before: Timeline | None, tab: Tab, now_ms: float) -> Night:
    """The night with what follows as the page tells it; the whole queue is read where that is not in line with it."""
    timeline, told = night.timeline, tab.upcoming
    reading = tab.reading
    if (
        timeline is None
        or reading is None
        or reading.repeat == "track"
        or not same_track(timeline.track, reading.track)
    ):
        return night  # around the end of a track it tells of what follows another one
    is_known = _begins_with(timeline.upcoming, told)
    if not is_known:
        night = replace(night, timeline=replace(timeline, upcoming=told))
    is_new = before is None or (before.rev, before.plays) != (timeline.rev, timeline.plays)
    may_follow_more = len(told) == TOLD_OF and (not is_known or len(timeline.upcoming) == TOLD_OF)
    if may_follow_more and (is_new or not is_known) and night.listeners and timeline.is_playing:
        return replace(night, queue_at_ms=now_ms + (QUEUE_AFTER_MS if before is not None else 0.0))
    return night if night.queue_at_ms is not None and may_follow_more else replace(night, queue_at_ms=None)


def _begins_with(upcoming: tuple[Track, ...], told: tuple[Track, ...]) -> bool:
    if not told:
        return not upcoming
    pairs = zip(upcoming, told, strict=False)
    return len(upcoming) >= len(told) and all(same_track(one, other) for one, other in pairs)
