"""Reading pages of a chat and writing to it over HTTP; many people who read it live."""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import aiohttp

from bench.talk.people import BEGAN_MS, running

ROUNDS = 200
PAUSE_S = 0.1
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_read=60)


@dataclass
class Sizes:
    """Milliseconds at one length of a chat, and the server's memory before and after."""

    messages: int
    files: int
    first_ms: float
    newest_ms: list[float] = field(default_factory=list)
    anywhere_ms: list[float] = field(default_factory=list)
    write_ms: list[float] = field(default_factory=list)
    memory_mb: tuple[float, float] = (0.0, 0.0)


async def at_size(folder: Path, messages: int) -> Sizes:
    """How long pages take that are asked for one after the other."""
    with running(folder, 3, messages) as site:
        posts = f"{site.url}/api/places/{site.place}/posts"
        chat = site.installation.store / "groups" / "friday" / "chat"
        async with aiohttp.ClientSession(headers=site.people[0].headers) as browser:
            await _timed(browser, "GET", f"{site.url}/api/me")
            before = site.memory_mb()
            sizes = Sizes(messages, len(list(chat.iterdir())), await _timed(browser, "GET", posts))
            chance = random.Random(4)
            for _ in range(ROUNDS):
                sizes.newest_ms.append(await _timed(browser, "GET", posts))
                cursor = BEGAN_MS + 20_000 * chance.randrange(max(1, messages // 10), messages)
                sizes.anywhere_ms.append(await _timed(browser, "GET", f"{posts}?cursor={cursor}"))
            for one in site.people:
                sizes.write_ms += await _writes(posts, one.headers)
            sizes.memory_mb = before, site.memory_mb()
    return sizes


async def _writes(posts: str, headers: dict[str, str]) -> list[float]:
    """As many as one person may in ten seconds."""
    async with aiohttp.ClientSession(headers=headers) as browser:
        return [await _timed(browser, "POST", posts, {"text": f"message {number}"}) for number in range(18)]


async def _timed(browser: aiohttp.ClientSession, method: str, url: str, body: object = None) -> float:
    began_s = time.perf_counter()
    async with browser.request(method, url, json=body) as answer:
        content = await answer.read()
    took_ms = (time.perf_counter() - began_s) * 1000
    assert answer.status in {200, 201}, content
    return took_ms


@dataclass
class Live:
    """What so many readers saw of so many messages: how late (ms), how many were lost, doubled, out of order."""

    readers: int
    messages: int
    late_ms: list[float]
    lost: int
    doubled: int
    out_of_order: int
    breaks: int
    memory_mb: float


class _Reader:
    """A page that shows the chat; `seen` is when which message came, in the order they came."""

    def __init__(self, headers: dict[str, str]) -> None:
        self._headers = headers
        self._last = ""
        self._break = asyncio.Event()
        self.seen: list[tuple[int, float]] = []
        self.is_there = asyncio.Event()
        self.breaks = 0

    def cut(self) -> None:
        """Lose the connection; it comes back at once."""
        self._break.set()

    async def read(self, browser: aiohttp.ClientSession, url: str) -> None:
        while True:
            self._break.clear()
            headers = {**self._headers, **({"Last-Event-ID": self._last} if self._last else {})}
            async with browser.get(url, headers=headers, timeout=TIMEOUT) as stream:
                reading = asyncio.create_task(self._lines(stream))
                breaking = asyncio.create_task(self._break.wait())
                try:
                    await asyncio.wait({reading, breaking}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in (reading, breaking):
                        task.cancel()
                await asyncio.gather(reading, breaking, return_exceptions=True)
            self.breaks += 1

    async def _lines(self, stream: aiohttp.ClientResponse) -> None:
        name = ""
        async for line in stream.content:
            if line.startswith(b"event: "):
                name = line[7:-1].decode()
            elif line.startswith(b"id: "):
                self._last = line[4:-1].decode()
            elif line.startswith(b"data: "):
                came_s = time.perf_counter()
                self.is_there.set()
                if name == "post" and (text := json.loads(line[6:])["text"]).startswith("message "):
                    self.seen.append((int(text[8:]), came_s))


async def live(folder: Path, readers: int, messages: int, *, breaks: bool) -> Live:
    """People write one after the other, ten a second; a tenth of the readers are cut off now and then if `breaks`."""
    with running(folder, readers, 1_000) as site:
        connector = aiohttp.TCPConnector(limit=0)
        chance, sent_s = random.Random(4), dict[int, float]()
        everybody = [_Reader(one.headers) for one in site.people]
        async with aiohttp.ClientSession(connector=connector) as browser:
            url = f"{site.url}/api/live?place={site.place}"
            tasks = [asyncio.create_task(one.read(browser, url)) for one in everybody]
            await asyncio.gather(*(one.is_there.wait() for one in everybody))
            await asyncio.sleep(2)
            for number in range(messages):
                await asyncio.sleep(PAUSE_S)
                sent_s[number] = time.perf_counter()
                writer = site.people[number % readers]
                posts = f"{site.url}/api/places/{site.place}/posts"
                async with browser.post(posts, json={"text": f"message {number}"}, headers=writer.headers) as answer:
                    assert answer.status == 201, await answer.text()
                if breaks and number % 10 == 5:
                    for one in chance.sample(everybody, readers // 10):
                        one.cut()
            await asyncio.sleep(2)
            memory_mb = site.memory_mb()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return _counted(everybody, sent_s, memory_mb)


def _counted(everybody: list[_Reader], sent_s: dict[int, float], memory_mb: float) -> Live:
    numbers = [[number for number, _ in one.seen] for one in everybody]
    return Live(
        readers=len(everybody),
        messages=len(sent_s),
        late_ms=[(came_s - sent_s[number]) * 1000 for one in everybody for number, came_s in one.seen],
        lost=sum(len(sent_s) - len(set(seen)) for seen in numbers),
        doubled=sum(len(seen) - len(set(seen)) for seen in numbers),
        out_of_order=sum(sum(one > other for one, other in pairwise(seen)) for seen in numbers),
        breaks=sum(one.breaks for one in everybody),
        memory_mb=memory_mb,
    )
