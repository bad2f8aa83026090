"""Notices as pages and the API show them: made anew each time from what may be read now."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from songswap.core.talk import notices as rules
from songswap.documents import Account
from songswap.model.notices import Notice, NoticeKind, Notices
from songswap.model.posts import Place, Post
from songswap.model.struct import Struct
from songswap.web.kit.authors import AuthorState, author_state
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.operators import is_operator
from songswap.web.kit.services import Services
from songswap.web.people.viewer import Viewer, viewer_of
from songswap.web.talk.post_places import Found, found_by, place_of
from songswap.web.talk.post_view import numbers_of

MOST_COUNTED: Final = 99


class NoticeState(Struct, frozen=True):
    """A notice. `who` and `did` are its words, `href` is where it leads; `by` are those who did it, the latest first.

    `n` orders notices, and is what they are marked as seen with.
    """

    n: int
    kind: NoticeKind
    at_ms: float
    who: str
    did: str
    excerpt: str
    emoji: tuple[str, ...]
    by: tuple[AuthorState, ...]
    place: str
    post: str
    group: str
    href: str
    is_seen: bool


class Sight:
    """What one person is shown of their notices, as of now."""

    def __init__(self, services: Services, account: Account) -> None:
        """Raises StoreError."""
        self._services = services
        self._account = account
        self.viewer: Viewer = viewer_of(services, account)
        self._places: dict[Place, Found | None] = {}
        self._authors: dict[str, AuthorState | None] = {}

    def shown(self, notices: Notices) -> Iterator[NoticeState]:
        """Those that are for them to see still, the newest first."""
        states = (self.state(one, is_seen=one.n <= notices.seen) for one in notices.items)
        return (state for state in states if state is not None)

    def unread(self, notices: Notices) -> int:
        """How many of them they have not seen; MOST_COUNTED stands for that or more."""
        new = Notices(tuple(one for one in notices.items if one.n > notices.seen))
        return sum(1 for _ in islice(self.shown(new), MOST_COUNTED))

    def state(self, notice: Notice, *, is_seen: bool) -> NoticeState | None:
        """The notice, unless there is nothing left of it that is for them."""
        place = place_of(notice.place) if notice.place else None
        post = None
        if notice.kind in {"mention", "reply", "wall", "reaction"}:
            post = self._post(place, notice.post) if place else None
            if post is None:
                return None
        by = self._people(notice, post)
        if (notice.by and not by) or not self._is_theirs(notice):
            return None
        return NoticeState(
            n=notice.n,
            kind=notice.kind,
            at_ms=notice.at_ms,
            who=rules.who([one.name for one in by]),
            did=rules.did(notice, place, self._name(notice, place)),
            excerpt=rules.excerpt(post) if post else "",
            emoji=self._emoji(notice, post),
            by=by,
            place=notice.place,
            post=notice.post,
            group=notice.group,
            href=self._href(notice, place),
            is_seen=is_seen,
        )

    def _post(self, place: Place, name: str) -> Post | None:
        numbers = numbers_of(name)
        if numbers is None:
            return None
        if place not in self._places:
            self._places[place] = _readable(self._services, self.viewer, place)
        found = self._places[place]
        post = self._services.books.open(place).post(*numbers) if found else None
        is_there = found is not None and post is not None and post.removed_by is None and found.shows(post)
        return post if is_there else None

    def _author(self, account: str) -> AuthorState | None:
        if account not in self._authors:
            self._authors[account] = author_state(self._services.directory.get(account))
        return self._authors[account]

    def _people(self, notice: Notice, post: Post | None) -> tuple[AuthorState, ...]:
        """Those who did it and do still; none that are gone, or hidden from the viewer."""
        still = {one for who in post.reactions.values() for one in who} if post else set()
        seen = (one for one in notice.by if one not in self.viewer.hidden)
        kept = (one for one in seen if notice.kind != "reaction" or one in still)
        return tuple(state for one in kept if (state := self._author(one)))

    def _emoji(self, notice: Notice, post: Post | None) -> tuple[str, ...]:
        if notice.kind != "reaction" or post is None:
            return ()
        by = set(notice.by) - self.viewer.hidden
        return tuple(emoji for emoji, who in post.reactions.items() if by & set(who))

    def _is_theirs(self, notice: Notice) -> bool:
        """Whether they look after what it is about, if it is about that."""
        if notice.kind not in {"report", "asks_to_join"}:
            return True
        return self._is_host(notice.group) or (notice.kind == "report" and is_operator(self._services, self._account))

    def _is_host(self, group: str) -> bool:
        found = self.viewer.groups.get(group)
        return found is not None and found.members[self.viewer.account].role in {"host", "co-host"}

    def _name(self, notice: Notice, place: Place | None) -> str:
        if place is not None and place.kind == "wall":
            owner = self._services.directory.get(place.id)
            return owner.display_name if owner and owner.id != self.viewer.account else ""
        group = self._services.groups.get(notice.group) if notice.group else None
        return group.name if group else ""

    def _href(self, notice: Notice, place: Place | None) -> str:
        if notice.kind == "renew_login":
            return f"/login?app={self._account.app}&next=/notices"
        if notice.kind == "pasted_login":
            return "/account#browsers"
        if notice.kind == "report":
            return f"/groups/{notice.group}/reports" if self._is_host(notice.group) else "/operator#reports"
        if place is None or place.kind == "chat":
            return f"/groups/{notice.group}{'' if place is None else '#chat'}"
        if place.kind == "group":
            return f"/groups/{place.id}/posts"
        owner = self._services.directory.get(place.id)
        return f"/people/{owner.handle}" if owner else "/"


def _readable(services: Services, viewer: Viewer, place: Place) -> Found | None:
    try:
        return found_by(services, viewer, place)
    except ProblemError:
        return None
