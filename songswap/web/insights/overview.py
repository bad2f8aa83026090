"""All that the page about somebody's listening shows of one period."""

from dataclasses import dataclass
from functools import partial
from typing import Final, get_args

from songswap.columns.figures import people, sittings, times, totals
from songswap.columns.figures.answers import Figure
from songswap.columns.figures.top import Top, TopKind, top
from songswap.web.insights.charts import people as people_charts
from songswap.web.insights.charts import times as time_charts
from songswap.web.insights.charts import tops as top_charts
from songswap.web.insights.charts.calendar import calendar
from songswap.web.insights.charts.parts import Chart
from songswap.web.insights.figure_table import CARD_ITEMS, TABLE
from songswap.web.insights.insights_url import View

BROUGHT_SHOWN: Final = 8
FEWEST_DAYS_IN_CALENDAR: Final = 32
"""Of fewer days the bars over time tell the same."""


@dataclass(frozen=True)
class Together:
    """What several people have in common, and who brought what."""

    artists: people.CommonGround
    brought: people.BroughtArtists
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class Overview:
    """The figures of a period with at least one play, and the charts of those that are drawn.

    `figures` are those that the table puts on this page, by name; `cards` are the templates of their own cards.
    """

    totals: totals.TotalsAnswer
    tops: dict[TopKind, Top]
    figures: dict[str, Figure]
    cards: tuple[str, ...]
    charts: dict[str, Chart]
    together: Together | None


async def totals_of(view: View) -> totals.TotalsAnswer:
    """How much was heard; enough to know whether there is more to tell."""
    return await view.ask(totals.totals, totals.TotalsAnswer)


async def overview_of(view: View, summed: totals.TotalsAnswer) -> Overview:
    """Everything about the period. Raises ProblemError."""
    tops: dict[TopKind, Top] = {kind: await _top(view, kind) for kind in get_args(TopKind)}
    shown = [(row, row.card_options) for row in TABLE if row.card_options is not None]
    figures = {row.name: await view.ask(row.with_options(options), row.answer) for row, options in shown}
    return Overview(
        totals=summed,
        tops=tops,
        figures=figures,
        cards=tuple(row.card for row, _ in shown if row.card),
        charts=await _charts(view, tops["genres"]),
        together=await _together(view),
    )


async def _top(view: View, kind: TopKind) -> Top:
    return await view.ask(partial(top, kind=kind, limit=CARD_ITEMS), Top)


async def _charts(view: View, genres: Top) -> dict[str, Chart]:
    over_time = await view.ask(times.over_time, times.OverTime)
    sat = await view.ask(sittings.sessions, sittings.Sessions)
    hours = await view.ask(times.heatmap, times.Heatmap)
    charts = [
        time_charts.over_time(over_time.about, over_time.step, over_time.items, view),
        time_charts.heatmap(hours, view.question.week_start),
        time_charts.day_clock(hours),
        time_charts.sessions(sat, view.place.names),
        top_charts.genres(genres),
    ]
    if view.period.days >= FEWEST_DAYS_IN_CALENDAR:
        days = await view.ask(times.calendar, times.Calendar)
        charts.append(calendar(days, view.question.week_start, view))
    return {chart.id: chart for chart in charts}


async def _together(view: View) -> Together | None:
    """None where there is one person alone, or so many that nobody would read it."""
    if not 1 < len(view.place.people) <= people.MOST_PEOPLE:
        return None
    artists = await view.ask(partial(people.common, kind="artists", limit=CARD_ITEMS), people.CommonGround)
    tracks = await view.ask(partial(people.common, kind="tracks", limit=CARD_ITEMS), people.CommonGround)
    brought = await view.ask(partial(people.brought, limit=BROUGHT_SHOWN), people.BroughtArtists)
    charts = [
        *((people_charts.in_common(artists),) if artists.items else ()),
        *((people_charts.in_common(tracks),) if tracks.items else ()),
        people_charts.pairs(artists),
        people_charts.bringers(brought),
    ]
    return Together(artists, brought, tuple(chart for chart in charts if chart))
