import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.discovery.audio_attributes import NAMES, AttributeName
from songswap.core.discovery.similar import FAR, Values, likeness, names_like

MEANS: Values = {"energy": 0.5, "valence": 0.5, "tempo": 120.0}
SPREADS: Values = {"energy": 0.2, "valence": 0.2, "tempo": 30.0}
ALL: dict[AttributeName, float] = {"energy": 1.0, "valence": 1.0, "tempo": 1.0}


def values(energy: float = 0.5, valence: float = 0.5, tempo: float = 120.0) -> dict[AttributeName, float]:
    return {"energy": energy, "valence": valence, "tempo": tempo}


def test_what_is_alike_and_unusual_is_named_first_with_both_values() -> None:
    why = likeness(values(energy=0.95), values(energy=0.93, tempo=122), MEANS, SPREADS, ALL)
    assert why.alike == ("energy 0.93 (0.95)", "valence 0.50", "tempo 122 (120)")
    assert why.differs == ()
    assert why.nearness == "very near"


def test_what_differs_is_named_with_where_it_leads() -> None:
    why = likeness(values(), values(energy=0.1, tempo=180), MEANS, SPREADS, ALL)
    assert why.differs == (
        "energy 0.10 instead of 0.50, towards “calm”",
        "tempo 180 instead of 120, towards “fast”",
    )
    assert why.alike == ("valence 0.50",)
    assert why.nearness == FAR


def test_what_does_not_count_is_no_reason() -> None:
    why = likeness(values(), values(energy=0.1), MEANS, SPREADS, {"energy": 0.0, "tempo": 2.0})
    assert (why.alike, why.differs, why.nearness) == (("tempo 120",), (), "very near")
    assert likeness(values(), values(), MEANS, SPREADS, {}).nearness == FAR


VALUES = st.fixed_dictionaries({name: st.floats(0, 1) for name in NAMES})


@given(VALUES, VALUES, st.dictionaries(st.sampled_from(NAMES), st.floats(0, 10)))
def test_nothing_is_alike_and_different_at_once(
    song: Values, other: Values, weights: dict[AttributeName, float]
) -> None:
    spreads = dict.fromkeys(NAMES, 0.25)
    why = likeness(song, other, dict.fromkeys(NAMES, 0.5), spreads, weights)
    named = [text.split()[0] for text in (*why.alike, *why.differs)]
    assert len(named) == len(set(named))
    assert len(named) <= 5


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("dancng by the rver paper engine", [1]), ("PAPER ENGINES", [1, 2]), ("something else entirely", []), ("", [])],
)
def test_names_are_found_in_spite_of_slips(wanted: str, expected: list[int]) -> None:
    there = [(1, "Dancing by the River The Paper Engines"), (2, "Monday The Paper Engines"), (3, "Halcyon Rivers")]
    assert names_like(wanted, there, 5)[: len(expected) or 1] == expected
