"""The timeline of a session: where the music is at any moment, and what a reading of the host's player changes."""

import msgspec

from songswap.model.music import Playback, Track
from songswap.model.session import Change, Timeline

SEEK_MS = 700.0
"""A residual above this is a seek, not the noise of a reading (sync.md: report bias, jitter, round trip)."""
BLEND = 0.3
"""Share of a small residual that a reading moves the timeline by."""
FIRST_BLEND = 0.6
"""The same for the first reading after our own command or of another leader: till then the timeline is a guess."""
EDGE_MS = 2_000.0
"""So close to a track's start or end a reading may still show the neighbour."""
ROUND_TRIP_FLOOR_MS = 400.0
RELINKED_DURATION_MS = 2_000
HELD_TRACKS = 20
"""Tracks given along with a start: as many as Spotify tells of a queue."""


def same_track(one: Track | None, other: Track | None) -> bool:
    """Whether both are the same recording: Spotify may play it under another id than was asked for."""
    if one is None or other is None:
        return one is other
    if one.uri == other.uri and one.kind == other.kind:
        return True
    if one.isrc and other.isrc:
        return one.isrc == other.isrc
    named_alike = (one.name, one.artists) == (other.name, other.artists)
    return bool(one.name) and named_alike and abs(one.duration_ms - other.duration_ms) < RELINKED_DURATION_MS


def advance(timeline: Timeline, now_ms: float) -> Timeline:
    """The timeline at `now_ms`: tracks that have ended by then gave way to the next. The revision stays."""
    while timeline.upcoming and timeline.ends_at_ms is not None and now_ms >= timeline.ends_at_ms:
        timeline = msgspec.structs.replace(
            timeline,
            track=timeline.upcoming[0],
            upcoming=timeline.upcoming[1:],
            position_ms=0.0,
            at_ms=timeline.ends_at_ms,
            plays=timeline.plays + 1,
        )
    return timeline


def trimmed(timeline: Timeline, trim_ms: float) -> Timeline:
    """The timeline as a device has to play it whose sound is heard `trim_ms` late: so much earlier.

    One that is heard early waits at the start of a track, and anywhere else plays from further back.
    """
    if not timeline.is_playing:
        return timeline
    back_ms = min(max(0.0, -trim_ms), timeline.position_ms)
    at_ms = timeline.at_ms - trim_ms - back_ms
    return msgspec.structs.replace(timeline, position_ms=timeline.position_ms - back_ms, at_ms=at_ms)


def residual_ms(timeline: Timeline, reading: Playback) -> float | None:
    """How far a reading is ahead of the timeline in ms, also across a track's end nearby; None for another track."""
    expected = advance(timeline, reading.measured_at_ms)
    position_ms = expected.position_at(reading.measured_at_ms)
    if same_track(expected.track, reading.track):
        return reading.progress_ms - position_ms
    if reading.track is None or not (reading.is_playing and timeline.is_playing):
        return None
    early_ms = _early_ms(expected, position_ms, reading)
    late_ms = _late_ms(timeline, expected, position_ms, reading)
    return next((off_ms for off_ms in (early_ms, late_ms) if off_ms is not None and abs(off_ms) <= EDGE_MS), None)


def _early_ms(expected: Timeline, position_ms: float, reading: Playback) -> float | None:
    """The reading shows the next track's start while the timeline is at the end of the one before."""
    if expected.track is None or not expected.upcoming or not same_track(expected.upcoming[0], reading.track):
        return None
    return expected.track.duration_ms - position_ms + reading.progress_ms


def _late_ms(timeline: Timeline, expected: Timeline, position_ms: float, reading: Playback) -> float | None:
    """The reading shows the end of the track before while the timeline is at the next one's start."""
    passed = len(timeline.upcoming) - len(expected.upcoming)
    before = (timeline.track, *timeline.upcoming)[passed - 1] if passed else None
    if before is None or not same_track(before, reading.track):
        return None
    return reading.progress_ms - before.duration_ms - position_ms


def observe(
    timeline: Timeline | None, reading: Playback, typical_round_trip_ms: float, blend: float = BLEND
) -> Timeline:
    """The timeline after a reading of the host's player; a new revision if the host did something.

    A slow answer (over max(400 ms, 3 × typical)) tells what plays, but is too vague to move the position by.
    """
    if timeline is None:
        return _from(reading, 1, "track", upcoming=(), plays=1)
    expected = advance(timeline, reading.measured_at_ms)
    rev = timeline.rev + 1
    off_ms = residual_ms(timeline, reading)
    if off_ms is None:
        return _from(reading, rev, "track", _after(expected, reading.track), expected.plays + 1)
    if reading.is_playing != timeline.is_playing:
        return _from(reading, rev, "resumed" if reading.is_playing else "paused", expected.upcoming, expected.plays)
    if reading.round_trip_ms > max(ROUND_TRIP_FLOOR_MS, 3 * typical_round_trip_ms):
        return timeline
    if abs(off_ms) > SEEK_MS:
        return _from(reading, rev, "seek", expected.upcoming, expected.plays)
    position_ms = max(0.0, expected.position_at(reading.measured_at_ms) + blend * off_ms)
    return msgspec.structs.replace(
        expected, position_ms=position_ms, at_ms=reading.measured_at_ms, context_uri=reading.context_uri
    )


def held_tracks(timeline: Timeline) -> tuple[str, ...]:
    """What a device is given with a start: this track and those known to follow, up to one nobody else can play."""
    uris: list[str] = []
    for track in (timeline.track, *timeline.upcoming)[:HELD_TRACKS]:
        if track is None or not track.can_be_started:
            break
        uris.append(track.uri)
    return tuple(uris)


def halt(timeline: Timeline, now_ms: float) -> Timeline:
    """The timeline when the host's music stops at `now_ms`; unchanged if it stood still already."""
    if not timeline.is_playing:
        return timeline
    now = advance(timeline, now_ms)
    return msgspec.structs.replace(
        now,
        rev=timeline.rev + 1,
        change="paused",
        is_playing=False,
        position_ms=now.position_at(now_ms),
        at_ms=now_ms,
    )


def _from(reading: Playback, rev: int, change: Change, upcoming: tuple[Track, ...], plays: int) -> Timeline:
    return Timeline(
        rev=rev,
        track=reading.track,
        position_ms=reading.progress_ms,
        at_ms=reading.measured_at_ms,
        is_playing=reading.is_playing,
        change=change,
        upcoming=upcoming,
        context_uri=reading.context_uri,
        plays=plays,
    )


def _after(expected: Timeline, track: Track | None) -> tuple[Track, ...]:
    """What is known to follow `track`: the rest of the old queue if it stood there, else nothing."""
    for place, candidate in enumerate(expected.upcoming):
        if same_track(candidate, track):
            return expected.upcoming[place + 1 :]
    return ()
