"""What people heard around some music: within half an hour of it, in the same sitting as it were."""

from collections.abc import Collection
from typing import Final

from songswap.columns.figures import names
from songswap.columns.figures.answers import Figure, about
from songswap.columns.plays import Plays
from songswap.model.struct import Struct

NEAR_MS: Final = 1_800_000
MOST_TOLD: Final = 1_000
MILD: Final = 5
"""Added to how often something was heard in all: what was heard once, and that once near by, says little."""


class NearbyTrack(Struct, frozen=True):
    """A recording heard near the music asked for: `near` times of `plays` in all, by these `accounts`, most first.

    `fit` is from 0 to 1: how much of its plays were near, less where they are few. `song` and `by` are the hashes of
    `core.history.name_folding`.
    """

    track: names.TrackRef
    song: int
    by: int | None
    near: int
    plays: int
    fit: float
    accounts: tuple[str, ...]


class Around(Figure, frozen=True, kw_only=True):
    """What fits best first; how many plays there are of the music asked for."""

    plays: int
    items: tuple[NearbyTrack, ...]


def around(plays: Plays, *, tracks: tuple[int, ...], artists: tuple[int, ...]) -> Around:
    """What people heard within half an hour of these recordings, or of anything by these artists."""
    plays.keep(
        "listened",
        f"SELECT who, ended_at_ms AS at_ms, track, artist FROM {plays.counted()}",
    )
    plays.keep("asked", f"SELECT who, at_ms FROM listened WHERE {_any('track', tracks)} OR {_any('artist', artists)}")
    (count,) = plays.row("SELECT count(*) FROM asked")
    plays.keep(
        "beside",
        f"SELECT l.who, l.track, l.artist, a.at_ms IS NOT NULL AND l.at_ms - a.at_ms <= {NEAR_MS}"
        f" OR b.at_ms IS NOT NULL AND b.at_ms - l.at_ms <= {NEAR_MS} AS is_near FROM listened l"
        " ASOF LEFT JOIN asked a ON l.who = a.who AND l.at_ms >= a.at_ms"
        " ASOF LEFT JOIN asked b ON l.who = b.who AND l.at_ms <= b.at_ms",
    )
    rows = plays.rows(
        "SELECT track, any_value(artist), count(*) FILTER (is_near) AS near, count(*) AS plays,"
        f" count(*) FILTER (is_near) / (count(*) + {MILD}) AS fit FROM beside GROUP BY track HAVING near > 0"
        f" ORDER BY fit DESC, near DESC, track LIMIT {MOST_TOLD}"
    )
    whose: dict[int, list[str]] = {}
    for track, who in plays.rows(
        "SELECT track, who FROM beside GROUP BY track, who HAVING count(*) FILTER (is_near) > 0"
        " ORDER BY track, count(*) FILTER (is_near) DESC, who"
    ):
        whose.setdefault(track, []).append(plays.question.accounts[who])
    called = names.tracks(plays, [track for track, *_ in rows])
    return Around(
        about=about(plays),
        plays=count,
        items=tuple(
            NearbyTrack(called[track], track, by, near, heard, fit, tuple(whose[track]))
            for track, by, near, heard, fit in rows
        ),
    )


def _any(column: str, hashes: Collection[int]) -> str:
    return f"{column} IN ({', '.join(f'{one:d}' for one in hashes)})" if hashes else "false"
