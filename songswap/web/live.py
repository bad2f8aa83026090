"""Pages that show what people write, kept up to date: each post and change once, in order, also after a break."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from quart import Blueprint, Response, request
from quart_schema import hide

from songswap.documents import Account
from songswap.model import Place
from songswap.store import StoreError
from songswap.web import browsers
from songswap.web.api import Body, query
from songswap.web.chat import announce
from songswap.web.errors import ProblemError
from songswap.web.events import HEADERS, KEEP_ALIVE_S, RETRY_MS
from songswap.web.feed import Feeding
from songswap.web.guard import cookie, me
from songswap.web.hub import Event, Listener, Topic
from songswap.web.notices import EVENT as NOTICE
from songswap.web.notices import news_for, unread_of
from songswap.web.places import Found, find_place
from songswap.web.posts import posts_of
from songswap.web.resources import Resources, resources
from songswap.web.writing import data_for

blueprint = Blueprint("live", __name__)

FIRST: Final = 50
"""Posts sent at the beginning, or where it is not known what a page has missed."""
EVERYWHERE: Final = "feed"
ALONE: Final = "notices"
GONE: Final = b'event: gone\ndata: {"reason":"%b"}\n\n'


class AskedLive(Body, frozen=True):
    """Of which place, `feed` or `notices`; after which event, where the browser does not say so itself."""

    place: Annotated[str, Meta(max_length=80, extra_json_schema={"required": True})]
    after: Annotated[str, Meta(max_length=40)] = ""


@blueprint.get("/api/live")
@query(AskedLive)
@hide
async def live(data: AskedLive) -> Response:
    """Server-sent events of a place: `posts` (a PostList) first, or what was missed since `Last-Event-ID`; then `post`
    for each that is new or has changed, `presence` of a chat, `gone` when it may not be read any more.

    Of `feed`: `post` for each that is new in my feed, and `unread` when somebody wrote in a chat of mine. Of `notices`:
    how many I have not seen. Each of them also brings `notice` when I am told of something.
    """
    here, account, shown = resources(), me(), cookie()
    seen = request.headers.get("Last-Event-ID") or data.after
    if data.place == EVERYWHERE:
        stream = _feed(here, shown, account)
    elif data.place == ALONE:
        stream = _notices(here, shown, account)
    else:
        place = find_place(here, account, data.place).place
        stream = _place(here, shown, account, place, seen)
    response = Response(stream, headers=HEADERS)
    response.timeout = None
    return response


class _Ear:
    """A page that listens, and whether what it may read could have changed."""

    def __init__(self, here: Resources, shown: str, account: Account) -> None:
        self._here = here
        self._shown = shown
        self._rung = asyncio.Event()
        self._account = account
        self.is_stale = True

    @contextmanager
    def listening(self, place: Topic) -> Iterator[Listener]:
        """Hear of what is written there, and of all that rights follow from, for as long as the block lasts."""
        rules = (f"accounts/{self._account.id}/browsers.json", f"accounts/{self._account.id}/account.json")
        changes = self._here.store.changes
        with (
            self._here.metrics.event_stream(),
            changes.subscribe("accounts/", endings=("circle.json", "profile.json"), on_change=self._rights),
            changes.subscribe("groups/", endings=("group.json",), on_change=self._rights),
            changes.subscribe(*rules, on_change=self._rights),
            self._here.hub.join(place, self._account.id, self._rung.set) as listener,
        ):
            yield listener

    def account(self) -> Account | None:
        """Who listens; None if the browser was logged out."""
        self.is_stale = False
        return browsers.whose(self._here.store, self._shown, self._here.clock.now_ms())

    async def wait(self) -> bool:
        """Wait until there is more; False when there was nothing for so long that a sign of life is wanted."""
        try:
            await asyncio.wait_for(self._rung.wait(), KEEP_ALIVE_S)
        except TimeoutError:
            return False
        self._rung.clear()
        return True

    def _rights(self) -> None:
        self.is_stale = True
        self._rung.set()


async def _place(here: Resources, shown: str, account: Account, place: Place, seen: str) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    ear = _Ear(here, shown, account)
    with ear.listening(place) as listener:
        announce(here, place)
        try:
            async for pieces in _pieces(here, ear, _reading(here, ear, place, listener, seen)):
                yield pieces
        finally:
            announce(here, place)


async def _feed(here: Resources, shown: str, account: Account) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    ear, feeding = _Ear(here, shown, account), Feeding(here, account)
    with ear.listening(None) as listener:

        def look() -> bytes | None:
            if ear.is_stale:
                feeding.look_again()
                if ear.account() is None:
                    return None
            return b"".join(piece for event in listener.take() if (piece := _fed(here, feeding, event)))

        async for pieces in _pieces(here, ear, look):
            yield pieces


def _fed(here: Resources, feeding: Feeding, event: Event) -> bytes | None:
    return _sent(here, event) if event.name == NOTICE else feeding.piece(event)


async def _notices(here: Resources, shown: str, account: Account) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    ear = _Ear(here, shown, account)
    with ear.listening(ALONE) as listener:
        is_first = True

        def look() -> bytes | None:
            nonlocal is_first
            if ear.is_stale and ear.account() is None:
                return None
            first, is_first = (
                [news_for(account, unread_of(here, account))] if is_first else [],
                False,
            )  # what was missed, as a number
            return b"".join(_sent(here, event) for event in (*first, *listener.take()))

        async for pieces in _pieces(here, ear, look):
            yield pieces


async def _pieces(here: Resources, ear: _Ear, look: Callable[[], bytes | None]) -> AsyncIterator[bytes]:
    """What `look` finds whenever there is more, until it finds that it is over."""
    while not here.stopping.is_set():
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
            yield b": still here\n\n"


def _reading(here: Resources, ear: _Ear, place: Place, listener: Listener, seen: str) -> Callable[[], bytes | None]:
    """Looks for what there is to tell of `place` after the event `seen`; None where it may not be read any more."""
    found: Found | None = None
    begins = True

    def look() -> bytes | None:
        nonlocal found, begins
        if ear.is_stale:
            found = _found(here, ear.account(), place)
        if found is None:
            return None
        if begins or listener.is_behind:
            pieces = _beginning(here, found, listener, seen if begins else "")
            begins = listener.is_behind = False
            return pieces
        return b"".join(_sent(here, event, found.viewer.hidden) for event in listener.take() if _is_for(found, event))

    return look


def _found(here: Resources, account: Account | None, place: Place) -> Found | None:
    try:
        return find_place(here, account, str(place)) if account else None
    except ProblemError:
        return None


def _beginning(here: Resources, found: Found, listener: Listener, seen: str) -> bytes:
    """What was missed since the event `seen`; else the latest posts, and from which event on more will come."""
    epoch, _, number = seen.partition("-")
    missed = here.hub.missed(found.place, epoch, int(number)) if number.isdecimal() else None
    momentary, hidden = [event for event in listener.take() if not event.n], found.viewer.hidden
    if missed is not None:
        return b"".join(_sent(here, event, hidden) for event in (*missed, *momentary) if _is_for(found, event))
    last = here.books.open(found.place).last
    posts = msgspec.json.encode(posts_of(here, found, None, FIRST))
    whole = b"event: posts\nid: %b-%d\ndata: %b\n\n" % (here.hub.epoch.encode(), last, posts)
    return whole + b"".join(_sent(here, event, hidden) for event in momentary)


def _is_for(found: Found, event: Event) -> bool:
    return event.by not in found.viewer.hidden and (event.post is None or found.shows(event.post))


def _sent(here: Resources, event: Event, hidden: frozenset[str] = frozenset()) -> bytes:
    number = b"id: %b-%d\n" % (here.hub.epoch.encode(), event.n) if event.n else b""
    return b"event: %b\n%bdata: %b\n\n" % (event.name.encode(), number, data_for(here, event, hidden))
