"""Somebody sets the machine's clock while music plays: nobody's evening notices."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from songswap.documents import GROUP_INTERVAL, HEARTBEAT, NIGHT
from songswap.model.interval import Interval, Phase
from songswap.spotify.errors import RateLimitedError
from songswap.spotify.gate import Gate
from songswap.store import Changes, Store
from tests.conftest import VirtualClock
from tests.evening import GROUP_ID, Evening, an_evening
from tests.jobs.conftest import album

HOUR_MS = 3_600_000.0
JUMPS_MS = [-24 * HOUR_MS, -HOUR_MS, -60_000.0, 60_000.0, HOUR_MS, 24 * HOUR_MS]


class SettableClock(VirtualClock):
    """A virtual clock that can be set, as Clock follows one that was."""

    def now_ms(self) -> float:
        return super().now_ms() + self.moved_ms

    def set_by(self, by_ms: float) -> None:
        self.moved_ms += by_ms
        self.offset_ms += by_ms


@pytest.fixture
def memory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "store"


@pytest.fixture
async def evening(memory: Path) -> AsyncIterator[Evening]:
    """Ada leads, Bob listens. Spotify's own clock is right all the time."""
    clock, right = SettableClock(), VirtualClock()
    async with an_evening(memory, clock, world_clock=right, seed=7) as evening:
        evening.form_group("ada", "bob")
        evening.start_session()
        evening.world.player("ada").play_context(album(evening), device_id=evening.device("ada"))
        await asyncio.sleep(30)
        yield evening


def clock_of(evening: Evening) -> SettableClock:
    assert isinstance(evening.clock, SettableClock)
    return evening.clock


@pytest.mark.virtual_time
@pytest.mark.parametrize("by_ms", JUMPS_MS)
async def test_a_skip_is_followed_as_before(evening: Evening, by_ms: float) -> None:
    clock_of(evening).set_by(by_ms)
    await asyncio.sleep(6)
    assert abs(evening.skew_ms("bob", "ada") or 0.0) < 1_000
    assert evening.hears("bob").is_playing
    commands = len(evening.commands("bob"))
    await asyncio.sleep(20)
    assert len(evening.commands("bob")) - commands <= 2  # nobody is thrown about
    before = evening.hears("bob").uri
    evening.world.player("ada").next()
    await asyncio.sleep(12)
    assert evening.hears("bob").uri not in {before, None}
    assert abs(evening.skew_ms("bob", "ada") or 9_999.0) < 1_000
    evening.click("pause")
    await asyncio.sleep(5)
    assert not evening.hears("bob").is_playing


@pytest.mark.virtual_time
@pytest.mark.parametrize("by_ms", JUMPS_MS)
async def test_the_moments_in_what_was_written_move_along(evening: Evening, by_ms: float) -> None:
    clock = clock_of(evening)
    reader = Store(evening.store.root, "server", Changes(), clock=clock)
    reader.write(GROUP_INTERVAL, Interval(1, (Phase("x", 600.0),), started_at_ms=clock.now_ms() - 60_000), GROUP_ID)
    night, beat = reader.read(NIGHT, GROUP_ID), reader.read(HEARTBEAT)
    assert night is not None
    assert night.timeline is not None
    assert beat is not None
    before = night.timeline.position_at(clock.now_ms()), clock.now_ms() - beat.beat_at_ms
    clock.set_by(by_ms)
    night, beat, timer = reader.read(NIGHT, GROUP_ID), reader.read(HEARTBEAT), reader.read(GROUP_INTERVAL, GROUP_ID)
    assert night is not None
    assert night.timeline is not None
    assert beat is not None
    assert timer is not None
    assert (night.timeline.position_at(clock.now_ms()), clock.now_ms() - beat.beat_at_ms) == pytest.approx(before)
    assert clock.now_ms() - (timer.started_at_ms or 0.0) == pytest.approx(60_000)


@pytest.mark.virtual_time
@pytest.mark.parametrize("by_ms", JUMPS_MS)
async def test_the_limiter_is_neither_blind_nor_locked(memory: Path, by_ms: float) -> None:
    clock = SettableClock()
    stores = [Store(memory, role, clock=clock) for role in ("server", "worker")]
    server, worker = (Gate(store, clock) for store in stores)
    for _ in range(10):
        await worker.enter("player", "a")
    worker.limited("player", "a", "30", "")
    await asyncio.sleep(10)
    clock.set_by(by_ms)
    for gate in (server, worker, Gate(stores[0], clock)):
        assert gate.spent_24h()["player"] == 10
        assert gate.spent_30s("a") == 10
        with pytest.raises(RateLimitedError) as refused:
            await gate.enter("player", "a")
        assert refused.value.until_ms - clock.now_ms() == pytest.approx(20_000)
    await asyncio.sleep(20.1)
    for gate in (server, worker, Gate(stores[0], clock)):
        await gate.enter("player", "a")


@pytest.mark.virtual_time
async def test_a_hold_from_before_a_restart_of_the_machine_lasts_no_longer_than_it_did(memory: Path) -> None:
    clock, after = SettableClock(), SettableClock()
    store = Store(memory, "server", clock=clock)
    Gate(store, clock).limited("player", "a", "60", "")
    after.boot = "another"
    after.set_by(-24 * HOUR_MS)
    held_ms = Gate(store, after).held_until_ms("player", "a")
    assert held_ms is not None
    assert held_ms - after.now_ms() <= 60_000


@pytest.mark.virtual_time
@pytest.mark.parametrize("by_ms", JUMPS_MS)
async def test_a_timer_keeps_its_place(evening: Evening, by_ms: float) -> None:
    phases = (Phase("one", 60.0), Phase("two", 60.0))
    timer = Interval(1, phases, by="ada", started_at_ms=float(int(evening.clock.now_ms())))
    evening.store.write(GROUP_INTERVAL, timer, GROUP_ID)
    await asyncio.sleep(20)
    playing = evening.hears("ada").uri
    clock_of(evening).set_by(by_ms)
    await asyncio.sleep(35)
    assert evening.hears("ada").uri == playing
    await asyncio.sleep(10)
    assert evening.hears("ada").uri not in {playing, None}
