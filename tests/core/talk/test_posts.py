import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.kit.text import PostError, checked_text
from songswap.core.talk.posts import LONGEST_POST, Page, checked_reaction, compacted, rows_of, without_author
from songswap.model.posts import Card, Carded, Edited, Post, Reacted, Removed, Row, Version, Written

PEOPLE = ("ada", "ben", "cleo")
LINK = Card("track", "https://open.spotify.com/track/x", "Song")


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Rows as a log has them: numbers grow, and what changes a post comes after it."""
    rows: list[Row] = []
    for n in range(1, draw(st.integers(1, 25)) + 1):
        by = draw(st.sampled_from(PEOPLE))
        posts = [row.n for row in rows if isinstance(row, Written)]
        kind = draw(st.sampled_from(["written", "edited", "removed", "reacted", "carded"])) if posts else "written"
        of = draw(st.sampled_from(posts)) if posts else 0
        match kind:
            case "written":
                answers = draw(st.sampled_from([None, *posts]))
                rows.append(Written(n, float(n), by, f"text {n}", answers=answers, mentions=("ben",)))
            case "edited":
                rows.append(Edited(n, of, float(n), f"text {n}", mentions=("ada",)))
            case "removed":
                rows.append(Removed(n, of, float(n), by))
            case "reacted":
                rows.append(Reacted(n, of, by, draw(st.sampled_from("👍🔥")), draw(st.booleans())))
            case _:
                rows.append(Carded(n, of, LINK))
    return rows


def read(rows: list[Row]) -> dict[int, Post]:
    return Page(rows).posts


@given(histories())
def test_a_compacted_page_reads_the_same(rows: list[Row]) -> None:
    assert read(compacted(rows)) == read(rows)
    assert compacted(compacted(rows)) == compacted(rows)


@given(histories(), st.integers(0, 25))
def test_a_page_compacted_on_the_way_reads_the_same_in_the_end(rows: list[Row], cut: int) -> None:
    assert read([*compacted(rows[:cut]), *rows[cut:]]) == read(rows)


@given(histories(), st.sampled_from(PEOPLE))
def test_nothing_of_an_author_is_left_and_nothing_of_the_others_is_lost(rows: list[Row], account: str) -> None:
    left = without_author(rows, account)
    before, after = read(rows), read(left)
    assert rows_of(left, account) == []
    assert account not in str([(row.by if hasattr(row, "by") else "", getattr(row, "mentions", ())) for row in left])
    assert after.keys() == before.keys()
    for n, post in before.items():
        if post.by != account:
            assert after[n].text == post.text
            assert after[n].answers == post.answers
            assert after[n].versions == post.versions
        else:
            assert (after[n].text, after[n].card, after[n].versions) == ("", None, ())


@given(histories())
def test_what_everybody_wrote_is_all_there_is(rows: list[Row]) -> None:
    words = [row for account in PEOPLE for row in rows_of(rows, account)]
    assert sorted(row.n for row in words) == sorted(row.n for row in rows)


def test_an_edit_keeps_what_was_before_and_a_removal_too() -> None:
    page = Page([Written(1, 1.0, "ada", "first", card=LINK), Edited(2, 1, 2.0, "second")])
    assert page.posts[1].text == "second"
    assert page.posts[1].card == LINK
    page.apply(Removed(3, 1, 3.0, "ben"))
    post = page.posts[1]
    assert (post.text, post.card, post.removed_by) == ("", None, "ben")
    assert post.versions == (Version("first", 2.0), Version("second", 3.0))
    page.apply(Edited(4, 1, 4.0, "too late"))
    assert page.posts[1] == post


def test_reactions_count_once_each_and_can_be_taken_back() -> None:
    page = Page([Written(1, 1.0, "ada", "x"), Reacted(2, 1, "ben", "👍"), Reacted(3, 1, "ben", "👍")])
    assert page.posts[1].reactions == {"👍": ("ben",)}
    page.apply(Reacted(4, 1, "ben", "👍", is_on=False))
    assert page.posts[1].reactions == {}


def test_a_change_to_what_is_not_there_changes_nothing() -> None:
    page = Page([Written(1, 1.0, "ada", "x")])
    assert page.apply(Edited(2, 7, 2.0, "y")) is None
    assert list(page.posts) == [1]


def test_replies_are_known_by_what_they_answer() -> None:
    page = Page([Written(1, 1.0, "ada", "x"), Written(2, 1.0, "ben", "y", answers=1)])
    assert page.replies == {1: [2]}
    assert [post.n for post in page.newest_first()] == [2, 1]
    assert [post.n for post in page.newest_first(2)] == [1]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  hello \n", "hello"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("👨‍👩‍👧‍👦 e\u0301", "👨‍👩‍👧‍👦 é"),
        ("a\n\n\n\n\nb", "a\n\n\nb"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("x\ty", "x    y"),
    ],
)
def test_text_is_kept_without_what_cannot_be_seen(text: str, kept: str) -> None:
    assert checked_text(text, LONGEST_POST) == kept


@pytest.mark.parametrize("control", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_text_that_turns_the_direction_of_what_follows_is_refused(control: str) -> None:
    with pytest.raises(PostError, match="turn the direction"):
        checked_text(f"abc{control}cba", 100)


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00", "\u200b\u200d"])
def test_nothing_to_be_seen_is_nothing_to_send(text: str) -> None:
    with pytest.raises(PostError, match="nothing to send"):
        checked_text(text, LONGEST_POST)


def test_a_megabyte_is_too_long_and_said_so() -> None:
    with pytest.raises(PostError, match=r"1,000,000 characters; 5,000"):
        checked_text("x" * 1_000_000, LONGEST_POST)


@given(st.text(max_size=200))
def test_whatever_is_typed_is_refused_or_printable_and_stable(text: str) -> None:
    try:
        kept = checked_text(text, LONGEST_POST)
    except PostError:
        assert not any(unicodedata.category(one)[0] in "LNPS" for one in text)
        return
    assert checked_text(kept, LONGEST_POST) == kept
    assert not any(unicodedata.category(one) in {"Cc", "Cs"} for one in kept if one != "\n")


def test_one_reacts_with_what_is_offered() -> None:
    assert checked_reaction("👍") == "👍"
    with pytest.raises(PostError, match="One can react with"):
        checked_reaction("🍕")
