"""A person's own timer, in virtual time: the real worker in front of the embedded Spotify."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from songswap.simulator import Fault, Profile
from tests.conftest import VirtualClock
from tests.evening import Evening, an_evening
from tests.jobs.conftest import album
from tests.jobs.timers import Ear, Timer, commands, reads, skips

pytestmark = pytest.mark.virtual_time

MEMORY = Path("/dev/shm")
LATENCY_MS = 450.0
RTT_MS = 20.0
HOUR_S = 3_600.0
NEXT = "/v1/me/player/next"
PLAYER = "/v1/me/player"


class SleepyClock(VirtualClock):
    """The clock of a machine that was asleep for a while: its timers did not run, the world did."""

    slept_ms = 0.0

    def now_ms(self) -> float:
        return super().now_ms() + self.slept_ms


@pytest.fixture
def clock() -> SleepyClock:
    return SleepyClock()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """Where hours of writing take no time, if there is such a place."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture
async def alone(memory: Path, clock: SleepyClock) -> AsyncIterator[Evening]:
    """Nobody is in a group; all devices take as long from command to sound."""
    profile = Profile(rtt_ms=(RTT_MS, RTT_MS), read_staleness_ms=(300.0, 300.0))
    async with an_evening(memory / "store", clock, seed=7, profile=profile) as evening:
        for person in evening.world.people.values():
            for device in person.devices:
                device.latency_ms = LATENCY_MS
        yield evening


@pytest.fixture
async def timer(alone: Evening) -> Timer:
    """Ada plays a long playlist over and over; her timer is not set up yet."""
    alone.log_in("ada")
    alone.world.player("ada").set_repeat("context")
    alone.world.player("ada").play_context(playlist(alone), device_id=alone.device("ada"))
    await asyncio.sleep(20)
    return Timer(alone)


def playlist(evening: Evening) -> str:
    longest = max(evening.world.playlists.values(), key=lambda one: len(one.rows))
    return f"spotify:playlist:{longest.id}"


async def until(evening: Evening, at_ms: float) -> None:
    await asyncio.sleep(max(0.0, at_ms - evening.clock.now_ms()) / 1000)


# Time


async def test_eight_hours_with_restarts_sleeps_stalls_and_429s_drift_by_nothing(timer: Timer) -> None:
    evening, clock = timer.evening, timer.evening.clock
    assert isinstance(clock, SleepyClock)
    ear = Ear(evening)
    ear.start()
    timer.set_up()  # rounds of five minutes, for eight hours
    began_ms = timer.boundary_at_ms(0)

    async def disturb() -> None:
        await asyncio.sleep(HOUR_S + 100)
        await evening.stop_worker()  # over three boundaries
        await asyncio.sleep(1000)
        await evening.start_worker()
        await asyncio.sleep(HOUR_S)
        clock.slept_ms += 40 * 60_000  # over eight
        await asyncio.sleep(HOUR_S)
        evening.world.faults.add(Fault(status=429, retry_after=90, path=NEXT, times=1))
        evening.world.faults.add(Fault(kind="slow", delay_s=6, path="/v1/me/player", method="GET", times=3))
        await asyncio.sleep(HOUR_S)
        evening.world.faults.add(Fault(status=503, path="/v1/me/player", method="GET", times=4))

    disturbing = asyncio.create_task(disturb())
    await until(evening, began_ms + 7 * HOUR_S * 1000)
    await until(evening, began_ms + 8 * HOUR_S * 1000 - 1000)
    assert disturbing.done()
    late_ms = [heard_ms - timer.boundary_at_ms(round((heard_ms - began_ms) / 300_000)) for heard_ms in ear.skipped()]
    on_time = [one for one in late_ms if abs(one) < 60]
    made_up = [one for one in late_ms if abs(one) >= 60]
    assert len(made_up) == 3, made_up  # after the restart, the sleep and the limit: one each
    assert len(on_time) == 95 - 3 - 8 - 1
    assert late_ms[-10:] == pytest.approx([0.0] * 10, abs=45)
    assert timer.ticks().done == 95
    assert timer.boundary_at_ms(95) == began_ms + 95 * 300_000
    assert evening.world.calls_while_blocked == 0
    assert len(evening.world.calls) < 320  # for 84 skips, the looks included


async def test_work_and_rest_change_the_track_at_each_boundary_and_cost_few_looks(timer: Timer) -> None:
    ear = Ear(timer.evening)
    ear.start()
    timer.set_up(phases=timer.workout, repeat=8)
    await asyncio.sleep(490)
    expected = [timer.boundary_at_ms(number) for number in range(1, 16)]
    assert ear.skipped() == pytest.approx(expected, abs=60)
    assert reads(timer.evening) <= 12
    assert len(commands(timer.evening)) == 15  # the end skips nothing


async def test_track_shorter_than_the_interval_goes_on_and_the_count_stays_right(timer: Timer) -> None:
    timer.set_up(phases=timer.rounds, repeat=3)
    await asyncio.sleep(290)
    before = timer.evening.hears("ada").uri
    shown = timer.shown()
    assert shown is not None
    assert shown.uri == before  # it changed by itself, and nobody asked
    await asyncio.sleep(15)
    assert len(skips(timer.evening)) == 1
    assert timer.ticks().done == 1


async def test_new_track_is_shown_at_once_and_no_stale_answer_after(timer: Timer) -> None:
    timer.evening.world.people["ada"].devices[0].latency_ms = LATENCY_MS
    timer.set_up(phases=timer.workout, repeat=50)
    for number in range(1, 12):
        await until(timer.evening, timer.boundary_at_ms(number) + 100)
        for _ in range(8):
            shown = timer.shown()
            assert shown is not None
            assert shown.uri == timer.evening.hears("ada").uri
            await asyncio.sleep(1)


async def test_pause_resume_skip_and_reset(timer: Timer) -> None:
    evening = timer.evening
    timer.set_up(phases=timer.workout, repeat=8)
    await asyncio.sleep(20)
    timer.press("pause")
    await asyncio.sleep(1000)
    assert skips(evening) == []
    timer.press("resume")
    await asyncio.sleep(19)
    assert skips(evening) == []
    await asyncio.sleep(2)
    assert len(skips(evening)) == 1
    timer.press("skip")
    await asyncio.sleep(1)
    assert len(skips(evening)) == 2
    await asyncio.sleep(38)
    assert len(skips(evening)) == 2
    await asyncio.sleep(2)
    assert len(skips(evening)) == 3
    timer.press("reset")
    await asyncio.sleep(600)
    assert len(skips(evening)) == 3


async def test_skip_while_it_is_paused_skips_once(timer: Timer) -> None:
    timer.set_up(phases=timer.workout, repeat=8)
    await asyncio.sleep(10)
    timer.press("pause")
    timer.press("skip")
    await asyncio.sleep(60)
    timer.press("resume")
    await asyncio.sleep(10)
    assert len(skips(timer.evening)) == 1


# Restarts


@pytest.mark.parametrize("killed_s", [-1.2, -0.9, -0.8, -0.45, -0.44, -0.43, -0.42, -0.2, 0.3, 2.0])
@pytest.mark.parametrize("away_s", [0.02, 12.0])
async def test_worker_killed_around_a_boundary_never_doubles_its_skip(
    timer: Timer, killed_s: float, away_s: float
) -> None:
    evening = timer.evening
    timer.set_up(phases=timer.workout, repeat=8)
    await until(evening, timer.boundary_at_ms(1) - 4_000)
    assert skips(evening) == []
    await until(evening, timer.boundary_at_ms(1) + killed_s * 1000)
    await evening.stop_worker()
    was_noted = timer.ticks().done == 1
    await asyncio.sleep(away_s)
    await evening.start_worker()
    await until(evening, timer.boundary_at_ms(2) - 1_500)
    count = len(skips(evening))
    assert count <= 1
    assert count == 1 or was_noted  # only what was on its way can be lost
    await until(evening, timer.boundary_at_ms(3) - 1_500)
    assert len(skips(evening)) == count + 1


async def test_answer_that_never_came_is_not_asked_for_again(timer: Timer) -> None:
    timer.set_up(phases=timer.workout, repeat=8)
    timer.evening.world.faults.add(Fault(kind="drop", executed=True, path=NEXT, times=1))
    await until(timer.evening, timer.boundary_at_ms(2) - 1_500)
    sent = [call for call in timer.evening.world.calls if call.path == NEXT]
    assert len(sent) == 1


# Starting and ending the music


async def test_playlist_is_shuffled_and_started_on_the_chosen_device_and_paused_at_the_end(alone: Evening) -> None:
    alone.log_in("ada")
    kitchen = alone.world.person("ada").devices[2]
    timer = Timer(alone)
    timer.set_up(
        phases=timer.workout, repeat=2, context_uri=playlist(alone), device_id=kitchen.id, shuffle=True, at_end="pause"
    )
    await asyncio.sleep(5)
    state = alone.world.player("ada").state()
    assert (state.device_id, state.context_uri, state.shuffle, state.is_playing) == (
        kitchen.id, playlist(alone), True, True,
    )  # fmt: skip
    await until(alone, timer.boundary_at_ms(4) - 100)
    assert alone.hears("ada").is_playing
    await until(alone, timer.boundary_at_ms(4) + 100)
    assert not alone.hears("ada").is_playing
    calls = len(alone.world.calls)
    await asyncio.sleep(4 * HOUR_S)
    assert len(alone.world.calls) == calls  # nobody looks after a timer that is over
    shown = timer.night().timeline
    assert shown is not None
    assert not shown.is_playing


async def test_what_plays_is_moved_to_the_chosen_device(timer: Timer) -> None:
    phone = timer.evening.world.person("ada").devices[1]
    before = timer.evening.hears("ada").uri
    timer.set_up(phases=timer.workout, repeat=2, device_id=phone.id)
    await asyncio.sleep(3)
    assert (timer.evening.hears("ada").device_id, timer.evening.hears("ada").uri) == (phone.id, before)


async def test_music_that_waited_is_not_started_for_the_timer_that_came_after(timer: Timer) -> None:
    world = timer.evening.world
    before = timer.evening.hears("ada").uri
    world.faults.add(Fault(kind="slow", delay_s=4, path=PLAYER, times=1))
    timer.set_up(phases=timer.workout, at_boundary="announce")
    await asyncio.sleep(1)  # the first look is under way, so a start has to wait
    timer.set_up(phases=timer.workout, context_uri=album(timer.evening), at_boundary="announce")
    await asyncio.sleep(1)
    timer.set_up(phases=timer.workout, at_boundary="announce")
    await asyncio.sleep(10)
    assert commands(timer.evening) == []
    assert timer.evening.hears("ada").uri == before


async def test_music_that_has_run_out_is_started_again(alone: Evening) -> None:
    alone.log_in("ada")
    timer = Timer(alone)
    timer.set_up(phases=timer.workout, repeat=40, context_uri=album(alone), device_id=alone.device("ada"))
    silent_s = 0
    for _ in range(1200):
        await asyncio.sleep(1)
        silent_s += not alone.hears("ada").is_playing
    assert silent_s < 150
    assert commands(alone).count("play") >= 2


async def test_timer_that_only_announces_leaves_the_music_alone(timer: Timer) -> None:
    timer.set_up(phases=timer.workout, repeat=8, at_boundary="announce")
    await asyncio.sleep(600)
    assert commands(timer.evening) == []
    assert reads(timer.evening) <= 6


# Trouble


async def test_no_premium_is_said_and_does_not_cost_a_call_each_time(alone: Evening) -> None:
    alone.log_in("finn")
    alone.world.player("finn").play_context(album(alone), device_id=alone.device("finn"))
    await asyncio.sleep(5)
    timer = Timer(alone, by="finn")
    timer.set_up(phases=timer.workout, repeat=8)
    await asyncio.sleep(41)
    assert timer.night().host_status == "not_premium"
    await asyncio.sleep(430)
    assert timer.ticks().done >= 14  # the count goes on
    assert len([call for call in alone.world.calls if call.path == NEXT]) <= 3


async def test_speaker_that_takes_no_commands_is_said(alone: Evening) -> None:
    alone.log_in("gus")
    alone.world.player("gus").play_context(album(alone), device_id=alone.world.person("gus").devices[0].id)
    await asyncio.sleep(5)
    timer = Timer(alone, by="gus")
    timer.set_up(phases=timer.workout, repeat=8)
    await asyncio.sleep(41)
    assert timer.night().host_status == "restricted"


async def test_skip_that_is_refused_twice_is_said_without_a_host(timer: Timer) -> None:
    refusal = Fault(status=403, message="Player command failed: Restriction violated", reason="UNKNOWN", path=NEXT)
    timer.evening.world.faults.add(refusal)
    timer.set_up(phases=timer.workout, repeat=8)
    await until(timer.evening, timer.boundary_at_ms(1) + 5_000)
    assert timer.night().click_error == "The device did not follow: The player can't do this at the moment."


async def test_nothing_switched_on_is_said_and_it_recovers_when_there_is(alone: Evening) -> None:
    alone.log_in("hana")
    timer = Timer(alone, by="hana")
    timer.set_up(phases=timer.workout, repeat=30)
    await asyncio.sleep(100)
    assert timer.night().host_status == "no_device"
    alone.world.player("hana").play_context(playlist(alone), device_id=alone.world.person("hana").devices[1].id)
    await asyncio.sleep(200)
    assert timer.night().host_status == "in_sync"
    before = len(skips(alone, "hana"))
    assert before >= 2
    await until(alone, timer.boundary_at_ms(20) + 100)
    assert alone.hears("hana").uri == (timer.shown() and timer.shown().uri)


async def test_limit_is_said_with_its_end_and_one_skip_makes_up_for_it(timer: Timer) -> None:
    timer.set_up(phases=timer.workout, repeat=20)
    timer.evening.world.faults.add(Fault(status=429, retry_after=100, path=NEXT, times=1))
    await until(timer.evening, timer.boundary_at_ms(1) + 1_000)
    assert timer.night().host_status == "limited"
    assert timer.night().host_until_ms == pytest.approx(timer.boundary_at_ms(1) + 100_000, abs=1_000)
    await until(timer.evening, timer.boundary_at_ms(1) + 99_000)
    assert skips(timer.evening) == []
    await asyncio.sleep(4)
    assert len(skips(timer.evening)) == 1
    await asyncio.sleep(2)
    assert timer.night().host_status == "in_sync"
    assert timer.evening.world.calls_while_blocked == 0
    await until(timer.evening, timer.boundary_at_ms(6) + 1_000)
    assert skips(timer.evening)[-1] == pytest.approx(timer.boundary_at_ms(6) - LATENCY_MS, abs=80)


async def test_quota_spent_in_the_middle_is_waited_for(timer: Timer) -> None:
    timer.set_up(phases=timer.workout, repeat=400)
    timer.evening.world.faults.add(Fault(status=429, retry_after=7200, reason="QUOTA_EXCEEDED", path=NEXT, times=1))
    await asyncio.sleep(7100)
    assert timer.night().host_status == "limited"
    assert skips(timer.evening) == []
    await asyncio.sleep(300)
    assert len(skips(timer.evening)) >= 2
    assert timer.night().host_status == "in_sync"


async def test_log_in_that_ended_is_said_and_the_new_one_is_used_at_once(timer: Timer) -> None:
    timer.set_up(phases=timer.workout, repeat=100)
    await asyncio.sleep(5)
    timer.evening.world.revoke("ada")
    await asyncio.sleep(60)
    assert timer.night().host_status == "needs_login"
    timer.evening.log_in("ada")
    await asyncio.sleep(100)
    assert timer.night().host_status == "in_sync"
    assert len(skips(timer.evening)) >= 1
