"""What searches found, in memory for a while: people who look for the same cost one call."""

from collections import OrderedDict

from songswap.model import Track

KEPT_MS = 600_000.0
MOST_KEPT = 500


class Finds:
    """The songs found for each query of the last ten minutes."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, tuple[float, tuple[Track, ...]]] = OrderedDict()

    def keep(self, words: str, tracks: tuple[Track, ...], now_ms: float) -> None:
        """Remember what was found for `words`."""
        self._found[words.casefold()] = (now_ms, tracks)
        self._found.move_to_end(words.casefold())
        if len(self._found) > MOST_KEPT:
            self._found.popitem(last=False)

    def tracks(self, words: str, now_ms: float) -> tuple[Track, ...] | None:
        """What was found for `words` lately, or None."""
        at_ms, tracks = self._found.get(words.casefold(), (-KEPT_MS, ()))
        return tracks if now_ms - at_ms < KEPT_MS else None

    def track(self, uri: str, now_ms: float) -> Track | None:
        """The song of this uri, if one was found lately."""
        fresh = (tracks for at_ms, tracks in self._found.values() if now_ms - at_ms < KEPT_MS)
        return next((track for tracks in fresh for track in tracks if track.uri == uri), None)
