import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.discovery.audio_attributes import NAMES
from songswap.core.guess.traits import song_traits, text_traits, told


def test_a_song_has_its_artists_words_genres_and_sound() -> None:
    found = song_traits(
        "Blue River (Live)", ["Björk", "The Paper Engines"], ["Art Pop"], {"energy": 1.5, "tempo": -9.0}
    )
    assert found == {
        "artist=bjork": 1.0,
        "artist=the paper engines": 1.0,
        "word=blue": 1.0,
        "word=river": 1.0,
        "word=live": 1.0,
        "genre=art pop": 1.0,
        "sound=energy": 0.5,
        "sound=tempo": -1.0,
    }


@pytest.mark.parametrize(
    ("text", "traits"),
    [
        ("More BASS!!", {"word=more", "word=bass", "mark=!", "length=very short"}),
        ("is it late?", {"word=is", "word=it", "word=late", "mark=?", "mark=lower", "length=very short"}),
        ("STOP THAT NOW", {"word=stop", "word=that", "word=now", "mark=CAPS", "length=very short"}),
        ("ok :)", {"word=ok", "mark=:)", "mark=lower", "length=very short"}),
        ("🎂", {"emoji=🎂", "length=very short"}),
        ("  \n ", set()),
        ("l’été", {"word=l’été", "begins=l’ét", "ends=’été", "mark=lower", "length=very short"}),
    ],
)
def test_a_text_has_its_words_marks_and_length(text: str, traits: set[str]) -> None:
    assert set(text_traits(text)) == traits


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("artist=the paper engines", 1, "the artist The Paper Engines"),
        ("word=blue", 1, "the word “blue”"),
        ("genre=art pop", 1, "the genre art pop"),
        ("sound=energy", 0.4, "energy above the usual"),
        ("sound=tempo", -0.4, "tempo below the usual"),
        ("begins=thin", 0.5, "a word that begins with “thin”"),
        ("ends=king", 0.5, "a word that ends in “king”"),
        ("emoji=🎂", 1, "🎂"),
        ("mark=!", 1, "exclamation marks"),
        ("length=short", 0.5, "a text that is short"),
    ],
)
def test_traits_are_told_in_words(trait: str, value: float, words: str) -> None:
    assert told(trait, value) == words


@given(st.text(max_size=300))
def test_every_trait_of_any_text_can_be_told(text: str) -> None:
    for trait, value in text_traits(text).items():
        assert told(trait, value)
        assert 0 < value <= 1


@given(
    st.text(max_size=60),
    st.lists(st.text(max_size=30), max_size=3),
    st.dictionaries(st.sampled_from(NAMES), st.floats(-50, 50)),
)
def test_every_trait_of_any_song_can_be_told_and_none_is_out_of_range(title, artists, attributes) -> None:  # type: ignore[no-untyped-def]
    for trait, value in song_traits(title, artists, (), attributes).items():
        assert told(trait, value)
        assert -1 <= value <= 1
