"""The rule that is learnt, beside scikit-learn's plain pipeline on the same data, and the base rates."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from msgspec.structs import replace as with_

from songswap.core.guess.classifier import ask, log_loss
from songswap.learning.examples import Example
from songswap.learning.train import FOLDS, SEED, learn, vocabulary
from tests.learning.people import tastes

PEOPLE = ("ada", "bob", "cleo")


def plain(examples: list[Example]):  # type: ignore[no-untyped-def]
    """scikit-learn's pipeline, its traits and whose they are."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    ordered = sorted(examples, key=lambda one: (one.account, one.key))
    pipeline = make_pipeline(DictVectorizer(), LogisticRegression(max_iter=1_000))
    return pipeline, [one.traits for one in ordered], [one.account for one in ordered], [one.key for one in ordered]


@pytest.mark.parametrize("people", [PEOPLE, PEOPLE[:2]])
def test_before_it_is_calibrated_its_chances_are_those_of_scikit_learn(people: tuple[str, ...]) -> None:
    examples = tastes(400, Random(1), people)
    brain = with_(learn(examples, people).brain, temperature=1.0, sharpness=1.0, doubt=0.0)
    pipeline, traits, truth, _ = plain(examples)
    pipeline.fit(traits, truth)
    for one, expected in list(zip(traits, pipeline.predict_proba(traits), strict=True))[::7]:
        said = {chance.account: chance.chance for chance in ask(brain, one).chances}
        assert [said[account] for account in people] == pytest.approx(list(expected), abs=2e-3)


def test_left_out_it_is_no_worse_than_scikit_learns_and_better_than_the_base_rates() -> None:
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

    examples = tastes(600, Random(2))
    lesson = learn(examples, PEOPLE)
    pipeline, traits, truth, keys = plain(examples)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    chances = cross_val_predict(pipeline, traits, truth, groups=keys, cv=folds, method="predict_proba")
    places = [PEOPLE.index(one) for one in truth]
    accuracy = float(np.mean(chances.argmax(axis=1) == places))
    assert lesson.quality.accuracy.share == pytest.approx(accuracy, abs=0.01)
    assert lesson.quality.log_loss <= log_loss(chances.tolist(), places) + 0.005
    assert lesson.quality.log_loss < lesson.quality.base_log_loss
    assert lesson.quality.is_better
    assert lesson.quality.calibration < 0.06


def test_where_there_is_nothing_to_learn_it_says_the_base_rates_and_that_it_is_no_better() -> None:
    rng = Random(3)
    examples = [Example(PEOPLE[key % 3], key, {f"word={rng.randrange(30)}": 1.0}) for key in range(300)]
    lesson = learn(examples, PEOPLE)
    assert not lesson.quality.is_better
    assert lesson.quality.log_loss == pytest.approx(lesson.quality.base_log_loss, abs=0.03)


def test_the_order_of_examples_changes_nothing() -> None:
    examples = tastes(200, Random(4))
    shuffled = Random(5).sample(examples, len(examples))
    assert learn(examples, PEOPLE) == learn(shuffled, PEOPLE)


def test_a_trait_that_all_have_alike_speaks_for_nobody() -> None:
    examples = [replace(one, traits={**one.traits, "word=the": 1.0}) for one in tastes(300, Random(6))]
    weights = learn(examples, PEOPLE).brain.weights["word=the"]
    assert max(weights) - min(weights) < 0.35


def test_base_rates_are_how_much_everybody_brought() -> None:
    examples = [
        Example(account, key, {"word=a": 1.0})
        for key, account in enumerate(["ada"] * 60 + ["bob"] * 20 + ["cleo"] * 20)
    ]
    assert learn(examples, PEOPLE).brain.base == (0.6, 0.2, 0.2)


def test_examples_without_any_common_trait_leave_a_rule_that_knows_nothing() -> None:
    examples = [Example(PEOPLE[key % 3], key, {f"word={key}": 1.0}) for key in range(90)]
    lesson = learn(examples, PEOPLE)
    assert lesson.brain.weights == {}
    assert ask(lesson.brain, {"word=1": 1.0}).is_too_little


def test_rare_traits_are_left_out_and_the_most_common_kept() -> None:
    assert vocabulary([{"a": 1.0, "b": 1.0}, {"a": 1.0}, {"c": 1.0}]) == {"a"}


def test_the_same_thing_of_two_people_is_left_out_together() -> None:
    """Else a song that two play would be known from one of them when it is asked of the other."""
    examples = tastes(200, Random(7))
    doubled = [*examples, *(replace(one, account="bob") for one in examples if one.account == "ada")]
    lesson = learn(doubled, PEOPLE)
    by_key: dict[int, set[tuple[float, ...]]] = {}
    for one, chances in zip(lesson.examples, lesson.left_out, strict=True):
        by_key.setdefault(one.key, set()).add(tuple(round(chance, 12) for chance in chances))
    assert all(len(said) == 1 for said in by_key.values())
