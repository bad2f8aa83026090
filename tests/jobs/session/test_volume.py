import asyncio

import pytest

from songswap.simulator.players import Player
from tests.evening import Evening

pytestmark = pytest.mark.virtual_time


def volume(evening: Evening, person: str) -> int | None:
    player = evening.world.player(person)
    return player.state().volume_percents.get(evening.device(person) or "")


def told(evening: Evening, person: str) -> int:
    return evening.commands(person).count("volume")


def the_host(evening: Evening) -> Player:
    for device in evening.world.person("ada").devices:
        device.supports_volume = True
    return evening.world.player("ada")


async def test_volume_follows_the_host_at_one_call_for_each_change_and_follower(playing: Evening) -> None:
    host = the_host(playing)
    host.set_volume(35)
    await asyncio.sleep(30)
    assert (told(playing, "bob"), told(playing, "cleo")) == (0, 0)  # off as long as nobody asks for it
    playing.wish("bob", follows_volume=True)
    await asyncio.sleep(5)
    assert (volume(playing, "bob"), told(playing, "bob")) == (35, 1)
    host.set_volume(80)
    await asyncio.sleep(30)
    assert (volume(playing, "bob"), told(playing, "bob"), told(playing, "cleo")) == (80, 2, 0)
    await playing.stop_worker()
    await playing.start_worker()
    await asyncio.sleep(30)
    assert told(playing, "bob") == 2  # a restart repeats nothing
    playing.wish("bob", follows_volume=False)
    host.set_volume(10)
    await asyncio.sleep(30)
    assert (volume(playing, "bob"), told(playing, "bob")) == (80, 2)
    assert playing.listener("bob").status == "in_sync"


async def test_a_device_whose_volume_can_not_be_set_is_left_alone(playing: Evening) -> None:
    for device in playing.world.person("bob").devices:
        device.supports_volume = False
    playing.wish("bob", follows_volume=True, look_rev=9)
    the_host(playing).set_volume(35)
    await asyncio.sleep(60)
    assert told(playing, "bob") <= 1  # before a reading has shown it, Spotify may refuse once
    assert playing.listener("bob").status == "in_sync"
