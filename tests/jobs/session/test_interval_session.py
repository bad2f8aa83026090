"""A group's timer, in virtual time: with a session it moves everybody, without one whoever started it."""

import asyncio

import pytest

from songswap.simulator import Fault
from tests.evening import Evening
from tests.jobs.conftest import album
from tests.jobs.session.test_requests import songs, wish
from tests.jobs.session.test_timer import playlist, until
from tests.jobs.timers import Ear, Timer, skips

pytestmark = pytest.mark.virtual_time

PEOPLE = ("ada", "bob", "cleo")
TOGETHER_MS = 250


def play_for_long(evening: Evening) -> None:
    evening.world.player("ada").play_context(playlist(evening), device_id=evening.device("ada"))


@pytest.fixture
async def night(playing: Evening) -> Evening:
    """The session runs, and there is music for long."""
    play_for_long(playing)
    await asyncio.sleep(30)
    return playing


def listen(evening: Evening) -> dict[str, Ear]:
    """Everybody's ears, for as long as the test lasts."""
    ears = {person: Ear(evening, person) for person in PEOPLE}
    for ear in ears.values():
        ear.start()
    return ears


def songs_heard(evening: Evening) -> set[str | None]:
    """What is heard, a relinked track by the id it was asked for."""
    catalogue = evening.world.catalogue
    links = {one.uri: f"spotify:track:{one.plays_as}" for one in catalogue.tracks.values() if one.plays_as}
    return {links.get(uri or "", uri) for uri in (evening.hears(person).uri for person in PEOPLE)}


def assert_heard(ears: dict[str, Ear], at_ms: float) -> None:
    """Something began at everybody's then."""
    for ear in ears.values():
        assert min(abs(heard_ms - at_ms) for heard_ms, _ in ear.heard) < TOGETHER_MS, (ear.person, ear.heard, at_ms)


async def test_session_moves_everybody_at_the_boundary(night: Evening) -> None:
    ears = listen(night)
    timer = Timer(night, is_group=True)
    timer.set_up(phases=timer.workout, repeat=8)
    await until(night, timer.boundary_at_ms(6) + 5_000)
    for number in range(1, 7):
        assert_heard(ears, timer.boundary_at_ms(number))
    assert len(skips(night)) == 6
    assert len(songs_heard(night)) == 1
    assert timer.ticks().night is None  # there is one commander


async def test_pause_at_the_end_is_for_everybody(night: Evening) -> None:
    timer = Timer(night, is_group=True)
    timer.set_up(phases=timer.workout, repeat=1, at_end="pause")
    await until(night, timer.boundary_at_ms(2) - 300)
    assert all(night.hears(person).is_playing for person in PEOPLE)
    await until(night, timer.boundary_at_ms(2) + 1_500)
    assert not any(night.hears(person).is_playing for person in PEOPLE)


async def test_timers_playlist_starts_for_everybody(night: Evening) -> None:
    timer = Timer(night, is_group=True)
    timer.set_up(phases=timer.workout, repeat=4, context_uri=album(night))
    await asyncio.sleep(12)
    uris = night.world.context_uris(album(night))
    assert len(songs_heard(night)) == 1
    assert night.hears("ada").uri in uris


async def test_request_comes_at_the_boundary_that_cuts_the_song_short(night: Evening) -> None:
    (wanted,) = songs(night, 1)
    timer = Timer(night, is_group=True)
    timer.set_up(phases=timer.workout, repeat=4)
    wish(night, wanted)
    await until(night, timer.boundary_at_ms(1) + 4_000)
    assert songs_heard(night) == {wanted.uri}


async def test_without_a_session_it_acts_on_who_started_it_and_a_session_takes_over(evening: Evening) -> None:
    play_for_long(evening)
    await asyncio.sleep(10)
    timer = Timer(evening, is_group=True)
    timer.set_up(phases=timer.workout, repeat=20)
    await until(evening, timer.boundary_at_ms(2) + 3_000)
    assert len(skips(evening)) == 2
    assert timer.night().host == "ada"
    evening.start_session()
    await until(evening, timer.boundary_at_ms(6) + 5_000)
    assert len(skips(evening)) == 6
    assert len(songs_heard(evening)) == 1
    evening.stop_session()
    await until(evening, timer.boundary_at_ms(8) + 3_000)
    assert len(skips(evening)) == 8


@pytest.mark.parametrize("killed_s", [-1.2, -0.8, -0.48, -0.3, 0.4])
async def test_worker_killed_around_a_boundary_never_doubles_the_sessions_skip(night: Evening, killed_s: float) -> None:
    timer = Timer(night, is_group=True)
    timer.set_up(phases=timer.workout, repeat=8)
    await until(night, timer.boundary_at_ms(1) + killed_s * 1000)
    await night.stop_worker()
    await asyncio.sleep(1)
    await night.start_worker()
    await until(night, timer.boundary_at_ms(2) - 2_000)
    count = len(skips(night))
    assert count <= 1
    assert len(songs_heard(night)) == 1
    await until(night, timer.boundary_at_ms(3) + 4_000)
    assert len(skips(night)) == count + 2
    assert len(songs_heard(night)) == 1


async def test_limit_at_a_boundary_is_made_up_for_once_and_for_everybody(night: Evening) -> None:
    timer = Timer(night, is_group=True)
    timer.set_up(phases=timer.workout, repeat=8)
    await until(night, timer.boundary_at_ms(1) - 2_000)
    fault = Fault(status=429, retry_after=8, path="/v1/me/player/next", times=1)
    night.world.faults.add(fault)
    await until(night, timer.boundary_at_ms(2) - 2_000)
    assert len(skips(night)) == 1
    assert len(songs_heard(night)) == 1
    assert night.world.calls_while_blocked == 0


async def test_own_timer_only_counts_while_its_owner_listens_in_a_session(night: Evening) -> None:
    timer = Timer(night, by="bob")
    timer.set_up(phases=timer.workout, repeat=20)
    await until(night, timer.boundary_at_ms(3) + 1_000)
    assert skips(night, "bob") == []
    assert night.listener("bob").status == "in_sync"
    night.stop_session()
    await until(night, timer.boundary_at_ms(4) - 2_000)
    assert skips(night, "bob") == []  # what went by is not made up for
    await until(night, timer.boundary_at_ms(4) + 1_000)
    assert len(skips(night, "bob")) == 1


async def test_timer_of_somebody_who_left_the_group_only_counts(evening: Evening) -> None:
    play_for_long(evening)
    await asyncio.sleep(10)
    timer = Timer(evening, is_group=True, by="stranger")
    timer.set_up(phases=timer.workout, repeat=20)
    await until(evening, timer.boundary_at_ms(3) + 1_000)
    assert evening.commands("ada") == []
    assert timer.ticks().done == 3


async def test_music_that_waited_is_not_started_after_its_timer_has_ended(night: Evening) -> None:
    timer = Timer(night, is_group=True)
    night.world.faults.add(Fault(kind="slow", delay_s=4, path="/v1/me/player", person="ada", times=1))
    night.click("seek", position_ms=1_000)
    await asyncio.sleep(3)  # the look that follows is under way, so a start has to wait
    timer.set_up(phases=timer.workout, context_uri=album(night), at_boundary="announce")
    await asyncio.sleep(0.5)
    timer.press("reset")
    await asyncio.sleep(15)
    assert night.hears("ada").uri not in night.world.context_uris(album(night))
