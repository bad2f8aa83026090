"""Charts of several people side by side. Each has a colour, in the order of the people."""

from collections.abc import Sequence
from typing import Final

from songswap.columns.figures.answers import About, ListenerShare
from songswap.columns.figures.people import BroughtArtists, CommonGround, InCommon
from songswap.columns.plays import By
from songswap.web.insights import insights_text as words
from songswap.web.insights.charts.parts import (
    SERIES,
    Bar,
    Cell,
    Chart,
    ChartTable,
    Series,
    amounts,
    axis,
    cells,
    heat,
    label,
    layout,
    lying,
    lying_series,
    said,
    scale,
)

BARS_SHOWN: Final = 12
FEWEST_IN_MATRIX: Final = 3
MOST_IN_MATRIX: Final = 12
PALE: Final = [[0, "--heat-0"], [1, "--heat-2"]]
"""Text can be read on all of it."""
TEXT: Final = {"size": 14, "color": "--text"}


def _name(item: InCommon) -> str:
    """What it is called: an artist's name, or a track's title and artist."""
    if item.artist:
        return item.artist.name or words.NOTHING
    return f"{item.track.title or words.NOTHING}, {item.track.artist}" if item.track else words.NOTHING


def in_common(answer: CommonGround) -> Chart:
    """Who hears how much of what several hear; there has to be something."""
    by, people = answer.about.by, answer.about.people
    named = [(_name(item), {one.account: one for one in item.listeners}) for item in answer.items]
    labels = [item.track.title if item.track else name for item, (name, _) in zip(answer.items, named, strict=True)]
    most = max((sum(one.minutes for one in heard.values()) for _, heard in named[:BARS_SHOWN]), default=0)
    drawn = scale(by, most)
    series = [
        Series(
            person.name,
            SERIES[place % len(SERIES)],
            tuple(drawn.of(one.plays, one.minutes) if one else 0 for one in parts),
            tuple(
                f"{name}: {person.name} {words.both(by, one.plays, one.minutes)}" if one else ""
                for (name, _), one in zip(named[:BARS_SHOWN], parts, strict=True)
            ),
        )
        for place, person in enumerate(people)
        for parts in [[heard.get(person.account) for _, heard in named[:BARS_SHOWN]]]
        if any(parts)
    ]
    who = words.listed([one.name for one in people if named and one.account in named[0][1]])
    return Chart(
        id=f"common-{answer.kind}",
        title=f"{answer.kind.capitalize()} in common",
        summary=said(answer.about, f"{named[0][0]} is heard by {who}."),
        figure=lying_series(labels[:BARS_SHOWN], series, drawn.unit),
        table=ChartTable(
            (answer.kind.removesuffix("s").capitalize(), *(person.name for person in people)),
            tuple((Cell(name), *(_part(by, heard.get(person.account)) for person in people)) for name, heard in named),
        ),
        shape="tall",
    )


def _part(by: By, heard: ListenerShare | None) -> Cell:
    return Cell(words.amount(by, heard.plays, heard.minutes) if heard else words.NOTHING)


def pairs(answer: CommonGround) -> Chart | None:
    """Who of several people listen alike; None where there are too few of them, or too many to draw."""
    people = answer.about.people
    if not FEWEST_IN_MATRIX <= len(people) <= MOST_IN_MATRIX or not answer.pairs:
        return None
    names = {person.account: person.name for person in people}
    alike = {(one.first, one.second): one.match for one in answer.pairs}
    alike |= {(second, first): match for (first, second), match in alike.items()}
    values = [[alike.get((row.account, column.account)) for column in people] for row in people]
    texts = [[words.percent(value) if value is not None else "" for value in row] for row in values]
    hover = [
        [
            f"{row.name} and {column.name}: {words.percent(alike.get((row.account, column.account)))}"
            for column in people
        ]
        for row in people
    ]
    best = answer.pairs[0]
    drawn = heat(values, hover, text=texts, texttemplate="%{text}", zmax=1, colorscale=PALE, textfont=TEXT)
    names_axis = axis(
        automargin=True,
        tickmode="array",
        tickvals=list(range(len(people))),
        ticktext=[label(one.name) for one in people],
    )
    return Chart(
        id="pairs",
        title="Who listens alike",
        summary=f"Most alike are {names[best.first]} and {names[best.second]}: {words.percent(best.match)}.",
        figure={
            "data": [drawn],
            "layout": layout(
                48 * len(people) + 48,
                margin={"l": 8, "r": 8, "t": 8, "b": 8},
                xaxis={**names_axis, "side": "top"},
                yaxis={**names_axis, "autorange": "reversed"},
            ),
        },
        table=ChartTable(
            ("Two people", "Match"),
            tuple(
                (Cell(f"{names[one.first]} and {names[one.second]}"), Cell(words.percent(one.match)))
                for one in answer.pairs
            ),
        ),
    )


def bringers(answer: BroughtArtists) -> Chart | None:
    """Who brought how many artists; None where nobody brought any."""
    names = {person.account: person.name for person in answer.about.people}
    told = [(names.get(one.account, "Somebody"), one.artists) for one in answer.bringers]
    if not told:
        return None
    return Chart(
        id="bringers",
        title="Who brought artists",
        summary=f"{told[0][0]} brought most: {words.count(told[0][1], 'artist')} whom others came to hear too.",
        figure=lying(
            [Bar(name, artists, f"{name}: {words.count(artists, 'artist')}") for name, artists in told[:BARS_SHOWN]]
        ),
        table=ChartTable(
            ("Who", "Artists"), tuple((Cell(name), Cell(words.number(artists))) for name, artists in told)
        ),
    )


def listeners(about: About, heard: Sequence[ListenerShare]) -> Chart:
    """How much each of several people hears of one thing; somebody has to."""
    by, names = about.by, {person.account: person.name for person in about.people}
    drawn = scale(by, max((one.minutes for one in heard), default=0))
    told = [(names.get(one.account, "Somebody"), one) for one in heard]
    return Chart(
        id="listeners",
        title="Who hears it",
        summary=said(about, f"{told[0][0]} most: {words.both(by, told[0][1].plays, told[0][1].minutes)}."),
        figure=lying(
            [
                Bar(name, drawn.of(one.plays, one.minutes), f"{name}: {words.both(by, one.plays, one.minutes)}")
                for name, one in told[:BARS_SHOWN]
            ],
            drawn.unit,
        ),
        table=ChartTable(
            ("Who", *amounts(about)), tuple((Cell(name), *cells(by, one.plays, one.minutes)) for name, one in told)
        ),
    )
