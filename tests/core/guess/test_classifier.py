from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.guess import classifier
from songswap.core.guess.classifier import (
    ask,
    doubt_after,
    is_forgotten,
    is_worth_learning,
    pick_id,
    quality_of,
    softmax,
    wilson,
)
from songswap.model.guessing import Brain, Quality

BRAIN = Brain(
    accounts=("ada", "bob"),
    base=(0.75, 0.25),
    intercepts=(0.0, 0.0),
    weights={"artist=aiko": (1.0, -1.0), "word=bass": (-2.0, 2.0), "word=so": (0.001, 0.0)},
    temperature=1.0,
    sharpness=1.0,
    doubt=0.0,
)


def test_who_it_speaks_for_is_first_with_what_spoke_for_and_against() -> None:
    verdict = ask(BRAIN, {"word=bass": 1.0, "artist=aiko": 1.0, "word=unknown": 1.0})
    assert [one.account for one in verdict.chances] == ["bob", "ada"]
    bob, ada = verdict.chances
    assert (round(bob.chance, 3), bob.base) == (0.881, 0.25)
    assert [(reason.words, reason.weight) for reason in bob.reasons] == [
        ("the word “bass”", 2.0),
        ("the artist Aiko", -1.0),
    ]
    assert [reason.weight for reason in ada.reasons] == [1.0, -2.0]
    assert not verdict.is_too_little


def test_without_any_known_trait_the_base_rates_are_said_and_that_it_is_too_little() -> None:
    verdict = ask(BRAIN, {"word=unknown": 1.0})
    assert verdict.is_too_little
    assert [(one.account, one.chance, one.base) for one in verdict.chances] == [
        ("ada", 0.75, 0.75),
        ("bob", 0.25, 0.25),
    ]


def test_what_moves_hardly_anything_is_no_reason() -> None:
    assert not ask(BRAIN, {"word=so": 1.0}).chances[0].reasons


def test_a_doubt_keeps_every_chance_from_being_certain() -> None:
    doubtful = Brain(BRAIN.accounts, BRAIN.base, (50.0, -50.0), BRAIN.weights, 1.0, 1.0, doubt_after(78))
    first, last = ask(doubtful, {"word=so": 1.0}).chances
    assert first.chance == pytest.approx(1 - 0.25 / 80)
    assert last.chance == pytest.approx(0.25 / 80)


@given(
    st.lists(st.floats(-20, 20), min_size=2, max_size=8),
    st.floats(0.2, 10),
    st.dictionaries(st.sampled_from(["word=a", "word=b", "word=c"]), st.floats(-1, 1), min_size=1),
)
def test_chances_add_up_to_one_and_are_in_order(
    intercepts: list[float], temperature: float, traits: dict[str, float]
) -> None:
    people = tuple(f"p{place}" for place in range(len(intercepts)))
    base = tuple(1 / len(people) for _ in people)
    weights = {f"word={one}": tuple(place * 0.5 for place in range(len(people))) for one in "abc"}
    chances = [
        one.chance
        for one in ask(Brain(people, base, tuple(intercepts), weights, temperature, 1.0, 0.01), traits).chances
    ]
    assert sum(chances) == pytest.approx(1)
    assert chances == sorted(chances, reverse=True)
    assert min(chances) > 0


@pytest.mark.parametrize(
    ("hits", "count", "least", "most"), [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596)]
)
def test_the_interval_is_wilsons(hits: int, count: int, least: float, most: float) -> None:
    found = wilson(hits, count)
    assert (round(found.least, 3), round(found.most, 3), found.count) == (least, most, count)


def test_nothing_seen_says_nothing() -> None:
    assert (wilson(0, 0).least, wilson(0, 0).most) == (0.0, 1.0)


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=8), st.floats(0.2, 10), st.floats(0.5, 2.5))
def test_scaling_changes_how_sure_it_is_and_never_the_order(
    sums: list[float], temperature: float, sharpness: float
) -> None:
    scale = classifier.scale_of(sums, temperature, sharpness)
    chances = softmax(sums, scale)
    assert scale > 0
    assert sum(chances) == pytest.approx(1)
    assert [chances[place] for place in sorted(range(len(sums)), key=sums.__getitem__)] == sorted(chances)


def test_sharpness_makes_the_shy_shyer_and_the_bold_bolder() -> None:
    close, apart = [0.2, -0.2], [4.0, -4.0]
    assert classifier.scale_of(close, 1.0, 2.0) < 1 < classifier.scale_of(apart, 1.0, 2.0)
    assert classifier.scale_of(close, 2.0, 1.0) == 0.5


def test_quality_tells_accuracy_the_majority_and_how_far_stated_chances_are_off() -> None:
    chances = [[0.8, 0.2]] * 6 + [[0.3, 0.7]] * 4
    truth = [0] * 6 + [0, 1, 1, 1]
    quality = quality_of(chances, truth, (0.7, 0.3))
    assert (quality.accuracy.share, quality.majority) == (0.9, 0.7)
    assert quality.log_loss == pytest.approx(-(6 * log(0.8) + log(0.3) + 3 * log(0.7)) / 10)
    assert quality.base_log_loss == pytest.approx(-(7 * log(0.7) + 3 * log(0.3)) / 10)
    assert quality.calibration == pytest.approx((6 * 0.2 + abs(4 * 0.7 - 3)) / 10)


@pytest.mark.parametrize(("hits", "is_better"), [(95, True), (72, False)])
def test_it_is_better_only_if_that_is_sure(hits: int, is_better: bool) -> None:
    assert Quality(wilson(hits, 100), 0.7, 0.0, 0.0, 0.0).is_better is is_better


def test_less_of_anything_is_to_be_forgotten_and_more_is_not() -> None:
    assert is_forgotten({"ada": {1, 2}}, {"ada": {1}})
    assert is_forgotten({"ada": {1}, "bob": {2}}, {"ada": {1}})
    assert is_forgotten({"ada": {1}}, {"ada": {2}})
    assert not is_forgotten({"ada": {1}}, {"ada": {1, 2}, "bob": {3}})


@pytest.mark.parametrize(("more", "is_worth"), [(0, False), (10, False), (11, True)])
def test_a_tenth_more_is_worth_learning(more: int, is_worth: bool) -> None:
    assert is_worth_learning({"ada": 50, "bob": 50}, {"ada": 50 + more, "bob": 50}) is is_worth


def test_the_same_people_make_the_same_pick_in_any_order() -> None:
    assert pick_id("songs", ["ada", "bob"]) == pick_id("songs", ["bob", "ada"])
    assert len({pick_id("songs", ["ada", "bob"]), pick_id("words", ["ada", "bob"]), pick_id("songs", ["ada"])}) == 3
