import pytest

from songswap.core.people.profiles import ProfileError, checked_about, checked_name


@pytest.mark.parametrize(
    ("text", "kept"),
    [("  Ada  Lovelace ", "Ada Lovelace"), ("", ""), ("<b>Ada</b>", "<b>Ada</b>"), ("林俊傑", "林俊傑"), ("🎧", "🎧")],
)
def test_a_name_is_kept_on_one_line(text: str, kept: str) -> None:
    assert checked_name(text) == kept


@pytest.mark.parametrize("text", ["x" * 61, "a\x00b", "a\u202eb", "a\u200bb", "\u3164"])
def test_what_is_no_name_is_refused_in_words(text: str) -> None:
    with pytest.raises(ProfileError, match="A name"):
        checked_name(text)


def test_a_line_about_oneself_may_be_empty_and_not_too_long() -> None:
    assert checked_about(" \u200b ") == ""
    assert checked_about("hi\n\x07there") == "hi\nthere"
    with pytest.raises(ProfileError, match="300 are the most"):
        checked_about("x" * 301)
