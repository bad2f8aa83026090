"""A song beside the mean of those like it, attribute by attribute."""

from collections.abc import Mapping, Sequence
from typing import Final

from songswap.core.attributes import ATTRIBUTES, NAMES, AttributeName
from songswap.web.charts.parts import SERIES, Cell, Chart, Table, polar, spokes_shape

TEMPO: Final = (40.0, 220.0)
"""Beats a minute at the middle and at the edge: hardly any song is slower or faster."""


def radar(title: str, song: Mapping[AttributeName, float], others: Sequence[Mapping[AttributeName, float]]) -> Chart:
    """The song called `title`, and the mean of `others`, each attribute from 0 to 1 between its least and its most."""
    names = [name for name in NAMES if name in song]
    mean = {name: sum(other[name] for other in others) / len(others) for name in names} if others else {}
    shown = {ATTRIBUTES[name].label: name for name in names}
    shapes = [
        spokes_shape(
            title,
            SERIES[0],
            {label: scaled(name, song[name]) for label, name in shown.items()},
            list(shown),
            _hover(song, shown, title),
        )
    ]
    if mean:
        called = f"Mean of {len(others)}"
        parts = {label: scaled(name, mean[name]) for label, name in shown.items()}
        shapes.append(spokes_shape(called, SERIES[1], parts, list(shown), _hover(mean, shown, called)))
    apart = sorted(names, key=lambda name: -abs(scaled(name, song[name]) - scaled(name, mean[name]))) if mean else []
    far = ATTRIBUTES[apart[0]].label.lower() if apart else ""
    return Chart(
        id="radar",
        title="The song beside those like it",
        summary=f"They differ most in {far}." if far else "There is nothing to compare it with.",
        figure={"data": shapes, "layout": polar(most=1.0, side_px=96)},
        table=Table(
            ("Attribute", "This song", "Mean of those like it"),
            tuple(
                (Cell(label), Cell(_told(name, song[name])), Cell(_told(name, mean[name]) if mean else "–"))
                for label, name in shown.items()
            ),
        ),
        shape="tall",
    )


def scaled(name: AttributeName, value: float) -> float:
    """A value from 0 to 1."""
    attribute = ATTRIBUTES[name]
    least, most = TEMPO if name == "tempo" else (attribute.least, attribute.most)
    return round(max(0.0, min(1.0, (value - least) / (most - least))), 4)


def _told(name: AttributeName, value: float) -> str:
    attribute = ATTRIBUTES[name]
    return f"{value:.0f} {attribute.unit}" if attribute.unit else f"{value:.2f}"


def _hover(values: Mapping[AttributeName, float], shown: Mapping[str, AttributeName], who: str) -> list[str]:
    return [f"{label}: {who} {_told(name, values[name])}" for label, name in shown.items()]
