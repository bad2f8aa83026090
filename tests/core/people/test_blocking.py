from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.people import blocking
from songswap.core.people.blocking import MOST, CircleError
from songswap.model.profiles import Circle

ACCOUNTS = st.sampled_from(["ada", "bob", "cleo", "dario"])
LISTS = st.lists(ACCOUNTS, unique=True).map(tuple)
CIRCLES = st.builds(Circle, LISTS, LISTS, LISTS, LISTS, LISTS)


@pytest.mark.parametrize(
    ("change", "undo"),
    [
        (lambda circle, whom: blocking.mute(circle, "me", whom), blocking.unmute),
        (blocking.mute_group, blocking.unmute_group),
        (lambda circle, whom: blocking.block(circle, "me", whom), blocking.unblock),
    ],
)
@given(circle=CIRCLES, whom=ACCOUNTS)
def test_each_is_done_once_however_often_and_undone_whole(
    change: Callable[[Circle, str], Circle], undo: Callable[[Circle, str], Circle], circle: Circle, whom: str
) -> None:
    once = change(circle, whom)
    assert change(once, whom) == once
    undone = undo(once, whom)
    assert undo(undone, whom) == undone
    assert whom in {*once.muted, *once.muted_groups, *once.blocked}


@given(circle=CIRCLES, whom=ACCOUNTS)
def test_blocking_ends_following_and_unblocking_brings_nothing_back(circle: Circle, whom: str) -> None:
    blocked = blocking.block(circle, "me", whom)
    assert whom not in blocked.follows
    assert set(blocked.follows) == set(circle.follows) - {whom}
    assert whom not in blocking.unblock(blocked, whom).follows


@pytest.mark.parametrize("change", [blocking.mute, blocking.block])
def test_nobody_mutes_or_blocks_themselves(change: Callable[[Circle, str, str], Circle]) -> None:
    with pytest.raises(CircleError) as refused:
        change(Circle(), "ada", "ada")
    assert refused.value.code == "yourself"


def test_the_lists_end_somewhere_and_what_is_on_them_can_be_said_again() -> None:
    full = tuple(f"a{number}" for number in range(MOST))
    circle = Circle(muted=full, blocked=full, muted_groups=full)
    for change in (blocking.mute, blocking.block):
        with pytest.raises(CircleError) as refused:
            change(circle, "me", "one more")
        assert refused.value.code == "too_many"
        assert change(circle, "me", "a0") == circle
    with pytest.raises(CircleError):
        blocking.mute_group(circle, "one more")


@given(circle=CIRCLES, gone=ACCOUNTS)
def test_nothing_names_an_account_that_is_gone(circle: Circle, gone: str) -> None:
    left = blocking.without_account(circle, gone)
    assert gone not in {*left.follows, *left.muted, *left.blocked}
    assert left.muted_groups == circle.muted_groups
