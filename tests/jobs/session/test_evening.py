"""One hour of a real evening: everything that happens in one, on a network and devices as they are."""

import asyncio
import dataclasses
from pathlib import Path

import pytest

from songswap.clock import Clock
from songswap.simulator import Fault, Profile
from tests.evening import Evening, an_evening
from tests.jobs.conftest import album

pytestmark = pytest.mark.virtual_time

LISTENERS = ("bob", "cleo", "dario", "edda", "finn")
IN_SYNC_MS = 600
SETTLED_S = 14


async def settled(evening: Evening, *listeners: str, within_s: float = SETTLED_S) -> None:
    """Everybody hears what the host hears, in time, within a while."""
    for _ in range(round(within_s * 2)):
        await asyncio.sleep(0.5)
        skews_ms = [evening.skew_ms(listener, "ada") for listener in listeners]
        if all(skew_ms is not None and abs(skew_ms) < IN_SYNC_MS for skew_ms in skews_ms):
            return
    states = {listener: (evening.listener(listener), evening.hears(listener)) for listener in listeners}
    pytest.fail(f"not together: {evening.hears('ada')} {states}")


async def play_about(evening: Evening) -> None:
    """Skips, seeks and pauses, in the app and on the page."""
    ada = evening.world.player("ada")
    await asyncio.sleep(100)
    ada.next()
    await settled(evening, *LISTENERS[:4])
    ada.seek(45_000)
    await settled(evening, *LISTENERS[:4])
    evening.click("next")
    await settled(evening, *LISTENERS[:4])
    ada.pause()
    await asyncio.sleep(12)
    assert not any(evening.hears(one).is_playing for one in LISTENERS[:4])
    evening.click("play")
    await settled(evening, *LISTENERS[:4])


async def lose_a_device(evening: Evening) -> None:
    """Bob's device vanishes and comes back."""
    lost = evening.device("bob")
    assert lost is not None
    evening.world.player("bob").set_device_online(lost, False)
    evening.world.player("ada").next()
    await settled(evening, "cleo", "dario", "edda", "finn")
    assert evening.listener("bob").status == "no_device"
    evening.world.player("bob").set_device_online(lost, True)
    await settled(evening, *LISTENERS)


async def restart_the_worker(evening: Evening) -> None:
    """Nobody is told anything for it."""
    commands = {one: evening.commands(one) for one in LISTENERS}
    await evening.stop_worker()
    await asyncio.sleep(40)
    await evening.start_worker()
    await settled(evening, *LISTENERS)
    assert {one: evening.commands(one) for one in LISTENERS} == commands


async def annoy(evening: Evening) -> None:
    """Spotify asks for a break, refuses a good token and lets another expire."""
    evening.world.faults.add(Fault(status=429, times=1, retry_after=20))
    await asyncio.sleep(25)
    evening.world.faults.add(Fault(kind="false_401", person="cleo", times=1))
    evening.world.expire_tokens("dario")
    evening.world.player("ada").next()
    await settled(evening, *LISTENERS, within_s=20)


async def listen_on(evening: Evening) -> None:
    """Half an hour of music that nobody touches: at most a correction each, no command for a change of track."""
    before = {one: len(evening.commands(one)) for one in LISTENERS}
    uris = set()
    for _ in range(180):
        await asyncio.sleep(10)
        uris.add(evening.hears("ada").uri)
    await settled(evening, *LISTENERS, within_s=2)
    assert len(uris) > 5
    corrections = {one: len(evening.commands(one)) - before[one] for one in LISTENERS}
    assert all(count <= 2 for count in corrections.values()), corrections


async def test_an_hour_with_five_listeners(tmp_path: Path, clock: Clock) -> None:
    # Not every command is verified, so a stall may go unnoticed till the next event; the bench measures how often.
    profile = dataclasses.replace(Profile.typical(), stall_probability=0.0)
    async with an_evening(tmp_path / "store", clock, seed=11, profile=profile) as evening:
        evening.world.person("finn").premium = True
        evening.form_group("ada", *LISTENERS[:4])
        evening.start_session()
        evening.world.player("ada").play_context(album(evening))
        evening.world.player("ada").set_repeat("context")
        await settled(evening, *LISTENERS[:4], within_s=30)
        began_s = asyncio.get_running_loop().time()
        for _ in range(3):
            await play_about(evening)
        evening.form_group("ada", *LISTENERS)  # Finn comes late
        await settled(evening, *LISTENERS)
        await lose_a_device(evening)
        await restart_the_worker(evening)
        await annoy(evening)
        await listen_on(evening)
        await asyncio.sleep(max(0.0, began_s + 3_600 - asyncio.get_running_loop().time()))
        await settled(evening, *LISTENERS, within_s=2)
        assert evening.commands("ada") == ["next", "play"] * 3
        assert evening.world.calls_while_blocked == 0
