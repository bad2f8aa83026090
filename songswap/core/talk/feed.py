"""A feed: posts of many places, the newest first, in pages that follow on each other without gap or repetition."""

import heapq
import re
from collections.abc import Iterable, Iterator
from typing import Final

from songswap.model.posts import Place, Post

CURSOR: Final = re.compile(r"([0-9]{1,16})-(wall|group)-([A-Za-z0-9_-]{1,64})")


class CursorError(Exception):
    """This is no cursor; the message says so, for people."""


Item = tuple[Place, Post]
Mark = tuple[int, str]
"""What orders a feed: the number of a post, and its place where two have the same."""


def cursor_of(item: Item) -> str:
    """What names the place in the feed behind this item."""
    place, post = item
    return f"{post.n}-{place.kind}-{place.id}"


def mark_of(cursor: str) -> Mark:
    """The mark a cursor stands for. Raises CursorError."""
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise CursorError("This is no cursor of a feed. Take the `next` of the answer before, or none.")
    return int(found[1]), f"{found[2]}:{found[3]}"


def before_in(place: Place, mark: Mark | None) -> int | None:
    """Below which number the posts of `place` come after the mark; None for all of them."""
    if mark is None:
        return None
    number, name = mark
    return number + 1 if str(place) < name else number


def merged(sources: Iterable[Iterator[Item]]) -> Iterator[Item]:
    """The items of all sources, each of which gives the newest first; one source is read no further than needed."""
    return heapq.merge(*sources, key=_mark, reverse=True)


def _mark(item: Item) -> Mark:
    return item[1].n, str(item[0])
