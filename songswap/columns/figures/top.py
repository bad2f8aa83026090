"""What was heard most: recordings, artists, albums, genres."""

from typing import Final, Literal

from msgspec import UNSET, UnsetType

from songswap.columns import sql
from songswap.columns.figures import names
from songswap.columns.figures.answers import Figure, about, minutes
from songswap.columns.plays import By, Plays, Rows
from songswap.model.struct import Struct

TopKind = Literal["tracks", "artists", "albums", "genres"]

MOST_ASKED: Final = 500
"""At once."""
ORDER: Final[dict[By, str]] = {"plays": "plays DESC, ms DESC", "minutes": "ms DESC, plays DESC"}
"""The most heard first."""


class TopItem(names.NamedItem, frozen=True, kw_only=True):
    """A recording, an artist, an album or a genre, and how often and how long it was heard.

    A `genre` that is null is that of artists whose genre is not known.
    """

    genre: str | UnsetType | None = UNSET
    plays: int
    minutes: float


class Top(Figure, frozen=True, kw_only=True):
    """The most heard first; `next` is the cursor of what follows. A play counts for each genre of its artist."""

    kind: TopKind
    items: tuple[TopItem, ...]
    next: str | None = None


class Ranked(Struct, frozen=True):
    """Hash, plays and milliseconds of what was heard most; whether there is more."""

    rows: Rows
    has_more: bool


def top(plays: Plays, *, kind: TopKind, limit: int, start: int = 0) -> Top:
    """The `limit` most heard after the first `start`."""
    ranked = _genres(plays, limit, start) if kind == "genres" else most_heard(plays, kind, limit, start)
    items = (
        tuple(TopItem(genre=genre, plays=count, minutes=minutes(ms)) for genre, count, ms in ranked.rows)
        if kind == "genres"
        else as_items(plays, kind, ranked)
    )
    return Top(about=about(plays), kind=kind, items=items, next=str(start + limit) if ranked.has_more else None)


def most_heard(plays: Plays, kind: names.Kind, limit: int, start: int = 0, among: str | None = None) -> Ranked:
    """The most heard of all that counts, or of the plays `among`; of equals the least hash first."""
    column = names.COLUMN[kind]
    rows = plays.rows(
        f"SELECT {column}, count(*) AS plays, sum(ms) AS ms FROM {among or plays.counted()} WHERE {column} IS NOT NULL"
        f" GROUP BY {column} ORDER BY {ORDER[plays.question.by]}, {column} LIMIT {limit + 1} OFFSET {start}"
    )
    return Ranked(rows[:limit], len(rows) > limit)


def as_items(plays: Plays, kind: names.Kind, ranked: Ranked) -> tuple[TopItem, ...]:
    """What `most_heard` found, with names."""
    called = names.items(plays, kind, [hashed for hashed, *_ in ranked.rows])
    return tuple(TopItem(**called[hashed], plays=count, minutes=minutes(ms)) for hashed, count, ms in ranked.rows)


def _genres(plays: Plays, limit: int, start: int) -> Ranked:
    genres = f"read_parquet([{sql.literals([plays.shelf.genres[0]])}])" if plays.shelf.genres else _NO_GENRES
    rows = plays.rows(
        f"WITH heard AS (SELECT artist, count(*) AS plays, sum(ms) AS ms FROM {plays.counted()} GROUP BY artist)"
        f" SELECT genre, sum(plays) AS plays, sum(ms) AS ms FROM heard LEFT JOIN {genres} USING (artist)"
        f" GROUP BY genre ORDER BY {ORDER[plays.question.by]}, genre NULLS LAST LIMIT {limit + 1} OFFSET {start}"
    )
    return Ranked(rows[:limit], len(rows) > limit)


_NO_GENRES: Final = "(SELECT NULL::BIGINT AS artist, NULL::VARCHAR AS genre WHERE false)"
