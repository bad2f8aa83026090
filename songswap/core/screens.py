"""The screen for the TV: who may link to it, and which link opens it."""

import hmac

from msgspec.structs import replace

from songswap.core.groups import demand
from songswap.model import Group


def renew_screen(group: Group, by: str, secret: str) -> Group:
    """The group with a new link to its screen; the old one is dead. Raises RefusedError."""
    demand(group, by, "invite")
    return replace(group, screen_secret=secret)


def opens_screen(group: Group, secret: str) -> bool:
    """Whether `secret` is the one that opens the group's screen."""
    return bool(group.screen_secret) and hmac.compare_digest(group.screen_secret.encode(), secret.encode())
