"""Asking for a new list of devices."""

from msgspec.structs import replace

from songswap.documents import WISH
from songswap.web.kit.services import Services
from songswap.web.people.membership import wish_of


def look(services: Services, account: str) -> None:
    """Ask the worker for a look at somebody's devices."""
    wish = wish_of(services.store, account)
    services.store.write(WISH, replace(wish, look_rev=wish.look_rev + 1), account)
