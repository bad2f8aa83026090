"""A page's one live connection: all streams it follows, together. Browsers allow six connections to a host, and each
open stream of events is one of them in every tab; of WebSockets they allow hundreds.
"""

import asyncio
import contextlib
import dataclasses
import logging
from contextlib import aclosing
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from quart import Blueprint, Websocket, websocket

from songswap.core.people.groups import RefusedError
from songswap.store import StoreError, UnfitNameError
from songswap.web.kit import streams
from songswap.web.kit.access import cookie, listener_of_socket
from songswap.web.kit.errors import ProblemError, problem_of
from songswap.web.kit.services import current_services
from songswap.web.kit.sockets import GOING, GONE, LARGEST, THROWN_OUT, Flow
from songswap.web.kit.streams import STILL_HERE, Asking, open_stream

logger = logging.getLogger(__name__)
blueprint = Blueprint("live_link", __name__)

BURST, PER_S = 60, 2.0
"""What a page may ask for at once, and on average."""
MOST_FOLLOWED: Final = 12
"""A page follows three at most."""
OVER: Final = b"event: over\ndata: {}\n\n"
REFUSED: Final = b'event: refused\ndata: {"status":%d}\n\n'

Number = Annotated[int, Meta(ge=0)]


class Follow(Struct, frozen=True, forbid_unknown_fields=True, tag="follow"):
    """Send the stream at `path` as number `n`, on from the event `after`."""

    n: Number
    path: Annotated[str, Meta(max_length=500)]
    after: Annotated[str, Meta(max_length=60)] = ""


class Leave(Struct, frozen=True, forbid_unknown_fields=True, tag="leave"):
    """No more of stream `n`."""

    n: Number


_FOLLOW_MESSAGE: msgspec.json.Decoder[Follow | Leave] = msgspec.json.Decoder(Follow | Leave)


@blueprint.websocket("/api/live/link")
async def live_socket() -> None:
    """All that a page follows; see docs/talk.md."""
    asking = Asking(current_services(), listener_of_socket(), cookie(), is_paged=True)
    await LiveLink(asking, websocket).run()


class LiveLink:
    """Lasts as long as the connection."""

    def __init__(self, asking: Asking, socket: Websocket) -> None:
        self._asking = asking
        self._socket = socket
        self._flow = Flow(BURST, PER_S)
        self._streams: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Send what the page follows until it goes, breaks the rules, or the server stops."""
        await self._socket.accept()
        tasks = [asyncio.create_task(one) for one in (self._hear(), self._show_life(), self._stop())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*tasks, *self._streams.values()):
                task.cancel()
            results = await asyncio.gather(*tasks, *self._streams.values(), return_exceptions=True)
        for error in results:
            if isinstance(error, Exception) and not isinstance(error, GONE):
                logger.error("the live connection of a page broke", exc_info=error)
        code = next((one for one in results if isinstance(one, int)), GOING)
        with contextlib.suppress(Exception):  # the page may be gone
            await self._socket.close(code)

    async def _hear(self) -> int:
        """Take in what the page wants; returns the close code."""
        while True:
            data = await self._socket.receive()
            if not self._flow.allows(self._asking.services.clock.now_ms()) or len(data) > LARGEST:
                return THROWN_OUT
            try:
                message = _FOLLOW_MESSAGE.decode(data)
            except msgspec.DecodeError:
                return THROWN_OUT
            if before := self._streams.pop(message.n, None):
                before.cancel()
            if isinstance(message, Follow):
                if len(self._streams) >= MOST_FOLLOWED:
                    return THROWN_OUT
                self._streams[message.n] = asyncio.create_task(self._send_all(message))

    async def _show_life(self) -> int:
        """Let the page know that the connection is not dead; a page that hears nothing opens another."""
        while True:
            await asyncio.sleep(streams.KEEP_ALIVE_S)
            await self._socket.send("")

    async def _stop(self) -> int:
        await self._asking.services.stopping.wait()
        return GOING

    async def _send_all(self, wanted: Follow) -> None:
        try:
            events = open_stream(dataclasses.replace(self._asking, after=wanted.after), wanted.path)
            async with aclosing(events):
                async for event in events:
                    if event != STILL_HERE:
                        await self._send(wanted.n, event)
            await self._send(wanted.n, OVER)
        except (ProblemError, RefusedError, StoreError, UnfitNameError) as error:
            await self._send(wanted.n, REFUSED % problem_of(error).status)

    async def _send(self, n: int, event: bytes) -> None:
        await self._socket.send(f"{n}\n{event.decode()}")
