import pytest
from msgspec.structs import replace

from songswap.core.kit.secret_links import made
from songswap.core.people import groups
from songswap.core.people.groups import RefusedError
from songswap.core.people.screens import opens_screen, put_invite_on_screen, renew_screen
from songswap.model.people import Group, Member

MEMBERS = {"ada": Member("host", 0.0), "bob": Member("co-host", 0.0), "cleo": Member("listener", 0.0)}
GROUP = Group("g", "G", 0.0, made("i", "", 1.0), MEMBERS)
ONE, TWO = made("one", "", 100.0), made("two", "", 100.0)


@pytest.mark.parametrize("by", ["ada", "bob"])
def test_host_and_co_hosts_make_a_link_and_the_old_one_is_dead(by: str) -> None:
    first = renew_screen(GROUP, by, ONE)
    second = renew_screen(first, by, TWO)
    assert opens_screen(first, "one", 0.0)
    assert not opens_screen(first, "one", 100.0)
    assert not opens_screen(second, "one", 0.0)
    assert opens_screen(second, "two", 0.0)


@pytest.mark.parametrize("by", ["cleo", "nobody"])
def test_nobody_else_makes_one(by: str) -> None:
    with pytest.raises(RefusedError):
        renew_screen(GROUP, by, ONE)


@pytest.mark.parametrize("secret", ["", "i", "ü", "None"])
def test_no_secret_opens_a_screen_that_has_none(secret: str) -> None:
    assert not opens_screen(GROUP, secret, 0.0)


def test_a_screen_ends_when_its_maker_looks_after_the_group_no_more() -> None:
    shown = renew_screen(GROUP, "bob", ONE)
    ended = (
        groups.assign(shown, "ada", "bob", "listener"),
        groups.leave(shown, "bob"),
        groups.remove(shown, "ada", "bob", TWO, TWO, 1.0),
        groups.vanish(shown, "bob"),
        replace(shown, members={"ada": MEMBERS["ada"]}),
        replace(shown, members={**MEMBERS, "bob": Member("listener", 0.0)}),
    )
    for group in ended:
        assert group
        assert not opens_screen(group, "one", 0.0)
        assert not opens_screen(group, "two", 0.0)
    again = groups.assign(groups.assign(shown, "ada", "bob", "listener"), "ada", "bob", "co-host")
    assert not opens_screen(again, "one", 0.0)


def test_a_screen_goes_on_while_its_maker_looks_after_the_group() -> None:
    shown = renew_screen(GROUP, "ada", ONE)
    assert opens_screen(groups.assign(shown, "ada", "bob", "host"), "one", 0.0)
    left = groups.leave(shown, "cleo")
    assert left
    assert opens_screen(left, "one", 0.0)


def test_the_host_alone_puts_the_invite_on_the_screen() -> None:
    assert put_invite_on_screen(GROUP, "ada", is_shown=True).has_invite_on_screen
    for by in ("bob", "cleo"):
        with pytest.raises(RefusedError):
            put_invite_on_screen(GROUP, by, is_shown=True)
