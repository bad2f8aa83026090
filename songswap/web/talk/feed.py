"""The feed: what people and groups I have to do with wrote, and their milestones."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.core.talk import feed as rules
from songswap.core.talk.feed import CursorError, Item, Mark
from songswap.documents import Account
from songswap.model.posts import Place
from songswap.model.struct import Struct
from songswap.web.kit.access import me
from songswap.web.kit.broadcast import Event
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body, query
from songswap.web.kit.services import Services, current_services
from songswap.web.people.viewer import Viewer, viewer_of
from songswap.web.talk.chat import Unread, unread_in
from songswap.web.talk.post_commands import data_for, state_of_post
from songswap.web.talk.post_places import Found, found_by
from songswap.web.talk.post_view import PostState
from songswap.web.talk.posts_api import Limit, shown_in

blueprint = Blueprint("feed", __name__)
tag_blueprint(blueprint, ["posts"])

LONGEST_CURSOR: Final = 100


class Feed(Struct, frozen=True):
    """Posts of many places, the newest first; `next` is the cursor of older ones."""

    items: tuple[PostState, ...]
    next: str | None


class AskedFeed(Body, frozen=True):
    """How many, and older than which: `cursor` is the `next` of the answer before."""

    cursor: Annotated[str, Meta(max_length=LONGEST_CURSOR)] | None = None
    limit: Limit = 20


@blueprint.get("/api/me/feed")
@query(AskedFeed)
@validate_response(Feed)
async def get_feed(data: AskedFeed) -> Feed:
    """Posts and milestones of the people in my groups, of those I follow, and of the groups I am in or follow."""
    try:
        mark = rules.mark_of(data.cursor) if data.cursor else None
    except CursorError as error:
        raise ProblemError(400, "invalid", str(error)) from error
    return feed_of(current_services(), me(), mark, data.limit)


def feed_of(services: Services, account: Account, mark: Mark | None, limit: int) -> Feed:
    """A page of the feed of `account`, after the mark. Raises StoreError."""
    viewer = viewer_of(services, account)
    found = sources(services, viewer)
    items = list(islice(rules.merged(_posts(services, one, mark) for one in found), limit + 1))
    return Feed(
        items=tuple(state_of_post(services, place, post, viewer.hidden) for place, post in items[:limit]),
        next=rules.cursor_of(items[limit - 1]) if len(items) > limit else None,
    )


def sources(services: Services, viewer: Viewer) -> list[Found]:
    """The places whose posts are in the feed of `viewer`, as far as they may read them. Raises StoreError."""
    mates = {one for group in viewer.groups.values() for one in group.members}
    people = {viewer.account, *mates, *viewer.circle.follows} - viewer.hidden
    groups = {*viewer.groups, *viewer.circle.followed_groups} - {*viewer.circle.muted_groups}
    places = [*(Place("wall", one) for one in sorted(people)), *(Place("group", one) for one in sorted(groups))]
    return [found for place in places if (found := _readable(services, viewer, place))]


class Feeding:
    """Somebody's feed as it goes on: which events belong to it."""

    def __init__(self, services: Services, account: Account) -> None:
        self.account = account
        self._services = services
        self._sources: dict[Place, Found] | None = None
        self._viewer = viewer_of(services, account)

    def look_again(self, viewer: Viewer) -> None:
        """Somebody's rights, circle or groups have changed; this is what they are by now."""
        self._viewer, self._sources = viewer, None

    def piece(self, event: Event) -> bytes | None:
        """What is to be sent of an event; None if it is none of theirs."""
        if self._sources is None:
            self._sources = {found.place: found for found in sources(self._services, self._viewer)}
        if event.place.kind == "chat":
            return self._unread(event, self._viewer)
        found = self._sources.get(event.place)
        if found is None or event.post is None or event.by in found.viewer.hidden or not found.shows(event.post):
            return None
        return b"event: post\ndata: %b\n\n" % data_for(self._services, event, found.viewer.hidden)

    def _unread(self, event: Event, viewer: Viewer) -> bytes | None:
        group = viewer.groups.get(event.place.id)
        is_new = event.post is not None and event.post.n == event.n
        if group is None or not is_new or event.by in {self.account.id, *viewer.hidden}:
            return None
        count = unread_in(self._services, self.account.id, group.id, viewer.hidden)
        return b"event: unread\ndata: %b\n\n" % msgspec.json.encode(Unread(group.id, group.name, count))


def _posts(services: Services, found: Found, mark: Mark | None) -> Iterator[Item]:
    return ((found.place, post) for post in shown_in(services, found, rules.before_in(found.place, mark)))


def _readable(services: Services, viewer: Viewer, place: Place) -> Found | None:
    try:
        return found_by(services, viewer, place)
    except ProblemError:
        return None
