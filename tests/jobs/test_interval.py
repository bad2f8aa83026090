"""A person's own timer, in virtual time: the real worker in front of the embedded Spotify."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from songswap.clock import Clock
from songswap.simulator import Profile
from tests.evening import Evening, an_evening
from tests.jobs.conftest import album
from tests.jobs.timers import Timer, skips

pytestmark = pytest.mark.virtual_time

LATENCY_MS = 450.0
HOUR_S = 3_600.0


@pytest.fixture
async def alone(tmp_path: Path, clock: Clock) -> AsyncIterator[Evening]:
    """Ada is logged in; her devices all take as long from command to sound."""
    async with an_evening(tmp_path / "store", clock, seed=7, profile=Profile(rtt_ms=(20.0, 20.0))) as evening:
        for device in evening.world.person("ada").devices:
            device.latency_ms = LATENCY_MS
        evening.log_in("ada")
        yield evening


@pytest.fixture
async def timer(alone: Evening) -> Timer:
    """Ada plays a long playlist; her timer is not set up yet."""
    playlist = max(alone.world.playlists.values(), key=lambda one: len(one.rows))
    alone.world.player("ada").set_repeat("context")
    alone.world.player("ada").play_context(f"spotify:playlist:{playlist.id}", device_id=alone.device("ada"))
    await asyncio.sleep(20)
    return Timer(alone)


async def test_eight_hours_of_rounds_drift_by_nothing(timer: Timer) -> None:
    timer.set_up()
    await asyncio.sleep(8 * HOUR_S + 10)
    sent_ms = skips(timer.evening)
    print(len(sent_ms), timer.ticks().done, len(timer.evening.world.calls))
    late = [at - (timer.boundary_at_ms(k + 1) - LATENCY_MS) for k, at in enumerate(sent_ms)]
    print([round(x) for x in late])
    print(timer.night())
    assert 0
