"""What these tests stand on: a client that speaks to the embedded Spotify, or to a server with one answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from songswap.clock import Clock
from songswap.model.music_source import Bearer
from songswap.simulator import World, serve
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from songswap.spotify.transport import open_http
from songswap.store import Store

SCOPES = (
    "user-read-playback-state user-modify-playback-state user-read-currently-playing user-read-recently-played "
    "user-top-read user-library-read playlist-modify-private playlist-modify-public playlist-read-private"
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Spotify's own description and recorded answers, where the checkout has them beside it."""
    folder = Path(__file__).parents[3] / "shared" / "spotify"
    if not folder.is_dir():
        pytest.skip("recorded answers are not here")
    return folder


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_http() as session:
        yield session


@pytest.fixture
async def gate(store: Store, clock: Clock) -> Gate:
    return Gate(store, clock)


@pytest.fixture
async def world(clock: Clock) -> World:
    world = World(clock=lambda: clock.now_ms() / 1000)
    world.register_app("client", "secret", ["http://127.0.0.1:8770/callback"])
    world.register_app("other", None, [], allowlist=["bob"])
    return world


@pytest.fixture
async def url(world: World) -> AsyncIterator[str]:
    async with serve(world) as url:
        yield url


@pytest.fixture
async def client(http: aiohttp.ClientSession, url: str, gate: Gate, clock: Clock) -> Client:
    return Client(http, url, gate, clock)


@pytest.fixture
def log_in(world: World) -> Callable[..., Bearer]:
    """A log-in of a person of the world without its pages."""

    def log_in(person: str, *, scopes: str = SCOPES, client_id: str = "client") -> Bearer:
        return Bearer(person, client_id, world.issue_tokens(person, client_id, scopes)["access_token"])

    return log_in


@pytest.fixture
async def ada(log_in: Callable[..., Bearer]) -> Bearer:
    return log_in("ada")


@pytest.fixture
async def answering() -> AsyncIterator[Callable[[Handler], Awaitable[str]]]:
    """Serves one handler for every path; gives its address."""
    async with AsyncExitStack() as stack:

        async def serve_handler(handler: Handler) -> str:
            app = web.Application(client_max_size=0)
            app.router.add_route("*", "/{path:.*}", handler)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            return f"http://127.0.0.1:{runner.addresses[0][1]}"

        yield serve_handler


@pytest.fixture
def sleep_until(clock: Clock) -> Callable[[float], Awaitable[None]]:
    """Lets virtual time pass until a moment."""

    async def sleep_until(at_ms: float) -> None:
        while (left_ms := at_ms - clock.now_ms()) > 0:
            await asyncio.sleep(left_ms / 1000)

    return sleep_until
