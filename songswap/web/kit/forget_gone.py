"""Memory of groups and people that are gone, let go: otherwise each that came and went would leave something behind."""

import asyncio
import contextlib
from typing import Final

from songswap.model.posts import Place
from songswap.store import StoreError
from songswap.web.kit.services import Services

FORGET_EVERY_S: Final = 60.0


async def watch(services: Services) -> None:
    """Do so as long as the server runs."""
    while True:
        await asyncio.sleep(FORGET_EVERY_S)
        with contextlib.suppress(StoreError):
            forget_gone(services)


def forget_gone(services: Services) -> None:
    """Let go of what is kept of those whose folders are gone. Raises StoreError."""
    accounts, groups = set(services.store.names("accounts")), set(services.store.names("groups"))

    def is_there(place: Place) -> bool:
        return place.id in (accounts if place.kind == "wall" else groups)

    services.books.forget_gone(is_there)
    services.hub.forget_gone(is_there)
    services.groups.forget_gone(groups)
    for known in (services.profiles, services.circles, services.reading, services.notices):
        known.forget_gone(accounts)
    services.store.forget_gone()
