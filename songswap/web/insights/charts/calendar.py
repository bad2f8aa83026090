"""The calendar: a field for each day, a column for each week."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from songswap.columns.figures.answers import About
from songswap.columns.figures.times import Calendar, TimeStep
from songswap.core.insights.periods import Period
from songswap.model.sharing import WeekStart
from songswap.web.insights import insights_text as words
from songswap.web.insights.charts.parts import (
    Cell,
    Chart,
    ChartLinks,
    ChartTable,
    Json,
    amounts,
    axis,
    cells,
    heat,
    layout,
    said,
)
from songswap.web.insights.charts.times import in_words, most_of, pair_of, value_of

YEARS_SHOWN: Final = 4
WEEKS: Final = 54
"""A year lies in so many weeks at most."""
ROWS_A_YEAR: Final = 8
"""Seven days, and one row of space."""


def calendar(answer: Calendar, week_start: WeekStart, view: ChartLinks) -> Chart:
    """How much was heard on each day, a column a week; of several years the latest, one below the other.

    There has to be something.
    """
    about, by = answer.about, answer.about.by
    years = sorted({item.day.year for item in answer.items})[-YEARS_SHOWN:]
    shown = [item for item in answer.items if item.day.year in years]
    heard = {item.day for item in shown}
    best = most_of(by, shown)
    told = f"Most on {words.long_day(best.day)}: {in_words(by, best)}." if best else ""
    silent = sum(day not in heard for year in years for day in _days_of(year, about.period) if day <= view.today)
    note = f" Nothing on {words.count(silent, 'day')}." if silent else ""
    earlier = " Earlier years have pages of their own." if len(shown) < len(answer.items) else ""
    return Chart(
        id="calendar",
        title="Calendar",
        summary=said(about, told + note + earlier),
        figure=_drawn(about, years, shown, week_start),
        table=ChartTable(
            ("Day", *amounts(about)),
            tuple(
                (Cell(words.long_day(one.day), view.about("day", one.day)), *cells(by, *pair_of(one))) for one in shown
            ),
        ),
        shape="low" if len(years) == 1 else "tall",
        is_wide=True,
    )


def _drawn(about: About, years: Sequence[int], shown: Sequence[TimeStep], week_start: WeekStart) -> Json:
    by, place_of = about.by, {item.day: place for place, item in enumerate(shown)}
    size = ROWS_A_YEAR * len(years) - 1
    values: list[list[float | None]] = [[None] * WEEKS for _ in range(size)]
    hover = [[""] * WEEKS for _ in range(size)]
    rows: list[list[int | None]] = [[None] * WEEKS for _ in range(size)]
    for block, year in enumerate(years):
        offset = _place(date(year, 1, 1), week_start)
        for day in _days_of(year, about.period):
            after = (day - date(year, 1, 1)).days + offset
            row, column = block * ROWS_A_YEAR + after % 7, after // 7
            place = place_of.get(day)
            item = TimeStep(day, 0, 0.0) if place is None else shown[place]
            values[row][column] = value_of(by, item)
            hover[row][column] = f"{words.long_day(day)}: {in_words(by, item)}"
            rows[row][column] = place
    tops = [block * ROWS_A_YEAR for block in range(len(years))]
    first_month = _place(date(years[-1], 1, 1), week_start)
    months = [((date(years[-1], one, 1) - date(years[-1], 1, 1)).days + first_month) // 7 for one in range(1, 13)]
    return {
        "data": [heat(values, hover, customdata=rows)],
        "layout": layout(
            30 + 15 * size,
            margin={"l": 44, "r": 8, "t": 24, "b": 4},
            xaxis=axis(
                side="top",
                tickmode="array",
                tickvals=months,
                ticktext=[name[:3] for name in words.MONTHS],
                range=[-0.5, WEEKS - 0.5],
            ),
            yaxis=axis(
                autorange="reversed",
                tickmode="array",
                tickvals=[top + 3 for top in tops],
                ticktext=[str(year) for year in years],
            ),
        ),
    }


def _days_of(year: int, period: Period) -> list[date]:
    """The days of the year that lie in the period."""
    first = max(date(year, 1, 1), period.first_day)
    last = min(date(year, 12, 31), period.last_day)
    return [first + timedelta(days=after) for after in range((last - first).days + 1)]


def _place(day: date, week_start: WeekStart) -> int:
    """Which day of the reader's week that is, from 0 on."""
    return (day.weekday() - words.FIRST_WEEKDAY[week_start]) % 7
