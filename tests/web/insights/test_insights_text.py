"""Figures in words for people."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from songswap.core.insights.periods import between, period, period_before
from songswap.model.durations import DAY_MS
from songswap.model.history import Gap
from songswap.web.insights import insights_text as words
from tests.web.friends import ms

BERLIN = "Europe/Berlin"
NOON_MS = ms("2026-11-21T11:00")


def spoken(text: str) -> str:
    """With plain blanks between numbers and units."""
    return text.replace(words.UNBROKEN, " ")


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (0, "0 min"),
        (0.4, "0 min"),
        (59.6, "1 h"),
        (125, "2 h 5 min"),
        (1439, "23 h 59 min"),
        (1440, "24 h"),
        (74_040, "1,234 h"),
    ],
)
def test_a_length_is_told_as_exactly_as_it_matters(minutes: float, told: str) -> None:
    assert spoken(words.length(minutes)) == told


@pytest.mark.parametrize(
    ("share", "is_least", "told"),
    [
        (None, False, ""),
        (0.0, False, "as before"),
        (0.004, True, "as before"),
        (0.25, False, "25 % more"),
        (-0.06, False, "6 % less"),
        (2.0, False, "3 times as much"),
        (2.55, False, "3.5 times as much"),
        (0.25, True, "at least 25 % more"),
        (-0.06, True, "at most 6 % less"),
    ],
)
def test_a_change_is_told_in_words(share: float | None, is_least: bool, told: str) -> None:
    assert spoken(words.change(share, is_least=is_least)) == told


def test_counts_and_shares_are_told_as_people_say_them() -> None:
    assert words.count(1, "play") == "1 play"
    assert words.count(12_345, "play") == "12,345 plays"
    assert words.count(2, "person", "people") == "2 people"
    assert spoken(words.both("plays", 2, 61)) == "2 plays, 1 h 1 min"
    assert spoken(words.both("minutes", 2, 61)) == "1 h 1 min, 2 plays"
    assert [spoken(words.percent(share)) for share in (None, 0, 0.001, 0.005, 0.129, 1)] == [
        "–",
        "0 %",
        "under 1 %",
        "under 1 %",
        "13 %",
        "100 %",
    ]
    assert [words.listed(names) for names in ([], ["Ada"], ["Ada", "Bob"], ["Ada", "Bob", "Cleo"])] == [
        "nobody",
        "Ada",
        "Ada and Bob",
        "Ada, Bob and Cleo",
    ]


@pytest.mark.parametrize(
    ("name", "told", "before"),
    [
        ("last7", "Last 7 days", "the 7 days before"),
        ("last30", "Last 30 days", "the 30 days before"),
        ("week", "16 – 22 November 2026", "the same days of the week before"),
        ("month", "November 2026", "the same days of October 2026"),
        ("year", "2026", "the same days of 2025"),
    ],
)
def test_a_period_has_a_name_and_so_has_the_one_before(name: str, told: str, before: str) -> None:
    now = period(name, ZoneInfo(BERLIN), NOON_MS)  # type: ignore[arg-type]  # names out of a table
    earlier = period_before(now, NOON_MS)
    assert earlier
    assert words.period(now) == told
    assert words.before(now, earlier) == before


def test_a_whole_month_is_compared_with_the_whole_month_before() -> None:
    march = period("month", ZoneInfo(BERLIN), NOON_MS, at=date(2026, 3, 9))
    february = period_before(march, NOON_MS)
    assert february
    assert words.before(march, february) == "February 2026"


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ((2026, 3, 14), (2026, 3, 14), "14 March 2026"),
        ((2026, 3, 14), (2026, 3, 20), "14 – 20 March 2026"),
        ((2026, 3, 28), (2026, 4, 3), "28 March – 3 April 2026"),
        ((2025, 12, 28), (2026, 1, 3), "28 December 2025 – 3 January 2026"),
    ],
)
def test_days_are_told_without_repetition(first: tuple[int, int, int], last: tuple[int, int, int], told: str) -> None:
    assert words.days(date(*first), date(*last)) == told
    assert words.period(between("custom", ZoneInfo("UTC"), date(*first), date(*last))) == told


def test_moments_are_those_of_the_readers_clocks() -> None:
    assert words.moment(NOON_MS, BERLIN) == "21 November 2026, 12:00"
    assert words.moment(NOON_MS, "Pacific/Kiritimati") == "22 November 2026, 01:00"


def test_a_gap_tells_when_and_why() -> None:
    short = Gap(NOON_MS, NOON_MS + 3_600_000, "missed")
    assert words.gap(short, BERLIN) == "21 November 2026, 12:00 – 13:00: more was played than Spotify remembers"
    long = Gap(NOON_MS, NOON_MS + DAY_MS, "needs_login")
    assert words.gap(long, BERLIN).startswith("21 November 2026, 12:00 – 22 November 2026, 12:00: ")


@pytest.mark.parametrize(
    ("apart", "told"),
    [
        (timedelta(hours=3), "the same day"),
        (timedelta(days=1), "1 day later"),
        (timedelta(days=59), "59 days later"),
        (timedelta(days=61), "2 months later"),
        (timedelta(days=400), "13 months later"),
        (timedelta(days=800), "2 years later"),
    ],
)
def test_how_long_after_is_told_in_a_fitting_unit(apart: timedelta, told: str) -> None:
    assert words.after(NOON_MS, NOON_MS + apart // timedelta(milliseconds=1)) == told
