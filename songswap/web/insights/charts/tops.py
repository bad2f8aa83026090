"""Charts of what was heard most."""

from collections.abc import Sequence
from typing import Final

from songswap.columns.figures.answers import About
from songswap.columns.figures.top import Top, TopItem
from songswap.web.insights import insights_text as words
from songswap.web.insights.charts.parts import (
    ACCENT,
    UNKNOWN,
    Bar,
    Cell,
    Chart,
    ChartTable,
    amounts,
    cells,
    lying,
    said,
    scale,
)

UNKNOWN_GENRE: Final = "unknown"
BARS_DRAWN: Final = 12


def genres(answer: Top) -> Chart:
    """The genres heard most; those of artists whose genre nobody told us are one of them, and shown as unknown."""
    by = answer.about.by
    named = [(item.genre if isinstance(item.genre, str) else UNKNOWN_GENRE, item) for item in answer.items]
    best = next((told for told in named if isinstance(told[1].genre, str)), None)
    summary = f"Most: {best[0]}, {words.both(by, best[1].plays, best[1].minutes)}." if best else "No genre is known."
    return _bars("genres", "Genres", summary, answer.about, [(name, "", item) for name, item in named])


def artists(answer: Top, hrefs: Sequence[str]) -> Chart:
    """The artists heard most; `hrefs` are the addresses of their own pages."""
    by = answer.about.by
    named = [
        (item.artist.name or words.NOTHING, href, item)
        for item, href in zip(answer.items, hrefs, strict=True)
        if item.artist
    ]
    name, _, first = named[0]
    return _bars(
        "artists-chart", "Artists", f"Most: {name}, {words.both(by, first.plays, first.minutes)}.", answer.about, named
    )


def _bars(name: str, title: str, summary: str, about: About, items: Sequence[tuple[str, str, TopItem]]) -> Chart:
    by = about.by
    drawn = scale(by, max((item.minutes for _, _, item in items), default=0))
    return Chart(
        id=name,
        title=title,
        summary=said(about, summary),
        figure=lying(
            [
                Bar(
                    called,
                    drawn.of(item.plays, item.minutes),
                    f"{called}: {words.both(by, item.plays, item.minutes)}",
                    UNKNOWN if item.genre is None else ACCENT,
                )
                for called, _, item in items[:BARS_DRAWN]
            ],
            drawn.unit,
        ),
        table=ChartTable(
            (title.removesuffix("s"), *amounts(about)),
            tuple((Cell(called, href), *cells(by, item.plays, item.minutes)) for called, href, item in items),
        ),
        shape="tall",
    )
