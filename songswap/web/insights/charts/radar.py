"""A song beside the mean of those like it, attribute by attribute."""

from collections.abc import Mapping, Sequence
from typing import Final

from songswap.core.discovery.audio_attributes import ATTRIBUTES, NAMES, AttributeName
from songswap.web.insights.charts.parts import SERIES, Cell, Chart, ChartTable, Json, polar, spokes_shape

Values = Mapping[AttributeName, float]

TEMPO: Final = (40.0, 220.0)
"""Beats a minute at the middle and at the edge: hardly any song is slower or faster."""


SPOKES: Final[Mapping[str, str]] = {"instrumentalness": "Instru- mentalness"}
"""Labels too long for the room beside a chart on a phone, with a place to break."""


def radar(title: str, song: Values, others: Sequence[Values]) -> Chart:
    """The song called `title`, and the mean of `others`, each attribute from 0 to 1 between its least and its most."""
    names = [name for name in NAMES if name in song]
    mean = {name: sum(other[name] for other in others) / len(others) for name in names} if others else {}
    shapes = [_shape(title, SERIES[0], song, names)]
    if mean:
        shapes.append(_shape(f"Mean of {len(others)}", SERIES[1], mean, names))
    summary = "There is nothing to compare it with."
    if mean:
        apart = max(names, key=lambda name: abs(scaled(name, song[name]) - scaled(name, mean[name])))
        summary = f"They differ most in {ATTRIBUTES[apart].label.lower()}."
    rows = (
        (
            Cell(ATTRIBUTES[name].label),
            Cell(_told(name, song[name])),
            Cell(_told(name, mean[name]) if mean else "–"),
        )
        for name in names
    )
    return Chart(
        id="radar",
        title="The song beside those like it",
        summary=summary,
        figure={"data": shapes, "layout": polar(most=1.0, side_px=80)},
        table=ChartTable(("Attribute", "This song", "Mean of those like it"), tuple(rows)),
        shape="tall",
    )


def _shape(who: str, color: str, values: Values, names: Sequence[AttributeName]) -> Json:
    spokes = {name: SPOKES.get(name, ATTRIBUTES[name].label) for name in names}
    parts = {spokes[name]: scaled(name, values[name]) for name in names}
    hover = [f"{ATTRIBUTES[name].label}: {who} {_told(name, values[name])}" for name in names]
    return spokes_shape(who, color, parts, list(parts), hover)


def scaled(name: AttributeName, value: float) -> float:
    """A value from 0 to 1."""
    attribute = ATTRIBUTES[name]
    least, most = TEMPO if name == "tempo" else (attribute.least, attribute.most)
    return round(max(0.0, min(1.0, (value - least) / (most - least))), 4)


def _told(name: AttributeName, value: float) -> str:
    attribute = ATTRIBUTES[name]
    return f"{value:.0f} {attribute.unit}" if attribute.unit else f"{value:.2f}"
