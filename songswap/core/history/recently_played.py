"""What a look at Spotify's recently-played adds to somebody's history, what it shows to be missing, and the next look.

Spotify remembers the last 50 plays of more than 30 s and tells when each ended, sometimes hours or days late. So the
whole page is read each time, and whatever is not known yet is taken, wherever it stands.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from songswap.core.history.formats.rows import named
from songswap.model.durations import DAY_MS, MINUTE_MS
from songswap.model.history import Gap, Play, Polled, TrackName
from songswap.model.library import PlayedTrack
from songswap.model.music import Track, spotify_track_id
from songswap.model.struct import Struct

POLL_LIMIT: Final = 50
"""Plays that Spotify remembers."""
SHARE_OF_CAP: Final = 0.8
"""Of a daily quota that was once used up, polls use no more than this; others read histories too."""
SPREAD_MS: Final = 60_000.0
"""Within this, people are asked one after the other."""

Key = tuple[int, str]
"""When a play ended, and of what."""


class Taken(Struct, frozen=True):
    """What a page adds: plays, oldest first, with a name for each; and the gap before it, if there may be one."""

    plays: tuple[Play, ...] = ()
    names: tuple[TrackName, ...] = ()
    gap: Gap | None = None
    newest_ms: int | None = None


def key_of(played: PlayedTrack) -> Key:
    """What tells a play from all others of its owner."""
    return round(played.played_at_ms), name_of(played.track).id


def name_of(track: Track) -> TrackName:
    """What Spotify calls a track, as it is kept."""
    return named(
        spotify_track_id(track.uri),
        track.name,
        track.artists[0] if track.artists else "",
        track.album,
        artists=track.artists,
        duration_ms=track.duration_ms or None,
        cover_url=track.cover_url,
    )


def taken(page: Sequence[PlayedTrack], known: Collection[Key], polled: Polled, gaps: Iterable[Gap]) -> Taken:
    """What to add after Spotify has shown `page`, where `known` plays and `gaps` are noted already.

    Plays that ended while recording was paused, or before everything was deleted, are not recorded.
    """
    pauses = [gap for gap in gaps if gap.why == "paused"]
    recorded = {
        (at_ms, name.id): name
        for at_ms, name in ((round(one.played_at_ms), name_of(one.track)) for one in page)
        if at_ms > polled.forgotten_to_ms and not any(pause.from_ms <= at_ms < pause.to_ms for pause in pauses)
    }
    fresh = sorted(key for key in recorded if key not in known)
    moments = [at_ms for at_ms, _ in recorded]
    return Taken(
        plays=tuple(Play(at_ms, track) for at_ms, track in fresh),
        names=tuple(recorded[key] for key in fresh),
        gap=_gap(page, polled, max((pause.to_ms for pause in pauses), default=0)),
        newest_ms=max([*moments, *([] if polled.newest_ms is None else [polled.newest_ms])], default=None),
    )


def _gap(page: Sequence[PlayedTrack], polled: Polled, resumed_ms: int) -> Gap | None:
    """Where a full page begins after the newest play that is known, there may have been more between the two."""
    if polled.newest_ms is None or len(page) < POLL_LIMIT:
        return None
    from_ms = max(polled.newest_ms, polled.forgotten_to_ms, resumed_ms)
    oldest_ms = round(min(played.played_at_ms for played in page))
    return Gap(from_ms, oldest_ms, polled.why) if oldest_ms > from_ms else None


def interval_ms(poll_minutes: float, accounts: int, cap: int | None) -> float:
    """Between two looks at one account, of so many there are.

    `cap` is how many such calls used the daily quota up the last time; None: that has not happened.
    """
    wanted_ms = poll_minutes * MINUTE_MS
    return wanted_ms if not cap else max(wanted_ms, accounts * DAY_MS / (cap * SHARE_OF_CAP))
