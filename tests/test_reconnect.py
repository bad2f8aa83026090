"""Chat over server deaths: whoever reads and comes back has every message once, in order."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.processes import Installation, a_browser, all_running, log_in

pytestmark = pytest.mark.processes

MESSAGES = 60
DEATHS = 3


async def post(browser: aiohttp.ClientSession, url: str, number: int) -> None:
    """Send a message until it is known to be kept, always under the same key."""
    while True:
        try:
            headers = {"Idempotency-Key": f"message-{number}"}
            async with browser.post(url, json={"text": f"number {number}"}, headers=headers) as answer:
                if answer.status == 201:
                    return
                assert answer.status in {429, 503}, await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            pass
        await asyncio.sleep(0.05)


class Reader:
    """A page that shows the chat, as static/talk/chat.js does it: it pages back where it must."""

    def __init__(self, browser: aiohttp.ClientSession, url: str, place: str) -> None:
        self._browser = browser
        self._url = url
        self._place = place
        self._last = ""
        self.seen: list[int] = []
        self.begun_anew = 0

    async def read(self, count: int) -> None:
        """Come back however often the connection breaks, until `count` messages were seen."""
        while len(self.seen) < count:
            try:
                headers = {"Last-Event-ID": self._last} if self._last else {}
                async with self._browser.get(f"{self._url}/api/live?place={self._place}", headers=headers) as stream:
                    async for line in self._lines(stream):
                        await self._take(line)
                        if len(self.seen) >= count:
                            return
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(0.05)

    @staticmethod
    async def _lines(stream: aiohttp.ClientResponse) -> Any:
        block: dict[str, str] = {}
        async for raw in stream.content:
            line = raw.decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                block[name] = value
            else:
                if "event" in block:
                    yield block
                block = {}

    async def _take(self, block: dict[str, str]) -> None:
        self._last = block.get("id", self._last)
        data = json.loads(block["data"])
        if block["event"] == "post":
            self._add([data])
        elif block["event"] == "posts":
            self.begun_anew += 1
            known, posts, cursor = set(self.seen), list(data["items"]), data["next"]
            while cursor and not known & {_number(post) for post in posts}:
                path = f"{self._url}/api/places/{self._place}/posts?cursor={cursor}"
                async with self._browser.get(path) as answer:
                    older = await answer.json()
                posts, cursor = posts + older["items"], older["next"]
            self._add([post for post in reversed(posts) if _number(post) not in known])

    def _add(self, posts: list[Any]) -> None:
        self.seen += [_number(post) for post in posts if post["text"].startswith("number ")]


def _number(post: Any) -> int:
    return int(post["text"].removeprefix("number ")) if post["text"].startswith("number ") else -1


async def test_every_message_comes_once_and_in_order_although_the_server_is_killed(tmp_path: Path) -> None:
    with all_running(tmp_path) as installation:
        async with a_browser() as ada, a_browser() as bob:
            for browser, name in ((ada, "ada"), (bob, "bob")):
                await log_in(browser, installation, name)
            async with ada.post(f"{installation.url}/api/groups", json={"name": "Game night"}) as answer:
                group = await answer.json()
            members = f"{installation.url}/api/groups/{group['id']}/members"
            async with bob.post(members, json={"invite": group["invite_url"]}) as answer:
                assert answer.status == 201
            place = f"chat:{group['id']}"
            reader = Reader(bob, installation.url, place)
            async with asyncio.timeout(120), asyncio.TaskGroup() as tasks:
                tasks.create_task(reader.read(MESSAGES))
                tasks.create_task(write(ada, installation, f"{installation.url}/api/places/{place}/posts"))
    assert reader.seen == list(range(MESSAGES))
    assert reader.begun_anew == 1 + DEATHS


async def write(browser: aiohttp.ClientSession, installation: Installation, url: str) -> None:
    """Send all messages; the server is killed and started anew on the way."""
    loop = asyncio.get_running_loop()
    for number in range(MESSAGES):
        if number and number % (MESSAGES // (DEATHS + 1)) == 0:
            server = installation.programs[-1]
            sending = asyncio.create_task(post(browser, url, number))
            server.kill()
            await loop.run_in_executor(None, installation.start_server)
            await sending
        else:
            await post(browser, url, number)
