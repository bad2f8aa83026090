"""Who may do what in a group, and how a group changes: Group in, Group out."""

from collections.abc import Mapping
from typing import Literal

from msgspec.structs import replace

from songswap.core.kit import secret_links
from songswap.model.links import SecretLink
from songswap.model.people import Group, Member, Role

NAME_LENGTH = 60
MOST_GROUPS = 100
"""That a person is in: each costs something with every look at all of them."""

Right = Literal["playback", "session", "invite", "manage"]
RIGHTS: Mapping[Role, tuple[Right, ...]] = {
    "host": ("playback", "session", "invite", "manage"),
    "co-host": ("playback", "session", "invite"),
    "listener": (),
}
"""playback and session: the controls; invite: see the link; manage: name, members, roles, a new link."""

REFUSALS: Mapping[Right, str] = {
    "playback": "Only the host and co-hosts control what plays.",
    "session": "Only the host and co-hosts start and stop the session.",
    "invite": "Only the host and co-hosts see the invitation.",
    "manage": "Only the host may do that.",
}

NOT_VALID = "This invitation is not valid, or it was replaced by a newer one."

RefusalCode = Literal[
    "already_over",
    "bad_description",
    "bad_interval",
    "bad_name",
    "calm",
    "cannot_lead",
    "duplicate_request",
    "hand_over_first",
    "hidden",
    "invite_expired",
    "invite_invalid",
    "invite_only",
    "list_changed",
    "no_such_member",
    "no_such_request",
    "no_timer",
    "not_a_member",
    "not_asking",
    "not_allowed",
    "not_listening",
    "not_removed",
    "not_running",
    "too_many_asking",
    "too_many_groups",
    "too_many_requests",
]


class RefusedError(Exception):
    """The rules of a group forbid it; `code` is for programs, `message` for people."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def clean_name(text: str) -> str:
    """`text` with single spaces, fit to be a group's name. Raises RefusedError (bad_name)."""
    name = " ".join(text.split())
    if not name:
        raise RefusedError("bad_name", "A group needs a name.")
    if len(name) > NAME_LENGTH:
        raise RefusedError("bad_name", f"A group's name has at most {NAME_LENGTH} characters.")
    if not name.isprintable():
        raise RefusedError("bad_name", "A group's name must be made of characters one can see.")
    return name


def found(group_id: str, name: str, host: str, invite: SecretLink, now_ms: float) -> Group:
    """A new group with `host` alone in it, and its first invite. Raises RefusedError (bad_name)."""
    return Group(
        id=group_id,
        name=clean_name(name),
        created_at_ms=now_ms,
        invite=invite,
        members={host: Member("host", now_ms)},
    )


def check_room(count: int, *, own: bool = True) -> None:
    """Raises RefusedError (too_many_groups) if the one who asks, or somebody not their `own`, is in enough groups."""
    if count >= MOST_GROUPS:
        who = "You are" if own else "This person is"
        raise RefusedError("too_many_groups", f"{who} in {MOST_GROUPS} groups, which are the most. Leave one first.")


def role_of(group: Group, account: str) -> Role:
    """The role of `account`. Raises RefusedError (not_a_member)."""
    member = group.members.get(account)
    if member is None:
        raise RefusedError("not_a_member", "There is no such group, or you are not in it.")
    return member.role


def demand(group: Group, account: str, right: Right) -> None:
    """Raises RefusedError (not_a_member, not_allowed) unless `account` has `right` in the group."""
    if right not in RIGHTS[role_of(group, account)]:
        raise RefusedError("not_allowed", REFUSALS[right])


def rename(group: Group, by: str, name: str) -> Group:
    """The group under another name. Raises RefusedError."""
    demand(group, by, "manage")
    return replace(group, name=clean_name(name))


def renew_invite(group: Group, by: str, invite: SecretLink) -> Group:
    """The group with a new invite; the old one is dead. Raises RefusedError."""
    demand(group, by, "manage")
    return replace(group, invite=invite)


def check_invite(group: Group, secret: str, now_ms: float) -> None:
    """Raises RefusedError (invite_invalid, invite_expired) unless `secret` opens the group now."""
    if not secret_links.fits(group.invite, secret):
        raise RefusedError("invite_invalid", NOT_VALID)
    if now_ms >= group.invite.expires_at_ms:
        raise RefusedError("invite_expired", "This invitation has expired.")


def join(group: Group, account: str, secret: str, now_ms: float, *, is_shut_out: bool) -> Group:
    """The group with `account` in it; unchanged for those who are in it already. Raises RefusedError.

    Who `is_shut_out` learns no more than that the invitation is not valid.
    """
    check_invite(group, secret, now_ms)
    if account in group.members:
        return group
    if is_shut_out:
        raise RefusedError("invite_invalid", NOT_VALID)
    asking = {one: at for one, at in group.asking.items() if one != account}
    return replace(group, members={**group.members, account: Member("listener", now_ms)}, asking=asking)


def leave(group: Group, account: str) -> Group | None:
    """The group without `account`; None when nobody is left.

    Raises RefusedError: a host who is not alone hands over first.
    """
    if role_of(group, account) == "host" and len(group.members) > 1:
        raise RefusedError("hand_over_first", "You are the host: hand the group over to somebody before you leave.")
    return _without(group, account)


def remove(group: Group, by: str, whom: str, invite: SecretLink, screen: SecretLink, now_ms: float) -> Group:
    """The group without `whom`, who is remembered, and with new links: they may know the old ones.

    Raises RefusedError; a host leaves, and isn't removed.
    """
    demand(group, by, "manage")
    _must_be_member(group, whom)
    if whom == group.host:
        raise RefusedError("hand_over_first", "The host can't be removed: hand the group over first.")
    left = replace(group, members=_others(group, whom), removed={**group.removed, whom: now_ms})
    return with_new_links(_settled(left), invite, screen)


def let_back(group: Group, by: str, whom: str) -> Group:
    """The group into which `whom`, who was removed, may come again as anybody. Raises RefusedError."""
    demand(group, by, "manage")
    if whom not in group.removed:
        raise RefusedError("not_removed", "This person is not kept out of the group.")
    return replace(group, removed={one: at for one, at in group.removed.items() if one != whom})


def with_new_links(group: Group, invite: SecretLink, screen: SecretLink) -> Group:
    """The group with another invite, and another link to its screen if it has one."""
    return replace(group, invite=invite, screen=screen if group.screen else None)


def assign(group: Group, by: str, whom: str, role: Role) -> Group:
    """The group with `whom` in `role`. Making somebody host hands over: the old host stays as co-host.

    Raises RefusedError.
    """
    demand(group, by, "manage")
    _must_be_member(group, whom)
    if whom == group.host:
        if role == "host":
            return group
        raise RefusedError("hand_over_first", "A group needs a host: make somebody else host instead.")
    members = {**group.members, whom: replace(group.members[whom], role=role)}
    if role == "host":
        members[group.host] = replace(group.members[group.host], role="co-host")
    return _settled(replace(group, members=members))


def vanish(group: Group, account: str) -> Group | None:
    """The group after `account` ceased to be; a host's role passes to the longest-standing co-host, else member."""
    role_of(group, account)
    if account == group.host and (heir := _heir(group)):
        group = assign(group, account, heir, "host")
    return _without(group, account)


def _heir(group: Group) -> str | None:
    others = _others(group, group.host)
    return min(others, key=lambda one: (others[one].role != "co-host", others[one].joined_at_ms), default=None)


def _without(group: Group, account: str) -> Group | None:
    others = _others(group, account)
    return _settled(replace(group, members=others)) if others else None


def _settled(group: Group) -> Group:
    """Without a screen whose maker looks after the group no more."""
    maker = group.members.get(group.screen_by)
    has_right = maker is not None and "invite" in RIGHTS[maker.role]
    return group if has_right or group.screen is None else replace(group, screen=None, screen_by="")


def _others(group: Group, account: str) -> dict[str, Member]:
    return {one: member for one, member in group.members.items() if one != account}


def _must_be_member(group: Group, account: str) -> None:
    if account not in group.members:
        raise RefusedError("no_such_member", "This person is not in the group.")
