"""Who may see what of a person: one table for pages, API, search, feed and export."""

import hmac
from collections.abc import Collection

from songswap.model import Audience, Circle, Profile, Relation, Section

_MAY_SEE: dict[Audience, tuple[Relation, ...]] = {
    "me": ("self",),
    "groups": ("self", "group"),
    "everybody": ("self", "group", "here"),
    "link": ("self", "group", "here", "link"),
}


def relation(
    viewer: str, owner: str, *, have_common_group: bool, is_blocked: bool, holds_link: bool = False
) -> Relation:
    """What `viewer` (empty: not logged in) is to `owner`; `is_blocked` if one of the two has blocked the other."""
    if viewer and viewer == owner:
        return "self"
    if is_blocked:
        return "nobody"
    if viewer:
        return "group" if have_common_group else "here"
    return "link" if holds_link else "nobody"


def may_see(relation: Relation, audience: Audience) -> bool:
    """Whether somebody who is this to the owner is among the audience."""
    return relation in _MAY_SEE[audience]


def sees_profile(relation: Relation, profile: Profile) -> bool:
    """Whether they may see that there is such a person, their name, picture and line about themselves."""
    return may_see(relation, profile.audience)


def sees_section(relation: Relation, profile: Profile, section: Section) -> bool:
    """Whether they may see this part of the profile; nobody else may unless the person says so."""
    return sees_profile(relation, profile) and may_see(relation, profile.sections.get(section, "me"))


def are_apart(one: str, circle_of_one: Circle, other: str, circle_of_other: Circle) -> bool:
    """Whether one of the two has blocked the other."""
    return other in circle_of_one.blocked or one in circle_of_other.blocked


def opens_profile(profile: Profile, secret: str) -> bool:
    """Whether `secret` is that of the profile's link."""
    return bool(profile.link_secret) and hmac.compare_digest(profile.link_secret.encode(), secret.encode())


def hidden_from(viewer: str, circle: Circle, circles: Collection[tuple[str, Circle]]) -> frozenset[str]:
    """Accounts of which `viewer`, whose circle is `circle`, reads nothing: muted, blocked, or blocking them."""
    blocking = {account for account, theirs in circles if viewer in theirs.blocked}
    return frozenset({*circle.muted, *circle.blocked, *blocking} - {viewer})
