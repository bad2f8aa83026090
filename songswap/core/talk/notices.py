"""Who is told of what, and how notices are kept and read: once each, the newest first, a few hundred at most."""

from collections.abc import Collection, Sequence
from typing import Final, get_args

from msgspec.structs import replace

from songswap.model.notices import Notice, NoticeKind, Notices
from songswap.model.posts import Place, PlaceKind, Post

KINDS: Final[tuple[NoticeKind, ...]] = tuple(kind for kind in get_args(NoticeKind) if kind != "pasted_login")
"""Those that people may switch off; not the one by which they learn that somebody else may be logged in as them."""
KEPT: Final = 200
"""Notices of a person; older ones go."""
MOST_BY: Final = 50
"""People a notice remembers."""
EXCERPT: Final = 140
"""Characters of a post that a notice shows."""

LABELS: Final[dict[NoticeKind, str]] = {
    "mention": "Somebody mentions you",
    "reply": "Somebody replies to you",
    "wall": "Somebody writes on your profile",
    "reaction": "Somebody reacts to your post",
    "asks_to_join": "Somebody asks to join your group",
    "report": "Something you look after was reported",
    "renew_login": "Your Spotify log-in ends soon",
}


def addressed(post: Post, place: Place, answered: Post | None) -> dict[str, NoticeKind]:
    """The accounts a new post is for, each with why: a mention goes before a reply, that before a post on a profile.

    `answered` is what it replies to.
    """
    found: dict[str, NoticeKind] = {}
    if post.system is not None:
        return found
    if place.kind == "wall" and answered is None:
        found[place.id] = "wall"
    if answered is not None and answered.by:
        found[answered.by] = "reply"
    found |= dict.fromkeys(post.mentions, "mention")
    found.pop(post.by, None)
    return found


def is_wanted(notice: Notice, account: str, off: Collection[NoticeKind], muted_groups: Collection[str]) -> bool:
    """Whether `account` wants to be told: not of their own doings, not of a kind switched off, nor of a muted group.

    What needs somebody who looks after a group, a report or a wish to join, comes from a muted group, too.
    """
    is_duty = notice.kind in {"report", "asks_to_join"}
    return (
        notice.kind not in off
        and account not in notice.by
        and (is_duty or notice.group == "" or notice.group not in muted_groups)
    )


def put(notices: Notices, notice: Notice, now_ms: float) -> Notices:
    """The notices with one more, or the very same if they tell that already.

    One that differs from an older one by who did it takes its place, with all who did.
    """
    older = next((one for one in notices.items if _essence(one) == _essence(notice)), None)
    if older is not None and set(notice.by) <= set(older.by):
        return notices
    by = (*notice.by, *(one for one in older.by if one not in notice.by)) if older else notice.by
    last = max((one.n for one in notices.items), default=0)
    newest = replace(notice, by=by[:MOST_BY], n=max(last + 1, int(now_ms)), at_ms=now_ms)
    others = (one for one in notices.items if one is not older)
    return replace(notices, items=(newest, *others)[:KEPT])


def see(notices: Notices, up_to: int) -> Notices:
    """Notices with numbers up to `up_to` were seen; never fewer than before."""
    last = max((one.n for one in notices.items), default=0)
    return replace(notices, seen=max(notices.seen, min(up_to, last)))


def without_account(notices: Notices, gone: str) -> Notices:
    """The notices when an account is gone: none that it alone made, none of its profile."""
    left = [
        one if gone not in one.by else replace(one, by=tuple(other for other in one.by if other != gone))
        for one in notices.items
        if one.by != (gone,) and one.place != f"wall:{gone}"
    ]
    return replace(notices, items=tuple(left))


def who(names: Sequence[str]) -> str:
    """Those who did it, the latest first: “Ada”, “Ada and Bob”, “Ada and 2 others”."""
    if len(names) <= 1:
        return "".join(names)
    return f"{names[0]} and {names[1]}" if len(names) == 2 else f"{names[0]} and {len(names) - 1} others"


def did(notice: Notice, place: Place | None, name: str) -> str:
    """What they did, in words that follow on who. `name`: of the group, or whose profile it is, if another's."""
    if notice.kind == "renew_login":
        return RENEWALS[notice.detail.partition(":")[0]]
    if notice.kind == "pasted_login":
        return f"{notice.detail.partition(':')[0]} was logged in as you by a pasted address. Was that you?"
    if place is not None and place.kind == "wall" and not name:
        return DONE[notice.kind].replace("{where}", "on your profile")
    where = "in {name}" if place is None else WHERE[place.kind]
    is_person = notice.kind == "report" and not notice.post and place is not None
    words = REPORTED[place.kind] if is_person and place else DONE[notice.kind]
    return words.replace("{where}", where).replace("{name}", name)


DONE: Final[dict[NoticeKind, str]] = {
    "mention": "mentioned you {where}",
    "reply": "replied to you {where}",
    "wall": "wrote on your profile",
    "reaction": "reacted to your post {where}",
    "asks_to_join": "would like to join {name}",
    "report": "A post {where} was reported",
}
REPORTED: Final[dict[PlaceKind, str]] = {
    "wall": "{name} was reported",
    "group": "Somebody in {name} was reported",
    "chat": "Somebody in {name} was reported",
}
"""A person, not a post of theirs."""
WHERE: Final[dict[PlaceKind, str]] = {
    "wall": "on the profile of {name}",
    "group": "in {name}",
    "chat": "in the chat of {name}",
}
RENEWALS: Final = {
    "month": "Your Spotify log-in ends within a month. Renew it when it suits you.",
    "week": "Your Spotify log-in ends within a week.",
    "expired": "Your Spotify log-in has ended after six months. Log in again to go on.",
}


def excerpt(post: Post) -> str:
    """The beginning of a post, on one line; what is attached where there is no text."""
    text = " ".join(post.text.split()) or (post.card.title if post.card else "")
    return text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1].rstrip()}…"


def _essence(notice: Notice) -> tuple[str, ...]:
    """What two notices that are one have in common; only reactions are told together for several people."""
    by = () if notice.kind == "reaction" else notice.by
    return (notice.kind, notice.place, notice.post, notice.group, notice.detail, *by)
