"""Names that look the same are told apart, and no others are touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.people.lookalikes import told_apart, visible

OTHERS = [("Ann", "ann"), ("Ian", "ian"), ("Jim", "jim"), ("Zoë", "zoe"), ("Москва", "moscow")]


@pytest.mark.parametrize(
    "name",
    [
        "Ann",
        "ann",
        "ANN",
        "Аnn",
        "𝐀𝐧𝐧",
        "Ａｎｎ",
        "Ann\u3164",
        "A\u200bnn",
        "ian",
        "lan",
        "Jirn",
        "Zoe\u0308",
        "Mосква",
    ],
)
def test_a_name_that_looks_like_anothers_shows_the_handle(name: str) -> None:
    assert told_apart(name, "evil", OTHERS) == f"{name} (@evil)"


@pytest.mark.parametrize("name", ["Anna", "An", "Anne", "Zoé", "Jam", "Ann B.", "Bob", "Анна"])
def test_a_name_that_looks_like_nobodys_stays_as_it_is(name: str) -> None:
    assert told_apart(name, "friend", OTHERS) == name


@pytest.mark.parametrize("name", ["Ann (@ann)", "the real @jim"])
def test_nobody_passes_for_somebody_elses_handle(name: str) -> None:
    assert told_apart(name, "evil", OTHERS) == f"{name} (@evil)"


def test_ones_own_handle_may_be_in_ones_name() -> None:
    assert told_apart("DJ @ann", "ann", [("Bob", "bob")]) == "DJ @ann"


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("  Ann \n B ", "Ann B"),
        ("Ann\u202e", "Ann"),
        ("\u2066Ann\u2069", "Ann"),
        ("\u3164\u2800", ""),
        ("Jalapeño 🎉", "Jalapeño 🎉"),
    ],
)
def test_of_a_name_is_kept_what_can_be_seen(name: str, seen: str) -> None:
    assert visible(name) == seen


@given(st.text(max_size=20), st.text(max_size=20))
def test_looking_alike_goes_both_ways(one: str, other: str) -> None:
    assert (told_apart(one, "a1", [(other, "b1")]) == one) == (told_apart(other, "b1", [(one, "a1")]) == other)


@given(st.text(max_size=20))
def test_everything_looks_like_itself(name: str) -> None:
    assert told_apart(name, "a1", [(name, "b1")]) == f"{name} (@a1)"
