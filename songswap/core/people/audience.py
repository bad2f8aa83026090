"""Who may see what of a person, their listening included: one place for pages, API, search, feed, figures and lists."""

from collections.abc import Collection, Mapping

from songswap.model.people import Group
from songswap.model.profiles import Audience, Circle, Profile, Relation, Section
from songswap.model.sharing import Sharing

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


def sees_listening(relation: Relation, sharing: Sharing, common_groups: Collection[str]) -> bool:
    """Whether somebody who is this to the owner may see their listening; `common_groups` are those both are in."""
    if relation == "group" and not set(sharing.groups).isdisjoint(common_groups):
        return True
    return relation == "self" or (sharing.everybody and relation in {"group", "here"})


def seen_in_group(
    reader: str, group: Group, sharings: Mapping[str, Sharing], apart: Collection[str]
) -> tuple[str, ...]:
    """Whose listening makes up the group's as `reader`, who is in it, sees it: of those who agreed, and their own.

    Of those `apart`, one of whom has blocked the other, nothing is in it.
    """
    known = ((one, relation(reader, one, have_common_group=True, is_blocked=one in apart)) for one in group.members)
    agreed = (one for one, what in known if sees_listening(what, sharings.get(one, Sharing()), {group.id}))
    return tuple(sorted(agreed))


def seen_by_everybody(reader: str, sharings: Mapping[str, Sharing], apart: Collection[str]) -> tuple[str, ...]:
    """Whose listening makes up that of everybody here as `reader` sees it."""
    everybody = {*sharings, reader}
    known = ((one, relation(reader, one, have_common_group=False, is_blocked=one in apart)) for one in everybody)
    return tuple(sorted(one for one, what in known if sees_listening(what, sharings.get(one, Sharing()), ())))


def are_apart(one: str, circle_of_one: Circle, other: str, circle_of_other: Circle) -> bool:
    """Whether one of the two has blocked the other."""
    return other in circle_of_one.blocked or one in circle_of_other.blocked


def apart_from(viewer: str, circle: Circle, circles: Collection[tuple[str, Circle]]) -> frozenset[str]:
    """Accounts of which `viewer`, whose circle is `circle`, sees nothing: blocked, or blocking them."""
    return frozenset(one for one, theirs in circles if one != viewer and are_apart(viewer, circle, one, theirs))
