"""Charts of how alike two people listen."""

from typing import Final

from songswap.columns.figures.answers import Count
from songswap.columns.figures.people import TasteMatch
from songswap.columns.figures.top import Top
from songswap.web.insights import insights_text as words
from songswap.web.insights.charts.parts import (
    SERIES,
    Cell,
    Chart,
    ChartTable,
    Json,
    Series,
    axis,
    lying_series,
    polar,
    scale,
    spokes_shape,
)

REASONS: Final = 12
MOST_SPOKES: Final = 8
FEWEST_SPOKES: Final = 3


def shared_artists(answer: TasteMatch, me: str, other: str) -> Chart:
    """The artists that make up most of a match: mine to the left, the other's to the right."""
    by = answer.about.by
    shown = [(item.artist.name or words.NOTHING, item) for item in answer.artists if item.artist]
    drawn = scale(by, max((max(item.first.minutes, item.second.minutes) for _, item in shown), default=0))

    def side(who: str, color: str, sign: int, counts: list[tuple[str, Count]]) -> Series:
        return Series(
            who,
            color,
            tuple(sign * drawn.of(one.plays, one.minutes) for _, one in counts),
            tuple(f"{name}: {who} {words.both(by, one.plays, one.minutes)}" for name, one in counts),
        )

    sides = [
        side(me, SERIES[0], -1, [(name, item.first) for name, item in shown[:REASONS]]),
        side(other, SERIES[1], 1, [(name, item.second) for name, item in shown[:REASONS]]),
    ]
    figure = lying_series([name for name, _ in shown[:REASONS]], sides, drawn.unit)
    figure["layout"]["xaxis"] = axis(showticklabels=False, zeroline=True, zerolinecolor="--line")
    rows = tuple(
        (
            Cell(name),
            *(Cell(words.both(by, one.plays, one.minutes)) for one in (item.first, item.second)),
            Cell(words.percent(item.share)),
        )
        for name, item in shown
    )
    return Chart(
        id="shared-artists",
        title="Artists you share",
        summary=f"{shown[0][0]} brings you closest." if shown else "There is no artist whom both hear.",
        figure=figure,
        table=ChartTable(("Artist", me, other, "Adds"), rows),
        shape="tall",
    )


def tastes(mine: Top, theirs: Top, me: str, other: str) -> Chart | None:
    """The genres of both as two shapes over each other; None where too few genres are known."""
    first, second = _parts(mine), _parts(theirs)
    every = sorted({*first, *second}, key=lambda genre: (-first.get(genre, 0) - second.get(genre, 0), genre))
    spokes = every[:MOST_SPOKES]
    if len(spokes) < FEWEST_SPOKES or not first or not second:
        return None
    closest = max(spokes, key=lambda genre: min(first.get(genre, 0), second.get(genre, 0)))
    shapes = [_shape(me, SERIES[0], first, spokes), _shape(other, SERIES[1], second, spokes)]
    return Chart(
        id="tastes",
        title="Genres, side by side",
        summary=f"Closest in {closest}: {me} {words.percent(first.get(closest, 0))}, "
        f"{other} {words.percent(second.get(closest, 0))}. Artists of unknown genre are left out.",
        figure={"data": shapes, "layout": polar()},
        table=ChartTable(
            ("Genre", me, other),
            tuple(
                (Cell(genre), *(Cell(words.percent(part.get(genre, 0))) for part in (first, second)))
                for genre in spokes
            ),
        ),
        shape="tall",
    )


def _shape(who: str, color: str, parts: dict[str, float], spokes: list[str]) -> Json:
    hover = [f"{genre}: {who} {words.percent(parts.get(genre, 0))}" for genre in spokes]
    return spokes_shape(who, color, parts, spokes, hover)


def _parts(answer: Top) -> dict[str, float]:
    """The part of each genre in what was heard of known ones."""
    by = answer.about.by
    found = {
        item.genre: float(item.plays) if by == "plays" else item.minutes
        for item in answer.items
        if isinstance(item.genre, str)
    }
    whole = sum(found.values())
    return {genre: value / whole for genre, value in found.items()} if whole else {}
