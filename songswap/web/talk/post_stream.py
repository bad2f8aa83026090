"""Pages that show what people write, kept up to date: each post and change once, in order, also after a break."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from quart import Blueprint

from songswap.model.posts import Place
from songswap.store import StoreError
from songswap.web.kit.broadcast import Event, Subscriber, Topic
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.event_stream import Bell, LogIn
from songswap.web.kit.json_api import Body
from songswap.web.kit.services import Services
from songswap.web.kit.streams import STILL_HERE, Asking, Events, stream
from songswap.web.people.viewer import Viewer, circle_of, viewer_of
from songswap.web.talk.chat import announce
from songswap.web.talk.feed import Feeding
from songswap.web.talk.notices import EVENT as NOTICE
from songswap.web.talk.notices import news_for, unread_of
from songswap.web.talk.post_commands import data_for
from songswap.web.talk.post_places import Found, find_place, found_by
from songswap.web.talk.posts_api import posts_of

blueprint = Blueprint("live", __name__)

FIRST: Final = 50
"""Posts sent at the beginning, or where it is not known what a page has missed."""
EVERYWHERE: Final = "feed"
ALONE: Final = "notices"
CIRCLE_FILE: Final = "circle.json"
GROUP_FILE: Final = "/group.json"
PERSONAL: Final = (f"/{CIRCLE_FILE}", "/profile.json")
GONE: Final = b'event: gone\ndata: {"reason":"%b"}\n\n'


class AskedLive(Body, frozen=True):
    """Of which place, `feed` or `notices`; after which event, where the browser does not say so itself."""

    place: Annotated[str, Meta(max_length=80, extra_json_schema={"required": True})]
    after: Annotated[str, Meta(max_length=40)] = ""


@stream(blueprint, "/api/live", AskedLive)
def live(asking: Asking, data: AskedLive) -> Events:
    """Server-sent events of a place: `posts` (a PostList) first, or what was missed since `Last-Event-ID`; then `post`
    for each that is new or has changed, `presence` of a chat, `gone` when it may not be read any more.

    Of `feed`: `post` for each that is new in my feed, and `unread` when somebody wrote in a chat of mine. Of `notices`:
    how many I have not seen. Each of them also brings `notice` when I am told of something.
    """
    if data.place == EVERYWHERE:
        return _feed(asking)
    if data.place == ALONE:
        return _notices(asking)
    place = find_place(asking.services, asking.account, data.place).place
    return _place(asking, place, asking.after or data.after)


class _Ear:
    """A page that listens, and whether what it may read could have changed (`is_stale`).

    That follows from the log-in, the person's groups, who has blocked whom, and the profiles of those who are read. A
    change of these is news for those alone whom it concerns.
    """

    def __init__(self, asking: Asking, topic: Topic) -> None:
        self._services = asking.services
        self._me = asking.account.id
        self._topic = topic
        self._bell = Bell()
        self._log_in = LogIn(asking, self._bell)
        self._viewer: Viewer | None = None
        self.wait = self._bell.wait
        self.is_stale = True

    @contextmanager
    def listening(self) -> Iterator[Subscriber]:
        """Hear of what is written, and of all that rights follow from, for as long as the block lasts."""
        changes = self._services.store.changes
        with ExitStack() as stack:
            stack.enter_context(self._services.metrics.event_stream())
            stack.enter_context(self._log_in.watched())
            if self._topic != ALONE:
                stack.enter_context(changes.subscribe("accounts/", endings=PERSONAL, on_change=self._person_changed))
                stack.enter_context(changes.subscribe("groups/", endings=(GROUP_FILE,), on_change=self._group_changed))
            yield stack.enter_context(self._services.hub.join(self._topic, self._me, self._bell.ring))

    def is_logged_in(self) -> bool:
        """Whether there is still somebody to tell. Raises StoreError."""
        return self._log_in.holds()

    def viewer(self) -> Viewer:
        """Who listens, as of now: what they may read is no more stale. Raises StoreError."""
        self.is_stale = False
        self._viewer = viewer_of(self._services, self._log_in.account)
        return self._viewer

    def _person_changed(self, path: str) -> None:
        other, _, file = path.removeprefix("accounts/").partition("/")
        if self._viewer is None or not file or other == self._me or self._is_news(other, file, self._viewer):
            self._look_again()

    def _is_news(self, other: str, file: str, viewer: Viewer) -> bool:
        """Whether it changes what I may read that somebody's circle has changed, or their profile."""
        if file == CIRCLE_FILE:
            try:
                return (other in viewer.apart) != (self._me in circle_of(self._services, other).blocked)
            except StoreError:
                return True
        if isinstance(self._topic, Place):
            return self._topic == Place("wall", other)
        return other in viewer.circle.follows or any(other in group.members for group in viewer.groups.values())

    def _group_changed(self, path: str) -> None:
        name = path.removeprefix("groups/").partition("/")[0]
        if isinstance(self._topic, Place) and self._topic.kind != "wall":
            if name in {self._topic.id, ""}:
                self._look_again()
            return
        viewer = self._viewer
        if viewer is None or name in viewer.groups or name in viewer.circle.followed_groups or self._is_in(name):
            self._look_again()

    def _is_in(self, group: str) -> bool:
        try:
            found = self._services.groups.get(group) if group else None
        except StoreError:
            return True
        return found is None or self._me in found.members

    def _look_again(self) -> None:
        self.is_stale = True
        self._bell.ring()


async def _place(asking: Asking, place: Place, seen: str) -> Events:
    services, ear = asking.services, _Ear(asking, place)
    with ear.listening() as listener:
        announce(services, place)
        try:
            async for pieces in _pieces(services, ear, _reading(services, ear, place, listener, seen)):
                yield pieces
        finally:
            announce(services, place)


async def _feed(asking: Asking) -> Events:
    services = asking.services
    ear, feeding = _Ear(asking, None), Feeding(services, asking.account)
    with ear.listening() as listener:

        def look() -> bytes | None:
            if not ear.is_logged_in():
                return None
            if ear.is_stale:
                feeding.look_again(ear.viewer())
            return b"".join(piece for event in listener.take() if (piece := _fed(services, feeding, event)))

        async for pieces in _pieces(services, ear, look):
            yield pieces


def _fed(services: Services, feeding: Feeding, event: Event) -> bytes | None:
    return _sent(services, event) if event.name == NOTICE else feeding.piece(event)


async def _notices(asking: Asking) -> Events:
    services, account = asking.services, asking.account
    ear = _Ear(asking, ALONE)
    with ear.listening() as listener:
        first = [news_for(account, unread_of(services, account))]  # what was missed, as a number

        def look() -> bytes | None:
            if not ear.is_logged_in():
                return None
            events = [*first, *listener.take()]
            first.clear()
            return b"".join(_sent(services, event) for event in events)

        async for pieces in _pieces(services, ear, look):
            yield pieces


async def _pieces(services: Services, ear: _Ear, look: Callable[[], bytes | None]) -> Events:
    """What `look` finds whenever there is more, until it finds that it is over."""
    while not services.stopping.is_set():
        try:
            pieces = look()
        except StoreError:
            return  # the page comes back by itself, and is told then
        if pieces is None:
            yield GONE % b"not_yours"
            return
        if pieces:
            yield pieces
        if not await ear.wait():
            yield STILL_HERE


def _reading(
    services: Services, ear: _Ear, place: Place, listener: Subscriber, seen: str
) -> Callable[[], bytes | None]:
    """Looks for what there is to tell of `place` after the event `seen`; None where it may not be read any more."""
    found: Found | None = None
    begins = True

    def look() -> bytes | None:
        nonlocal found, begins
        if not ear.is_logged_in():
            return None
        if ear.is_stale:
            found = _found(services, ear.viewer(), place)
        if found is None:
            return None
        if begins or listener.is_behind:
            pieces = _beginning(services, found, listener, seen if begins else "")
            begins = listener.is_behind = False
            return pieces
        return b"".join(
            _sent(services, event, found.viewer.hidden) for event in listener.take() if _is_for(found, event)
        )

    return look


def _found(services: Services, viewer: Viewer, place: Place) -> Found | None:
    try:
        return found_by(services, viewer, place)
    except ProblemError:
        return None


def _beginning(services: Services, found: Found, listener: Subscriber, seen: str) -> bytes:
    """What was missed since the event `seen`; else the latest posts, and from which event on more will come."""
    epoch, _, number = seen.partition("-")
    missed = services.hub.missed(found.place, epoch, int(number)) if number.isdecimal() else None
    momentary, hidden = [event for event in listener.take() if not event.n], found.viewer.hidden
    if missed is not None:
        return b"".join(_sent(services, event, hidden) for event in (*missed, *momentary) if _is_for(found, event))
    last = services.books.open(found.place).last
    posts = msgspec.json.encode(posts_of(services, found, None, FIRST))
    whole = b"event: posts\nid: %b-%d\ndata: %b\n\n" % (services.hub.epoch.encode(), last, posts)
    return whole + b"".join(_sent(services, event, hidden) for event in momentary)


def _is_for(found: Found, event: Event) -> bool:
    return event.by not in found.viewer.hidden and (event.post is None or found.shows(event.post))


def _sent(services: Services, event: Event, hidden: frozenset[str] = frozenset()) -> bytes:
    number = b"id: %b-%d\n" % (services.hub.epoch.encode(), event.n) if event.n else b""
    return b"event: %b\n%bdata: %b\n\n" % (event.name.encode(), number, data_for(services, event, hidden))
