"""What others do, written down for comparison: they speak to Spotify directly and know nothing of SongSwap's worker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import aiohttp

from bench.sync.people import HOST, LISTENERS
from songswap.spotify.oauth import SCOPES
from tests.evening import APPS, Evening

ORIGINAL_POLL_S = 2.0
RESUMES, RESUME_AGAIN_S = 10, 0.3
PLAIN_POLL_S = 3.0
PLAIN_TOLERANCE_MS = 2_000


@dataclass(frozen=True)
class Heard:
    """A player as the Web API tells it."""

    uri: str | None
    progress_ms: int
    is_playing: bool


class Naive:
    """One person's player over plain HTTP. Failures are passed over, as such bots do."""

    def __init__(self, evening: Evening, http: aiohttp.ClientSession, person: str, place: int) -> None:
        app = APPS[place // 5]
        tokens = evening.world.issue_tokens(person, app.client_id, SCOPES)
        self._http = http
        self._url = f"{evening.url}/v1/me/player"
        self._headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        self.device = evening.device(person)

    async def read(self) -> Heard | None:
        with contextlib.suppress(aiohttp.ClientError, ValueError):
            async with self._http.get(self._url, headers=self._headers) as response:
                if response.status == 200:
                    body = await response.json()
                    item = body.get("item") or {}
                    return Heard(item.get("uri"), body.get("progress_ms") or 0, body["is_playing"])
        return None

    async def start(self, uri: str, position_ms: int = 0) -> None:
        await self._put("play", {"uris": [uri], "position_ms": position_ms}, device_id=self.device)

    async def resume(self) -> None:
        """Resume what was paused a moment ago; tried again where Spotify has not noticed the pause yet."""
        for _ in range(RESUMES):
            if await self._put("play", device_id=self.device) == 204:
                return
            await asyncio.sleep(RESUME_AGAIN_S)

    async def pause(self) -> None:
        await self._put("pause")

    async def seek(self, position_ms: int) -> None:
        await self._put("seek", position_ms=str(position_ms))

    async def _put(self, verb: str, body: object = None, **query: Any) -> int | None:
        arguments: dict[str, Any] = {"json": body} if body else {"data": b""}
        with contextlib.suppress(aiohttp.ClientError):
            async with self._http.put(
                f"{self._url}/{verb}", headers=self._headers, params={k: v for k, v in query.items() if v}, **arguments
            ) as response:
                return response.status
        return None


Loop = Callable[[Naive, list[Naive]], Coroutine[Any, Any, None]]


@contextlib.asynccontextmanager
async def _following(evening: Evening, loop: Loop) -> AsyncIterator[None]:
    async with aiohttp.ClientSession() as http:
        people = [Naive(evening, http, person, place) for place, person in enumerate((HOST, *LISTENERS))]
        task = asyncio.create_task(loop(people[0], people[1:]))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def follow_as_the_original(evening: Evening) -> contextlib.AbstractAsyncContextManager[None]:
    """The original "game night" in place of the worker."""
    return _following(evening, original)


def follow_plainly(evening: Evening) -> contextlib.AbstractAsyncContextManager[None]:
    """A plain follower in place of the worker."""
    return _following(evening, plain)


async def original(host: Naive, listeners: list[Naive]) -> None:
    """Polls every 2 s; a new track or play state pauses the host, starts everybody at 0 and resumes the host."""
    before: Heard | None = None
    while True:
        now = await host.read()
        if now is not None and (before is None or (now.uri, now.is_playing) != (before.uri, before.is_playing)):
            if now.is_playing and now.uri:
                await host.pause()
                await host.seek(0)
                await asyncio.gather(*(listener.start(now.uri) for listener in listeners))
                await host.resume()
            else:
                await asyncio.gather(*(listener.pause() for listener in listeners))
            before = now
        await asyncio.sleep(ORIGINAL_POLL_S)


async def plain(host: Naive, listeners: list[Naive]) -> None:
    """A plain follower: reads everybody every 3 s and starts whoever is more than 2 s off where the host was read."""
    while True:
        now = await host.read()
        if now is not None:
            await asyncio.gather(*(_align(listener, now) for listener in listeners))
        await asyncio.sleep(PLAIN_POLL_S)


async def _align(listener: Naive, host: Heard) -> None:
    here = await listener.read()
    if not host.is_playing:
        if here is not None and here.is_playing:
            await listener.pause()
        return
    is_off = (
        here is None
        or here.uri != host.uri
        or not here.is_playing
        or abs(here.progress_ms - host.progress_ms) > PLAIN_TOLERANCE_MS
    )
    if is_off and host.uri:
        await listener.start(host.uri, host.progress_ms)
