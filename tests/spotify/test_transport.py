"""What can go wrong below the words: broken connections and bodies, stamps of time, and tokens kept to ourselves."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp
import pytest
from aiohttp import web

from songswap.clock import Clock
from songswap.model.music_source import Bearer
from songswap.simulator import Fault, Profile, World
from songswap.spotify import errors
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from songswap.spotify.oauth import LoginStart, Tokens
from songswap.spotify.transport import LARGEST_BODY
from tests.spotify.conftest import Handler

pytestmark = pytest.mark.virtual_time

BEARER = Bearer("ada", "client", "token-of-ada")
Raw = Callable[[bytes], Awaitable[str]]


@pytest.fixture
async def raw() -> AsyncIterator[Raw]:
    """A server that says the same bytes to everybody and hangs up."""
    async with AsyncExitStack() as stack:

        async def start(said: bytes) -> str:
            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(said)
                writer.close()

            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            await stack.enter_async_context(server)
            return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

        yield start


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00\x01\x02\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: few\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n" + b"X: " + b"x" * 20_000 + b"\r\n\r\n",
    ],
)
async def test_answer_that_is_no_http_or_not_whole_is_unavailable(
    raw: Raw, http: aiohttp.ClientSession, gate: Gate, clock: Clock, said: bytes
) -> None:
    client = Client(http, await raw(said), gate, clock)
    for call in (client.playback, client.pause):
        with pytest.raises(errors.UnavailableError):
            await call(BEARER)


async def test_nobody_at_home_is_unavailable(http: aiohttp.ClientSession, gate: Gate, clock: Clock) -> None:
    with pytest.raises(errors.UnavailableError):
        await Client(http, "http://127.0.0.1:1", gate, clock).me(BEARER)


async def test_answer_without_end_is_cut_off(
    answering: Callable[[Handler], Awaitable[str]], http: aiohttp.ClientSession, gate: Gate, clock: Clock
) -> None:
    async def flood(_: web.Request) -> web.Response:
        return web.Response(body=b" " * (LARGEST_BODY + 1))

    with pytest.raises(errors.UnavailableError, match="Spotify"):
        await Client(http, await answering(flood), gate, clock).me(BEARER)


async def test_reading_is_stamped_with_the_middle_of_its_way(
    client: Client, world: World, ada: Bearer, clock: Clock
) -> None:
    track, device = next(iter(world.catalogue.tracks.values())), world.person("ada").devices[0]
    await client.play(ada, device_id=device.id, uris=[track.uri], position_ms=5_000)
    world.profile = Profile(rtt_ms=(150.0, 150.0))
    before_ms = clock.now_ms()
    read = await client.playback(ada)
    assert read is not None
    assert read.round_trip_ms == pytest.approx(300, abs=1)
    assert read.measured_at_ms == pytest.approx(before_ms + 150, abs=1)
    assert read.progress_ms == pytest.approx(5_150, abs=2)
    assert (read.track and read.track.uri, read.device and read.device.id) == (track.uri, device.id)


async def test_no_active_player_is_no_playback(client: Client, log_in: Callable[..., Bearer]) -> None:
    hana = log_in("hana")
    assert await client.playback(hana) is None
    assert await client.currently_playing(hana) is None


async def test_cookies_of_one_person_never_reach_the_next(
    answering: Callable[[Handler], Awaitable[str]], http: aiohttp.ClientSession, gate: Gate, clock: Clock
) -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie"))
        return web.json_response({"id": "ada"}, headers={"Set-Cookie": "who=ada; Path=/"})

    client = Client(http, await answering(answer), gate, clock)
    await client.me(BEARER)
    await client.me(BEARER)
    assert seen == [None, None]


async def test_token_shows_in_no_log_no_error_and_no_repr(
    client: Client, world: World, log_in: Callable[..., Bearer], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ada = log_in("ada")
    told: list[str] = [repr(ada), str(ada)]
    faults = [Fault("drop"), Fault("garbage"), Fault("slow", delay_s=60), Fault(status=500), Fault("false_401")]
    for fault in [*faults, Fault(status=429, retry_after=1)]:
        world.faults.clear()
        world.faults.add(fault)
        with pytest.raises(errors.SpotifyError) as raised:
            await client.me(ada)
        told += [str(raised.value), repr(raised.value), raised.value.message, str(raised.getrepr(style="long"))]
    logged = [record.getMessage() for record in caplog.records]
    assert logged
    assert not [text for text in told + logged if ada.token in text]


def test_secrets_of_a_log_in_show_in_no_repr() -> None:
    told = repr(LoginStart("url-s", "verifier-s")) + repr(Tokens("access-s", "refresh-s", ("a",), 0.0))
    assert "-s" not in told
