import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.people.handles import HANDLE, HandleError, checked_handle, handle_for, mentioned


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Ada", "ada"),
        ("Ben Ö. Müller", "ben_o_muller"),
        ("  ", "friend"),
        ("李雷", "friend"),
        ("🎧", "friend"),
        ("x", "friend"),
        ("Maximiliane von und zu Hohenstein", "maximiliane_von_und"),
        ("STRAẞE", "strasse"),
    ],
)
def test_a_handle_is_made_from_the_name(name: str, handle: str) -> None:
    assert handle_for(name, ()) == handle


def test_a_handle_that_is_taken_gets_a_number() -> None:
    assert handle_for("Ada", {"ada", "ada2"}) == "ada3"


@given(st.text(max_size=60), st.sets(st.sampled_from(["friend", "friend2", "ada"])))
def test_every_name_gives_a_fit_handle_nobody_has(name: str, taken: set[str]) -> None:
    handle = handle_for(name, taken)
    assert HANDLE.fullmatch(handle)
    assert handle not in taken


@pytest.mark.parametrize("text", ["ada", "@Ada", " ada_2 ", "a1", "a" * 24])
def test_what_fits_is_taken_in_small_letters(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]+", checked_handle(text))


@pytest.mark.parametrize("text", ["", "a", "_ada", "ada_", "a b", "ädä", "a" * 25, "../x", "ada\n.", "<b>"])
def test_what_does_not_fit_is_refused_in_words(text: str) -> None:
    with pytest.raises(HandleError, match="A handle has 2 to 24"):
        checked_handle(text)


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("hey @ada and @Ben_2!", ("ada", "ben_2")),
        ("@ada @ADA", ("ada",)),
        ("mail ada@example.org", ()),
        ("https://example.org/@ada", ()),
        ("@" + "a" * 25, ()),
        ("(@ada)", ("ada",)),
    ],
)
def test_mentions_are_found_in_text_and_not_in_addresses(text: str, handles: tuple[str, ...]) -> None:
    assert mentioned(text) == handles
