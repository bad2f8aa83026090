import asyncio

import pytest
from msgspec.structs import replace

from songswap.documents import GROUP, HEARTBEAT, SESSION_WISH, SessionWish
from songswap.jobs import worker
from songswap.jobs.kit.heartbeat import INTERVAL_S
from songswap.store import Store
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


async def test_a_click_has_the_worker_look_at_its_own_group_alone(
    playing: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        group = playing.store.read(GROUP, GROUP_ID)
        assert group is not None
        name = f"other{number}"
        playing.store.write(GROUP, replace(group, id=name), name)
        playing.store.write(SESSION_WISH, SessionWish(), name)
    await asyncio.sleep(5)
    looked: list[str] = []
    of_group = worker._of_group
    monkeypatch.setattr(worker, "_of_group", lambda *args: looked.append(args[-1]) or of_group(*args))
    wish = playing.store.read(SESSION_WISH, GROUP_ID)
    assert wish is not None
    playing.store.write(SESSION_WISH, replace(wish, hours=3.0), GROUP_ID)
    await asyncio.sleep(1)
    assert looked == [GROUP_ID]


async def test_what_nobody_told_of_is_seen_all_the_same_after_a_while(playing: Evening) -> None:
    quiet = Store(playing.store.root, "server")  # its changes are heard by nobody
    wish = playing.store.read(SESSION_WISH, GROUP_ID)
    assert wish is not None
    quiet.write(SESSION_WISH, replace(wish, state="stopped"), GROUP_ID)
    await asyncio.sleep(3 * worker.LOOK_AGAIN_S)
    calls = len(playing.world.calls)
    await asyncio.sleep(30)
    assert len(playing.world.calls) == calls
