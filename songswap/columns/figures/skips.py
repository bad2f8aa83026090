"""What was skipped, and how often. Skips are told of every play, whichever rule counts."""

from typing import Literal

from songswap.columns.figures import names
from songswap.columns.figures.answers import Figure, about
from songswap.columns.plays import Plays

SkipKind = Literal["tracks", "artists"]


class Skipped(names.NamedItem, frozen=True, kw_only=True):
    """Of `known` plays of something `skips` were skipped."""

    skips: int
    known: int


class Skips(Figure, frozen=True, kw_only=True):
    """Of the plays in the period, those of which is `known` whether they were skipped, and the `skips` among them.

    `share` is the one by the other. The most skipped first.
    """

    kind: SkipKind
    plays: int
    known: int
    skips: int
    share: float | None
    items: tuple[Skipped, ...]


def skips(plays: Plays, *, kind: SkipKind, limit: int) -> Skips:
    """How many plays were skipped, and of what most."""
    column = names.COLUMN[kind]
    rows = plays.rows(
        f"SELECT {column}, count(*) FILTER (skipped) AS skips, count(*) AS known FROM {plays.everything()}"
        f" WHERE skipped IS NOT NULL AND {column} IS NOT NULL GROUP BY {column} HAVING skips > 0"
        f" ORDER BY skips DESC, known, {column} LIMIT {limit}"
    )
    called = names.items(plays, kind, [hashed for hashed, *_ in rows])
    count, known, skipped = _counts(plays)
    return Skips(
        about=about(plays),
        kind=kind,
        plays=count,
        known=known,
        skips=skipped,
        share=_share(skipped, known),
        items=tuple(Skipped(**called[hashed], skips=often, known=of) for hashed, often, of in rows),
    )


def skipped_share(plays: Plays) -> float | None:
    """The part of the plays, of those of which it is known, that were skipped."""
    _, known, skips = _counts(plays)
    return _share(skips, known)


def _counts(plays: Plays) -> tuple[int, int, int]:
    count, known, skips = plays.row(
        f"SELECT count(*), count(skipped), count(*) FILTER (skipped) FROM {plays.everything()}"
    )
    return count, known, skips


def _share(skips: int, known: int) -> float | None:
    return round(skips / known, 4) if known else None
