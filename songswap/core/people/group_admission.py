"""Which groups are found by others, and who gets in how: Group in, Group out."""

from typing import Final

from msgspec.structs import replace

from songswap.core.people.groups import RefusedError, demand, role_of
from songswap.core.people.profiles import ProfileError, checked_about
from songswap.model.people import Admission, Group, Member
from songswap.model.profiles import Circle

MOST_ASKING: Final = 100


def is_shut_out(group: Group, account: str, circle_of_host: Circle) -> bool:
    """Whether `account`, who is not in the group, may not come in: removed from it, or blocked by its host."""
    return account not in group.members and (account in group.removed or account in circle_of_host.blocked)


def way_in(group: Group, *, is_shut_out: bool) -> Admission:
    """How somebody gets in besides the invite; who is shut out sees a group that nobody gets into so."""
    return "invite" if is_shut_out else group.admission


def reads_posts(group: Group, account: str, *, is_shut_out: bool) -> bool:
    """Whether a group's posts are for `account`: for members, and for everybody here where anybody may join."""
    is_open = group.is_listed and way_in(group, is_shut_out=is_shut_out) == "open"
    return account in group.members or (bool(account) and is_open)


def shows_face(group: Group, account: str) -> bool:
    """Whether `account` may know of the group: its name, description, picture, and how many are in it."""
    return account in group.members or (bool(account) and group.is_listed)


def describe(group: Group, by: str, text: str) -> Group:
    """The group with a description. Raises RefusedError."""
    demand(group, by, "manage")
    try:
        return replace(group, description=checked_about(text))
    except ProfileError as error:
        raise RefusedError("bad_description", str(error)) from error


def open_up(group: Group, by: str, *, is_listed: bool, admission: Admission) -> Group:
    """The group listed or hidden, and its way in; a hidden one is joined by invitation. Raises RefusedError."""
    demand(group, by, "manage")
    if not is_listed and admission != "invite":
        raise RefusedError("hidden", "Nobody can find a hidden group: it is joined by invitation.")
    asking = group.asking if admission == "approval" else {}
    return replace(group, is_listed=is_listed, admission=admission, asking=asking)


def ask(group: Group, account: str, now_ms: float, *, is_shut_out: bool) -> Group:
    """The group with `account` in it if it is open, else asking to get in; unchanged for members and those who ask.

    Raises RefusedError.
    """
    if account in group.members or account in group.asking:
        return group
    admission = way_in(group, is_shut_out=is_shut_out)
    if not group.is_listed or admission == "invite":
        raise RefusedError("invite_only", "This group is joined by invitation.")
    if admission == "open":
        return replace(group, members={**group.members, account: Member("listener", now_ms)})
    if len(group.asking) >= MOST_ASKING:
        raise RefusedError("too_many_asking", "Many people wait to be let in already. Try again later.")
    return replace(group, asking={**group.asking, account: now_ms})


def take_back(group: Group, account: str) -> Group:
    """The group without the wish of `account` to get in."""
    return replace(group, asking={one: at for one, at in group.asking.items() if one != account})


def answer(group: Group, by: str, whom: str, now_ms: float, *, accepts: bool, is_shut_out: bool) -> Group:
    """The group with `whom` let in, or turned away, by a host or co-host. Raises RefusedError.

    Who asked before the host shut them out is let in by nobody.
    """
    role_of(group, by)
    demand(group, by, "invite")
    if whom not in group.asking:
        raise RefusedError("not_asking", "This person does not ask to get in any more.")
    if accepts and is_shut_out:
        raise RefusedError("not_asking", "The host keeps this person out of the group.")
    after = take_back(group, whom)
    return replace(after, members={**after.members, whom: Member("listener", now_ms)}) if accepts else after
