"""Whose it is: chances of a linear rule, calibrated; what spoke for and against each; how far that can be trusted."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import exp, log, sqrt
from typing import Final

from songswap.core.guess.traits import Traits, is_weak, told
from songswap.model.guessing import Brain, Doubt, GuessKind, Quality
from songswap.model.struct import Struct

LEAST_PEOPLE: Final = 2
MOST_PEOPLE: Final = 8
LEAST_EXAMPLES: Final = 20
"""Songs or texts of each person below which nothing is learnt: a fifth of them, which is left out, has to be some."""
REASONS_TOLD: Final = 3
NEGLIGIBLE: Final = 0.02
"""What adds less than this to anybody's sum is no reason."""
BINS: Final = 10
CERTAINTY: Final = 1.96
"""Standard deviations of the 95 % interval."""
ENOUGH_MORE: Final = 0.1
"""By this share there have to be more examples before it is worth learning again."""


class Reason(Struct, frozen=True):
    """A trait that speaks for somebody (positive) or against, by how much, in words."""

    words: str
    weight: float


class Chance(Struct, frozen=True):
    """How likely it is somebody's, what it would be without knowing anything, what spoke for and against, by weight."""

    account: str
    chance: float
    base: float
    reasons: tuple[Reason, ...]


class Verdict(Struct, frozen=True):
    """The chances of everybody, the likeliest first. `is_too_little`: nothing it knows, so these are the base rates."""

    chances: tuple[Chance, ...]
    is_too_little: bool


def pick_id(kind: GuessKind, accounts: Iterable[str]) -> str:
    """What a pick is called: the same people make the same pick."""
    text = "\n".join([kind, *sorted(accounts)])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def ask(brain: Brain, traits: Traits) -> Verdict:
    """Who of those it has learnt from would play, or write, what has these traits."""
    known = [(trait, value) for trait, value in sorted(traits.items()) if trait in brain.weights]
    if all(is_weak(trait) for trait, _ in known):
        base = [Chance(*one, one[1], ()) for one in zip(brain.accounts, brain.base, strict=True)]
        return Verdict(tuple(sorted(base, key=lambda one: -one.chance)), is_too_little=True)
    sums = list(brain.intercepts)
    for trait, value in known:
        for place, weight in enumerate(brain.weights[trait]):
            sums[place] += weight * value
    scale = scale_of(sums, brain.temperature, brain.sharpness)
    chances = doubted(softmax(sums, scale), brain.base, brain.doubt)
    said = (
        Chance(account, chances[place], brain.base[place], _reasons(brain, known, place, scale))
        for place, account in enumerate(brain.accounts)
    )
    return Verdict(tuple(sorted(said, key=lambda one: -one.chance)), is_too_little=False)


def softmax(sums: Sequence[float], scale: float = 1.0) -> list[float]:
    """Chances, which add up to 1, of sums that may be of any size, each taken times `scale`."""
    highest = max(sums)
    parts = [exp((one - highest) * scale) for one in sums]
    total = sum(parts)
    return [part / total for part in parts]


def scale_of(sums: Sequence[float], temperature: float, sharpness: float) -> float:
    """By what sums are multiplied so that chances are right on average.

    A high temperature makes all of them shyer; a sharpness over 1 those shyer that lie close together, and the others
    bolder.
    """
    middle = sum(sums) / len(sums)
    size = max(abs(one - middle) for one in sums)
    return size ** (sharpness - 1) / temperature if size > 0 else 1 / temperature


def doubted(chances: Sequence[float], base: Sequence[float], doubt: float) -> list[float]:
    """Chances with a `doubt` of all, in which case the base rates hold: nothing is surer than could be seen so far."""
    return [(1 - doubt) * chance + doubt * one for chance, one in zip(chances, base, strict=True)]


def doubt_after(count: int) -> float:
    """How much to doubt a rule that `count` examples could have contradicted [Laplace's rule of succession]."""
    return 1 / (count + 2)


def _reasons(brain: Brain, known: Sequence[tuple[str, float]], place: int, scale: float) -> tuple[Reason, ...]:
    """What moved somebody's chance most, as compared with everybody's."""

    def moved(trait: str, value: float) -> float:
        weights = brain.weights[trait]
        return (weights[place] - sum(weights) / len(weights)) * value * scale

    every = sorted(((moved(*one), *one) for one in known), key=lambda row: row[0])
    against = [row for row in every[:REASONS_TOLD] if row[0] < -NEGLIGIBLE]
    speaking_for = [row for row in every[::-1][:REASONS_TOLD] if row[0] > NEGLIGIBLE]
    return tuple(Reason(told(trait, value), round(weight, 3)) for weight, trait, value in [*speaking_for, *against])


# How good it is


def log_loss(chances: Sequence[Sequence[float]], truth: Sequence[int]) -> float:
    """The mean of what the chance of the truth costs: 0 if all were sure and right."""
    return -sum(log(max(one[true], 1e-15)) for one, true in zip(chances, truth, strict=True)) / len(truth)


def quality_of(chances: Sequence[Sequence[float]], truth: Sequence[int], base: Sequence[float]) -> Quality:
    """How well `chances`, of what was left out of learning, fit the truth; `base` are the base rates."""
    firsts = [max(range(len(one)), key=one.__getitem__) for one in chances]
    hits = [first == true for first, true in zip(firsts, truth, strict=True)]
    most = max(range(len(base)), key=base.__getitem__)
    return Quality(
        accuracy=wilson(sum(hits), len(hits)),
        majority=sum(true == most for true in truth) / len(truth),
        log_loss=log_loss(chances, truth),
        base_log_loss=log_loss([base] * len(truth), truth),
        calibration=_calibration([one[first] for one, first in zip(chances, firsts, strict=True)], hits),
    )


def wilson(hits: int, count: int) -> Doubt:
    """The share of `hits`, and where it lies with 95 % certainty [Wilson 1927]."""
    if count == 0:
        return Doubt(0.0, 0.0, 1.0, 0)
    share, square = hits / count, CERTAINTY**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = CERTAINTY * sqrt(share * (1 - share) / count + square / (4 * count**2)) / (1 + square / count)
    return Doubt(share, max(0.0, middle - half), min(1.0, middle + half), count)


def _calibration(stated: Sequence[float], hits: Sequence[bool]) -> float:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for chance, is_hit in zip(stated, hits, strict=True):
        bins.setdefault(min(int(chance * BINS), BINS - 1), []).append((chance, is_hit))
    off = sum(abs(sum(chance for chance, _ in one) - sum(is_hit for _, is_hit in one)) for one in bins.values())
    return off / len(hits)


def is_forgotten(before: Mapping[str, Collection[int]], now: Mapping[str, Collection[int]]) -> bool:
    """Whether anything that was learnt from, by account, is not there any more: then it has to be forgotten."""
    return any(not set(keys) <= set(now.get(account, ())) for account, keys in before.items())


def is_worth_learning(before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Whether there are enough more examples, counted by account, to learn again."""
    return sum(now.values()) - sum(before.values()) > ENOUGH_MORE * sum(before.values())
