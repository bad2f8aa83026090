"""What may be asked of each attribute."""

import pytest

from songswap.core.discovery.audio_attributes import ATTRIBUTES, NAMES, TargetError, checked, in_order, told


def test_all_nine_attributes_are_there_in_the_order_people_see_them() -> None:
    assert tuple(ATTRIBUTES) == NAMES
    assert len(NAMES) == 9


def test_targets_come_in_our_order() -> None:
    assert list(checked({"tempo": 120, "energy": 0.5})) == ["energy", "tempo"]
    assert in_order(["tempo", "loudness", "energy"]) == ("energy", "tempo")


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ({"loudness": -5}, "There is no attribute “loudness”"),
        ({"energy": 1.5}, "energy is from 0 to 1, not 1.5"),
        ({"tempo": 301}, "tempo is from 0 to 300, not 301"),
        ({"popularity": -1}, "popularity is from 0 to 100"),
        ({"energy": float("nan")}, "energy is from 0 to 1, not nan"),
    ],
)
def test_target_that_can_not_be_meant_is_named(targets: dict[str, float], said: str) -> None:
    with pytest.raises(TargetError, match=said):
        checked(targets)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("energy", 0.8, "energy 0.8"), ("liveness", 0.061, "liveness 0.06"), ("tempo", 120.6, "tempo 121")],
)
def test_values_are_told_in_words(name: str, value: float, words: str) -> None:
    assert told(name, value) == words
