"""A year at a glance: a page to show around."""

from songswap.columns.figures import listens, times
from songswap.columns.figures.answers import Figure, about
from songswap.columns.figures.sittings import ListeningSession, sessions
from songswap.columns.figures.skips import skipped_share
from songswap.columns.figures.top import TopItem, top
from songswap.columns.figures.totals import Change, Totals, totals
from songswap.columns.plays import Plays

TOLD = 5
"""Of each kind."""


class Year(Figure, frozen=True, kw_only=True):
    """A year: its totals and how they changed, what was heard most, and when, what was new."""

    totals: Totals
    before: Totals | None
    before_at_least: bool
    change: Change | None
    tracks: tuple[TopItem, ...]
    artists: tuple[TopItem, ...]
    albums: tuple[TopItem, ...]
    genres: tuple[TopItem, ...]
    months: tuple[times.TimeStep, ...]
    busiest_day: times.TimeStep | None
    busiest_hour: times.WeekHour | None
    days: int
    longest_streak: times.Streak | None
    sessions: int
    longest_session: ListeningSession | None
    new_artists: int
    discoveries: tuple[listens.Discovery, ...]
    first: listens.Listen | None
    last: listens.Listen | None
    skipped: float | None


def year(plays: Plays) -> Year:
    """The year that is the question's period."""
    plays.hold()
    summed, sat, new = totals(plays), sessions(plays), listens.discoveries(plays, kind="artists", limit=TOLD)
    days, hours = times.by_day(plays), [hour for hour in times.heatmap(plays).items if hour.plays]
    first, last = listens.edges(plays, plays.counted())
    by = plays.question.by
    return Year(
        about=about(plays),
        totals=summed.totals,
        before=summed.before,
        before_at_least=summed.before_at_least,
        change=summed.change,
        tracks=top(plays, kind="tracks", limit=TOLD).items,
        artists=top(plays, kind="artists", limit=TOLD).items,
        albums=top(plays, kind="albums", limit=TOLD).items,
        genres=top(plays, kind="genres", limit=TOLD).items,
        months=times.in_steps(plays.question, "month", days),
        busiest_day=max(times.on_days(days), key=lambda day: (getattr(day, by), -day.day.toordinal()), default=None),
        busiest_hour=max(hours, key=lambda hour: (getattr(hour, by), -hour.weekday, -hour.hour), default=None),
        days=len(days),
        longest_streak=next(iter(times.in_a_row(days)), None),
        sessions=sat.sessions,
        longest_session=next(iter(sat.items), None),
        new_artists=new.new,
        discoveries=new.items,
        first=first,
        last=last,
        skipped=skipped_share(plays),
    )
