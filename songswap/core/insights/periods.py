"""Days, weeks, months and years of a reader's own time zone as spans of time, and the period before each.

A day lasts from the first instant that bears its date until the first instant of the next date: 23, 24 or 25 hours,
and none at all where a zone once left a day out. A play belongs to the day in which it ended.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal
from zoneinfo import ZoneInfo

from songswap.model.durations import HOUR_MS
from songswap.model.sharing import WeekStart
from songswap.model.struct import Struct

PeriodName = Literal["last7", "last30", "week", "month", "year", "all", "custom"]
"""The last 7 or 30 days with today; the present (or any other) week, month, year; all there is; any days."""
Step = Literal["day", "week", "month"]

FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
"""Days before and after these can't be asked for."""
LONGEST_ZONE: Final = 64
MOST_TIME_STEPS: Final = 4_000
"""In so many steps a period can be drawn: ten years by day."""
MOST_DAYS_BY_DAY: Final = 92
MOST_DAYS_BY_WEEK: Final = 731
"""Periods of up to so many days are drawn by day (three months) or by week (two years), longer ones by month."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_END_MS: Final = (datetime(2199, 12, 31, tzinfo=UTC) - _EPOCH) // _MS
_FIRST_WEEKDAY: Final[dict[WeekStart, int]] = {"monday": 0, "saturday": 5, "sunday": 6}
_LEAST_DAYS: Final[dict[Step, int]] = {"day": 1, "week": 7, "month": 28}
_CALENDAR: Final = frozenset({"week", "month", "year"})
_LOOK_EVERY_MS: Final = 6 * HOUR_MS
"""No zone has changed its offset twice within six hours since 1970."""


class PeriodError(Exception):
    """There is no such period; the message says why, in words for people."""


class Period(Struct, frozen=True):
    """The days from `first_day` to `last_day` in a zone: the plays that ended from `from_ms` up to before `to_ms`."""

    name: PeriodName
    zone: str
    first_day: date
    last_day: date
    from_ms: int
    to_ms: int

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last_day - self.first_day).days + 1


class Offset(Struct, frozen=True):
    """From `from_ms` on, clocks of the zone are `offset_ms` ahead of UTC."""

    from_ms: int
    offset_ms: int


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this IANA name. Raises PeriodError."""
    try:
        if len(name) <= LONGEST_ZONE:
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # what zoneinfo raises for names that are none, broken, or a folder's
        pass
    raise PeriodError(f"“{name[:LONGEST_ZONE]}” is no time zone; one looks like Europe/Berlin.")


def start_of(day: date, zone: ZoneInfo) -> int:
    """The first instant of `day`."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight.astimezone(UTC) - _EPOCH) // _MS


def day_of(at_ms: float, zone: ZoneInfo) -> date:
    """The date in the zone at that moment."""
    return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone).date()


def period(
    name: PeriodName,
    zone: ZoneInfo,
    now_ms: float,
    *,
    week_start: WeekStart = "monday",
    at: date | None = None,
    first: date | None = None,
    last: date | None = None,
    reach_ms: tuple[int, int] | None = None,
) -> Period:
    """The period of that name, as of `now_ms`; of a week, month or year the one with the day `at` in it.

    `first` and `last` are the days of a custom period, `last` today if it is not given. `reach_ms` is when the first
    and the last play ended, between which lies `all`. Raises PeriodError.
    """
    today = day_of(now_ms, zone)
    at = _within(at, "at") if at else today
    match name:
        case "last7":
            return between(name, zone, today - timedelta(days=6), today)
        case "last30":
            return between(name, zone, today - timedelta(days=29), today)
        case "week" | "month" | "year":
            return between(name, zone, *_around(name, at, week_start))
        case "all":
            return _all(zone, today, reach_ms)
        case "custom":
            return _custom(zone, first, last or today)


def between(name: PeriodName, zone: ZoneInfo, first: date, last: date) -> Period:
    """The days from `first` to `last`, both included."""
    return Period(name, zone.key, first, last, start_of(first, zone), start_of(last + timedelta(days=1), zone))


def period_before(now: Period, now_ms: float, *, week_start: WeekStart = "monday") -> Period | None:
    """What to compare with: the week, month or year before, else as many days directly before; nothing before `all`.

    As long as a week, month or year has not ended, only as many days of the one before are taken as have begun.
    """
    zone = ZoneInfo(now.zone)
    eve = now.first_day - timedelta(days=1)
    if now.name == "all" or eve < FIRST_DAY:
        return None
    if now.name not in _CALENDAR:
        return between(now.name, zone, now.first_day - timedelta(days=now.days), eve)
    first, last = _around(now.name, eve, week_start)
    today = day_of(now_ms, zone)
    if now.first_day <= today < now.last_day:
        last = min(last, first + (today - now.first_day))
    return between(now.name, zone, first, last)


def step_for(asked: Period) -> Step:
    """In which steps to draw it where nobody chose any."""
    if asked.days <= MOST_DAYS_BY_DAY:
        return "day"
    return "week" if asked.days <= MOST_DAYS_BY_WEEK else "month"


def step_of(day: date, step: Step, week_start: WeekStart = "monday") -> date:
    """The first day of the day, week or month that `day` lies in."""
    return day if step == "day" else _around(step, day, week_start)[0]


def steps(asked: Period, step: Step, week_start: WeekStart = "monday") -> Iterator[date]:
    """The first days of all days, weeks or months that lie in the period, wholly or in part; the oldest first.

    Raises PeriodError if they are more than MOST_STEPS.
    """
    if asked.days > MOST_TIME_STEPS * _LEAST_DAYS[step]:
        raise PeriodError(f"{asked.days} days are too many to tell of each {step}: choose a longer step.")
    day = step_of(asked.first_day, step, week_start)
    while day <= asked.last_day:
        yield day
        day = day + timedelta(days=1) if step == "day" else _around(step, day, week_start)[1] + timedelta(days=1)


def offsets(zone: ZoneInfo, from_ms: int, to_ms: int) -> tuple[Offset, ...]:
    """How far the zone's clocks were ahead of UTC from `from_ms` up to before `to_ms`, piece by piece."""
    pieces = [Offset(from_ms, _offset_ms(zone, from_ms))]
    first_year, last_year = ((_EPOCH + timedelta(milliseconds=ms)).year for ms in (from_ms, max(from_ms, to_ms - 1)))
    for year in range(first_year, last_year + 1):
        pieces += [one for one in _changes_in(zone, year) if from_ms < one.from_ms < to_ms]
    return tuple(pieces)


@lru_cache(maxsize=4096)
def _changes_in(zone: ZoneInfo, year: int) -> tuple[Offset, ...]:
    """The changes of offset in a UTC year."""
    start, end = ((datetime(one, 1, 1, tzinfo=UTC) - _EPOCH) // _MS for one in (year, year + 1))
    moments = range(start, end + 1, _LOOK_EVERY_MS)
    looks = ((at_ms, _offset_ms(zone, at_ms)) for at_ms in moments)
    return tuple(
        Offset(_moment_of_change(zone, before_ms, after_ms), after)
        for (before_ms, before), (after_ms, after) in pairwise(looks)
        if before != after
    )


def _moment_of_change(zone: ZoneInfo, before_ms: int, after_ms: int) -> int:
    """The one moment after `before_ms` and up to `after_ms` at which the offset changes."""
    before = _offset_ms(zone, before_ms)
    while after_ms - before_ms > 1:
        middle_ms = (before_ms + after_ms) // 2
        if _offset_ms(zone, middle_ms) == before:
            before_ms = middle_ms
        else:
            after_ms = middle_ms
    return after_ms


def _offset_ms(zone: ZoneInfo, at_ms: int) -> int:
    offset = (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone).utcoffset()
    return offset // _MS if offset else 0


def _around(name: str, day: date, week_start: WeekStart) -> tuple[date, date]:
    """First and last day of the week, month or year that `day` lies in."""
    match name:
        case "week":
            first = day - timedelta(days=(day.weekday() - _FIRST_WEEKDAY[week_start]) % 7)
            return first, first + timedelta(days=6)
        case "month":
            first = day.replace(day=1)
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return date(day.year, 1, 1), date(day.year, 12, 31)


def _all(zone: ZoneInfo, today: date, reach_ms: tuple[int, int] | None) -> Period:
    if reach_ms is None:
        return between("all", zone, today, today)
    first, last = (day_of(min(max(ms, 0), _END_MS), zone) for ms in reach_ms)
    return between("all", zone, first, max(today, last))


def _custom(zone: ZoneInfo, first: date | None, last: date) -> Period:
    if first is None:
        raise PeriodError("Say from which day: from=2026-01-31.")
    _within(first, "from")
    _within(last, "to")
    if first > last:
        raise PeriodError(f"The period would end before it begins: from {first} is after to {last}.")
    return between("custom", zone, first, last)


def _within(day: date, name: str) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise PeriodError(f"{name} has to be a day from {FIRST_DAY} to {LAST_DAY}.")
    return day
