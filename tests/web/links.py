"""A page's one live connection, stream by stream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from quart.typing import TestWebsocketConnectionProtocol as Socket

from tests.web.site import HOST, ORIGIN, Browser


class Link:
    """What a page follows, by number; events that came for one while another was waited for are kept."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.last: dict[int, str] = {}
        """The id of the latest event of each."""
        self.waiting: dict[int, list[tuple[str, Any]]] = {}

    async def follow(self, n: int, path: str, after: str = "") -> None:
        """Have the stream at `path` come as number `n`."""
        await self.send({"type": "follow", "n": n, "path": path, "after": after})

    async def send(self, message: object) -> None:
        await self.socket.send(msgspec.json.encode(message).decode())

    async def event(self, n: int, *names: str) -> tuple[str, Any]:
        """Name and data of the next event of stream `n` that is one of `names` (any, if none are given)."""
        while True:
            waiting = self.waiting.setdefault(n, [])
            while waiting:
                event = waiting.pop(0)
                if not names or event[0] in names:
                    return event
            async with asyncio.timeout(20):
                text = str(await self.socket.receive())
            head, _, blocks = text.partition("\n")
            for block in blocks.split("\n\n"):
                fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
                if "id" in fields:
                    self.last[int(head)] = fields["id"]
                if "event" in fields:
                    found = (fields["event"], msgspec.json.decode(fields["data"]))
                    self.waiting.setdefault(int(head), []).append(found)

    async def data(self, n: int, name: str) -> Any:
        """The data of the next event of this name."""
        return (await self.event(n, name))[1]


@asynccontextmanager
async def linked(browser: Browser) -> AsyncIterator[Link]:
    """The live connection of a page of `browser`."""
    async with browser.client.websocket("/api/live/link", headers={"Host": HOST, "Origin": ORIGIN}) as socket:
        yield Link(socket)
