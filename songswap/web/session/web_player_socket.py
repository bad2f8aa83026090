"""One page's connection: its clock is compared, its reports are written down for the worker, it is told its orders."""

import asyncio
import contextlib
import logging
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace
from quart import Websocket

from songswap.core.session.web_player_reports import ClockError, NonsenseError, Report, taken, words_of
from songswap.documents import ORDERS, TAB, WISH
from songswap.model.tabs import Orders, Tab
from songswap.spotify.links import page_of
from songswap.store import StoreError, Subscription
from songswap.web.kit import browser_sessions
from songswap.web.kit.services import Services
from songswap.web.kit.sockets import ELSEWHERE, GOING, GONE, LARGEST, THROWN_OUT, Flow
from songswap.web.people.membership import wish_of

logger = logging.getLogger(__name__)

BURST, PER_S = 40, 6.0
"""Messages at once, and on average: a page in a hurry sends four reports and some probes a second."""
STALE_ORDER_MS = 5_000.0
MOST_REFUSALS = 20
LOOK_S = 60.0
"""Between two looks at whether the browser is still logged in."""


Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$(?!\n)")]


class Probe(Struct, frozen=True, forbid_unknown_fields=True, tag="probe"):
    """What time is it?"""

    n: Annotated[int, Meta(ge=0)]


class Hello(Struct, frozen=True, forbid_unknown_fields=True, tag="hello"):
    """The page's player is ready under this device id."""

    tab: Id
    browser: Id
    device_id: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[0-9A-Za-z_-]+$(?!\n)")]
    name: Annotated[str, Meta(min_length=1, max_length=100)]


class Bye(Struct, frozen=True, forbid_unknown_fields=True, tag="bye"):
    """The page goes."""


_MESSAGE: msgspec.json.Decoder[Probe | Hello | Report | Bye] = msgspec.json.Decoder(Probe | Hello | Report | Bye)


class Link:
    """Lasts as long as the connection. Which page of a person counts is their WISH; the last one to say hello is it."""

    def __init__(self, services: Services, account: str, cookie: str, socket: Websocket) -> None:
        self._services = services
        self._account = account
        self._cookie = cookie
        self._socket = socket
        self._flow = Flow(BURST, PER_S)
        self._tab: Tab | None = None
        self._told = 0
        self._refusals = 0

    async def run(self) -> None:
        """Serve the page until it goes, is thrown out, or the server stops."""
        await self._socket.accept()
        paths = (ORDERS.path(self._account), WISH.path(self._account), f"accounts/{self._account}/browsers.json")
        with self._services.metrics.event_stream(), self._services.store.changes.subscribe(*paths) as changes:
            hearing = asyncio.create_task(self._hear())
            telling = asyncio.create_task(self._tell(changes))
            try:
                await asyncio.wait((hearing, telling), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (hearing, telling):
                    task.cancel()
                results = await asyncio.gather(hearing, telling, return_exceptions=True)
                await self._hear_last_words()
        for error in results:
            if isinstance(error, Exception) and not isinstance(error, GONE):
                logger.error("the connection of a page broke", exc_info=error)
        code = next((one for one in results if isinstance(one, int)), GOING)
        with contextlib.suppress(Exception):  # the page may be gone
            await self._socket.close(code)

    async def _hear(self) -> int:
        """Take in what the page sends; returns the close code."""
        while True:
            data = await self._socket.receive()
            if not self._flow.allows(self._now_ms()) or len(data) > LARGEST or self._refusals > MOST_REFUSALS:
                return THROWN_OUT
            try:
                await self._take(_MESSAGE.decode(data))
            except msgspec.DecodeError as error:
                await self._refuse(words_of(error))
            except NonsenseError as error:
                await self._refuse(str(error))
            except ClockError:
                await self._send("clock")
            except StoreError:
                return GOING  # the page comes back by itself, and tells again

    async def _hear_last_words(self) -> None:
        """Take in a good-bye that arrived together with the end of the connection."""
        with contextlib.suppress(TimeoutError, GONE, msgspec.DecodeError, StoreError):
            async with asyncio.timeout(0):  # what has arrived is there at once
                while True:
                    if isinstance(_MESSAGE.decode(await self._socket.receive()), Bye):
                        self._leave()

    async def _take(self, message: Probe | Hello | Report | Bye) -> None:
        match message:
            case Probe(n=n):
                await self._send("probe", n=n, now_ms=self._now_ms())
            case Hello():
                await self._welcome(message)
            case Report():
                self._report(message)
            case Bye():
                self._leave()

    async def _welcome(self, hello: Hello) -> None:
        """From now on the person listens in this page, and in no other."""
        orders = self._services.store.read(ORDERS, self._account) or Orders()
        self._told = max((one.number for one in orders.items), default=0)
        device_id, name, now_ms = hello.device_id, hello.name, self._now_ms()
        tab = Tab(hello.tab, hello.browser, device_id, name, heard_at_ms=now_ms, done=self._told, failed=0)
        self._keep(tab)
        wish = wish_of(self._services.store, self._account)
        if wish.tab != hello.tab:
            self._services.store.write(WISH, replace(wish, tab=hello.tab), self._account)
        await self._send("welcome", done=self._told)

    def _report(self, report: Report) -> None:
        if self._tab is None or not self._is_mine():
            return
        tab = taken(self._tab, report, self._now_ms(), page_of)
        if report.failed is not None and tab.failed > self._tab.failed:
            logger.info("a page did not carry out order %d: %r", report.failed.n, report.failed.message)
        if tab is not self._tab:
            self._keep(tab)

    def _leave(self) -> None:
        if self._tab is not None and self._is_mine():
            self._keep(replace(self._tab, gone_at_ms=self._now_ms()))

    def _keep(self, tab: Tab) -> None:
        self._services.store.write(TAB, tab, self._account)
        self._tab = tab

    def _is_mine(self) -> bool:
        """Whether this is still the page in which the person listens, by this very connection."""
        known = self._services.store.read(TAB, self._account)
        chosen = wish_of(self._services.store, self._account).tab
        return self._tab is not None and known == self._tab and chosen == self._tab.tab

    async def _tell(self, changes: Subscription) -> int:
        """Pass on orders until there is a reason to end; returns the close code."""
        while not self._services.stopping.is_set():
            if browser_sessions.whose(self._services.store, self._cookie, self._now_ms()) is None:
                return THROWN_OUT
            if self._tab is not None and self._tab.gone_at_ms is None:
                if not self._is_mine():
                    await self._send("replaced")
                    return ELSEWHERE
                await self._pass_on(self._tab.tab)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changes.wait(), LOOK_S)
        return GOING

    async def _pass_on(self, tab: str) -> None:
        orders = self._services.store.read(ORDERS, self._account) or Orders()
        if orders.tab != tab:
            return
        for order in orders.items:
            if order.number > self._told:
                self._told = order.number
                if order.at_ms > self._now_ms() - STALE_ORDER_MS:
                    fields: dict[str, object] = {"n": order.number, "kind": order.kind, "at_ms": order.at_ms}
                    fields |= {"position_ms": order.position_ms, "uri": order.uri}
                    if order.volume_percent is not None:
                        fields["volume_percent"] = order.volume_percent
                    await self._send("order", **fields)

    async def _refuse(self, words: str) -> None:
        self._refusals += 1
        await self._send("refused", message=words)

    async def _send(self, kind: str, /, **fields: object) -> None:
        await self._socket.send(msgspec.json.encode({"type": kind, **fields}).decode())

    def _now_ms(self) -> float:
        return self._services.clock.now_ms()
