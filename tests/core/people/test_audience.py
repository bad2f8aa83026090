from collections.abc import Mapping
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.kit.secret_links import made
from songswap.core.people.audience import (
    apart_from,
    are_apart,
    may_see,
    relation,
    seen_by_everybody,
    seen_in_group,
    sees_listening,
    sees_profile,
    sees_section,
)
from songswap.core.people.groups import found, join
from songswap.model.people import Group
from songswap.model.profiles import Audience, Circle, Profile, Relation, Section
from songswap.model.sharing import Sharing

SEEN = {
    #             self  group here  link  nobody
    "me": (True, False, False, False, False),
    "groups": (True, True, False, False, False),
    "everybody": (True, True, True, False, False),
    "link": (True, True, True, True, False),
}


@pytest.mark.parametrize(("audience", "who"), [*product(get_args(Audience), enumerate(get_args(Relation)))])
def test_every_audience_holds_whom_its_name_says(audience: Audience, who: tuple[int, Relation]) -> None:
    place, relation = who
    assert may_see(relation, audience) is SEEN[audience][place]


@pytest.mark.parametrize(
    ("profile", "section", "who"), [*product(get_args(Audience), get_args(Audience), enumerate(get_args(Relation)))]
)
def test_a_section_is_seen_by_those_who_see_both_it_and_the_profile(
    profile: Audience, section: Audience, who: tuple[int, Relation]
) -> None:
    place, relation = who
    shown = Profile(audience=profile, sections={"top": section})
    assert sees_profile(relation, shown) is SEEN[profile][place]
    assert sees_section(relation, shown, "top") is (SEEN[profile][place] and SEEN[section][place])


@pytest.mark.parametrize("section", get_args(Section))
def test_nobody_else_sees_a_section_unless_the_person_says_so(section: Section) -> None:
    profile = Profile(audience="link")
    assert [who for who in get_args(Relation) if sees_section(who, profile, section)] == ["self"]


@pytest.mark.parametrize(
    ("viewer", "common", "blocked", "link", "expected"),
    [
        ("ada", True, True, True, "self"),
        ("ben", True, False, False, "group"),
        ("ben", False, False, False, "here"),
        ("ben", False, False, True, "here"),
        ("ben", True, True, True, "nobody"),
        ("", False, False, True, "link"),
        ("", False, False, False, "nobody"),
        ("", False, True, True, "nobody"),
    ],
)
def test_what_somebody_is_to_ada(viewer: str, common: bool, blocked: bool, link: bool, expected: Relation) -> None:
    assert relation(viewer, "ada", have_common_group=common, is_blocked=blocked, holds_link=link) == expected


def test_a_block_keeps_both_apart() -> None:
    blocking, nothing = Circle(blocked=("ben",)), Circle()
    assert are_apart("ada", blocking, "ben", nothing)
    assert are_apart("ben", nothing, "ada", blocking)
    assert not are_apart("ada", blocking, "cleo", nothing)


def test_apart_are_those_blocked_and_those_blocking() -> None:
    circle = Circle(muted=("ben",), blocked=("cleo", "ada"))
    circles = [
        ("ada", circle),
        ("ben", Circle()),
        ("cleo", Circle()),
        ("dan", Circle(blocked=("ada",))),
        ("eve", Circle(blocked=("ben",))),
    ]
    assert apart_from("ada", circle, circles) == {"cleo", "dan"}


# Listening

NOBODY = Sharing()
EVERYBODY = Sharing(everybody=True)
TRIO = Sharing(groups=("trio",))


def trio() -> Group:
    group = found("trio", "Trio", "ada", made("secret", "", 9.0), 0.0)
    for one in ("bob", "eve"):
        group = join(group, one, "secret", 1.0, is_shut_out=False)
    return group


@pytest.mark.parametrize(
    ("sharing", "common_groups", "seen"),
    [
        #                                      self  group  here   link  nobody
        (NOBODY, ("trio",), (True, False, False, False, False)),
        (TRIO, ("trio", "other"), (True, True, False, False, False)),
        (TRIO, ("other",), (True, False, False, False, False)),
        (TRIO, (), (True, False, False, False, False)),
        (EVERYBODY, ("trio",), (True, True, True, False, False)),
    ],
)
def test_others_see_the_listening_that_was_shared_with_them(
    sharing: Sharing, common_groups: tuple[str, ...], seen: tuple[bool, ...]
) -> None:
    assert tuple(sees_listening(who, sharing, common_groups) for who in get_args(Relation)) == seen


@pytest.mark.parametrize(
    ("sharings", "apart", "of_group", "of_everybody"),
    [
        ({}, (), ("bob",), ("bob",)),
        ({"ada": TRIO, "eve": NOBODY}, (), ("ada", "bob"), ("bob",)),
        ({"eve": EVERYBODY, "ada": Sharing(groups=("other",))}, (), ("bob", "eve"), ("bob", "eve")),
        ({"zoe": EVERYBODY, "bob": NOBODY}, (), ("bob",), ("bob", "zoe")),
        ({"zoe": TRIO}, (), ("bob",), ("bob",)),
        ({"ada": TRIO, "eve": EVERYBODY, "zoe": EVERYBODY}, ("ada", "eve"), ("bob",), ("bob", "zoe")),
        ({"ada": EVERYBODY}, ("bob",), ("ada", "bob"), ("ada", "bob")),
    ],
)
def test_figures_of_many_use_those_who_agreed_and_the_reader_and_nobody_kept_apart(
    sharings: Mapping[str, Sharing], apart: tuple[str, ...], of_group: tuple[str, ...], of_everybody: tuple[str, ...]
) -> None:
    assert seen_in_group("bob", trio(), sharings, apart) == of_group
    assert seen_by_everybody("bob", sharings, apart) == of_everybody


people = st.sampled_from(["ada", "bob", "eve", "zoe"])
any_sharing = st.builds(
    Sharing, groups=st.lists(st.sampled_from(["trio", "other"]), unique=True).map(tuple), everybody=st.booleans()
)


@given(reader=people, sharings=st.dictionaries(people, any_sharing), apart=st.sets(people))
def test_nobody_is_in_the_figures_of_many_whom_the_reader_may_not_see_alone(
    reader: str, sharings: dict[str, Sharing], apart: set[str]
) -> None:
    def sees(one: str, common: tuple[str, ...]) -> bool:
        what = relation(reader, one, have_common_group=bool(common), is_blocked=one in apart)
        return sees_listening(what, sharings.get(one, NOBODY), common)

    assert all(sees(one, ()) for one in seen_by_everybody(reader, sharings, apart))
    if reader in trio().members:
        shown = seen_in_group(reader, trio(), sharings, apart)
        assert all(sees(one, ("trio",)) and one in trio().members for one in shown)
