import asyncio

import pytest

from songswap.documents import HEARTBEAT
from songswap.jobs.heartbeat import INTERVAL_S
from tests.evening import GROUP_ID, Evening
from tests.jobs.conftest import album

pytestmark = pytest.mark.virtual_time


async def test_heart_beats(evening: Evening) -> None:
    await asyncio.sleep(INTERVAL_S * 10)
    beat = evening.store.read(HEARTBEAT)
    assert beat is not None
    assert evening.clock.now_ms() - beat.beat_at_ms <= INTERVAL_S * 1000
    assert beat.failing == {}


async def test_somebody_who_disconnects_ends_only_their_own_job(playing: Evening) -> None:
    playing.form_group("ada", "bob")
    playing.store.remove("accounts/{}", "cleo")
    await asyncio.sleep(2)
    playing.world.player("ada").next()
    await asyncio.sleep(10)
    assert playing.skew_ms("bob", "ada") is not None
    assert "cleo" not in playing.store.names("accounts")


async def test_disconnecting_in_the_middle_of_a_song_stops_nobody_else(playing: Evening) -> None:
    playing.store.remove("accounts/{}", "cleo")  # the folder goes before the membership
    playing.world.player("ada").next()
    await asyncio.sleep(10)
    assert playing.listener("bob").status == "in_sync"
    assert "cleo" not in playing.store.names("accounts")


async def test_group_that_is_removed_ends_its_session(playing: Evening) -> None:
    playing.store.remove("groups/{}", GROUP_ID)
    await asyncio.sleep(1)
    calls = len(playing.world.calls)
    await asyncio.sleep(60)
    assert len(playing.world.calls) == calls
    beat = playing.store.read(HEARTBEAT)
    assert beat is not None
    assert beat.failing == {}


async def test_new_session_begins_afresh(playing: Evening) -> None:
    first = playing.night().session_id
    playing.stop_session()
    await asyncio.sleep(5)
    playing.start_session()
    playing.world.player("ada").play_context(album(playing), 2)
    await asyncio.sleep(12)
    assert playing.night().session_id != first
    skew_ms = playing.skew_ms("bob", "ada")
    assert skew_ms is not None
    assert abs(skew_ms) < 200
