"""What goes wrong in the course of a night, by profile."""

import asyncio

from bench.sync.night import HOST, Measured
from songswap.simulator import Fault

MINUTE_S = 60.0


async def flaky(night: Measured) -> None:
    """5 % of all answers are 5xx, some are false 401s, some connections are cut."""
    faults = night.evening.world.faults
    faults.add(Fault(status=502, probability=0.05))
    faults.add(Fault(kind="false_401", path="/v1/*", probability=0.01))
    faults.add(Fault(kind="drop", path="/v1/*", probability=0.01))


async def limited(night: Measured) -> None:
    """Three times a limit with Retry-After; in the middle of the night the player's quota is used up for 5 minutes."""
    faults = night.evening.world.faults
    for minute in (10, 20, 30):
        await _at(night, minute)
        faults.add(Fault(status=429, path="/v1/*", times=1, retry_after=20, client_id="client-one"))
    await _at(night, 40)
    faults.add(Fault(status=429, path="/v1/me/player*", times=1, retry_after=300, reason="QUOTA_EXCEEDED"))


async def devices(night: Measured) -> None:
    """Edda comes late, Bob's device vanishes for three minutes, Cleo pauses on purpose and rejoins."""
    evening = night.evening
    _, ends_ms = night.present["edda"]
    evening.form_group(HOST, *(one for one in night.present if one != "edda"))
    await _at(night, 10)
    evening.form_group(HOST, *night.present)
    night.present["edda"] = (evening.clock.now_ms() + 10_000, ends_ms)
    await _at(night, 15)
    device = evening.device("bob")
    assert device is not None
    evening.world.player("bob").set_device_online(device, False)
    gone_ms = evening.clock.now_ms()
    await asyncio.sleep(3 * MINUTE_S)
    evening.world.player("bob").set_device_online(device, True)
    night.absent["bob"] = (gone_ms, evening.clock.now_ms() + 10_000)
    await _at(night, 25)
    evening.world.player("cleo").pause()
    out_ms = evening.clock.now_ms()
    await asyncio.sleep(5 * MINUTE_S)
    evening.rejoin("cleo")
    night.absent["cleo"] = (out_ms, evening.clock.now_ms() + 10_000)


async def shuffle(night: Measured) -> None:
    """The host shuffles, repeats the list, repeats one track for a while, and goes back to order."""
    player = night.evening.world.player(HOST)
    await _at(night, 5)
    player.set_shuffle(True)
    await _at(night, 15)
    player.set_repeat("context")
    await _at(night, 25)
    player.set_repeat("track")
    await _at(night, 40)
    player.set_repeat("off")
    player.set_shuffle(False)


async def _at(night: Measured, minute: float) -> None:
    elapsed_s = (night.evening.clock.now_ms() - night.recording.began_ms) / 1000
    await asyncio.sleep(max(0.0, minute * MINUTE_S - elapsed_s))
