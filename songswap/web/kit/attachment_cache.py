"""What links to Spotify led to, in memory: whoever posts the same again costs no call."""

from collections import OrderedDict
from typing import Final

from songswap.model.posts import Card

KEPT: Final = 500


class Cards:
    """What links led to, in memory: whoever posts the same costs no call."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Card] = OrderedDict()

    def get(self, href: str) -> Card | None:
        """What the link leads to, if somebody posted it lately."""
        return self._known.get(href)

    def keep(self, card: Card) -> None:
        """Remember what its link leads to."""
        self._known[card.href] = card
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
