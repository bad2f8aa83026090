"""Listening figures in words for people: amounts, days, periods, gaps. Times are in the zone of the period."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from songswap.columns.plays import By
from songswap.core.insights.periods import Period, Step
from songswap.model.durations import DAY_MS
from songswap.model.history import Gap, GapReason
from songswap.model.sharing import CountingRule, WeekStart

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_WEEKDAY: Final[dict[WeekStart, int]] = {"monday": 0, "saturday": 5, "sunday": 6}

RULES: Final[dict[CountingRule, str]] = {
    "30s": "30 seconds or more",
    "half": "half the track, or four minutes",
    "finished": "heard to the end",
    "all": "every play, however short",
}
GAPS: Final[dict[GapReason, str]] = {
    "missed": "more was played than Spotify remembers",
    "needs_login": "the log-in had lapsed",
    "limited": "Spotify wanted no questions",
    "paused": "recording was paused",
}
NOTHING: Final = "–"
UNBROKEN: Final = "\N{NO-BREAK SPACE}"
"""Between a number and its unit, which stay on one line."""
MONTHS_FROM_DAYS: Final = 60
DAYS_A_MONTH: Final = 30.44
YEARS_FROM_MONTHS: Final = 24
LONG_MIN: Final = 24 * 60
"""From so many minutes on, hours alone are told."""


def number(count: int) -> str:
    """1234 → “1,234”."""
    return f"{count:,}"


def count(how_many: int, one: str, many: str = "") -> str:
    """3 and “play” → “3 plays”."""
    return f"{number(how_many)} {one if how_many == 1 else many or one + 's'}"


def length(minutes: float) -> str:
    """Minutes as “35 min”, “2 h 5 min” or, from a day on, “1,234 h”."""
    whole = round(minutes)
    if whole >= LONG_MIN:
        return f"{number(round(minutes / 60))}{UNBROKEN}h"
    hours, rest = divmod(whole, 60)
    return " ".join(
        part
        for part in (f"{hours}{UNBROKEN}h" if hours else "", f"{rest}{UNBROKEN}min" if rest or not hours else "")
        if part
    )


def amount(by: By, plays: int, minutes: float) -> str:
    """What is looked at, of the two: “12 plays” or “35 min”."""
    return count(plays, "play") if by == "plays" else length(minutes)


def both(by: By, plays: int, minutes: float) -> str:
    """Both, the one that is looked at first: “12 plays, 35 min”."""
    told = (count(plays, "play"), length(minutes))
    return ", ".join(told if by == "plays" else reversed(told))


def percent(share: float | None) -> str:
    """0.25 → “25 %”."""
    if share is None:
        return NOTHING
    rounded = round(100 * share)
    return f"{rounded}{UNBROKEN}%" if rounded or not share else f"under 1{UNBROKEN}%"


def change(share: float | None, *, is_least: bool = False) -> str:
    """By how much something grew: 0.25 → “25 % more”; “at least” if there may be more. Empty with nothing before."""
    if share is None:
        return ""
    if round(100 * share) == 0:
        return "as before"
    bound = ("at least " if share > 0 else "at most ") if is_least else ""
    if share >= 2:
        return f"{bound}{1 + share:.1f} times as much".replace(".0 ", " ")
    return f"{bound}{percent(abs(share))} {'more' if share > 0 else 'less'}"


def day(of: date, *, with_year: bool = True) -> str:
    """“14 March 2026”."""
    return f"{of.day} {MONTHS[of.month - 1]}" + (f" {of.year}" if with_year else "")


def short_day(of: date) -> str:
    """“14 Mar”."""
    return f"{of.day} {MONTHS[of.month - 1][:3]}"


def weekday(of: date) -> str:
    """“Saturday”."""
    return WEEKDAYS[of.weekday()]


def long_day(of: date) -> str:
    """“Sat 14 March 2026”."""
    return f"{weekday(of)[:3]} {day(of)}"


def month(of: date) -> str:
    """“March 2026”."""
    return f"{MONTHS[of.month - 1]} {of.year}"


def hour(of: int) -> str:
    """“17:00–18:00”."""
    return f"{of:02d}:00–{(of + 1) % 24:02d}:00"


def step(kind: Step, first: date) -> str:
    """The day, week or month that begins with `first`."""
    match kind:
        case "day":
            return long_day(first)
        case "week":
            return f"week of {day(first)}"
        case "month":
            return month(first)


def period(of: Period) -> str:
    """“Last 30 days”, “March 2026”, “1 January – 14 March 2026”."""
    match of.name:
        case "last7":
            return "Last 7 days"
        case "last30":
            return "Last 30 days"
        case "month":
            return month(of.first_day)
        case "year":
            return str(of.first_day.year)
        case "all":
            return f"Everything since {day(of.first_day)}"
    return days(of.first_day, of.last_day)


def days(first: date, last: date) -> str:
    """“14 March 2026”, “14 – 20 March 2026”, “28 March – 3 April 2026”."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {day(last)}"
    return f"{day(first, with_year=first.year != last.year)} – {day(last)}"


def before(now: Period, earlier: Period) -> str:
    """What a change is measured against: “the 30 days before”, “February 2026”."""
    if now.name in {"last7", "last30", "custom"}:
        return "the day before" if earlier.days == 1 else f"the {number(earlier.days)} days before"
    whole = {"week": "the week before", "month": month(earlier.first_day), "year": str(earlier.first_day.year)}[
        now.name
    ]
    has_ended = earlier.last_day == now.first_day - timedelta(days=1)
    return whole if has_ended else f"the same days of {whole}"


def local(at_ms: float, zone: str) -> datetime:
    """The moment in the zone."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(ZoneInfo(zone))


def clock(at_ms: float, zone: str) -> str:
    """“17:05”."""
    return f"{local(at_ms, zone):%H:%M}"


def moment(at_ms: float, zone: str) -> str:
    """“14 March 2026, 17:05”."""
    return f"{day(local(at_ms, zone).date())}, {clock(at_ms, zone)}"


def date_of(at_ms: float, zone: str) -> str:
    """“14 March 2026”."""
    return day(local(at_ms, zone).date())


def after(from_ms: int, to_ms: int) -> str:
    """How long after: “the same day”, “12 days later”, “5 months later”."""
    apart = round((to_ms - from_ms) / DAY_MS)
    if apart == 0:
        return "the same day"
    if apart < MONTHS_FROM_DAYS:
        return f"{count(apart, 'day')} later"
    months = round(apart / DAYS_A_MONTH)
    return f"{count(months, 'month')} later" if months < YEARS_FROM_MONTHS else f"{count(months // 12, 'year')} later"


def gap(of: Gap, zone: str) -> str:
    """When plays may be missing and why: “14 March 2026, 17:05 – 18:30: …”."""
    first, last = local(of.from_ms, zone), local(of.to_ms, zone)
    until = f"{last:%H:%M}" if first.date() == last.date() else moment(of.to_ms, zone)
    return f"{moment(of.from_ms, zone)} – {until}: {GAPS[of.why]}"


def listed(names: Sequence[str]) -> str:
    """“Ada”, “Ada and Bob”, “Ada, Bob and Cleo”."""
    *first, last = names or ("nobody",)
    return f"{', '.join(first)} and {last}" if first else last


def week(week_start: WeekStart) -> list[int]:
    """The days of the week (0 is Monday) in the reader's order."""
    return [(FIRST_WEEKDAY[week_start] + after) % 7 for after in range(7)]
