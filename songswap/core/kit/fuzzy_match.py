"""Finding by name: forgiving of case, accents and typing errors, quick enough for every letter typed."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, TypeVar

from rapidfuzz.distance import OSA

T = TypeVar("T")

LETTERS_PER_ERROR: Final = 4
"""So many letters typed allow one error: in shorter words everything would be like everything."""
_SPECIAL: Final = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


@lru_cache(4_096)
def plain(text: str) -> str:
    """`text` without case, accents and punctuation, its words apart by single blanks."""
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_SPECIAL)
    kept = "".join(one if one.isalnum() else " " for one in letters if not unicodedata.combining(one))
    return " ".join(kept.split())


def found(wanted: str, there: Iterable[tuple[T, tuple[str, ...]]], limit: int) -> list[T]:
    """The things of which a name is like `wanted`, the best first, of equals in their order; each has some names."""
    words = plain(wanted)
    if not words:
        return []
    rated = ((score(words, names), place, one) for place, (one, names) in enumerate(there))
    fitting = sorted(((rate, place, one) for rate, place, one in rated if rate is not None), key=lambda row: row[:2])
    return [one for _, _, one in fitting[:limit]]


def score(wanted: str, names: tuple[str, ...]) -> float | None:
    """How far the nearest of the names is from what is wanted, a `plain` text; None for too far."""
    scores = [one for name in names if (one := _distance(wanted, plain(name))) is not None]
    return min(scores, default=None)


def _distance(wanted: str, name: str) -> float | None:
    """0 for the name itself, below 1 for its beginning, below 2 for words in it, more with each error."""
    if not name:
        return None
    if name.startswith(wanted):
        return 1 - len(wanted) / len(name)
    if f" {wanted}" in name:
        return 1.5
    words, there = wanted.split(), name.split()
    errors = [_errors(word, there) for word in words]
    if any(one is None for one in errors):
        return 2.0 if len(wanted) > 1 and wanted in name.replace(" ", "") else None
    total = sum(one or 0 for one in errors)
    return 2.0 + total


def _errors(word: str, there: list[str]) -> int | None:
    """Errors between `word` and the beginning of the nearest word; None for more than its length allows."""
    allowed = len(word) // LETTERS_PER_ERROR
    counted = [_of_prefix(word, other, allowed) for other in there]
    fitting = [one for one in counted if one <= allowed]
    return min(fitting, default=None)


def _of_prefix(word: str, other: str, allowed: int) -> int:
    """Errors between `word` and the beginning of `other`, which may be longer or shorter by as many letters."""
    ends = range(max(1, len(word) - allowed), len(word) + allowed + 1)
    return min(OSA.distance(word, other[:end], score_cutoff=allowed) for end in ends)
