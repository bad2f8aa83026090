from itertools import product
from typing import get_args

import pytest

from songswap.core.audience import (
    are_apart,
    hidden_from,
    may_see,
    opens_profile,
    relation,
    sees_profile,
    sees_section,
)
from songswap.model import Audience, Circle, Profile, Relation, Section

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


def test_a_link_opens_with_its_secret_and_no_link_with_none() -> None:
    assert opens_profile(Profile(link_secret="s3"), "s3")
    assert not opens_profile(Profile(link_secret="s3"), "s4")
    assert not opens_profile(Profile(), "")


def test_nothing_is_read_of_those_muted_blocked_or_blocking() -> None:
    circle = Circle(muted=("ben",), blocked=("cleo",))
    circles = [("dan", Circle(blocked=("ada",))), ("eve", Circle(blocked=("ben",)))]
    assert hidden_from("ada", circle, circles) == {"ben", "cleo", "dan"}
