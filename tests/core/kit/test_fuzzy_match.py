import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.kit.fuzzy_match import found, plain, score

PEOPLE = {
    "ada": ("Ada Lovelace", "ada"),
    "bjork": ("Björk Guðmundsdóttir", "bjork"),
    "bob": ("Bob", "bob"),
    "bobby": ("Bobby Brown", "bobby2"),
    "jose": ("José Müller-Straße", "jose"),
    "lin": ("林俊傑", "lin"),
    "night": ("Friday Night", "friday_night"),
}


def names(wanted: str) -> list[str]:
    return found(wanted, list(PEOPLE.items()), 10)


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("ada", "ada"),
        ("ADA", "ada"),
        ("love", "ada"),
        ("lovelace ada", "ada"),
        ("bjork", "bjork"),
        ("Björk", "bjork"),
        ("gudmunds", "bjork"),
        ("bjrok", "bjork"),
        ("jose", "jose"),
        ("strasse", "jose"),
        ("muler", "jose"),
        ("林", "lin"),
        ("fridya", "night"),
        ("fridaynight", "night"),
        ("nigth", "night"),
        ("bobb", "bobby"),
    ],
)
def test_people_are_found_in_spite_of_case_accents_and_errors(wanted: str, first: str) -> None:
    assert names(wanted)[:1] == [first]


def test_the_name_itself_comes_before_longer_ones() -> None:
    assert names("bob") == ["bob", "bobby"]


@pytest.mark.parametrize("wanted", ["", "  ", "!!", "\u0301", "zzzz", "xy", "q"])
def test_what_is_like_nothing_finds_nothing(wanted: str) -> None:
    assert names(wanted) == []


def test_no_more_than_wanted_are_found() -> None:
    assert len(found("a", [(n, (f"a{n}",)) for n in range(50)], 10)) == 10


@given(st.text(min_size=1, max_size=30))
def test_everything_is_found_by_its_own_name(name: str) -> None:
    if plain(name):
        assert score(plain(name), (name,)) == 0


@given(st.text(alphabet="abcdefgh ", min_size=8, max_size=20), st.integers(0, 30))
def test_one_letter_left_out_of_a_long_word_is_forgiven(name: str, place: int) -> None:
    words = plain(name)
    longest = max(words.split(), key=len, default="")
    if len(longest) >= 6:
        at = 1 + place % (len(longest) - 1)
        assert score(longest[:at] + longest[at + 1 :], (name,)) is not None


@given(st.text(max_size=60))
def test_plain_text_is_plain_already(text: str) -> None:
    assert plain(plain(text)) == plain(text)
