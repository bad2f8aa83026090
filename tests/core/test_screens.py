import pytest

from songswap.core.groups import RefusedError
from songswap.core.screens import opens_screen, renew_screen
from songswap.model import Group, Invite, Member

MEMBERS = {"ada": Member("host", 0.0), "bob": Member("co-host", 0.0), "cleo": Member("listener", 0.0)}
GROUP = Group("g", "G", 0.0, Invite("i", 1.0), MEMBERS)


@pytest.mark.parametrize("by", ["ada", "bob"])
def test_host_and_co_hosts_make_a_link_and_the_old_one_is_dead(by: str) -> None:
    first = renew_screen(GROUP, by, "one")
    second = renew_screen(first, by, "two")
    assert opens_screen(first, "one")
    assert not opens_screen(second, "one")
    assert opens_screen(second, "two")


@pytest.mark.parametrize("by", ["cleo", "nobody"])
def test_nobody_else_makes_one(by: str) -> None:
    with pytest.raises(RefusedError):
        renew_screen(GROUP, by, "one")


@pytest.mark.parametrize("secret", ["", "i", "ü", "None"])
def test_no_secret_opens_a_screen_that_has_none(secret: str) -> None:
    assert not opens_screen(GROUP, secret)
