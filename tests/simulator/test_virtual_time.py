"""The loop that moves its clock instead of waiting."""

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from songswap.clock import Clock
from songswap.simulator.virtual_time import DeadlockError, VirtualTimeLoop

pytestmark = pytest.mark.virtual_time

ROUND_TRIPS = 10_000


@pytest.fixture
async def answering_late() -> AsyncIterator[str]:
    """Address of a server that answers after as many seconds as the query says."""

    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(float(request.query.get("after_s", "0")))
        return web.Response(body=b"." * int(request.query.get("size", "300")))

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def test_an_hour_takes_no_time() -> None:
    loop = asyncio.get_running_loop()
    before_s = loop.time()
    await asyncio.sleep(3600)
    assert loop.time() - before_s == pytest.approx(3600)


async def test_timers_fire_in_their_order_at_their_time() -> None:
    loop = asyncio.get_running_loop()
    start_s = loop.time()
    fired: list[float] = []

    async def fire(after_s: float) -> None:
        await asyncio.sleep(after_s)
        fired.append(round(loop.time() - start_s, 6))

    await asyncio.gather(*(fire(after_s) for after_s in (90, 0.25, 7200, 0.251, 1)))
    assert fired == [0.25, 0.251, 1, 90, 7200]


async def test_the_clock_moves_with_the_loop(clock: Clock) -> None:
    before_ms = clock.now_ms()
    await asyncio.sleep(1.5)
    assert clock.now_ms() - before_ms == pytest.approx(1500)


async def test_time_stands_still_for_a_thread() -> None:
    loop = asyncio.get_running_loop()
    before_s = loop.time()
    ticking = asyncio.create_task(asyncio.sleep(1000))
    await asyncio.to_thread(time.sleep, 0.2)
    assert loop.time() == before_s
    assert not ticking.done()
    ticking.cancel()


def test_waiting_for_nothing_is_a_deadlock() -> None:
    async def wait_for_nothing() -> None:
        await asyncio.sleep(5)
        await asyncio.Event().wait()

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner, pytest.raises(DeadlockError, match=r"5\.000 s"):
        runner.run(wait_for_nothing())


@pytest.mark.parametrize("size", [0, 300, 3_000_000])
async def test_time_stands_still_while_bytes_are_under_way(answering_late: str, size: int) -> None:
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as session:
        before_s = loop.time()
        async with session.get(answering_late, params={"size": size}) as response:
            assert len(await response.read()) == size
        assert loop.time() == before_s


async def test_a_time_out_fires_exactly_when_it_is_due(answering_late: str) -> None:
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
        before_s = loop.time()
        with pytest.raises(TimeoutError):
            await session.get(answering_late, params={"after_s": "3.1"})
        assert loop.time() - before_s == pytest.approx(3, abs=0.001)


async def test_ten_thousand_round_trips_never_time_out_and_take_exactly_their_time(answering_late: str) -> None:
    """Ten clients at once, each with a timer close behind every answer: time that ran ahead of bytes would show."""
    loop = asyncio.get_running_loop()
    start_s = loop.time()

    async def ask_again_and_again(after_s: float) -> None:
        params = {"after_s": str(after_s)}
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=after_s + 0.001)) as session:
            for _ in range(ROUND_TRIPS // 10):
                async with session.get(answering_late, params=params) as response:
                    await response.read()

    await asyncio.gather(*(ask_again_and_again(after_s / 1000) for after_s in range(100, 200, 10)))
    assert loop.time() - start_s == pytest.approx(ROUND_TRIPS / 10 * 0.190)
