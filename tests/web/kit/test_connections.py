"""Connections that want too much, or too long: over real sockets."""

import asyncio
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from songswap.entry import listen
from songswap.simulator import World
from songswap.web.kit import connections
from tests.ports import free_port
from tests.web.site import Site, open_site


@pytest.fixture
async def site(tmp_path: Path, world: World) -> AsyncIterator[Site]:
    async with open_site(tmp_path / "store", world, is_live=True, port=free_port()) as opened:
        yield opened


async def connect(site: Site, source: str = "127.0.0.1") -> tuple[StreamReader, StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", site.config.server.port, local_addr=(source, 0))


async def send(site: Site, request: str, source: str = "127.0.0.1") -> tuple[StreamReader, StreamWriter]:
    """Send a request, or a part of one, with our own name in it, or one by which one may paste."""
    reader, writer = await connect(site, source)
    port = site.config.server.port
    named = request.replace("AS_LOCALHOST", f"Host: localhost:{port}").replace("HOST", f"Host: 127.0.0.1:{port}")
    writer.write(named.encode())
    await writer.drain()
    return reader, writer


async def answer_to(site: Site, request: str, source: str = "127.0.0.1") -> bytes:
    """All that comes back until the server ends the connection."""
    reader, writer = await send(site, request, source)
    try:
        return await reader.read()
    finally:
        writer.close()


async def send_until_it_ends(writer: StreamWriter, piece: bytes) -> None:
    with suppress(ConnectionError):
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
    writer.close()


async def is_refused(site: Site, source: str) -> bool:
    """Whether a connection ends without a word."""
    try:
        return not await answer_to(site, GET, source)
    except ConnectionError:
        return True


GET = "GET /robots.txt HTTP/1.1\r\nHOST\r\nConnection: close\r\n\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded"
HALF_A_BODY = f"POST /login/paste HTTP/1.1\r\nAS_LOCALHOST\r\n{FORM}\r\nContent-Length: 1000\r\n\r\naddress="


@pytest.mark.parametrize("begun", ["", "G", "GET / HTTP/1.1\r\nHOST\r\nAccept: "])
async def test_who_begins_and_says_no_more_is_not_waited_for(
    site: Site, monkeypatch: pytest.MonkeyPatch, begun: str
) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.05)
    assert await answer_to(site, begun) == b""


async def test_slow_headers_gain_no_time_with_each_byte(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.3)
    _, writer = await send(site, "GET / HTTP/1.1\r\nHOST\r\nX: ")
    await send_until_it_ends(writer, b"x")


async def test_a_connection_that_asks_no_more_is_ended(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.05)
    answered = await answer_to(site, GET.replace("Connection: close\r\n", ""))
    assert answered.startswith(b"HTTP/1.1 200")


async def test_a_body_that_does_not_come_is_answered_408(site: Site) -> None:
    site.app.config["BODY_TIMEOUT"] = 0.05
    answered = await answer_to(site, HALF_A_BODY)
    assert answered.startswith(b"HTTP/1.1 408")


async def test_an_answer_that_nobody_takes_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's buffer and the system's are full; the connection ends with what was on its way."""
    monkeypatch.setattr(connections, "STALL_S", 0.05)
    many = GET.replace("Connection: close\r\n", "").replace("/robots.txt", "/static/style.css")
    _, writer = await send(site, many)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    await send_until_it_ends(writer, many.replace("HOST", f"Host: 127.0.0.1:{site.config.server.port}").encode())


@pytest.mark.parametrize(
    "wish",
    [
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
        "Connection: upgrade\r\nUpgrade: H2C\r\nHTTP2-Settings: \r\n",
        "Connection: upgrade\r\nUpgrade: websocket, h2c\r\n",
    ],
)
async def test_a_wish_for_http_2_is_passed_over(site: Site, monkeypatch: pytest.MonkeyPatch, wish: str) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.2)
    answered = await answer_to(site, f"GET /robots.txt HTTP/1.1\r\nHOST\r\n{wish}\r\n")
    assert answered.startswith(b"HTTP/1.1 200")


async def test_http_2_without_a_wish_is_refused(site: Site) -> None:
    answered = await answer_to(site, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0")
    assert answered.startswith(b"HTTP/1.1 505")


LENGTHS = ("Content-Length: 6", "Transfer-Encoding: chunked")


@pytest.mark.parametrize("lengths", [LENGTHS, LENGTHS[::-1], ("content-length: 6", "TRANSFER-ENCODING: Chunked")])
async def test_a_body_with_two_lengths_is_refused(site: Site, lengths: tuple[str, str]) -> None:
    lines = "\r\n".join(lengths)
    answered = await answer_to(
        site, f"POST /logout HTTP/1.1\r\nHOST\r\n{lines}\r\n\r\n0\r\n\r\nGET /api/me HTTP/1.1\r\n"
    )
    assert answered.startswith(b"HTTP/1.1 400")
    assert answered.count(b"HTTP/1.1") == 1


async def test_one_address_has_so_many_connections_and_takes_none_from_others(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_PER_ADDRESS", 5)
    held = [await send(site, HALF_A_BODY, "127.0.0.2") for _ in range(5)]
    await until(lambda: len(server_of(site)._waiting) == 5)
    assert await is_refused(site, "127.0.0.2")
    assert (await answer_to(site, GET, "127.0.0.3")).startswith(b"HTTP/1.1 200")
    held.pop()[1].close()
    await until(lambda: len(server_of(site)._tasks) == 4)
    assert (await answer_to(site, GET, "127.0.0.2")).startswith(b"HTTP/1.1 200")
    for _, writer in held:
        writer.close()


async def test_behind_a_proxy_the_forwarded_address_has_so_many_requests_at_once(site: Site) -> None:
    """The proxy's own connections are not bounded, or one visitor would shut everybody out."""
    site.services.at_once.most = 5
    some = [await send(site, HALF_A_BODY.replace("HOST\r", "HOST\r\nX-Forwarded-For: 10.0.0.7\r")) for _ in range(5)]
    await until(lambda: site.services.at_once._counts == {"10.0.0.7": 5})
    one_more = GET.replace("HOST", "HOST\r\nX-Forwarded-For: 10.0.0.9, 10.0.0.7")
    assert (await answer_to(site, one_more)).startswith(b"HTTP/1.1 429")
    another = GET.replace("HOST", "HOST\r\nX-Forwarded-For: 10.0.0.7, 10.0.0.9")
    assert (await answer_to(site, another)).startswith(b"HTTP/1.1 200")
    for _, writer in some:
        writer.close()
    await until(lambda: not site.services.at_once._counts)
    assert (await answer_to(site, one_more)).startswith(b"HTTP/1.1 200")


async def test_when_all_places_are_taken_the_one_that_kept_us_waiting_longest_goes(site: Site) -> None:
    server_of(site)._most = 3
    held = [await send(site, HALF_A_BODY) for _ in range(3)]
    await until(lambda: len(server_of(site)._waiting) == 3)
    assert (await answer_to(site, GET)).startswith(b"HTTP/1.1 200")
    assert not await held[0][0].read()
    assert not held[2][0].at_eof()
    for _, writer in held:
        writer.close()


async def test_a_page_that_is_open_is_never_put_out_for_another(site: Site) -> None:
    server_of(site)._most = 1
    browser = await site.log_in("ada")
    cookie = browser.client.cookie_jar
    stream = f"GET /api/me/interval/events HTTP/1.1\r\nHOST\r\nCookie: {cookie_of(cookie)}\r\n\r\n"
    reader, writer = await send(site, stream)
    assert b"200" in await reader.readline()
    await until(lambda: not server_of(site)._waiting)
    assert await is_refused(site, "127.0.0.1")
    assert not reader.at_eof()
    writer.close()


async def test_the_system_that_opens_no_more_files_is_not_asked_all_the_time(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Asyncio's own way is a traceback a time, a hundred times a second and more each second."""
    refusals = 0

    async def refuse(*_: Any) -> Any:
        nonlocal refusals
        refusals += 1
        if refusals > 3:
            monkeypatch.undo()
        raise OSError(24, "Too many open files")

    held = await send(site, HALF_A_BODY)
    await until(lambda: len(server_of(site)._waiting) == 1)
    monkeypatch.setattr(asyncio.get_running_loop(), "sock_accept", refuse)
    first = await answer_to(site, GET)  # the one the loop waits for already
    assert first.startswith(b"HTTP/1.1 200")
    assert (await answer_to(site, GET)).startswith(b"HTTP/1.1 200")
    assert not await held[0].read()
    assert refusals == 4
    assert caplog.text.count("the system lets us open no more files") == 4
    held[1].close()


def server_of(site: Site) -> connections.Serving:
    found: connections.Serving = site.app.extensions["serving"]
    return found


def cookie_of(jar: Any) -> str:
    return "; ".join(f"{one.name}={one.value}" for one in jar)


async def until(is_so: Any) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.005)


async def test_no_part_of_an_answer_waits_until_the_part_before_is_acknowledged() -> None:
    taken: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def serve(_: StreamReader, writer: StreamWriter) -> None:
        connected = writer.get_extra_info("socket")
        taken.set_result(connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with listen("127.0.0.1", 0) as listener:
        async with await asyncio.start_server(serve, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            assert await taken
            writer.close()
