"""Who may do what in a group, and how a group changes: Group in, Group out."""

import hmac
from collections.abc import Mapping
from typing import Literal

from msgspec.structs import replace

from songswap.model import Group, Invite, Member, Role

INVITE_LIFE_MS = 14 * 24 * 3_600_000
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


def found(group_id: str, name: str, host: str, secret: str, now_ms: float) -> Group:
    """A new group with `host` alone in it; `secret` makes its first invite. Raises RefusedError (bad_name)."""
    return Group(
        id=group_id,
        name=clean_name(name),
        created_at_ms=now_ms,
        invite=Invite(secret, now_ms + INVITE_LIFE_MS),
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


def renew_invite(group: Group, by: str, secret: str, now_ms: float) -> Group:
    """The group with a new invite; the old one is dead. Raises RefusedError."""
    demand(group, by, "manage")
    return replace(group, invite=Invite(secret, now_ms + INVITE_LIFE_MS))


def check_invite(group: Group, secret: str, now_ms: float) -> None:
    """Raises RefusedError (invite_invalid, invite_expired) unless `secret` opens the group now."""
    if not hmac.compare_digest(group.invite.secret.encode(), secret.encode()):
        raise RefusedError("invite_invalid", "This invitation is not valid, or it was replaced by a newer one.")
    if now_ms >= group.invite.expires_at_ms:
        raise RefusedError("invite_expired", "This invitation has expired.")


def join(group: Group, account: str, secret: str, now_ms: float) -> Group:
    """The group with `account` in it; unchanged for those who are in it already. Raises RefusedError."""
    check_invite(group, secret, now_ms)
    if account in group.members:
        return group
    asking = {one: at for one, at in group.asking.items() if one != account}
    return replace(group, members={**group.members, account: Member("listener", now_ms)}, asking=asking)


def leave(group: Group, account: str) -> Group | None:
    """The group without `account`; None when nobody is left.

    Raises RefusedError: a host who is not alone hands over first.
    """
    if role_of(group, account) == "host" and len(group.members) > 1:
        raise RefusedError("hand_over_first", "You are the host: hand the group over to somebody before you leave.")
    return _without(group, account)


def remove(group: Group, by: str, whom: str) -> Group:
    """The group without `whom`. Raises RefusedError; a host leaves, and isn't removed."""
    demand(group, by, "manage")
    _must_be_member(group, whom)
    if whom == group.host:
        raise RefusedError("hand_over_first", "The host can't be removed: hand the group over first.")
    return replace(group, members=_others(group, whom))


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
    return replace(group, members=members)


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
    return replace(group, members=others) if others else None


def _others(group: Group, account: str) -> dict[str, Member]:
    return {one: member for one, member in group.members.items() if one != account}


def _must_be_member(group: Group, account: str) -> None:
    if account not in group.members:
        raise RefusedError("no_such_member", "This person is not in the group.")
