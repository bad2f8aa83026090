"""What somebody is told of: notices, which of them they have seen, and which kinds they want."""

from typing import Literal

from songswap.model.struct import Struct

NoticeKind = Literal["mention", "reply", "wall", "reaction", "asks_to_join", "report", "renew_login", "pasted_login"]
"""Somebody mentioned me; replied to me; wrote on my profile; reacted to my post; asks to join a group I look after;
reported something I look after. My log-in at Spotify ends soon; a browser was logged in as me by a pasted address."""


class Notice(Struct, frozen=True, omit_defaults=True):
    """Something to tell a person: ids alone, so that nothing of what others wrote outlives them.

    `by` are those who did it, the latest first; `post` is the id of a post in `place`. `detail` tells a notice from
    others of its kind: the id of a report, which of the warnings about a log-in, or the browser and the moment it was
    logged in. `n` grows, and orders them.
    """

    kind: NoticeKind
    by: tuple[str, ...] = ()
    place: str = ""
    post: str = ""
    group: str = ""
    detail: str = ""
    n: int = 0
    at_ms: float = 0.0


class Notices(Struct, frozen=True):
    """A person's notices, the newest first; those with numbers up to `seen` they have seen."""

    items: tuple[Notice, ...] = ()
    seen: int = 0


class NoticeSettings(Struct, frozen=True):
    """The kinds of notices a person does not want."""

    off: tuple[NoticeKind, ...] = ()
