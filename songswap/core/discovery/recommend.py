"""Lists made of seeds: which of the songs that would fit are taken, in which order, and why each."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, Literal

from songswap.core.discovery.audio_attributes import AttributeName, told
from songswap.model.struct import Struct

MOST_SEEDS: Final = 5
MOST_SONGS: Final = 100
"""In a list: what Spotify takes in one call."""
MOST_NUMBER: Final = 999_999
"""The greatest number of a choice: six digits can be read to somebody."""
POOL: Final = 3
"""So many times the songs wanted, nearest first, are drawn from."""
LEAST_POOL: Final = 20
STEEPNESS: Final = 3.0
"""The first of the pool is e³ ≈ 20 times as likely to be drawn next as the last."""
SHARE_OF_ARTIST: Final = 8
"""One artist gets an eighth of a list, rounded up; more only where there is nothing else."""
TARGET_WEIGHT: Final = 3.0
"""A target counts three times as much as being like a seed in one attribute."""
FAR_SHARE: Final = 0.75
"""From a target, in spreads of the catalogue: so far off on average, it is said."""
REASONS: Final = 2
"""Attributes told of where none were asked for."""

YOUR_SEED: Final = "your seed"

Rng = Callable[[], float]
"""Gives numbers from 0 up to before 1, the same ones for the same number of a choice."""


class Seed(Struct, frozen=True):
    """What a list shall be like: a track or an artist, as people know it. `uri` is Spotify's, empty where unknown."""

    kind: Literal["track", "artist"]
    name: str = ""
    artist: str = ""
    uri: str = ""

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or self.uri


class Candidate(Struct, frozen=True):
    """A song that would fit: the less `distance`, the better.

    `song` and `artist` are the hashes of `core.history.name_folding`.

    `values` are its attributes, as far as they are known.
    """

    uri: str
    title: str
    artists: tuple[str, ...]
    song: int
    artist: int
    distance: float
    reasons: tuple[str, ...] = ()
    album: str = ""
    duration_ms: int | None = None
    cover_url: str | None = None
    values: dict[AttributeName, float] = {}


def choose(candidates: Iterable[Candidate], length: int, rng: Rng, without: Collection[int] = ()) -> list[Candidate]:
    """`length` of the candidates (fewer if there are no more), each song once, in the order to be heard.

    Songs `without` are left out. What is taken does not depend on the order in which the candidates come.
    """
    by_song: dict[int, Candidate] = {}
    for one in sorted(candidates, key=lambda one: (one.distance, one.song, one.uri)):
        if one.song not in without:
            by_song.setdefault(one.song, one)
    ranked = list(by_song.values())
    size = max(POOL * length, length + LEAST_POOL)
    drawn = [*_drawn(ranked[:size], rng), *ranked[size:]]
    most = math.ceil(length / SHARE_OF_ARTIST)
    taken: list[Candidate] = []
    passed: list[Candidate] = []
    of_artist: Counter[int] = Counter()
    for one in drawn:
        if len(taken) == length:
            break
        fits = of_artist[one.artist] < most
        (taken if fits else passed).append(one)
        of_artist[one.artist] += fits
    return mixed([*taken, *passed[: length - len(taken)]])


def _drawn(pool: Sequence[Candidate], rng: Rng) -> list[Candidate]:
    """The pool in an order left to chance, the nearest likely to come first.

    Each gets a waiting time by its weight, and the shortest goes first: a weighted draw without putting back
    [Efraimidis and Spirakis, 2006].
    """
    waits = [-math.log(1.0 - rng()) * math.exp(STEEPNESS * place / len(pool)) for place in range(len(pool))]
    return [pool[place] for place in sorted(range(len(pool)), key=lambda place: (waits[place], place))]


def mixed(songs: Sequence[Candidate]) -> list[Candidate]:
    """The songs in this order, but no artist twice in a row wherever that can be."""
    left = list(songs)
    found: list[Candidate] = []
    counts = Counter(one.artist for one in left)
    while left:
        before = found[-1].artist if found else None
        artist, count = counts.most_common(1)[0]
        if 2 * count > len(left) and artist != before:  # who makes up more than half, has to come every other time
            place = next(number for number, one in enumerate(left) if one.artist == artist)
        else:
            place = next((number for number, one in enumerate(left) if one.artist != before), 0)
        counts[left[place].artist] -= 1
        found.append(left.pop(place))
    return found


def weights(attributes: Sequence[AttributeName], targets: Mapping[AttributeName, float]) -> list[float]:
    """How much each attribute counts. How well a song is known is no sound: it counts only if it is asked for."""
    return [TARGET_WEIGHT if name in targets else 0.0 if name == "popularity" else 1.0 for name in attributes]


def reasons(
    seed: Seed,
    values: Mapping[AttributeName, float],
    targets: Collection[AttributeName],
    scaled: Mapping[AttributeName, tuple[float, float]],
) -> tuple[str, ...]:
    """Why a song: like which seed, and its values of what was asked for.

    Where nothing was asked for, those in which the seed is special and the song alike; `scaled` has both of them for
    each attribute, on the common scale.
    """
    shown: Sequence[AttributeName] = [name for name in values if name in targets]
    if not shown:
        shown = sorted(
            (name for name in scaled if name in values and name != "popularity"),
            key=lambda name: (abs(scaled[name][1] - scaled[name][0]) - abs(scaled[name][0]), name),
        )[:REASONS]
    return (f"like {seed.label}", *(told(name, values[name]) for name in shown))


def shortfalls(
    chosen: Sequence[Candidate], targets: Mapping[AttributeName, float], spreads: Mapping[AttributeName, float]
) -> list[str]:
    """What was asked for and isn't there: where the list is far from a target, in words."""
    found: list[str] = []
    for name, target in targets.items():
        known = [one.values[name] for one in chosen if name in one.values]
        if known and name in spreads and abs(sum(known) / len(known) - target) > FAR_SHARE * spreads[name]:
            wanted = told(name, target).removeprefix(f"{name} ")
            found.append(f"{told(name, sum(known) / len(known))} on average, where you asked for {wanted}")
    return found
