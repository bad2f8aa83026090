"""Lists as playlists: pages to send, what a call without an answer has done, and what one list changes of another."""

from collections.abc import Iterator, Sequence
from typing import Final

from songswap.model.playlists import Entry, ListChange

PAGE: Final = 100
"""Tracks in one call [Spotify: add items to a playlist]."""
MOST_ROWS: Final = 10_000
"""Of a playlist [Spotify's help page “Playlist limits”]."""
MOST_RENEWED: Final = PAGE
"""Tracks in a playlist that renews itself: one call puts them all in place of the others, or none."""


def pages(uris: Sequence[str], start: int = 0) -> Iterator[tuple[str, ...]]:
    """What is still to be sent after the first `start` were, a call at a time."""
    for first in range(start, len(uris), PAGE):
        yield tuple(uris[first : first + PAGE])


def arrived(wanted: Sequence[str], tail: Sequence[str]) -> int | None:
    """How many of the tracks `wanted` are in a playlist, of which `tail` is all that came after they were begun.

    None where somebody else has changed it meanwhile, so that nobody can tell.
    """
    count = len(tail)
    return count if count <= len(wanted) and list(tail) == list(wanted[:count]) else None


def distinct(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The same without tracks that are on the list already."""
    first: dict[str, Entry] = {}
    for entry in entries:
        first.setdefault(entry.uri, entry)
    return tuple(first.values())


def change(before: Sequence[Entry], after: Sequence[Entry], at_ms: float) -> ListChange | None:
    """What is other in `after`; None where nothing is."""
    was, will_be = [entry.uri for entry in before], [entry.uri for entry in after]
    if was == will_be:
        return None
    stayed = set(was) & set(will_be)
    order_before = [uri for uri in was if uri in stayed]
    order_after = [uri for uri in will_be if uri in stayed]
    return ListChange(
        round(at_ms),
        added=tuple(entry for entry in after if entry.uri not in stayed),
        removed=tuple(entry for entry in before if entry.uri not in stayed),
        moved=sum(one != other for one, other in zip(order_before, order_after, strict=True)),
    )
