"""What all charts are made of. Colours are names of the style sheet's tokens; the page puts in what they stand for."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Protocol

from songswap.columns.figures.answers import About
from songswap.columns.plays import By
from songswap.core.insights.periods import Step
from songswap.model.struct import Struct
from songswap.web.insights import insights_text as words

Json = dict[str, Any]

ACCENT: Final = "--accent"
UNKNOWN: Final = "--chart-unknown"
SERIES: Final = ("--series-1", "--series-2", "--series-3", "--series-4", "--series-5", "--series-6")
"""One for each person, and again from the first."""
HEAT: Final = [[0.0, "--heat-0"], [0.001, "--heat-1"], [0.33, "--heat-2"], [0.66, "--heat-3"], [1.0, "--heat-4"]]
"""Nothing, and then from little to much."""

LONGEST_LABEL: Final = 22
HOURS_FROM_MIN: Final = 180
"""Axes show hours from so many minutes on."""
MOST_TICKS: Final = 5
BAR_PX: Final = 34
"""Height of a bar that lies, with the space around it."""
LEGEND_PX: Final = 40
LEGEND: Final = {
    "orientation": "h",
    "x": 0,
    "y": 1,
    "yanchor": "bottom",
    "font": {"color": "--text", "size": 13},
    "itemclick": False,
    "itemdoubleclick": False,
}


class ChartLinks(Protocol):
    """Where a chart leads, and what day it is."""

    @property
    def today(self) -> date:
        """The day it is where the reader is."""

    def about(self, step: Step, day: date) -> str:
        """The address of what was heard in the day, week or month that begins with `day`."""


class Cell(Struct, frozen=True):
    """A cell of a table: text, perhaps with an address on these pages."""

    text: str
    href: str = ""


class ChartTable(Struct, frozen=True):
    """What a chart shows, for those who read. The first cell of each row is its head."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Chart(Struct, frozen=True):
    """A drawing. `figure` is what plotly.js takes.

    A click leads where the link in the same row of the table does; where points are no rows, `customdata` tells which.

    `shape` is the room that is kept for it until it is drawn. A `wide` one is moved sideways on a small screen.
    """

    id: str
    title: str
    summary: str
    figure: Json
    table: ChartTable
    shape: str = "middle"
    is_wide: bool = False


class Scale(Struct, frozen=True):
    """How amounts become numbers on an axis: plays, minutes or hours."""

    by: By
    unit: str
    per: float

    def of(self, plays: int, minutes: float) -> float:
        """The number that is drawn."""
        return plays if self.by == "plays" else round(minutes / self.per, 3)


def scale(by: By, most_minutes: float) -> Scale:
    """The scale on which up to `most_minutes` can be read."""
    if by == "plays":
        return Scale(by, "", 1)
    return Scale(by, " h", 60) if most_minutes >= HOURS_FROM_MIN else Scale(by, " min", 1)


def plain(text: str) -> str:
    """`text` for a label: plotly.js takes some HTML for more than text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def label(text: str) -> str:
    """`text`, cut to what fits beside a bar."""
    cut = text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1].rstrip() + "…"
    return plain(cut)


def broken(text: str) -> str:
    """`text` for a label with room below it: a word a line."""
    return "<br>".join(plain(text).split())


def axis(**more: Any) -> Json:
    """An axis with nothing on it but its labels; it can't be dragged, so that a finger moves the page."""
    return {
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "tickfont": {"color": "--text-quiet", "size": 12},
        **more,
    }


def layout(height: int, **more: Any) -> Json:
    """What all drawings have in common."""
    return {
        "height": height,
        "margin": {"l": 44, "r": 8, "t": 8, "b": 24},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": "--text",
            "bordercolor": "--text",
            "font": {"color": "--ground", "size": 13},
            "align": "left",
        },
        "font": {"color": "--text"},
        **more,
    }


def upright(values: Sequence[float], hover: Sequence[str], ticks: tuple[list[int], list[str]], unit: str) -> Json:
    """Bars that stand side by side, with `ticks` (places and labels) below."""
    trace = {
        "type": "bar",
        "x": list(range(len(values))),
        "y": list(values),
        "hovertext": [plain(text) for text in hover],
        "hoverinfo": "text",
        "marker": {"color": ACCENT, "cornerradius": 3},
    }
    places, labels = ticks
    return {
        "data": [trace],
        "layout": layout(
            240,
            bargap=0.2,
            xaxis=axis(tickmode="array", tickvals=places, ticktext=labels, range=[-0.6, len(values) - 0.4]),
            yaxis=axis(
                showgrid=True, gridcolor="--line", nticks=5, rangemode="tozero", tickformat=",", ticksuffix=unit
            ),
        ),
    }


class Bar(Struct, frozen=True):
    """One bar that lies."""

    name: str
    value: float
    hover: str
    color: str = ACCENT


def lying(bars: Sequence[Bar], unit: str = "") -> Json:
    """Bars that lie one below the other, the first on top, with their names beside them."""
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(bars))),
        "x": [bar.value for bar in bars],
        "hovertext": [plain(bar.hover) for bar in bars],
        "hoverinfo": "text",
        "marker": {"color": [bar.color for bar in bars], "cornerradius": 3},
    }
    return {"data": [trace], "layout": lying_layout([bar.name for bar in bars], unit)}


def lying_layout(names: Sequence[str], unit: str, **more: Any) -> Json:
    """The layout of bars that lie."""
    return layout(
        BAR_PX * len(names) + 40,
        bargap=0.3,
        margin={"l": 8, "r": 16, "t": 4, "b": 28},
        xaxis=axis(showgrid=True, gridcolor="--line", nticks=4, rangemode="tozero", tickformat=",", ticksuffix=unit),
        yaxis=axis(
            autorange="reversed",
            automargin=True,
            tickmode="array",
            tickvals=list(range(len(names))),
            ticktext=[f"{label(name)}  " for name in names],
            tickfont={"color": "--text", "size": 13},
        ),
        **more,
    )


def heat(values: Sequence[Sequence[float | None]], hover: Sequence[Sequence[str]], **more: Any) -> Json:
    """Fields in rows, from nothing to much."""
    return {
        "type": "heatmap",
        "z": [list(row) for row in values],
        "hovertext": [[plain(text) for text in row] for row in hover],
        "hoverinfo": "text",
        "hoverongaps": False,
        "colorscale": HEAT,
        "showscale": False,
        "zmin": 0,
        "xgap": 2,
        "ygap": 2,
        **more,
    }


def spaced(labels: Sequence[str], most: int = MOST_TICKS) -> tuple[list[int], list[str]]:
    """As many of the labels as there is room for, evenly spaced: their places, and they."""
    every = -(-len(labels) // most) or 1
    places = list(range(0, len(labels), every))
    return places, [labels[place] for place in places]


def amounts(about: About) -> tuple[str, str]:
    """The heads of the columns with both amounts, the one that is looked at first."""
    plays = "Plays, at least" if about.plays_at_least else "Plays"
    time = "Time, at least" if about.minutes_at_least else "Time"
    return (plays, time) if about.by == "plays" else (time, plays)


def said(about: About, text: str) -> str:
    """What a chart shows, with a word where there may be more."""
    is_least = about.plays_at_least if about.by == "plays" else about.minutes_at_least
    return f"{text} Figures are “at least”." if is_least else text


def cells(by: By, plays: int, minutes: float) -> tuple[Cell, Cell]:
    """Both amounts, the one that is looked at first."""
    told = (Cell(words.number(plays)), Cell(words.length(minutes)))
    return told if by == "plays" else (told[1], told[0])


class Series(Struct, frozen=True):
    """One person's part in bars that lie: a value and a hover for each bar."""

    name: str
    color: str
    values: tuple[float, ...]
    hover: tuple[str, ...]


def lying_series(names: Sequence[str], series: Sequence[Series], unit: str) -> Json:
    """Bars that lie, each made up of several people's parts; values below nothing go to the left."""
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": plain(one.name),
            "y": list(range(len(names))),
            "x": list(one.values),
            "hovertext": [plain(text) for text in one.hover],
            "hoverinfo": "text",
            "marker": {"color": one.color},
        }
        for one in series
    ]
    drawn = lying_layout(names, unit, barmode="relative", legend=LEGEND)
    margin = {**drawn["margin"], "t": LEGEND_PX}
    return {
        "data": data,
        "layout": {**drawn, "showlegend": True, "height": drawn["height"] + LEGEND_PX, "margin": margin},
    }


def polar(most: float | None = None, side_px: int = 64) -> Json:
    """The layout of shapes around a middle; `most` is at the edge, if it is known. Labels have `side_px` beside it."""
    bounds = {"rangemode": "tozero"} if most is None else {"range": [0, most]}
    around = {
        "bgcolor": "rgba(0,0,0,0)",
        "radialaxis": axis(showticklabels=False, showgrid=True, gridcolor="--line", nticks=4, **bounds),
        "angularaxis": {
            "gridcolor": "--line",
            "linecolor": "--line",
            "ticks": "",
            "tickfont": {"color": "--text", "size": 13},
        },
    }
    margin = {"l": side_px, "r": side_px, "t": 40, "b": 72}
    legend = {**LEGEND, "x": 0.5, "xanchor": "center", "y": -0.16, "yanchor": "top"}
    return layout(380, polar=around, margin=margin, showlegend=True, legend=legend)


def spokes_shape(who: str, color: str, parts: Mapping[str, float], spokes: Sequence[str], hover: Sequence[str]) -> Json:
    """A shape around a middle: how far it reaches along each of the `spokes`."""
    around, texts = [*spokes, spokes[0]], [*hover, hover[0]]
    return {
        "type": "scatterpolar",
        "name": plain(who),
        "r": [round(parts.get(spoke, 0), 4) for spoke in around],
        "theta": [broken(spoke) for spoke in around],
        "hovertext": [plain(text) for text in texts],
        "hoverinfo": "text",
        "mode": "lines+markers",
        "fill": "toself",
        "opacity": 0.8,
        "line": {"color": color, "width": 2},
        "marker": {"size": 6, "color": color},
    }
