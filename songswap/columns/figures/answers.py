"""What the answers of all figures have in common."""

from collections.abc import Iterable
from datetime import date

from songswap.columns.plays import PAUSED, By, Plays, is_in
from songswap.core.insights.periods import Period
from songswap.model.durations import MINUTE_MS
from songswap.model.history import Gap
from songswap.model.sharing import CountingRule
from songswap.model.struct import Struct

MOST_GAPS = 100
"""Gaps told of, the longest; a figure is “at least” because of any."""


class FigurePerson(Struct, frozen=True):
    """Whose plays are in a figure."""

    account: str
    name: str
    image_url: str | None


class About(Struct, frozen=True):
    """What a figure is about. `plays` or `minutes` that are `_at_least` may be more: for a gap, or as nobody can tell.

    `gaps` are times in the period in which plays may be missing; those `paused` by people themselves are no doubt.
    `people` are those whose plays are in it, as far as they have any.
    """

    period: Period
    rule: CountingRule
    by: By
    plays_at_least: bool
    minutes_at_least: bool
    gaps: tuple[Gap, ...]
    people: tuple[FigurePerson, ...] = ()


class Figure(Struct, frozen=True, kw_only=True):
    """Base of all answers."""

    about: About


class Count(Struct, frozen=True):
    """How many plays, and for how many minutes."""

    plays: int
    minutes: float


class ListenerShare(Struct, frozen=True):
    """One person's share in something."""

    account: str
    plays: int
    minutes: float


def about(plays: Plays) -> About:
    """What the answer to this question is about."""
    question = plays.question
    plays_at_least, minutes_at_least = plays.doubts(question.period)
    return About(
        period=question.period,
        rule=question.rule,
        by=question.by,
        plays_at_least=plays_at_least,
        minutes_at_least=minutes_at_least,
        gaps=_gaps(plays),
    )


def minutes(ms: float | None) -> float:
    """Milliseconds as minutes, to a tenth."""
    return round((ms or 0) / MINUTE_MS, 1)


def key_of(hashed: int) -> str:
    """The id under which the API knows a recording, an artist or an album: its hash as 16 hex digits."""
    return f"{hashed & 0xFFFF_FFFF_FFFF_FFFF:016x}"


def hash_of(key: str) -> int:
    """The hash behind an id. Raises ValueError."""
    if len(key) != 16 or not key.isascii() or not key.isalnum():
        raise ValueError(key)
    return int.from_bytes(bytes.fromhex(key), "big", signed=True)


def day_at(number: int, period: Period) -> date:
    """The date of a local day counted from 1970; within the period, also where clocks went back over midnight."""
    return min(max(date.fromordinal(EPOCH + number), period.first_day), period.last_day)


EPOCH = date(1970, 1, 1).toordinal()


def _gaps(plays: Plays) -> tuple[Gap, ...]:
    found: Iterable[Gap] = {
        gap for library in plays.shelf.libraries for gap in library.gaps if is_in(gap, plays.question.period)
    }
    longest = sorted(found, key=lambda gap: (gap.why == PAUSED, gap.from_ms - gap.to_ms, gap.from_ms, gap.why))
    return tuple(sorted(longest[:MOST_GAPS], key=lambda gap: (gap.from_ms, gap.to_ms, gap.why)))
