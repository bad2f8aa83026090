"""Memory of groups and people that are gone, let go: otherwise each that came and went would leave something behind."""

import asyncio
import contextlib
from typing import Final

from songswap.model.posts import Place
from songswap.store import StoreError
from songswap.web.kit.services import Resources

EVERY_S: Final = 60.0


async def watch(here: Resources) -> None:
    """Do so as long as the server runs."""
    while True:
        await asyncio.sleep(EVERY_S)
        with contextlib.suppress(StoreError):
            forget_gone(here)


def forget_gone(here: Resources) -> None:
    """Let go of what is kept of those whose folders are gone. Raises StoreError."""
    accounts, groups = set(here.store.names("accounts")), set(here.store.names("groups"))

    def is_there(place: Place) -> bool:
        return place.id in (accounts if place.kind == "wall" else groups)

    here.books.forget_gone(is_there)
    here.hub.forget_gone(is_there)
    here.groups.forget_gone(groups)
    for known in (here.profiles, here.circles, here.reading, here.notices):
        known.forget_gone(accounts)
    here.store.forget_gone()
