import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.talk.feed import CursorError, Item, before_in, cursor_of, mark_of, merged
from songswap.model.posts import Place, Post

PLACES = [Place("wall", "ada"), Place("wall", "bob"), Place("group", "g1")]


@given(st.lists(st.lists(st.integers(1, 12), unique=True, max_size=8), min_size=3, max_size=3), st.integers(1, 4))
def test_pages_of_a_feed_hold_every_post_once_the_newest_first(numbers: list[list[int]], limit: int) -> None:
    posts = dict(zip(PLACES, numbers, strict=True))

    def page(cursor: str | None) -> list[Item]:
        mark = mark_of(cursor) if cursor else None
        sources = []
        for place, there in posts.items():
            before = before_in(place, mark)
            found = [n for n in sorted(there, reverse=True) if before is None or n < before]
            sources.append(iter([(place, Post(n, 0.0, "ada", "")) for n in found]))
        return list(merged(sources))[:limit]

    seen: list[Item] = []
    cursor = None
    while items := page(cursor):
        seen += items
        cursor = cursor_of(items[-1])
    every = {(post.n, str(place)) for place, post in seen}
    assert len(seen) == sum(map(len, numbers)) == len(every)
    assert [post.n for _, post in seen] == sorted((post.n for _, post in seen), reverse=True)


@pytest.mark.parametrize("cursor", ["", "1", "1-chat-g1", "-1-wall-ada", "1-wall-", "1-wall-../x", "1-wall-a\n"])
def test_what_is_no_cursor_is_refused_in_words(cursor: str) -> None:
    with pytest.raises(CursorError, match="no cursor of a feed"):
        mark_of(cursor)
