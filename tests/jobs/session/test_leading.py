"""The night goes on without its host."""

import asyncio
import itertools

import pytest

from songswap.core.session.leadership import SILENCE_MS
from songswap.simulator import Truth
from tests.evening import Evening
from tests.jobs.session.test_session import CLOSE_MS

pytestmark = pytest.mark.virtual_time

GHOST_S = 90
"""For so long Spotify goes on showing a lost device as playing."""
AWAY_S = SILENCE_MS / 1000
LOOK_S = 12


def assert_with(leader: str, evening: Evening, *listeners: str) -> None:
    for listener in listeners:
        skew_ms = evening.skew_ms(listener, leader)
        assert skew_ms is not None, f"{listener}: {evening.hears(listener)}, {leader}: {evening.hears(leader)}"
        assert abs(skew_ms) < CLOSE_MS, listener


async def heard(evening: Evening, person: str, seconds: float) -> list[Truth]:
    """What somebody hears, ten times a second."""
    truths = []
    for _ in range(round(seconds * 10)):
        truths.append(evening.hears(person))
        await asyncio.sleep(0.1)
    return truths


def breaks(truths: list[Truth]) -> list[tuple[Truth, Truth]]:
    """Where the sound stopped or jumped within a track."""
    pairs = itertools.pairwise(truths)
    return [
        (one, two)
        for one, two in pairs
        if not two.is_playing or (one.uri == two.uri and abs(two.position_ms - one.position_ms - 100) > CLOSE_MS)
    ]


async def test_co_host_takes_over_without_a_break_for_the_others(playing: Evening) -> None:
    playing.make_co_host("bob")
    await asyncio.sleep(20)
    commands = playing.commands("cleo")
    playing.switch("ada", on=False)
    heard_by_cleo = await heard(playing, "cleo", GHOST_S + AWAY_S + LOOK_S)
    night = playing.night()
    assert (night.leader, night.lead.why) == ("bob", "silent")
    assert breaks(heard_by_cleo) == []
    assert playing.commands("cleo") == commands
    assert_with("bob", playing, "cleo")
    assert night.listeners["ada"].status == "no_device"


async def test_leader_is_followed_and_clicks_reach_their_device(playing: Evening) -> None:
    playing.make_co_host("bob")
    playing.switch("ada", on=False)
    await asyncio.sleep(GHOST_S + AWAY_S + LOOK_S)
    playing.world.player("bob").next()
    await asyncio.sleep(10)
    assert_with("bob", playing, "cleo")
    before = playing.commands("bob")
    playing.click("seek", position_ms=70_000)
    await asyncio.sleep(6)
    assert playing.commands("bob") == [*before, "seek"]
    assert_with("bob", playing, "cleo")


async def test_nobody_takes_over_before_the_host_was_silent_for_long(playing: Evening) -> None:
    playing.make_co_host("bob")
    device = playing.device("ada")
    assert device is not None
    playing.switch("ada", on=False)
    heard_by_cleo = await heard(playing, "cleo", GHOST_S + AWAY_S / 2)
    assert playing.night().host_status == "no_device"
    assert playing.night().leader == "ada"
    assert breaks(heard_by_cleo) == []
    playing.world.player("ada").set_device_online(device, True)
    playing.world.player("ada").resume()
    await asyncio.sleep(AWAY_S)
    assert playing.night().leader == "ada"
    assert_with("ada", playing, "bob", "cleo")


async def test_without_a_co_host_the_music_stops_with_the_hosts(playing: Evening) -> None:
    playing.switch("ada", on=False)
    await asyncio.sleep(GHOST_S + AWAY_S + LOOK_S)
    assert playing.night().leader == "ada"
    assert not playing.hears("bob").is_playing


async def test_host_who_is_logged_out_is_replaced_at_once(playing: Evening) -> None:
    playing.make_co_host("bob")
    await asyncio.sleep(1)
    playing.world.revoke("ada")
    heard_by_cleo = await heard(playing, "cleo", LOOK_S)
    assert (playing.night().leader, playing.night().lead.why) == ("bob", "logged_out")
    assert breaks(heard_by_cleo) == []
    assert playing.listener("ada").status == "needs_login"


async def test_co_host_who_stepped_out_does_not_take_over(playing: Evening) -> None:
    playing.make_co_host("bob", "cleo")
    playing.wish("bob", listening_in=None)
    await asyncio.sleep(1)
    playing.world.revoke("ada")
    await asyncio.sleep(LOOK_S)
    assert playing.night().leader == "cleo"


async def test_host_who_comes_back_listens_and_takes_the_lead_back_without_a_break(playing: Evening) -> None:
    playing.make_co_host("bob")
    device = playing.device("ada")
    assert device is not None
    playing.switch("ada", on=False)
    await asyncio.sleep(GHOST_S + AWAY_S + LOOK_S)
    playing.world.player("ada").set_device_online(device, True)
    await asyncio.sleep(20)
    assert playing.night().leader == "bob"
    assert_with("bob", playing, "ada", "cleo")
    commands = {one: playing.commands(one) for one in ("ada", "bob", "cleo")}
    playing.ask_to_lead("ada")
    tracks = await asyncio.gather(*(heard(playing, one, 20) for one in ("ada", "bob", "cleo")))
    assert (playing.night().leader, playing.night().lead.why) == ("ada", "host")
    assert [breaks(one) for one in tracks] == [[], [], []]
    assert {one: playing.commands(one) for one in commands} == commands
    playing.world.player("ada").next()
    await asyncio.sleep(12)
    assert_with("ada", playing, "bob", "cleo")


async def test_lead_is_handed_to_a_co_host_while_all_is_well(playing: Evening) -> None:
    playing.make_co_host("bob")
    await asyncio.sleep(1)
    commands = playing.commands("ada")
    playing.ask_to_lead("bob")
    tracks = await asyncio.gather(*(heard(playing, one, 10) for one in ("ada", "bob", "cleo")))
    assert (playing.night().leader, playing.night().lead.why) == ("bob", "chosen")
    assert [breaks(one) for one in tracks] == [[], [], []]
    assert playing.commands("ada") == commands
    playing.world.player("bob").next()
    await asyncio.sleep(12)
    assert_with("bob", playing, "ada", "cleo")


async def test_worker_restarted_in_between_remembers_who_leads(playing: Evening) -> None:
    playing.make_co_host("bob")
    playing.switch("ada", on=False)
    await asyncio.sleep(GHOST_S + AWAY_S / 2)
    await playing.stop_worker()
    await asyncio.sleep(2)
    await playing.start_worker()
    await asyncio.sleep(AWAY_S / 2 + LOOK_S)
    assert playing.night().leader == "bob"
    await playing.stop_worker()
    await playing.start_worker()
    heard_by_cleo = await heard(playing, "cleo", 20)
    assert playing.night().leader == "bob"
    assert breaks(heard_by_cleo) == []
    assert_with("bob", playing, "cleo")


async def test_leader_who_is_no_co_host_any_more_gives_the_lead_back(playing: Evening) -> None:
    playing.make_co_host("bob")
    await asyncio.sleep(1)
    playing.ask_to_lead("bob")
    await asyncio.sleep(5)
    assert playing.night().leader == "bob"
    playing.form_group("ada", "bob", "cleo")
    await asyncio.sleep(8)
    assert playing.night().leader == "ada"
    assert_with("ada", playing, "bob", "cleo")
