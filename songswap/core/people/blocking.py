"""Whom somebody does not want to hear of, and whom they want nothing to do with: Circle in, Circle out."""

from typing import Final

from msgspec.structs import replace

from songswap.model.profiles import Circle

MOST: Final = 500
"""People somebody may mute or block, and groups they may mute, each."""


class CircleError(Exception):
    """This can't be done; `code` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def mute(circle: Circle, me: str, whom: str) -> Circle:
    """Hear no more of `whom`, who does not learn of it. Raises CircleError (yourself, too_many)."""
    _must_be_another(me, whom, "You can’t mute yourself.")
    return replace(circle, muted=_with(circle.muted, whom, "people"))


def unmute(circle: Circle, whom: str) -> Circle:
    """Hear of `whom` again."""
    return replace(circle, muted=_without(circle.muted, whom))


def mute_group(circle: Circle, group: str) -> Circle:
    """Hear no more of a group: neither in the feed nor by notices. Raises CircleError (too_many)."""
    return replace(circle, muted_groups=_with(circle.muted_groups, group, "groups"))


def unmute_group(circle: Circle, group: str) -> Circle:
    """Hear of a group again."""
    return replace(circle, muted_groups=_without(circle.muted_groups, group))


def block(circle: Circle, me: str, whom: str) -> Circle:
    """Have nothing to do with `whom`: neither reads the other, and `me` does not follow them any more.

    Raises CircleError (yourself, too_many).
    """
    _must_be_another(me, whom, "You can’t block yourself.")
    return unfollow(replace(circle, blocked=_with(circle.blocked, whom, "people")), whom)


def unblock(circle: Circle, whom: str) -> Circle:
    """Have to do with `whom` again; who followed whom does not come back."""
    return replace(circle, blocked=_without(circle.blocked, whom))


def follow(circle: Circle, me: str, whom: str) -> Circle:
    """Have in the feed what `whom` posts. Raises CircleError (yourself, too_many)."""
    _must_be_another(me, whom, "You can’t follow yourself: what you write is in your feed anyway.")
    return replace(circle, follows=_with(circle.follows, whom, "people"))


def follow_group(circle: Circle, group: str) -> Circle:
    """Have in the feed what is posted in a group. Raises CircleError (too_many)."""
    return replace(circle, followed_groups=_with(circle.followed_groups, group, "groups"))


def unfollow_group(circle: Circle, group: str) -> Circle:
    """Follow a group no more."""
    return replace(circle, followed_groups=_without(circle.followed_groups, group))


def unfollow(circle: Circle, whom: str) -> Circle:
    """Follow `whom` no more: what blocking somebody does to their circle, too."""
    return replace(circle, follows=_without(circle.follows, whom))


def without_account(circle: Circle, gone: str) -> Circle:
    """The circle when an account is gone."""
    return replace(
        circle,
        follows=_without(circle.follows, gone),
        muted=_without(circle.muted, gone),
        blocked=_without(circle.blocked, gone),
    )


def _must_be_another(me: str, whom: str, message: str) -> None:
    if me == whom:
        raise CircleError("yourself", message)


def _with(there: tuple[str, ...], one: str, what: str) -> tuple[str, ...]:
    if one in there:
        return there
    if len(there) >= MOST:
        raise CircleError("too_many", f"{MOST} {what} are the most. Take one off the list first.")
    return (*there, one)


def _without(there: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(other for other in there if other != one)
