"""A world whose clock is turned by hand, served on a real socket, and a client that only knows HTTP."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from songswap.simulator import World, serve
from songswap.simulator.oauth import SCOPES
from tests.chromium import a_chromium, demand_chromium

START_S = 1_795_000_000.0
REDIRECT_URI = "http://127.0.0.1:5000/callback"


class HandClock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now_s = START_S

    def __call__(self) -> float:
        return self.now_s

    def turn(self, seconds: float) -> None:
        self.now_s += seconds


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Any
    text: str
    body: Any

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])

    @property
    def reason(self) -> str | None:
        return self.body["error"].get("reason")


class Api:
    """Calls the simulator as an app does, with a token of the person named."""

    def __init__(self, world: World, base_url: str, session: aiohttp.ClientSession) -> None:
        self.world = world
        self.base_url = base_url
        self.session = session
        self._tokens: dict[tuple[str, tuple[str, ...]], str] = {}

    def token(self, person: str, scopes: Iterable[str] = SCOPES) -> str:
        key = (person, tuple(scopes))
        if key not in self._tokens:
            self._tokens[key] = self.world.issue_tokens(person, "app", key[1])["access_token"]
        return self._tokens[key]

    async def call(
        self,
        method: str,
        path: str,
        *,
        person: str = "ada",
        scopes: Iterable[str] = SCOPES,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> Reply:
        if headers is None:
            headers = {"Authorization": f"Bearer {self.token(person, scopes)}"}
        return await self.raw(method, f"/v1{path}", headers=headers, **options)

    async def raw(self, method: str, path: str, **options: Any) -> Reply:
        async with self.session.request(method, self.base_url + path, allow_redirects=False, **options) as response:
            text = await response.text()
            body = await response.json() if response.content_type == "application/json" and text else None
            return Reply(response.status, response.headers, text, body)

    async def get(self, path: str, **options: Any) -> Reply:
        return await self.call("GET", path, **options)

    async def put(self, path: str, **options: Any) -> Reply:
        return await self.call("PUT", path, **options)

    async def post(self, path: str, **options: Any) -> Reply:
        return await self.call("POST", path, **options)

    async def delete(self, path: str, **options: Any) -> Reply:
        return await self.call("DELETE", path, **options)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A browser for all tests of a worker."""
    demand_chromium()
    async with a_chromium() as browser:
        yield browser


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


@pytest.fixture
def world(hand_clock: HandClock) -> World:
    made = World(seed=1, clock=hand_clock)
    made.register_app("app", "hush", [REDIRECT_URI, "http://127.0.0.1/anyport"])
    return made


@pytest.fixture
async def api(world: World) -> AsyncIterator[Api]:
    async with serve(world) as base_url, aiohttp.ClientSession() as session:
        yield Api(world, base_url, session)


@pytest.fixture
def songs(world: World) -> list[str]:
    """The uris of songs that play under their own id."""
    return [track.uri for track in world.catalogue.tracks.values() if track.plays_as is None]
