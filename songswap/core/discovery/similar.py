"""Why one song is near another: attribute by attribute, in words; and how near the names of two songs are."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final

from rapidfuzz import fuzz

from songswap.core.discovery.audio_attributes import ATTRIBUTES, NAMES, AttributeName
from songswap.core.kit.fuzzy_match import plain
from songswap.model.struct import Struct

MOST_ALIKE: Final = 3
MOST_DIFFERENT: Final = 2
ALIKE: Final = 0.35
"""Spreads apart up to which an attribute is said to be alike: nobody would hear it."""
DIFFERENT: Final = 0.9
"""Spreads apart from which an attribute is said to differ."""
NEARNESS: Final = ((0.25, "very near"), (0.5, "near"), (0.9, "rather near"))
FAR: Final = "the nearest there is"
LEAST_LIKE: Final = 55.0
"""Of 100, from which two names are like each other [rapidfuzz's token_set_ratio]."""

Values = Mapping[AttributeName, float]


class Likeness(Struct, frozen=True):
    """Why a song is near: what it has alike, best first, and where it differs, most first; how near it is in words."""

    alike: tuple[str, ...]
    differs: tuple[str, ...]
    nearness: str


def likeness(
    song: Values, other: Values, means: Values, spreads: Values, weights: Mapping[AttributeName, float]
) -> Likeness:
    """How `other` is like `song`, by the attributes with a weight; `means` and `spreads` are the catalogue's.

    Of what is alike that counts most which is unusual: that both are of middling energy says little.
    """
    asked = [name for name in NAMES if weights.get(name, 0.0) > 0 and name in song and name in other]
    apart = {name: abs(other[name] - song[name]) / spreads[name] for name in asked}
    unusual = {name: abs(song[name] - means[name]) / spreads[name] for name in asked}
    alike = sorted((name for name in asked if apart[name] <= ALIKE), key=lambda name: apart[name] - unusual[name])
    differs = sorted((name for name in asked if apart[name] >= DIFFERENT), key=lambda name: -apart[name])
    return Likeness(
        alike=tuple(_alike(name, song[name], other[name]) for name in alike[:MOST_ALIKE]),
        differs=tuple(_differs(name, song[name], other[name]) for name in differs[:MOST_DIFFERENT]),
        nearness=_nearness(apart, weights),
    )


def _nearness(apart: Values, weights: Mapping[AttributeName, float]) -> str:
    total = sum(weights[name] for name in apart)
    if not total:
        return FAR
    typical = sqrt(sum(weights[name] * apart[name] ** 2 for name in apart) / total)
    return next((words for most, words in NEARNESS if typical <= most), FAR)


def _alike(name: AttributeName, mine: float, other: float) -> str:
    figure, here = _figure(name, other), _figure(name, mine)
    return f"{ATTRIBUTES[name].label.lower()} {figure}" + ("" if figure == here else f" ({here})")


def _differs(name: AttributeName, mine: float, other: float) -> str:
    attribute = ATTRIBUTES[name]
    end = attribute.high if other > mine else attribute.low
    return f"{attribute.label.lower()} {_figure(name, other)} instead of {_figure(name, mine)}, towards “{end}”"


def _figure(name: AttributeName, value: float) -> str:
    attribute = ATTRIBUTES[name]
    return f"{value:.0f}" if attribute.most > 1 else f"{value:.2f}"


def names_like(wanted: str, there: Sequence[tuple[int, str]], limit: int) -> list[int]:
    """Of some numbered names the `limit` most like `wanted`, the most alike first; none that are not like it."""
    rated = [(fuzz.token_set_ratio(plain(wanted), plain(name)), number) for number, name in there]
    rated.sort(key=lambda row: (-row[0], row[1]))
    return [number for rate, number in rated[:limit] if rate >= LEAST_LIKE]
