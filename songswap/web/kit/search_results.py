"""What searches found, in memory for a while: people who look for the same cost one call."""

from collections import OrderedDict
from typing import Literal

from songswap.model.library import Found
from songswap.model.music import Track

KEPT_MS = 600_000.0
MOST_KEPT = 500

Kind = Literal["tracks", "artists", "mixed", "recommendations"]
"""What was asked for; `mixed` is songs and artists in one call."""


class Finds:
    """What was found for each query of the last ten minutes."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[Kind, str], tuple[float, Found]] = OrderedDict()

    def keep(self, kind: Kind, words: str, found: Found, now_ms: float) -> None:
        """Remember what was found for `words`."""
        key = kind, words.casefold()
        self._found[key] = (now_ms, found)
        self._found.move_to_end(key)
        if len(self._found) > MOST_KEPT:
            self._found.popitem(last=False)

    def get(self, kind: Kind, words: str, now_ms: float) -> Found | None:
        """What was found for `words` lately, or None."""
        at_ms, found = self._found.get((kind, words.casefold()), (-KEPT_MS, Found()))
        return found if now_ms - at_ms < KEPT_MS else None

    def track(self, uri: str, now_ms: float) -> Track | None:
        """The song of this uri, if one was found lately."""
        fresh = (found for at_ms, found in self._found.values() if now_ms - at_ms < KEPT_MS)
        return next((track for found in fresh for track in found.tracks if track.uri == uri), None)
