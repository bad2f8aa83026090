"""What goes wrong in the course of a night, by profile. Each fault says when it was over, and for whom."""

import asyncio

from bench.sync.measure import End
from bench.sync.night import Measured
from bench.sync.people import HOST, LISTENERS
from songswap.simulator import Fault
from songswap.simulator.playback import Playback

MINUTE_S = 60.0
LOOK_S = 0.1
CO_HOST = "bob"


async def flaky(night: Measured) -> None:
    """5 % of all answers are 5xx, some are false 401s, some connections are cut. Each is over at once."""
    faults = night.evening.world.faults
    faults.add(Fault(status=502, probability=0.05))
    faults.add(Fault(kind="false_401", path="/v1/*", probability=0.01))
    faults.add(Fault(kind="drop", path="/v1/*", probability=0.01))
    known = 0
    while True:
        await asyncio.sleep(LOOK_S)
        calls = night.evening.world.calls
        for call in calls[known:]:
            if call.path.startswith("/v1/") and call.status in {0, 401, 502}:
                hit = (call.person,) if call.person in LISTENERS else LISTENERS
                night.ends.append(End(call.time_s * 1000, hit))
        known = len(calls)


async def limited(night: Measured) -> None:
    """Three times a limit with Retry-After; in the middle of the night the player's quota is used up for 5 minutes.

    While each lasts the host does something, which nobody can hear before it is over.
    """
    for minute in (10, 20, 30):
        await _at(night, minute)
        await _limit(night, Fault(status=429, path="/v1/*", times=1, retry_after=20, client_id="client-one"))
    await _at(night, 40)
    quota = Fault(status=429, path="/v1/me/player*", times=1, retry_after=300, reason="QUOTA_EXCEEDED")
    await _limit(night, quota)


async def _limit(night: Measured, fault: Fault) -> None:
    world, known = night.evening.world, len(night.evening.world.calls)
    world.faults.add(fault)
    while not (met := [call for call in world.calls[known:] if call.status == 429]):
        await asyncio.sleep(LOOK_S)
    over_ms = met[0].time_s * 1000 + (fault.retry_after or 0) * 1000
    await asyncio.sleep((over_ms - night.evening.clock.now_ms()) / 2000)
    world.player(HOST).next()
    await asyncio.sleep((over_ms - night.evening.clock.now_ms()) / 1000)
    night.over(*LISTENERS)


async def devices(night: Measured) -> None:
    """Edda comes late, Bob's device vanishes for three minutes, Cleo pauses on purpose and rejoins."""
    evening = night.evening
    evening.form_group(HOST, *(one for one in LISTENERS if one != "edda"))
    began_ms = evening.clock.now_ms()
    await _at(night, 10)
    evening.form_group(HOST, *LISTENERS)
    night.was_away("edda", began_ms)
    await _at(night, 15)
    gone_ms = evening.clock.now_ms()
    player, device = evening.world.player("bob"), evening.device("bob")
    assert device is not None
    player.set_device_online(device, False)
    await asyncio.sleep(3 * MINUTE_S)
    player.set_device_online(device, True)
    night.was_away("bob", gone_ms)
    await _at(night, 25)
    evening.world.player("cleo").pause()
    out_ms = evening.clock.now_ms()
    await asyncio.sleep(5 * MINUTE_S)
    evening.rejoin("cleo")
    night.was_away("cleo", out_ms)


async def shuffle(night: Measured) -> None:
    """The host shuffles, repeats the list, repeats one track for a while, and goes back to order."""
    player = night.evening.world.player(HOST)
    await _at(night, 5)
    player.set_shuffle(True)
    _note_act(night)
    await _at(night, 15)
    player.set_repeat("context")
    _note_act(night)
    await _at(night, 25)
    player.set_repeat("track")
    _note_act(night)
    await _at(night, 40)
    player.set_repeat("off")
    player.set_shuffle(False)
    _note_act(night)


async def host_loss(night: Measured) -> None:
    """Three times the host is lost and a co-host leads until the host takes the lead back.

    Ada's device vanishes; Spotify stops answering for her account while she plays on; her log-in ends.
    """
    evening = night.evening
    player = evening.world.player(HOST)
    evening.make_co_host(CO_HOST)
    await _at(night, 8)
    state = player.state()
    evening.switch(HOST, on=False)
    gone_ms = await succeeded(night, state)
    await _at(night, 18)
    evening.switch(HOST, on=True)
    await led_again(night, gone_ms)
    await _at(night, 26)
    silence = evening.world.faults.add(Fault(status=503, path="/v1/me/player*", person=HOST))
    gone_ms = await succeeded(night, player.state())
    await _at(night, 34)
    evening.world.faults.remove(silence)
    await led_again(night, gone_ms)
    await _at(night, 42)
    evening.world.revoke(HOST)
    gone_ms = await succeeded(night, player.state())
    await _at(night, 50)
    evening.log_in(HOST)
    await led_again(night, gone_ms)


async def succeeded(night: Measured, state: Playback) -> float:
    """Wait until the co-host leads instead of the host, who is lost since now in this state; returns when that was."""
    play, gone_ms = night.play, night.evening.clock.now_ms()
    play.lose(HOST, state)
    while play.led_by == HOST:
        await asyncio.sleep(LOOK_S)
    night.over(*play.listeners())
    return gone_ms


async def led_again(night: Measured, gone_ms: float) -> None:
    """The host, lost since `gone_ms`, is back: a listener for two minutes, who then takes the lead."""
    night.play.find()
    night.was_away(HOST, gone_ms)
    await asyncio.sleep(2 * MINUTE_S)
    night.evening.ask_to_lead(HOST)
    while night.play.led_by != HOST:
        await asyncio.sleep(LOOK_S)
    night.over(*night.play.listeners())


def _note_act(night: Measured) -> None:
    night.acts_ms.append(night.evening.clock.now_ms())


async def _at(night: Measured, minute: float) -> None:
    elapsed_s = (night.evening.clock.now_ms() - night.play.recording.began_ms) / 1000
    await asyncio.sleep(max(0.0, minute * MINUTE_S - elapsed_s))
