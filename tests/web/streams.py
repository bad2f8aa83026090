"""A page's live connection, read event by event."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from quart.testing.connections import TestHTTPConnection as HTTPConnection

from tests.web.site import HOST, Browser


class Stream:
    """Server-sent events as a browser reads them; `last_id` is what it would come back with."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection
        self._text = ""
        self.last_id = ""

    async def event(self, *names: str) -> tuple[str, Any]:
        """Name and data of the next event that is one of `names` (any, if none are given)."""
        while True:
            while "\n\n" not in self._text:
                piece = await self._connection.receive()
                assert piece, f"the stream has ended; left was {self._text!r}"
                self._text += piece.decode()
            block, self._text = self._text.split("\n\n", 1)
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            self.last_id = fields.get("id", self.last_id)
            if "event" in fields and (not names or fields["event"] in names):
                return fields["event"], msgspec.json.decode(fields["data"])

    async def data(self, name: str) -> Any:
        """The data of the next event of this name."""
        return (await self.event(name))[1]


@asynccontextmanager
async def live(browser: Browser, place: str, last_id: str = "") -> AsyncIterator[Stream]:
    """The live connection of a page of `browser` that shows `place`, which has seen the event `last_id`."""
    async with listening(browser, f"/api/live?place={place}", last_id) as stream:
        yield stream


@asynccontextmanager
async def listening(browser: Browser, path: str, last_id: str = "") -> AsyncIterator[Stream]:
    """The server-sent events at `path`, as `browser` gets them."""
    cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.client.cookie_jar)
    headers = {"Host": HOST, "Cookie": cookie} | ({"Last-Event-ID": last_id} if last_id else {})
    connection = browser.client.request(path, headers=headers)
    async with connection:
        await connection.send_complete()
        yield Stream(connection)
        await connection.disconnect()
