from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.insights import periods
from songswap.core.insights.periods import (
    Period,
    PeriodError,
    PeriodName,
    Step,
    day_of,
    offsets,
    period,
    period_before,
    start_of,
)
from songswap.model.sharing import WeekStart

DAY_MS = 86_400_000
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
BERLIN, NEW_YORK, APIA = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Pacific/Apia"))

zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.integers(0, 2_200_000_000_000)  # to 2039
days = st.dates(date(1975, 1, 1), date(2039, 12, 31))


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NOON = ms("2026-11-20T12:00")  # a Friday


@pytest.mark.parametrize(
    ("name", "week_start", "at", "first", "last", "before"),
    [
        ("last7", "monday", None, "2026-11-14", "2026-11-20", ("2026-11-07", "2026-11-13")),
        ("last30", "monday", None, "2026-10-22", "2026-11-20", ("2026-09-22", "2026-10-21")),
        ("week", "monday", None, "2026-11-16", "2026-11-22", ("2026-11-09", "2026-11-13")),
        ("week", "sunday", None, "2026-11-15", "2026-11-21", ("2026-11-08", "2026-11-13")),
        ("week", "saturday", None, "2026-11-14", "2026-11-20", ("2026-11-07", "2026-11-13")),
        ("week", "monday", "2026-11-15", "2026-11-09", "2026-11-15", ("2026-11-02", "2026-11-08")),
        ("month", "monday", None, "2026-11-01", "2026-11-30", ("2026-10-01", "2026-10-20")),
        ("month", "monday", "2024-03-31", "2024-03-01", "2024-03-31", ("2024-02-01", "2024-02-29")),
        ("month", "monday", "2026-12-31", "2026-12-01", "2026-12-31", ("2026-11-01", "2026-11-30")),
        ("year", "monday", None, "2026-01-01", "2026-12-31", ("2025-01-01", "2025-11-20")),
        ("year", "monday", "2024-02-29", "2024-01-01", "2024-12-31", ("2023-01-01", "2023-12-31")),
        ("all", "monday", None, "2019-05-02", "2026-11-20", None),
    ],
)
def test_periods_and_those_before_them(
    name: PeriodName, week_start: WeekStart, at: str | None, first: str, last: str, before: tuple[str, str] | None
) -> None:
    day = date.fromisoformat(at) if at else None
    reach = (ms("2019-05-01T23:30"), ms("2026-11-01T00:00"))
    asked = period(name, BERLIN, NOON, week_start=week_start, at=day, reach_ms=reach)
    assert (str(asked.first_day), str(asked.last_day)) == (first, last)
    earlier = period_before(asked, NOON, week_start=week_start)
    assert (earlier and (str(earlier.first_day), str(earlier.last_day))) == before


def test_custom_period_has_as_many_days_before_it() -> None:
    asked = period("custom", BERLIN, NOON, first=date(2026, 3, 1), last=date(2026, 3, 10))
    assert asked.days == 10
    before = period_before(asked, NOON)
    assert before
    assert (before.first_day, before.last_day) == (date(2026, 2, 19), date(2026, 2, 28))
    assert period("custom", BERLIN, NOON, first=date(2026, 11, 1)).last_day == date(2026, 11, 20)


def test_last_of_march_in_a_short_february() -> None:
    today = ms("2026-03-31T12:00")
    asked = period("month", BERLIN, today)
    before = period_before(asked, today)
    assert before
    assert before.last_day == date(2026, 2, 28)


def test_all_reaches_to_plays_after_today_and_starts_today_where_there_are_none() -> None:
    ahead = period("all", BERLIN, NOON, reach_ms=(NOON - 9 * DAY_MS, NOON + 9 * DAY_MS))
    assert ahead.last_day == date(2026, 11, 29)
    nothing = period("all", BERLIN, NOON)
    assert (nothing.first_day, nothing.last_day) == (date(2026, 11, 20), date(2026, 11, 20))
    absurd = period("all", BERLIN, NOON, reach_ms=(-(10**18), 10**18))
    assert (absurd.first_day.year, absurd.last_day.year) == (1970, 2199)


@pytest.mark.parametrize(
    ("zone", "day", "starts", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00", 23),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00", 25),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00", 23),  # began at 01:00: there was no midnight
        ("America/Havana", "2026-11-01", "2026-11-01T04:00", 25),  # has midnight twice
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00", 24.5),
        ("Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15", 24),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00", 0),  # left out
    ],
)
def test_days_are_as_long_as_the_clocks_make_them(zone: str, day: str, starts: str, hours: float) -> None:
    first, where = date.fromisoformat(day), ZoneInfo(zone)
    assert start_of(first, where) == ms(starts)
    assert start_of(first + timedelta(days=1), where) - start_of(first, where) == hours * 3_600_000


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "from which day"),
        ({"first": date(2026, 2, 2), "last": date(2026, 2, 1)}, "2026-02-02 is after to 2026-02-01"),
        ({"first": date(2026, 12, 1)}, "is after to 2026-11-20"),
        ({"first": date(1969, 12, 31), "last": date(1970, 1, 1)}, "from has to be"),
        ({"first": date(2026, 1, 1), "last": date(2200, 1, 1)}, "to has to be"),
    ],
)
def test_what_is_no_period_is_said(wrong: dict[str, date], said: str) -> None:
    with pytest.raises(PeriodError, match=said):
        period("custom", BERLIN, NOON, **wrong)
    with pytest.raises(PeriodError, match="at has to be"):
        period("month", BERLIN, NOON, at=date(1, 1, 1))


@pytest.mark.parametrize(
    "name", ["", "Mars", "../../etc/passwd", "/etc/localtime", "Europe", "a\0b", "x" * 300, "\ud800"]
)
def test_what_is_no_zone_is_said(name: str) -> None:
    with pytest.raises(PeriodError, match="is no time zone"):
        periods.zone_of(name)


@given(zone=zones, at_ms=moments)
def test_every_moment_lies_in_its_day(zone: ZoneInfo, at_ms: int) -> None:
    day = day_of(at_ms, zone)
    assert start_of(day, zone) <= at_ms
    # where clocks went back over midnight, the end of a day comes a second time after the next has begun
    assert at_ms < start_of(day + timedelta(days=1), zone) + 3_600_000


@given(zone=zones, day=days)
def test_days_follow_each_other(zone: ZoneInfo, day: date) -> None:
    assert 0 <= start_of(day + timedelta(days=1), zone) - start_of(day, zone) <= 2 * DAY_MS


@given(zone=zones, from_ms=moments, length_ms=st.integers(0, 3_000 * DAY_MS), data=st.data())
def test_offsets_are_those_of_the_zone(zone: ZoneInfo, from_ms: int, length_ms: int, data: st.DataObject) -> None:
    pieces = offsets(zone, from_ms, from_ms + length_ms)
    assert pieces[0].from_ms == from_ms
    assert [piece.from_ms for piece in pieces] == sorted({piece.from_ms for piece in pieces})
    edges = [piece.from_ms + shift for piece in pieces for shift in (-1, 0)]
    inside = [edge for edge in edges if from_ms <= edge <= from_ms + length_ms]
    at_ms = data.draw(st.sampled_from(inside) | st.integers(from_ms, from_ms + length_ms))
    piece = next(piece for piece in reversed(pieces) if piece.from_ms <= at_ms)
    local = datetime.fromtimestamp(at_ms // 1000, zone).utcoffset()
    assert local == timedelta(milliseconds=piece.offset_ms)


names: st.SearchStrategy[PeriodName] = st.sampled_from(["last7", "last30", "week", "month", "year"])
weeks: st.SearchStrategy[WeekStart] = st.sampled_from(["monday", "saturday", "sunday"])


@given(name=names, zone=zones, now_ms=moments, week_start=weeks)
def test_a_period_ends_where_the_next_begins(
    name: PeriodName, zone: ZoneInfo, now_ms: int, week_start: WeekStart
) -> None:
    asked = period(name, zone, now_ms, week_start=week_start)
    assert asked.first_day <= day_of(now_ms, zone) <= asked.last_day
    long_after_ms = now_ms + 800 * DAY_MS
    before = period_before(asked, long_after_ms, week_start=week_start)
    if before:
        assert before.to_ms == asked.from_ms
        assert before.last_day + timedelta(days=1) == asked.first_day


@given(
    first=days,
    length=st.integers(0, 900),
    step=st.sampled_from(["day", "week", "month"]),
    week_start=weeks,
    data=st.data(),
)
def test_steps_cover_a_period(first: date, length: int, step: Step, week_start: WeekStart, data: st.DataObject) -> None:
    last = first + timedelta(days=length)
    asked = Period("custom", "UTC", first, last, 0, 0)
    found = list(periods.steps(asked, step, week_start))
    assert found == sorted(set(found))
    day = data.draw(st.dates(first, last))
    assert periods.step_of(day, step, week_start) in found
    assert {periods.step_of(one, step, week_start) for one in found} == set(found)
    assert found[0] <= first
    assert found[-1] <= last


@pytest.mark.parametrize(("length", "step"), [(0, "day"), (91, "day"), (92, "week"), (730, "week"), (731, "month")])
def test_longer_periods_are_drawn_in_longer_steps(length: int, step: Step) -> None:
    first = date(2020, 1, 1)
    assert periods.step_for(Period("custom", "UTC", first, first + timedelta(days=length), 0, 0)) == step
