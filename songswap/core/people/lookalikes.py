"""Two people never look the same: a name that looks like somebody else's is shown with the handle behind it."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from confusable_homoglyphs.confusables import confusables_data

from songswap.core.people.handles import mentioned

BLANKS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that show nothing, though they count as what can be seen."""


def visible(name: str) -> str:
    """`name` on one line, without what can't be seen or turns the direction of what follows; may be empty."""
    words = " ".join(unicodedata.normalize("NFC", name).split())
    return "".join(one for one in words if one.isprintable() and one not in BLANKS).strip()


def told_apart(name: str, handle: str, others: Iterable[tuple[str, str]]) -> str:
    """`name`, with its owner's handle behind it if it looks like that of one of `others`, or says it has their handle.

    `others` are names and handles of everybody else.
    """
    keys, said = _looks(name), set(mentioned(name))
    if any(not keys.isdisjoint(_looks(other)) or its in said for other, its in others):
        return f"{name} (@{handle})"
    return name


@lru_cache(4_096)
def _looks(name: str) -> frozenset[str]:
    """What `name` looks like: names that share one of these look the same [UTS #39, section 4: skeletons].

    Case is put aside before and after, as a capital I is an l by its looks, and an i by what it is.
    """
    plain = unicodedata.normalize("NFKC", visible(name))
    return frozenset({plain.casefold(), _skeleton(_skeleton(plain).casefold())})


def _skeleton(text: str) -> str:
    return "".join(map(_prototype, unicodedata.normalize("NFD", text)))


def _prototype(letter: str) -> str:
    """The one of all that look like `letter` which stands for them."""
    alike = [str(one["c"]) for one in confusables_data.get(letter, ())]
    if len(alike) != 1:  # many look like this one: it stands for them
        return letter
    back = [str(one["c"]) for one in confusables_data.get(alike[0], ())]
    return min(letter, alike[0]) if back == [letter] else alike[0]
