"""Which plays count, for how long, and where a figure can only be “at least”.

Every play is kept; what counts is the reader's choice. `30s`: 30 s or more were heard. `half`: half the track or four
minutes, whichever is less (ListenBrainz' and Last.fm's rule; 30 s where the length is unknown). `finished`: heard to
the end. `all`: everything.

Some sources don't tell how long a play was heard. A finished one was heard for its length. Of the others it is known
that they were heard for 30 s (Spotify's recently-played lists no shorter ones) or even half (scrobblers send no
others), so they count where that is enough. Otherwise they do not count, and the figure is “at least”; so are the
minutes of those that do, each taken as 30 s.
"""

from typing import Final

from songswap.model.history import Source
from songswap.model.sharing import CountingRule
from songswap.model.struct import Struct

SHORTEST_MS: Final = 30_000
LONGEST_HALF_MS: Final = 240_000
HEARD_HALF: Final[tuple[Source, ...]] = ("lastfm", "listenbrainz")
HEARD_30S: Final[tuple[Source, ...]] = (*HEARD_HALF, "recent")
"""Sources that list no play of which less was heard."""


class PlayLength(Struct, frozen=True):
    """What is known of one play: see `columns.schema` for the meaning of each."""

    played_ms: int | None
    duration_ms: int | None
    finished: bool | None
    source: Source


def known_ms(play: PlayLength) -> int | None:
    """How long it was heard, if that is known."""
    if play.played_ms is None and play.finished and play.duration_ms and play.duration_ms > 0:
        return play.duration_ms
    return play.played_ms


def verdict(rule: CountingRule, play: PlayLength) -> bool | None:
    """Whether the play counts by `rule`; None where nobody can tell, so it does not but the figure is “at least”."""
    match rule:
        case "all":
            return True
        case "finished":
            return play.finished
        case "30s":
            enough_ms, heard = float(SHORTEST_MS), HEARD_30S
        case "half":
            enough_ms, heard = _half_ms(play.duration_ms), HEARD_HALF
    ms = known_ms(play)
    if ms is not None:
        return ms >= enough_ms
    return True if play.finished or play.source in heard else None


def listened_ms(play: PlayLength) -> int:
    """For how long it was heard, at least."""
    ms = known_ms(play)
    if ms is not None:
        return ms
    return SHORTEST_MS if play.source in HEARD_30S else 0


def _half_ms(duration_ms: int | None) -> float:
    return min(duration_ms / 2, LONGEST_HALF_MS) if duration_ms and duration_ms > 0 else SHORTEST_MS
