"""How what a person shares of their listening changes, and which link opens it."""

import hmac

from msgspec.structs import replace

from songswap.model import Sharing


def opens_link(sharing: Sharing, secret: str) -> bool:
    """Whether `secret` is the one that opens the person's shared pages."""
    return bool(sharing.link_secret) and hmac.compare_digest(sharing.link_secret.encode(), secret.encode())


def without_group(sharing: Sharing, group: str) -> Sharing:
    """The sharing of somebody who has left `group`: whoever joins again, shares again only when they say so."""
    return replace(sharing, groups=tuple(one for one in sharing.groups if one != group))
