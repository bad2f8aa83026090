from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from songswap.core.kit.secret_links import made
from songswap.core.people import groups
from songswap.core.people.group_admission import is_shut_out
from songswap.core.people.groups import RIGHTS, RefusedError, Right
from songswap.model.links import SecretLink
from songswap.model.people import Group, Member, Role
from songswap.model.profiles import Circle

NOW_MS = 1_000_000.0
INVITE = made("secret", "secret", NOW_MS + 1)
FRESH, SCREEN = made("fresh", "", NOW_MS + 9), made("screen", "", NOW_MS + 9)


def group(**roles: Role) -> Group:
    """A group of the people named, in the order they joined; underscores stand for the hyphen in co-host."""
    members = {name: Member(role, joined_at_ms=float(place)) for place, (name, role) in enumerate(roles.items())}
    return Group("g", "Friday", 0.0, INVITE, members)


FRIENDS = group(ada="host", bob="co-host", cleo="listener")


def roles(changed: Group | None) -> dict[str, Role]:
    assert changed
    return {account: member.role for account, member in changed.members.items()}


def refusal(attempt: Callable[[], object]) -> str:
    with pytest.raises(RefusedError) as refused:
        attempt()
    assert refused.value.message
    return refused.value.code


def test_founder_is_host_and_alone() -> None:
    new = groups.found("g", "  Friday   night ", "ada", INVITE, NOW_MS)
    assert new.name == "Friday night"
    assert roles(new) == {"ada": "host"}
    assert new.invite == INVITE


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "bell\x07", "\u202eflip"])
def test_unfit_names_are_refused(name: str) -> None:
    assert refusal(lambda: groups.clean_name(name)) == "bad_name"


@pytest.mark.parametrize("name", ["x" * 60, "Freitag ♥", "夜"])
def test_fit_names_are_kept(name: str) -> None:
    assert groups.clean_name(name) == name


@pytest.mark.parametrize(
    ("account", "rights"),
    [
        ("ada", {"playback", "session", "invite", "manage"}),
        ("bob", {"playback", "session", "invite"}),
        ("cleo", set()),
    ],
)
def test_rights_follow_the_role(account: str, rights: set[Right]) -> None:
    for right in RIGHTS["host"]:
        if right in rights:
            groups.demand(FRIENDS, account, right)
        else:
            assert refusal(lambda right=right: groups.demand(FRIENDS, account, right)) == "not_allowed"  # type: ignore[misc]  # a default binds the loop's value


def test_strangers_have_no_rights_at_all() -> None:
    assert refusal(lambda: groups.demand(FRIENDS, "zoe", "playback")) == "not_a_member"


def test_invite_lets_a_stranger_in_as_listener() -> None:
    assert roles(groups.join(FRIENDS, "zoe", "secret", NOW_MS, is_shut_out=False))["zoe"] == "listener"


def test_joining_twice_changes_nothing() -> None:
    assert groups.join(FRIENDS, "bob", "secret", NOW_MS, is_shut_out=False) is FRIENDS


@pytest.mark.parametrize(
    ("secret", "late_ms", "code"),
    [
        ("wrong", 0, "invite_invalid"),
        ("", 0, "invite_invalid"),
        ("sécret", 0, "invite_invalid"),
        ("secret", 1, "invite_expired"),
    ],
)
def test_dead_invites_let_nobody_in(secret: str, late_ms: float, code: str) -> None:
    assert refusal(lambda: groups.join(FRIENDS, "zoe", secret, NOW_MS + late_ms, is_shut_out=False)) == code


def test_renewed_invite_kills_the_old_one() -> None:
    renewed = groups.renew_invite(FRIENDS, "ada", FRESH)
    assert refusal(lambda: groups.join(renewed, "zoe", "secret", NOW_MS, is_shut_out=False)) == "invite_invalid"
    assert "zoe" in groups.join(renewed, "zoe", "fresh", NOW_MS, is_shut_out=False).members


def test_handing_over_makes_the_old_host_co_host() -> None:
    assert roles(groups.assign(FRIENDS, "ada", "cleo", "host")) == {"ada": "co-host", "bob": "co-host", "cleo": "host"}


def test_co_host_can_be_made_and_unmade() -> None:
    assert roles(groups.assign(FRIENDS, "ada", "cleo", "co-host"))["cleo"] == "co-host"
    assert roles(groups.assign(FRIENDS, "ada", "bob", "listener"))["bob"] == "listener"


def test_host_stays_host_until_somebody_else_is() -> None:
    assert refusal(lambda: groups.assign(FRIENDS, "ada", "ada", "listener")) == "hand_over_first"
    assert groups.assign(FRIENDS, "ada", "ada", "host") is FRIENDS
    assert refusal(lambda: groups.leave(FRIENDS, "ada")) == "hand_over_first"
    assert refusal(lambda: groups.remove(FRIENDS, "ada", "ada", FRESH, SCREEN, NOW_MS)) == "hand_over_first"


def test_members_leave_and_are_removed() -> None:
    assert roles(groups.leave(FRIENDS, "cleo")) == {"ada": "host", "bob": "co-host"}
    assert roles(groups.remove(FRIENDS, "ada", "bob", FRESH, SCREEN, NOW_MS)) == {"ada": "host", "cleo": "listener"}


def test_last_one_out_ends_the_group() -> None:
    assert groups.leave(group(ada="host"), "ada") is None


@pytest.mark.parametrize("by", ["bob", "cleo"])
def test_only_the_host_manages(by: str) -> None:
    assert refusal(lambda: groups.rename(FRIENDS, by, "Mine")) == "not_allowed"
    assert refusal(lambda: groups.remove(FRIENDS, by, "ada", FRESH, SCREEN, NOW_MS)) == "not_allowed"
    assert refusal(lambda: groups.assign(FRIENDS, by, by, "host")) == "not_allowed"
    assert refusal(lambda: groups.renew_invite(FRIENDS, by, FRESH)) == "not_allowed"


def test_nobody_unknown_is_removed_or_assigned() -> None:
    assert refusal(lambda: groups.remove(FRIENDS, "ada", "zoe", FRESH, SCREEN, NOW_MS)) == "no_such_member"
    assert refusal(lambda: groups.assign(FRIENDS, "ada", "zoe", "host")) == "no_such_member"


@pytest.mark.parametrize(
    ("people", "heir"),
    [
        (group(ada="host", bob="listener", cleo="co-host", dario="co-host"), "cleo"),
        (group(ada="host", bob="listener", cleo="listener"), "bob"),
    ],
)
def test_vanished_host_is_followed_by_the_longest_standing_co_host_else_member(people: Group, heir: str) -> None:
    after = groups.vanish(people, "ada")
    assert after
    assert after.host == heir
    assert "ada" not in after.members


PEOPLE = st.sampled_from(["ada", "bob", "cleo", "dario", "edda"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "leave", "remove", "host", "co-host", "listener", "vanish", "rename", "renew"]),
        PEOPLE,
        PEOPLE,
    ),
    max_size=40,
)


def invite_of(name: str) -> SecretLink:
    """An invite of its own; what is sealed in it is its secret."""
    secret = f"secret of {name}"
    return made(secret, secret, NOW_MS + 1)


def _step(before: Group, step: str, by: str, whom: str) -> Group | None:
    out = is_shut_out(before, whom, Circle())
    possible: dict[str, Callable[[], Group | None]] = {
        "join": lambda: groups.join(before, whom, before.invite.sealed, NOW_MS, is_shut_out=out),
        "leave": lambda: groups.leave(before, by),
        "remove": lambda: groups.remove(before, by, whom, invite_of(by), invite_of(whom), NOW_MS),
        "host": lambda: groups.assign(before, by, whom, "host"),
        "co-host": lambda: groups.assign(before, by, whom, "co-host"),
        "listener": lambda: groups.assign(before, by, whom, "listener"),
        "vanish": lambda: groups.vanish(before, by),
        "rename": lambda: groups.rename(before, by, whom),
        "renew": lambda: groups.renew_invite(before, by, invite_of(by)),
    }
    return possible[step]()


@given(STEPS)
def test_whatever_happens_a_group_has_exactly_one_host(steps: list[tuple[str, str, str]]) -> None:
    present: Group | None = groups.found("g", "Friday", "ada", INVITE, NOW_MS)
    for step, by, whom in steps:
        if present is None:
            return
        before = present
        try:
            present = _step(before, step, by, whom)
        except RefusedError:
            assert present is before
        if present is None:
            assert list(before.members) == [by]
        else:
            assert list(roles(present).values()).count("host") == 1


def test_who_is_removed_is_remembered_and_the_links_are_new() -> None:
    shown = replace(FRIENDS, screen=made("tv", "", NOW_MS + 9), screen_by="ada")
    after = groups.remove(shown, "ada", "cleo", FRESH, SCREEN, NOW_MS)
    assert (after.removed, after.invite, after.screen) == ({"cleo": NOW_MS}, FRESH, SCREEN)
    assert groups.remove(FRIENDS, "ada", "cleo", FRESH, SCREEN, NOW_MS).screen is None
    assert is_shut_out(after, "cleo", Circle())
    assert refusal(lambda: groups.join(after, "cleo", "fresh", NOW_MS, is_shut_out=True)) == "invite_invalid"
    assert refusal(lambda: groups.let_back(after, "bob", "cleo")) == "not_allowed"
    back = groups.let_back(after, "ada", "cleo")
    assert not is_shut_out(back, "cleo", Circle())
    assert refusal(lambda: groups.let_back(back, "ada", "cleo")) == "not_removed"


def test_who_leaves_by_themselves_may_come_again() -> None:
    after = groups.leave(FRIENDS, "cleo")
    assert after
    assert not is_shut_out(after, "cleo", Circle())


def test_a_block_by_the_host_keeps_out_who_is_not_in_and_leaves_members_in() -> None:
    blocking = Circle(blocked=("zoe", "bob"))
    assert is_shut_out(FRIENDS, "zoe", blocking)
    assert not is_shut_out(FRIENDS, "bob", blocking)
    assert groups.join(FRIENDS, "bob", "secret", NOW_MS, is_shut_out=False) is FRIENDS
