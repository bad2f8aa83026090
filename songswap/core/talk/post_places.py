"""Who may read and write where, and remove what: one's own and friends' profiles, groups' posts, groups' chats."""

from typing import Final

from songswap.core.people.audience import may_see, sees_section
from songswap.model.people import Group
from songswap.model.posts import Place, Post, SystemKind
from songswap.model.profiles import Profile, Relation, Section
from songswap.model.struct import Struct

SECTION_OF: Final[dict[SystemKind, Section]] = {"favourite": "top", "streak": "streak", "renewed": "playlists"}
"""A milestone tells what a section of the profile tells, so it is for those who see that."""


class Rights(Struct, frozen=True):
    """What somebody may do in a place; `tidies`: remove what others wrote there."""

    reads: bool
    writes: bool
    tidies: bool


def rights_on_wall(relation: Relation, profile: Profile) -> Rights:
    """On the profile of somebody to whom one is this: friends write where they may read, the owner tidies up."""
    is_mine = relation == "self"
    reads = sees_section(relation, profile, "posts")
    return Rights(reads=reads, writes=is_mine or (reads and relation == "group"), tidies=is_mine)


def rights_in_group(account: str, group: Group, place: Place, *, reads_posts: bool) -> Rights:
    """In a group's chat or among its posts: members write, host and co-hosts tidy up.

    `reads_posts` if the group's posts are for `account`; its chat is for members alone.
    """
    member = group.members.get(account)
    if member is None:
        return Rights(reads=reads_posts and place.kind == "group", writes=False, tidies=False)
    return Rights(reads=True, writes=True, tidies=member.role in {"host", "co-host"})


def is_told(post: Post, place: Place, relation: Relation, profile: Profile | None) -> bool:
    """Whether a milestone on somebody's profile is for those who are this to them; all else that is read there is."""
    section = SECTION_OF.get(post.system) if post.system else None
    if section is None or place.kind != "wall" or profile is None:
        return True
    return may_see(relation, profile.sections.get(section, "me"))


def may_edit(account: str, post: Post) -> bool:
    """Whether `account` may write this post anew: its author, while it is there."""
    return bool(account) and post.by == account and post.removed_by is None and post.system is None


def may_remove(account: str, post: Post, rights: Rights) -> bool:
    """Whether `account` may remove this post: its author, or whoever looks after the place."""
    return post.removed_by is None and ((bool(account) and post.by == account) or rights.tidies)
