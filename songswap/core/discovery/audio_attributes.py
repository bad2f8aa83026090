"""What can be said of how a song sounds: the attributes that catalogues have, and what may be asked of each."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

from songswap.model.struct import Struct

AttributeName = Literal[
    "energy",
    "valence",
    "danceability",
    "acousticness",
    "instrumentalness",
    "liveness",
    "speechiness",
    "tempo",
    "popularity",
]
NAMES: Final[tuple[AttributeName, ...]] = get_args(AttributeName)


class Attribute(Struct, frozen=True):
    """One attribute: from `least` to `most` in `unit` (empty for a share), in steps of `step` where people choose it.

    `low` and `high` say in words what its ends sound like.
    """

    name: AttributeName
    label: str
    low: str
    high: str
    least: float = 0.0
    most: float = 1.0
    step: float = 0.05
    unit: str = ""


ATTRIBUTES: Final[Mapping[str, Attribute]] = {
    one.name: one
    for one in (
        Attribute("energy", "Energy", "calm", "intense"),
        Attribute("valence", "Valence", "sad, angry", "happy, cheerful"),
        Attribute("danceability", "Danceability", "not for dancing", "made for dancing"),
        Attribute("acousticness", "Acousticness", "electric", "acoustic"),
        Attribute("instrumentalness", "Instrumentalness", "sung", "without voices"),
        Attribute("liveness", "Liveness", "studio", "in front of an audience"),
        Attribute("speechiness", "Speechiness", "no speech", "spoken"),
        Attribute("tempo", "Tempo", "slow", "fast", 0.0, 300.0, 1.0, "BPM"),
        Attribute("popularity", "Popularity", "hardly known", "known to everybody", 0.0, 100.0, 1.0, "of 100"),
    )
}
"""By name, in the order people see them. Their ranges are those of Spotify's audio features [Web API reference:
get-audio-features]; of a tempo nothing is promised there, and more than 300 beats a minute is a slip."""


class TargetError(ValueError):
    """A target can't be meant; the message names the attribute and what it may be."""


def checked(targets: Mapping[str, float]) -> dict[AttributeName, float]:
    """`targets` by attribute, in our order. Raises TargetError for an unknown name or a value out of its range."""
    for name, value in targets.items():
        known = ATTRIBUTES.get(name)
        if known is None:
            raise TargetError(f"There is no attribute “{name}”. There are: {', '.join(NAMES)}.")
        if not known.least <= value <= known.most:
            raise TargetError(f"{name} is from {known.least:g} to {known.most:g}, not {value:g}.")
    return {name: float(targets[name]) for name in NAMES if name in targets}


def told(name: str, value: float) -> str:
    """A value in words: “energy 0.8”, “tempo 121”."""
    return f"{name} {value:.0f}" if ATTRIBUTES[name].unit else f"{name} {round(value, 2):g}"


def in_order(names: Iterable[str]) -> tuple[AttributeName, ...]:
    """The names of attributes among `names`, in our order."""
    there = set(names)
    return tuple(name for name in NAMES if name in there)
