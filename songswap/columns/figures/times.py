"""When music was heard: over time, by day, by hour of the week, on how many days in a row."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from songswap.columns import sql
from songswap.columns.figures.answers import Figure, about, day_at, minutes
from songswap.columns.plays import Plays, Question
from songswap.core.insights import periods
from songswap.core.insights.periods import Step
from songswap.model.durations import DAY_MS, HOUR_MS
from songswap.model.struct import Struct

WEEKDAY_OF_1970: Final = 3
"""1 January 1970 was a Thursday."""
STREAKS_TOLD: Final = 10

Day = tuple[date, int, int]
"""A day with its plays and milliseconds."""


class TimeStep(Struct, frozen=True):
    """What was heard in the day, week or month that begins with `day`."""

    day: date
    plays: int
    minutes: float


class OverTime(Figure, frozen=True, kw_only=True):
    """Every step of the period, the oldest first, also those without a play."""

    step: Step
    items: tuple[TimeStep, ...]


class Calendar(Figure, frozen=True, kw_only=True):
    """Every day with a play, the oldest first."""

    items: tuple[TimeStep, ...]


class WeekHour(Struct, frozen=True):
    """What was heard on that day of the week (0 is Monday) in the hour that begins at `hour`."""

    weekday: int
    hour: int
    plays: int
    minutes: float


class Heatmap(Figure, frozen=True, kw_only=True):
    """All 168 hours of the week, Monday's first."""

    items: tuple[WeekHour, ...]


class Streak(Struct, frozen=True):
    """Days in a row with a play on each."""

    first_day: date
    last_day: date
    days: int


class Streaks(Figure, frozen=True, kw_only=True):
    """The longest streaks, the longest first; the one that goes on, if it reaches to today or yesterday.

    `days` have a play, of the `all_days` of the period. Of several people: on which anybody heard something.
    """

    days: int
    all_days: int
    current: Streak | None
    items: tuple[Streak, ...]


def over_time(plays: Plays, *, step: Step | None = None) -> OverTime:
    """How much was heard over time, in steps that fit the period if none are chosen."""
    step = step or periods.step_for(plays.question.period)
    return OverTime(about=about(plays), step=step, items=in_steps(plays.question, step, by_day(plays)))


def in_steps(question: Question, step: Step, days: Iterable[Day]) -> tuple[TimeStep, ...]:
    """How much was heard in each step of the period, by what was heard on each day."""
    heard = dict.fromkeys(periods.steps(question.period, step, question.week_start), (0, 0))
    for day, count, ms in days:
        first = periods.step_of(day, step, question.week_start)
        heard[first] = (heard[first][0] + count, heard[first][1] + ms)
    return tuple(TimeStep(day, count, minutes(ms)) for day, (count, ms) in heard.items())


def calendar(plays: Plays) -> Calendar:
    """How much was heard on each day."""
    return Calendar(about=about(plays), items=on_days(by_day(plays)))


def on_days(days: Iterable[Day]) -> tuple[TimeStep, ...]:
    """How much was heard on each of the days."""
    return tuple(TimeStep(day, count, minutes(ms)) for day, count, ms in days)


def heatmap(plays: Plays) -> Heatmap:
    """How much was heard in each hour of the week."""
    rows = plays.rows(
        f"SELECT CAST(({_local(plays)} // {HOUR_MS} + {24 * WEEKDAY_OF_1970}) % 168 AS INTEGER) AS hour,"
        f" count(*), sum(ms) FROM {plays.counted()} GROUP BY hour"
    )
    heard = {hour: (count, ms) for hour, count, ms in rows}
    items = tuple(
        WeekHour(hour // 24, hour % 24, count, minutes(ms))
        for hour in range(168)
        for count, ms in [heard.get(hour, (0, 0))]
    )
    return Heatmap(about=about(plays), items=items)


def streaks(plays: Plays) -> Streaks:
    """On how many days in a row something was heard."""
    question = plays.question
    days = by_day(plays)
    found = in_a_row(days)
    eve = question.today - timedelta(days=1)
    current = next((streak for streak in found if streak.first_day <= question.today and streak.last_day >= eve), None)
    return Streaks(
        about=about(plays),
        days=len(days),
        all_days=question.period.days,
        current=current,
        items=tuple(found[:STREAKS_TOLD]),
    )


def in_a_row(days: Iterable[Day]) -> list[Streak]:
    """The streaks that these days, in their order, make up: the longest first, of equals the oldest."""
    numbered = enumerate(day for day, *_ in days)
    runs = [[day for _, day in run] for _, run in groupby(numbered, lambda pair: pair[1].toordinal() - pair[0])]
    return sorted(
        (Streak(run[0], run[-1], len(run)) for run in runs), key=lambda streak: (-streak.days, streak.first_day)
    )


def by_day(plays: Plays, among: str | None = None) -> list[Day]:
    """Plays and milliseconds of each day that has any, the oldest first; of the plays `among`, else all that count."""
    rows = plays.rows(
        f"SELECT CAST({_local(plays)} // {DAY_MS} AS INTEGER) AS day, count(*), sum(ms)"
        f" FROM {among or plays.counted()} GROUP BY day ORDER BY day"
    )
    found: dict[date, tuple[int, int]] = {}
    for number, count, ms in rows:
        day = day_at(number, plays.question.period)
        before = found.get(day, (0, 0))
        found[day] = (before[0] + count, before[1] + ms)
    return [(day, count, ms) for day, (count, ms) in found.items()]


def _local(plays: Plays) -> str:
    """When a play ended, as the reader's clocks showed it, in ms."""
    period = plays.question.period
    return sql.local_ms("ended_at_ms", periods.offsets(ZoneInfo(period.zone), period.from_ms, period.to_ms))
