"""The calendar: each day in its place, whatever day the week begins with."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from songswap.columns.figures.times import Calendar, TimeStep
from songswap.model.sharing import WeekStart
from songswap.web.insights.charts.calendar import YEARS_SHOWN, calendar
from tests.web.insights.charts.answers import Leads, about, hover_of, table_of

WEEK_STARTS: list[WeekStart] = ["monday", "saturday", "sunday"]


@given(
    st.dates(date(1999, 1, 1), date(2040, 12, 31)),
    st.integers(0, 2000),
    st.sampled_from(WEEK_STARTS),
    st.data(),
)
def test_every_day_of_the_period_has_one_field(
    first: date, days: int, week_start: WeekStart, data: st.DataObject
) -> None:
    last = first + timedelta(days=days)
    heard = data.draw(st.sets(st.dates(first, last), min_size=1, max_size=12))
    items = tuple(TimeStep(day, 2, 5.0) for day in sorted(heard))
    chart = calendar(Calendar(about=about(first, last), items=items), week_start, Leads())
    years = sorted({day.year for day in heard})[-YEARS_SHOWN:]
    drawn = [value for row in chart.figure["data"][0]["z"] for value in row if value is not None]
    shown = [day for day in heard if day.year in years]
    assert len(drawn) == sum((first + timedelta(days=after)).year in years for after in range(days + 1))
    assert sum(drawn) == 2 * len(shown)
    for row, field in enumerate(chart.figure["data"][0]["customdata"]):
        for column, place in enumerate(field):
            if place is not None:
                assert hover_of(chart)[row][column].startswith(table_of(chart)[place][0])


def test_a_week_is_a_column_and_its_first_day_on_top() -> None:
    items = (TimeStep(date(2026, 3, 1), 7, 20.0), TimeStep(date(2026, 3, 2), 1, 3.0))  # a Sunday and a Monday
    answer = Calendar(about=about(date(2026, 1, 1), date(2026, 12, 31)), items=items)

    def places(week_start: WeekStart) -> list[tuple[int, int]]:
        rows = calendar(answer, week_start, Leads()).figure["data"][0]["customdata"]
        return [
            (row, column) for row, field in enumerate(rows) for column, place in enumerate(field) if place is not None
        ]

    assert places("monday") == [(0, 9), (6, 8)]
    assert places("sunday") == [(0, 9), (1, 9)]


def test_the_words_tell_of_the_best_day_and_of_days_without_music() -> None:
    items = (TimeStep(date(2026, 3, 1), 7, 20.0),)
    answer = Calendar(about=about(date(2026, 1, 1), date(2026, 12, 31)), items=items)
    chart = calendar(answer, "monday", Leads(today=date(2026, 3, 10)))
    assert chart.summary.startswith("Most on Sun 1 March 2026: 7 plays")
    assert chart.summary.endswith("Nothing on 68 days.")


def test_years_that_are_not_drawn_are_spoken_of() -> None:
    items = tuple(TimeStep(date(year, 3, 1), 1, 3.0) for year in range(2020, 2027))
    chart = calendar(Calendar(about=about(date(2020, 1, 1), date(2026, 12, 31)), items=items), "monday", Leads())
    assert chart.summary.endswith("Earlier years have pages of their own.")
    assert [row[0] for row in table_of(chart)] == [
        "Wed 1 March 2023",
        "Fri 1 March 2024",
        "Sat 1 March 2025",
        "Sun 1 March 2026",
    ]
