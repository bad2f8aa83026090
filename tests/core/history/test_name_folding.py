"""Names that people write differently are the same; all others stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.history import name_folding

NAMES = st.text(max_size=12)
HASH_ON_DISK = -3214623365547529658
OWN_ID_ON_DISK = "~ac117febaeb94af02f22"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Song", "song"),
        ("  Song\u00a0 of\tmine ", "song of mine"),
        ("Straße", "STRASSE"),
        ("ﬁn", "fin"),
        ("Bjo\u0308rk", "BJÖRK"),
        ("Ｗｉｄｅ", "wide"),
    ],
)
def test_spellings_of_one_name_fold_to_the_same(one: str, other: str) -> None:
    assert name_folding.folded(one) == name_folding.folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Song", "Song - Remastered"), ("Song", "Song!"), ("Bjork", "Björk"), ("a b", "ab")]
)
def test_nothing_cleverer_is_done_to_names(one: str, other: str) -> None:
    assert name_folding.folded(one) != name_folding.folded(other)


@given(NAMES)
def test_folding_twice_changes_nothing(name: str) -> None:
    assert name_folding.folded(name_folding.folded(name)) == name_folding.folded(name)


@given(st.from_regex(r"[\x00-\x7f]{0,12}", fullmatch=True))
def test_the_short_way_for_plain_letters_gives_the_same(name: str) -> None:
    assert name_folding.folded(name) == name_folding.folded(name + "\u00e9").removesuffix("\u00e9").rstrip()


def test_an_artist_and_a_title_are_not_mistaken_for_another_pair() -> None:
    assert name_folding.recording_hash("a b", "c") != name_folding.recording_hash("a", "b c")
    assert name_folding.own_id("a b", "c") != name_folding.own_id("a", "b c")
    assert name_folding.recording_hash("a", "b") != name_folding.album_hash("a", "b")


@given(NAMES, NAMES)
def test_hashes_are_of_64_bits_with_a_sign(artist: str, title: str) -> None:
    for number in (
        name_folding.recording_hash(artist, title),
        name_folding.artist_hash(artist),
        name_folding.unnamed_hash(title),
    ):
        assert -(2**63) <= number < 2**63


def test_an_id_of_our_own_is_told_from_spotifys() -> None:
    own = name_folding.own_id("Björk", "Jóga")
    assert own == name_folding.own_id("björk ", "JÓGA")
    assert (name_folding.is_own_id(own), len(own)) == (True, 21)
    assert not name_folding.is_own_id("6gZVQvQZOFpzIy3HblJ20F")


def test_no_album_has_no_hash() -> None:
    assert name_folding.album_hash("Björk", " ") is None


def test_hashes_stay_what_they_are_on_disk() -> None:
    assert name_folding.recording_hash("Björk", "Jóga") == HASH_ON_DISK
    assert name_folding.own_id("Björk", "Jóga") == OWN_ID_ON_DISK


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Jóga", "Jóga"),
        ("One\nTwo\x00", "One Two"),
        ("half \ud83d", "half"),
        ("椎名林檎 🍎", "椎名林檎 🍎"),
        ("x" * 2_000, "x" * name_folding.LONGEST_FOLDED),
    ],
)
def test_names_are_kept_on_one_line_and_of_bounded_length(name: str, kept: str) -> None:
    assert name_folding.cleaned(name) == kept


@given(st.text())
def test_a_clean_name_stays_as_it_is(name: str) -> None:
    assert name_folding.cleaned(name_folding.cleaned(name)) == name_folding.cleaned(name)
