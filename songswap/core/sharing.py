"""Who may see whose listening: oneself always, others only as far as the person shares it."""

import hmac
from collections.abc import Collection, Mapping

from msgspec.structs import replace

from songswap.model import Group, Sharing


def may_see(reader: str, owner: str, sharing: Sharing, common_groups: Collection[str]) -> bool:
    """Whether `reader` may see the listening of `owner`, who shares it so; `common_groups` are those both are in."""
    return reader == owner or sharing.everybody or not set(sharing.groups).isdisjoint(common_groups)


def seen_in_group(reader: str, group: Group, sharings: Mapping[str, Sharing]) -> tuple[str, ...]:
    """Whose listening makes up the group's as `reader`, who is in it, sees it: of those who agreed, and their own."""
    agreed = (one for one in group.members if may_see(reader, one, _of(sharings, one), {group.id}))
    return tuple(sorted(agreed))


def seen_by_everybody(reader: str, sharings: Mapping[str, Sharing]) -> tuple[str, ...]:
    """Whose listening makes up that of everybody here as `reader` sees it."""
    return tuple(sorted(one for one in {*sharings, reader} if may_see(reader, one, _of(sharings, one), ())))


def opens_link(sharing: Sharing, secret: str) -> bool:
    """Whether `secret` is the one that opens the person's shared pages."""
    return bool(sharing.link_secret) and hmac.compare_digest(sharing.link_secret.encode(), secret.encode())


def without_group(sharing: Sharing, group: str) -> Sharing:
    """The sharing of somebody who has left `group`: whoever joins again, shares again only when they say so."""
    return replace(sharing, groups=tuple(one for one in sharing.groups if one != group))


def _of(sharings: Mapping[str, Sharing], account: str) -> Sharing:
    return sharings.get(account, Sharing())
