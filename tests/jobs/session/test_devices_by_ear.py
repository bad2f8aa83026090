"""Devices that are heard late, and devices that don't go on by themselves."""

import asyncio

import pytest

from songswap.documents import LATENCIES, Latencies
from tests.evening import Evening
from tests.jobs.conftest import album
from tests.jobs.session.test_session import CLOSE_MS

pytestmark = pytest.mark.virtual_time


def learned(evening: Evening, person: str) -> Latencies:
    return evening.store.read(LATENCIES, person) or Latencies()


def trim(evening: Evening, person: str, trim_ms: int) -> None:
    evening.wish(person, trims_ms={evening.device(person) or "": trim_ms})


@pytest.mark.parametrize("trim_ms", [600, -600, 120])
async def test_trim_is_heard_at_once_and_after_every_command(playing: Evening, trim_ms: int) -> None:
    trim(playing, "bob", trim_ms)
    for change in (None, "next", "seek"):
        if change == "next":
            playing.world.player("ada").next()
        if change == "seek":
            playing.click("seek", position_ms=60_000)
        await asyncio.sleep(12)
        assert playing.skew_ms("bob", "ada") == pytest.approx(trim_ms, abs=CLOSE_MS)
        assert playing.skew_ms("cleo", "ada") == pytest.approx(0, abs=CLOSE_MS)
        skew_ms = playing.listener("bob").skew_ms
        assert skew_ms is not None
        assert abs(skew_ms) < CLOSE_MS, "what was asked for is no skew"
    assert playing.commands("bob") == ["play", "seek", "play", "seek"]


async def test_trim_is_kept_over_natural_changes_without_a_command(playing: Evening) -> None:
    trim(playing, "bob", -400)
    await asyncio.sleep(5)
    before = playing.commands("bob")
    await asyncio.sleep(900)
    assert playing.commands("bob") == before
    assert playing.skew_ms("bob", "ada") == pytest.approx(-400, abs=CLOSE_MS)


async def test_trim_does_not_teach_a_wrong_latency(playing: Evening) -> None:
    trim(playing, "bob", 800)
    await asyncio.sleep(10)
    kinds = learned(playing, "bob").devices[playing.device("bob") or ""]
    assert all(sample == pytest.approx(500, abs=30) for kind in kinds.values() for sample in kind.recent_ms)


async def until_next_track(evening: Evening) -> None:
    before = evening.hears("ada").uri
    while evening.hears("ada").uri == before:
        await asyncio.sleep(0.2)


async def test_device_that_stops_after_each_track_is_noticed_once_and_started_from_then_on(evening: Evening) -> None:
    for device in evening.world.person("bob").devices:
        device.stops_after_track = True
    evening.start_session()
    evening.world.player("ada").play_context(album(evening), device_id=evening.device("ada"))
    await asyncio.sleep(20)
    await until_next_track(evening)
    await asyncio.sleep(8)
    assert learned(evening, "bob").preload == {evening.device("bob"): False}
    assert evening.listener("bob").status == "in_sync"
    for _ in range(2):
        await until_next_track(evening)
        await asyncio.sleep(0.5)
        assert evening.skew_ms("bob", "ada") == pytest.approx(0, abs=CLOSE_MS)
        assert evening.hears("bob").is_playing
    assert evening.commands("bob") == ["play"] * 4
    assert evening.commands("cleo") == ["play"]


async def test_device_that_goes_on_by_itself_is_looked_at_once(playing: Evening) -> None:
    await until_next_track(playing)
    await asyncio.sleep(8)
    assert learned(playing, "bob").preload == {playing.device("bob"): True}
    looks = len([call for call in playing.world.calls if call.person == "bob"])
    await until_next_track(playing)
    await asyncio.sleep(8)
    assert len([call for call in playing.world.calls if call.person == "bob"]) == looks


async def test_what_is_known_of_a_device_is_known_to_the_next_session(playing: Evening) -> None:
    await until_next_track(playing)
    await asyncio.sleep(8)
    playing.stop_session()
    await asyncio.sleep(1)
    playing.start_session()
    await asyncio.sleep(15)
    assert playing.listener("bob").goes_on is True


async def test_allowance_of_the_operator_is_never_exceeded(evening: Evening) -> None:
    evening.allow(daily_calls=150)
    await asyncio.sleep(1)
    await evening.stop_worker()
    await evening.start_worker()
    evening.start_session(hours=4.0)
    evening.world.player("ada").play_context(album(evening), device_id=evening.device("ada"))
    await asyncio.sleep(1)
    assert evening.night().pace.interval_s == 60
    await asyncio.sleep(5 * 3_600)
    calls = [call for call in evening.world.calls if "/me/player" in call.path]
    assert len(calls) == 150
    assert evening.night().host_status == "limited"
