"""Learns from examples whose they are, by multiclass logistic regression, and measures how well it guesses others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from songswap.core.guess import classifier as rules
from songswap.core.guess.traits import Traits
from songswap.learning.calibrating import Sums, calibrated
from songswap.learning.examples import Example
from songswap.model.guessing import Brain, Quality

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

FOLDS: Final = 5
LEAST_TOGETHER: Final = 2
"""A trait of a single thing can't be learnt from."""
MOST_TRAITS: Final = 12_000
"""The most common ones: what was learnt stays a document of about a megabyte."""
STRENGTH: Final = 1.0
"""The inverse of how strongly weights are held small (scikit-learn's C, and its default)."""
MOST_STEPS: Final = 1_000
DIGITS: Final = 4
SEED: Final = 7
"""Of the division into folds, so that the same examples give the same rule."""


@dataclass(frozen=True)
class Lesson:
    """What came of learning: the rule, how good it is, and for each example, as sorted, its chances left out."""

    brain: Brain
    quality: Quality
    examples: tuple[Example, ...]
    left_out: tuple[tuple[float, ...], ...]


def learn(examples: Sequence[Example], accounts: Sequence[str]) -> Lesson:
    """The rule that tells the `accounts` apart; each has to have LEAST_EXAMPLES (of `core.guess.classifier`) examples.

    The order of examples does not matter. Needs scikit-learn, which is loaded here and takes a second and 100 MB.
    """
    from sklearn.feature_extraction import DictVectorizer

    ordered = tuple(sorted(examples, key=lambda one: (one.account, one.key)))
    names = tuple(sorted(accounts))
    truth = np.array([names.index(one.account) for one in ordered])
    kept = vocabulary(one.traits for one in ordered)
    known = [{trait: value for trait, value in one.traits.items() if trait in kept} for one in ordered]
    vectors = DictVectorizer()
    matrix = vectors.fit_transform(known) if kept else np.zeros((len(ordered), 1))
    folds = _folds(truth, [one.key for one in ordered])
    sums = _left_out(matrix, truth, folds, len(names))
    temperature, sharpness = calibrated(sums, truth)
    doubt = rules.doubt_after(len(truth))
    base = tuple(float(one) for one in np.bincount(truth, minlength=len(names)) / len(truth))
    chances = [rules.doubted(one, base, doubt) for one in _chances(sums, truth, folds)]
    whole = _fitted(matrix, truth)
    weights, intercepts = _rule(whole, len(names))
    traits = vectors.get_feature_names_out() if kept else []
    brain = Brain(
        accounts=names,
        base=tuple(round(one, DIGITS + 2) for one in base),
        intercepts=tuple(round(float(one), DIGITS) for one in intercepts),
        weights={
            str(trait): tuple(round(float(one), DIGITS) for one in weights[:, column])
            for column, trait in enumerate(traits)
        },
        temperature=round(temperature, DIGITS),
        sharpness=round(sharpness, DIGITS),
        doubt=doubt,
    )
    quality = rules.quality_of(chances, [int(one) for one in truth], base)
    return Lesson(brain, quality, ordered, tuple(tuple(one) for one in chances))


def vocabulary(every: Iterable[Traits]) -> frozenset[str]:
    """The traits worth a weight: of more than one example, the most common ones; of equals the first by name."""
    counts = Counter(trait for traits in every for trait in traits)
    common = [(-count, trait) for trait, count in counts.items() if count >= LEAST_TOGETHER]
    return frozenset(trait for _, trait in sorted(common)[:MOST_TRAITS])


def _folds(truth: NDArray[Any], keys: Sequence[int]) -> NDArray[Any]:
    """In which round each example is left out; all of the same thing in the same one."""
    from sklearn.model_selection import StratifiedGroupKFold

    folds = np.zeros(len(truth), int)
    divided = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for number, (_, out) in enumerate(divided.split(np.zeros(len(truth)), truth, keys)):
        folds[out] = number
    return folds


def _left_out(matrix: Any, truth: NDArray[Any], folds: NDArray[Any], people: int) -> Sums:
    """What the traits of each example add up to for everybody, by a rule that has not learnt from it."""
    sums = np.zeros((len(truth), people))
    for fold in range(FOLDS):
        out = folds == fold
        if out.any():
            weights, intercepts = _rule(_fitted(matrix[~out], truth[~out]), people)
            sums[out] = matrix[out] @ weights.T + intercepts
    return sums


def _fitted(matrix: Any, truth: NDArray[Any]) -> "LogisticRegression":
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=STRENGTH, max_iter=MOST_STEPS).fit(matrix, truth)


def _rule(fitted: "LogisticRegression", people: int) -> tuple[Sums, Sums]:
    """Weights and intercepts for everybody; scikit-learn has one row for two people, the second one's."""
    if people == rules.LEAST_PEOPLE:
        return np.vstack([-fitted.coef_, fitted.coef_]) / 2, np.array([-1, 1]) * fitted.intercept_[0] / 2
    return fitted.coef_, fitted.intercept_


def _chances(sums: Sums, truth: NDArray[Any], folds: NDArray[Any]) -> list[list[float]]:
    """The chances of each example, as sure as the other folds allow."""
    chances: list[list[float]] = [[]] * len(truth)
    for fold in range(FOLDS):
        out = folds == fold
        if out.any():
            temperature, sharpness = calibrated(sums[~out], truth[~out])
            for place in np.flatnonzero(out):
                one = sums[place].tolist()
                chances[place] = rules.softmax(one, rules.scale_of(one, temperature, sharpness))
    return chances
