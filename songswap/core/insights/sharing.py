"""How what a person shares of their listening changes."""

from msgspec.structs import replace

from songswap.model.sharing import Sharing


def without_group(sharing: Sharing, group: str) -> Sharing:
    """The sharing of somebody who has left `group`: whoever joins again, shares again only when they say so."""
    return replace(sharing, groups=tuple(one for one in sharing.groups if one != group))
