from typing import get_args

import pytest

from songswap.core.talk.post_places import Rights, is_told, may_edit, may_remove, rights_in_group, rights_on_wall
from songswap.model.links import SecretLink
from songswap.model.people import Group, Member, Role
from songswap.model.posts import Place, Post, SystemKind
from songswap.model.profiles import Audience, Profile, Relation

CHAT, POSTS, WALL = Place("chat", "g"), Place("group", "g"), Place("wall", "ada")
NONE = Rights(reads=False, writes=False, tidies=False)
READS = Rights(reads=True, writes=False, tidies=False)
WRITES = Rights(reads=True, writes=True, tidies=False)
TIDIES = Rights(reads=True, writes=True, tidies=True)

ON_A_WALL: dict[Audience, dict[Relation, Rights]] = {
    "me": {"self": TIDIES, "group": NONE, "here": NONE, "link": NONE, "nobody": NONE},
    "groups": {"self": TIDIES, "group": WRITES, "here": NONE, "link": NONE, "nobody": NONE},
    "everybody": {"self": TIDIES, "group": WRITES, "here": READS, "link": NONE, "nobody": NONE},
    "link": {"self": TIDIES, "group": WRITES, "here": READS, "link": READS, "nobody": NONE},
}


@pytest.mark.parametrize("audience", get_args(Audience))
@pytest.mark.parametrize("relation", get_args(Relation))
def test_who_may_do_what_on_a_wall(audience: Audience, relation: Relation) -> None:
    profile = Profile(audience="link", sections={"posts": audience})
    assert rights_on_wall(relation, profile) == ON_A_WALL[audience][relation]


@pytest.mark.parametrize("place", [CHAT, POSTS])
@pytest.mark.parametrize(("role", "rights"), [("host", TIDIES), ("co-host", TIDIES), ("listener", WRITES)])
def test_members_write_and_hosts_tidy_up(place: Place, role: Role, rights: Rights) -> None:
    group = Group("g", "G", 0.0, SecretLink("s", 0.0), {"ada": Member(role, 0.0)})
    assert rights_in_group("ada", group, place, reads_posts=True) == rights
    assert rights_in_group("bob", group, place, reads_posts=False) == NONE


def test_an_open_group_s_posts_may_be_read_by_others_and_its_chat_may_not() -> None:
    group = Group("g", "G", 0.0, SecretLink("s", 0.0), {"ada": Member("host", 0.0)})
    assert rights_in_group("bob", group, POSTS, reads_posts=True) == READS
    assert rights_in_group("bob", group, CHAT, reads_posts=True) == NONE


@pytest.mark.parametrize(("system", "section"), [("favourite", "top"), ("streak", "streak"), ("renewed", "playlists")])
def test_a_milestone_is_for_those_who_see_what_it_is_about(system: SystemKind, section: str) -> None:
    post = Post(1, 0.0, "ada", "x", system=system)
    shown = Profile(sections={section: "groups"})  # type: ignore[dict-item]  # of the parameters above
    assert is_told(post, WALL, "group", shown)
    assert not is_told(post, WALL, "here", shown)
    assert not is_told(post, WALL, "group", Profile())
    assert is_told(post, POSTS, "nobody", None)


def test_authors_change_and_remove_what_is_there_and_nobody_touches_what_is_gone() -> None:
    post, gone = Post(1, 0.0, "ada", "x"), Post(1, 0.0, "ada", "", removed_by="bob")
    assert may_edit("ada", post)
    assert not may_edit("bob", post)
    assert not may_edit("ada", gone)
    assert not may_edit("ada", Post(1, 0.0, "ada", "x", system="streak"))
    assert may_remove("ada", post, READS)
    assert may_remove("bob", post, TIDIES)
    assert not may_remove("bob", post, WRITES)
    assert not may_remove("", Post(1, 0.0, "", "x"), READS)
    assert not may_remove("ada", gone, TIDIES)
