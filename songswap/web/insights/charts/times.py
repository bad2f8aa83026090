"""Charts of when music was heard."""

from collections.abc import Sequence
from typing import Final, TypeVar

from songswap.columns.figures.answers import About
from songswap.columns.figures.sittings import ListeningSession, Sessions
from songswap.columns.figures.times import Heatmap, TimeStep, WeekHour
from songswap.columns.plays import By
from songswap.core.insights.periods import Step
from songswap.model.durations import HOUR_MS, MINUTE_MS
from songswap.model.sharing import WeekStart
from songswap.model.struct import Struct
from songswap.web.insights import insights_text as words
from songswap.web.insights.charts.parts import (
    Bar,
    Cell,
    Chart,
    ChartLinks,
    ChartTable,
    Scale,
    amounts,
    axis,
    cells,
    heat,
    layout,
    lying,
    said,
    scale,
    spaced,
    upright,
)

MOST_MONTHS: Final = 6
MOST_MONTHS_BY_NAME: Final = 18
"""Of more months only the years are named."""

FACE: Final = {
    "bgcolor": "rgba(0,0,0,0)",
    "hole": 0.3,
    "barmode": "overlay",
    "angularaxis": {
        "direction": "clockwise",
        "rotation": 90,
        "showgrid": False,
        "showline": False,
        "ticks": "",
        "tickmode": "array",
        "tickvals": [0, 90, 180, 270],
        "ticktext": ["0:00", "6:00", "12:00", "18:00"],
        "tickfont": {"color": "--text-quiet", "size": 12},
    },
}
"""A clock of 24 hours, midnight on top."""

Amount = TimeStep | WeekHour
One = TypeVar("One", bound=Amount)


def over_time(about: About, step: Step, items: Sequence[TimeStep], view: ChartLinks, title: str = "Over time") -> Chart:
    """How much was heard in each step of the period."""
    by = about.by
    axis_scale = scale(by, max((item.minutes for item in items), default=0))
    links = [view.about(step, item.day) for item in items]
    named = [words.step(step, item.day) for item in items]
    hover = [f"{name}: {words.both(by, *pair_of(item))}" for name, item in zip(named, items, strict=True)]
    rows = tuple(
        (Cell(_first_upper(name), href), *cells(by, *pair_of(item)))
        for name, href, item in zip(named, links, items, strict=True)
    )
    values = [axis_scale.of(*pair_of(item)) for item in items]
    return Chart(
        id="over-time",
        title=title,
        summary=said(about, _over_time_summary(by, step, [item for item in items if item.day <= view.today])),
        figure=upright(values, hover, _ticks(step, items), axis_scale.unit),
        table=ChartTable((step.capitalize(), *amounts(about)), rows),
    )


def _over_time_summary(by: By, step: Step, items: Sequence[TimeStep]) -> str:
    best = most_of(by, items)
    if best is None:
        return "Nothing was heard."
    silent = sum(item.plays == 0 for item in items)
    name = words.step(step, best.day)
    told = f"Most {'on' if step == 'day' else 'in the' if step == 'week' else 'in'} {name}: {in_words(by, best)}."
    return f"{told} Nothing in {silent} of {words.count(len(items), step)}." if silent else told


def _ticks(step: Step, items: Sequence[TimeStep]) -> tuple[list[int], list[str]]:
    if step == "month" and len(items) > MOST_MONTHS_BY_NAME:
        places = [place for place, item in enumerate(items) if item.day.month == 1]
        years, labels = spaced([str(items[place].day.year) for place in places])
        return [places[year] for year in years], labels
    if step == "month":
        return spaced([words.MONTHS[item.day.month - 1][:3] for item in items], MOST_MONTHS)
    return spaced([words.short_day(item.day) for item in items])


def heatmap(answer: Heatmap, week_start: WeekStart) -> Chart:
    """How much was heard in each hour of the week."""
    by = answer.about.by
    rows = [answer.items[24 * weekday : 24 * weekday + 24] for weekday in words.week(week_start)]
    hover = [
        [f"{words.WEEKDAYS[one.weekday]}, {words.hour(one.hour)}: {in_words(by, one)}" for one in row] for row in rows
    ]
    drawn = heat([[value_of(by, one) for one in row] for row in rows], hover)
    figure = {
        "data": [drawn],
        "layout": layout(
            260,
            xaxis=axis(tickmode="array", tickvals=[0, 6, 12, 18], ticktext=["0:00", "6:00", "12:00", "18:00"]),
            yaxis=axis(
                autorange="reversed",
                tickmode="array",
                tickvals=list(range(7)),
                ticktext=[words.WEEKDAYS[row[0].weekday][:3] for row in rows],
            ),
        ),
    }
    best = most_of(by, answer.items)
    told = f"Most on {words.WEEKDAYS[best.weekday]}s, {words.hour(best.hour)}: {in_words(by, best)}." if best else ""
    return Chart(
        id="week-hours",
        title="Days and hours",
        summary=said(answer.about, told or "Nothing was heard."),
        figure=figure,
        table=_hours_table(by, rows),
    )


def _hours_table(by: By, rows: Sequence[Sequence[WeekHour]]) -> ChartTable:
    return ChartTable(
        ("Hour", *(words.WEEKDAYS[row[0].weekday][:3] for row in rows)),
        tuple(
            (
                Cell(words.hour(hour)),
                *(
                    Cell(words.number(row[hour].plays) if by == "plays" else words.length(row[hour].minutes))
                    for row in rows
                ),
            )
            for hour in range(24)
        ),
    )


def day_clock(answer: Heatmap) -> Chart:
    """How much was heard in each hour of the day, as on a clock of 24 hours."""
    about, by = answer.about, answer.about.by
    hours = [_added([one for one in answer.items if one.hour == hour]) for hour in range(24)]
    best = most_of(by, hours)
    most = max(value_of(by, one) for one in hours) or 1
    places = {"type": "barpolar", "theta": [15 * one.hour + 7.5 for one in hours], "width": [13.5] * 24}
    ground = {**places, "r": [most] * 24, "hoverinfo": "skip", "marker": {"color": "--heat-0"}}
    trace = {
        **places,
        "r": [value_of(by, one) for one in hours],
        "hovertext": [f"{words.hour(one.hour)}: {in_words(by, one)}" for one in hours],
        "hoverinfo": "text",
        "marker": {"color": ["--heat-4" if one is best else "--heat-3" for one in hours]},
    }
    summary = f"Most at {words.hour(best.hour)}: {in_words(by, best)}." if best else "Nothing was heard."
    polar = {**FACE, "radialaxis": {"visible": False, "fixedrange": True, "range": [0, most]}}
    margin = {"l": 40, "r": 40, "t": 24, "b": 24}
    return Chart(
        id="day-hours",
        title="Around the clock",
        summary=said(about, summary),
        figure={"data": [ground, trace], "layout": layout(260, polar=polar, margin=margin)},
        table=ChartTable(
            ("Hour", *amounts(about)), tuple((Cell(words.hour(one.hour)), *cells(by, *pair_of(one))) for one in hours)
        ),
    )


def sessions(answer: Sessions, names: dict[str, str]) -> Chart:
    """The longest sessions; `names` are those of several people by account, empty for one alone."""
    zone = answer.about.period.zone
    told = [_Sitting.of(one, names.get(one.account, ""), zone) for one in answer.items]
    bars = [Bar(one.label, one.hours, one.line) for one in told]
    rows = tuple(
        (
            Cell(one.day),
            *((Cell(one.who),) if names else ()),
            *(Cell(one.clock), Cell(one.length), Cell(words.number(one.plays))),
        )
        for one in told
    )
    return Chart(
        id="sessions",
        title="The longest sessions",
        summary=f"The longest: {told[0].line}." if told else "There was none.",
        figure=lying(bars, " h"),
        table=ChartTable(("Day", *(("Who",) if names else ()), "Time", "Length", "Plays"), rows),
    )


class _Sitting(Struct, frozen=True):
    """A session in words."""

    who: str
    day: str
    label: str
    clock: str
    length: str
    hours: float
    plays: int

    @classmethod
    def of(cls, one: ListeningSession, who: str, zone: str) -> "_Sitting":
        """The words of one session of `who`, who goes unnamed where there is nobody else."""
        day = words.local(one.from_ms, zone).date()
        return cls(
            who=who,
            day=words.long_day(day),
            label=f"{who or words.weekday(day)[:3]}, {words.short_day(day)} {day.year}",
            clock=f"{words.clock(one.from_ms, zone)}–{words.clock(one.to_ms, zone)}",
            length=words.length((one.to_ms - one.from_ms) / MINUTE_MS),
            hours=round((one.to_ms - one.from_ms) / HOUR_MS, 2),
            plays=one.plays,
        )

    @property
    def line(self) -> str:
        """All of it in one line."""
        whose = f"{self.who}, " if self.who else ""
        return f"{whose}{self.day}, {self.clock}: {self.length}, {words.count(self.plays, 'play')}"


def most_of(by: By, items: Sequence[One]) -> One | None:
    """The one with most; None where nothing was heard. Of equals the first."""
    best = max(items, key=lambda item: value_of(by, item), default=None)
    return best if best is not None and best.plays else None


def pair_of(item: Amount) -> tuple[int, float]:
    """Its plays and minutes."""
    return item.plays, item.minutes


def in_words(by: By, item: Amount) -> str:
    """Both amounts of it in words."""
    return words.both(by, *pair_of(item))


def value_of(by: By, item: Amount) -> float:
    """What is looked at, of its amounts."""
    return Scale(by, "", 1).of(*pair_of(item))


def _added(items: Sequence[WeekHour]) -> WeekHour:
    return WeekHour(0, items[0].hour, sum(one.plays for one in items), sum(one.minutes for one in items))


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
