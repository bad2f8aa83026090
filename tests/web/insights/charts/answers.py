"""Answers of figures as a test of their drawings wants them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from songswap.columns.figures.answers import About, FigurePerson
from songswap.core.insights.periods import Step, between
from songswap.web.insights.charts.parts import Chart

ADA, BOB, CLEO = (FigurePerson(name.lower(), name, None) for name in ("Ada", "Bob", "Cleo"))


def about(first: date = date(2026, 3, 1), last: date = date(2026, 3, 31), zone: str = "UTC", **more: Any) -> About:
    told: dict[str, Any] = {
        "rule": "30s",
        "by": "plays",
        "plays_at_least": False,
        "minutes_at_least": False,
        "gaps": (),
        "people": (ADA,),
    }
    return About(period=between("custom", ZoneInfo(zone), first, last), **{**told, **more})


@dataclass(frozen=True)
class Leads:
    """Where charts lead, in short."""

    today: date = date(2026, 12, 31)

    def about(self, step: Step, day: date) -> str:
        return f"/{step}/{day}"


def table_of(chart: Chart) -> list[list[str]]:
    """The rows of the table beside a chart, with blanks that may break."""
    return [[cell.text.replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in chart.table.rows]


def hover_of(chart: Chart, trace: int = 0) -> Any:
    """What is said over each point of a trace."""
    text = msgspec.json.encode(chart.figure["data"][trace]["hovertext"]).decode()
    return msgspec.json.decode(text.replace("\N{NO-BREAK SPACE}", " "))


def colors_in(thing: object) -> set[str]:
    """Every token of the style sheet that a figure names."""
    if isinstance(thing, str):
        return {thing} if thing.startswith("--") else set()
    parts = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list | tuple) else ()
    return {color for part in parts for color in colors_in(part)}
