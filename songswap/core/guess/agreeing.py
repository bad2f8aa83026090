"""Who agreed that it is learnt from them, and which picks of people can be had. Documents in, documents out."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from songswap.core.guess.classifier import LEAST_PEOPLE, MOST_PEOPLE, pick_id
from songswap.model.guessing import Agreed, GuessKind, Pick, Picks

MOST_PICKS: Final = 6
"""Of a group; the one wanted longest ago makes room."""


class PickError(Exception):
    """This pick can't be had; the message says why, for people."""


def agreed(before: Agreed, group: str, *, songs: bool, words: bool) -> Agreed:
    """What somebody agrees to, with other wishes for `group`."""
    return Agreed(_with(before.songs, group, is_in=songs), _with(before.words, group, is_in=words))


def picked(
    picks: Picks, kind: GuessKind, accounts: Sequence[str], agreeing: Collection[str], now_ms: float
) -> tuple[Picks, Pick]:
    """The picks with these people as the latest; learnt again if there was one of them. Raises PickError."""
    people = tuple(sorted(set(accounts)))
    if not LEAST_PEOPLE <= len(people) <= MOST_PEOPLE:
        raise PickError(f"Pick {LEAST_PEOPLE} to {MOST_PEOPLE} people, not {len(people)}.")
    if not set(people) <= set(agreeing):
        what = "their songs are" if kind == "songs" else "their words are"
        raise PickError(f"Not everybody picked has agreed that {what} learnt from.")
    name = pick_id(kind, people)
    before = next((one for one in picks.items if one.id == name), None)
    pick = Pick(name, kind, people, now_ms, before.rev + 1 if before else 1)
    others = (one for one in picks.items if one.id != name)
    return Picks((pick, *others)[:MOST_PICKS]), pick


def kept(picks: Picks, agreeing: Mapping[GuessKind, Collection[str]]) -> Picks:
    """The picks of which everybody still agrees."""
    return replace(picks, items=tuple(one for one in picks.items if set(one.accounts) <= set(agreeing[one.kind])))


def _with(groups: Sequence[str], group: str, *, is_in: bool) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*groups, group])) if is_in else tuple(one for one in groups if one != group)
