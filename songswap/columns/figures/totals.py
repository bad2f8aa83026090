"""How much was heard, and how that has changed."""

from songswap.columns.figures.answers import Figure, about, minutes
from songswap.columns.plays import Plays
from songswap.core.insights.periods import Period
from songswap.model.struct import Struct


class Totals(Struct, frozen=True):
    """Plays, minutes, and how many different recordings, artists and albums."""

    plays: int
    minutes: float
    tracks: int
    artists: int
    albums: int


class Change(Struct, frozen=True):
    """By how much each total grew, as a fraction: 0.25 is a quarter more. None where there was nothing before."""

    plays: float | None
    minutes: float | None
    tracks: float | None
    artists: float | None
    albums: float | None


class TotalsAnswer(Figure, frozen=True, kw_only=True):
    """The totals; those of the period before and the change since, where there is one.

    `before_at_least`: something may be missing in the period before, so the change may be less.
    """

    totals: Totals
    before: Totals | None
    before_period: Period | None
    before_at_least: bool
    change: Change | None


def totals(plays: Plays) -> TotalsAnswer:
    """How much was heard in the period and in the one before."""
    now, earlier = _totals(plays, plays.question.period), plays.question.before
    before = _totals(plays, earlier) if earlier else None
    return TotalsAnswer(
        about=about(plays),
        totals=now,
        before=before,
        before_period=earlier,
        before_at_least=any(plays.doubts(earlier)) if earlier else False,
        change=_change(before, now) if before else None,
    )


def _totals(plays: Plays, period: Period) -> Totals:
    count, ms, tracks, artists, albums = plays.row(
        "SELECT count(*), sum(ms), count(DISTINCT track), count(DISTINCT artist), count(DISTINCT album)"
        f" FROM {plays.counted(period)}"
    )
    return Totals(count, minutes(ms), tracks, artists, albums)


def _change(before: Totals, now: Totals) -> Change:
    def grown(was: float, now_is: float) -> float | None:
        return round((now_is - was) / was, 4) if was else None

    return Change(
        plays=grown(before.plays, now.plays),
        minutes=grown(before.minutes, now.minutes),
        tracks=grown(before.tracks, now.tracks),
        artists=grown(before.artists, now.artists),
        albums=grown(before.albums, now.albums),
    )
