import pytest

from songswap.core.kit.secret_links import made
from songswap.core.people import group_admission, groups
from songswap.core.people.groups import RefusedError
from songswap.model.people import Admission, Group, Member

GROUP = Group("g", "G", 0.0, made("s", "", 99.0), {"ada": Member("host", 0.0), "bob": Member("listener", 0.0)})


def listed(way: Admission) -> Group:
    return group_admission.open_up(GROUP, "ada", is_listed=True, admission=way)


ASKED = group_admission.ask(listed("approval"), "eve", 0.0, is_shut_out=False)


@pytest.mark.parametrize(
    ("group", "face", "posts"),
    [
        (GROUP, False, False),
        (listed("invite"), True, False),
        (listed("approval"), True, False),
        (listed("open"), True, True),
    ],
)
def test_what_others_and_members_see_of_a_group(group: Group, face: bool, posts: bool) -> None:
    assert group_admission.shows_face(group, "eve") is face
    assert group_admission.reads_posts(group, "eve", is_shut_out=False) is posts
    assert group_admission.shows_face(group, "bob")
    assert group_admission.reads_posts(group, "bob", is_shut_out=False)
    assert not group_admission.shows_face(group, "")
    assert not group_admission.reads_posts(group, "", is_shut_out=False)


def test_an_open_group_lets_people_in_by_themselves() -> None:
    after = group_admission.ask(listed("open"), "eve", 5.0, is_shut_out=False)
    assert after.members["eve"] == Member("listener", 5.0)
    assert group_admission.ask(after, "eve", 6.0, is_shut_out=False) == after


def test_by_approval_one_asks_and_is_let_in_or_turned_away() -> None:
    asking = group_admission.ask(listed("approval"), "eve", 5.0, is_shut_out=False)
    assert asking.asking == {"eve": 5.0}
    assert group_admission.ask(asking, "eve", 6.0, is_shut_out=False) == asking
    let_in = group_admission.answer(asking, "ada", "eve", 7.0, accepts=True, is_shut_out=False)
    assert (let_in.asking, let_in.members["eve"]) == ({}, Member("listener", 7.0))
    away = group_admission.answer(asking, "ada", "eve", 7.0, accepts=False, is_shut_out=False)
    assert (away.asking, "eve" in away.members) == ({}, False)
    assert group_admission.take_back(asking, "eve").asking == {}
    assert groups.join(asking, "eve", "s", 8.0, is_shut_out=False).asking == {}


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (lambda: group_admission.ask(GROUP, "eve", 0.0, is_shut_out=False), "invite_only"),
        (lambda: group_admission.ask(listed("invite"), "eve", 0.0, is_shut_out=False), "invite_only"),
        (lambda: group_admission.open_up(GROUP, "ada", is_listed=False, admission="open"), "hidden"),
        (lambda: group_admission.open_up(GROUP, "bob", is_listed=True, admission="open"), "not_allowed"),
        (
            lambda: group_admission.answer(listed("approval"), "ada", "eve", 0.0, accepts=True, is_shut_out=False),
            "not_asking",
        ),
        (
            lambda: group_admission.answer(ASKED, "bob", "eve", 0.0, accepts=True, is_shut_out=False),
            "not_allowed",
        ),
        (
            lambda: group_admission.answer(listed("approval"), "eve", "eve", 0.0, accepts=True, is_shut_out=False),
            "not_a_member",
        ),
        (lambda: group_admission.describe(GROUP, "bob", "x"), "not_allowed"),
        (lambda: group_admission.describe(GROUP, "ada", "x" * 301), "bad_description"),
    ],
)
def test_what_is_not_allowed_is_refused(attempt: object, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        attempt()  # type: ignore[operator]
    assert refused.value.code == code


def test_so_many_may_ask_and_no_more() -> None:
    group = listed("approval")
    for number in range(group_admission.MOST_ASKING):
        group = group_admission.ask(group, f"p{number}", 0.0, is_shut_out=False)
    with pytest.raises(RefusedError) as refused:
        group_admission.ask(group, "late", 0.0, is_shut_out=False)
    assert refused.value.code == "too_many_asking"


def test_closing_a_group_forgets_who_asked() -> None:
    asking = group_admission.ask(listed("approval"), "eve", 5.0, is_shut_out=False)
    assert group_admission.open_up(asking, "ada", is_listed=True, admission="open").asking == {}


def test_who_is_shut_out_finds_a_group_that_nobody_gets_into_so() -> None:
    for way in ("open", "approval"):
        group = listed(way)
        assert group_admission.way_in(group, is_shut_out=True) == "invite"
        assert not group_admission.reads_posts(group, "eve", is_shut_out=True)
        with pytest.raises(RefusedError) as refused:
            group_admission.ask(group, "eve", 0.0, is_shut_out=True)
        assert refused.value.code == "invite_only"


def test_who_asked_before_they_were_shut_out_is_turned_away_and_not_let_in() -> None:
    with pytest.raises(RefusedError):
        group_admission.answer(ASKED, "ada", "eve", 0.0, accepts=True, is_shut_out=True)
    assert group_admission.answer(ASKED, "ada", "eve", 0.0, accepts=False, is_shut_out=True).asking == {}
