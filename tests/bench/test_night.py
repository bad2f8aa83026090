"""Short nights in virtual time, measured as the long ones are."""

import asyncio

import pytest

from bench.sync import incidents
from bench.sync.night import Measured, Scenario, measure, without
from bench.sync.people import HOST, LISTENERS
from bench.sync.recording import NOBODY, host_events
from songswap.core.session.leadership import SILENCE_MS

SEED = 5
SIX_MINUTES_H = 0.1
FEW = {"skip": 20, "pause": 10}
"""Two skips and a pause in six minutes."""
GHOST_S = 90
"""For so long Spotify goes on showing a lost device as playing."""
LOOK_S = 12


@pytest.mark.parametrize(
    ("absences", "left"),
    [
        ([], [(0, 100)]),
        ([(20, 30)], [(0, 20), (30, 100)]),
        ([(60, 70), (20, 30)], [(0, 20), (30, 60), (70, 100)]),
    ],
)
def test_absences_are_cut_out(absences: list, left: list) -> None:
    assert without((0, 100), absences) == left


@pytest.mark.virtual_time
async def test_night_is_measured_from_its_sound_to_its_calls() -> None:
    outcome = await measure(Scenario("short", "both", hours=SIX_MINUTES_H, per_hour=FEW), SEED)
    assert sorted(kind for kind, _ in outcome.tally.follows) == sorted(
        kind for kind in ("pause", "resume", "skip", "skip") for _ in LISTENERS
    )
    assert outcome.tally.hours == pytest.approx(5 * 5 / 60)
    assert len(outcome.obeyed) == 2
    assert all(reached_s is not None and reached_s * 1000 < clicked.after_ms for clicked, reached_s in outcome.obeyed)
    assert (outcome.interruptions, outcome.while_blocked, outcome.unled_s, outcome.tally.backs_s) == (0, 0, [], [])
    assert {call.person for call in outcome.calls} >= {HOST, *LISTENERS}


@pytest.mark.virtual_time
async def test_same_seed_gives_the_same_night() -> None:
    scenario = Scenario("short", "app", hours=SIX_MINUTES_H, per_hour=FEW)
    first, second = await measure(scenario, SEED), await measure(scenario, SEED)
    assert first.tally.follows == second.tally.follows
    assert first.tally.skews_ms == second.tally.skews_ms


@pytest.mark.virtual_time
async def test_while_the_host_is_lost_truth_goes_on_and_the_script_waits() -> None:
    nights = []

    async def lose_the_host(night: Measured) -> None:
        nights.append(night)
        evening = night.evening
        evening.make_co_host(incidents.CO_HOST)
        await asyncio.sleep(80)
        state = evening.world.player(HOST).state()
        evening.switch(HOST, on=False)
        await incidents.succeeded(night, state)

    outcome = await measure(Scenario("lost", "app", hours=0.15, per_hour=FEW, incidents=lose_the_host), SEED)
    (night,) = nights
    recording = night.play.recording
    (silent_s,) = outcome.unled_s
    assert GHOST_S + SILENCE_MS / 1000 <= silent_s <= GHOST_S + SILENCE_MS / 1000 + LOOK_S
    silent = [place for place, leader in enumerate(recording.leaders) if leader == NOBODY]
    assert not any(recording.heard[HOST][place].is_playing for place in silent)
    assert all(recording.reference[place].is_playing for place in silent)
    events = [event for event in host_events(recording) if event.at_ms > recording.at_ms(silent[0])]
    assert events
    assert all(event.at_ms > recording.at_ms(silent[-1]) for event in events)
    assert recording.leaders[-1] == incidents.CO_HOST


@pytest.mark.virtual_time
async def test_host_who_comes_back_is_measured_as_a_listener_until_they_lead_again() -> None:
    nights = []

    async def log_out_for_a_minute(night: Measured) -> None:
        nights.append(night)
        evening = night.evening
        evening.make_co_host(incidents.CO_HOST)
        await asyncio.sleep(80)
        evening.world.revoke(HOST)
        gone_ms = await incidents.succeeded(night, evening.world.player(HOST).state())
        evening.world.player(HOST).pause()
        await asyncio.sleep(60)
        evening.log_in(HOST)
        await incidents.led_again(night, gone_ms)

    scenario = Scenario("logged out", "app", hours=SIX_MINUTES_H, per_hour={}, incidents=log_out_for_a_minute)
    without_host = (await measure(Scenario("calm", "app", hours=SIX_MINUTES_H, per_hour={}), SEED)).tally.hours
    outcome = await measure(scenario, SEED)
    (night,) = nights
    led_s = night.play.recording.leaders.count(incidents.CO_HOST) / 10
    listened_s = led_s - 60 - LOOK_S
    assert led_s > 60 + 120
    assert outcome.tally.hours - without_host == pytest.approx((listened_s - led_s) / 3_600, abs=LOOK_S / 3_600)
    assert any(0 < back_s < LOOK_S for back_s in outcome.tally.backs_s)
    assert outcome.interruptions == 0
