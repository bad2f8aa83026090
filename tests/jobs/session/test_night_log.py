"""The diary of a scripted evening, in virtual time."""

import asyncio
import itertools

import pytest

from songswap.core.session.night_report import Report, report_of
from songswap.documents import DIARY, SESSION_WISH
from tests.evening import GROUP_ID, Evening
from tests.jobs.conftest import album

pytestmark = pytest.mark.virtual_time


def session_id(evening: Evening) -> str:
    wish = evening.store.read(SESSION_WISH, GROUP_ID)
    assert wish is not None
    return wish.session_id


def kinds(evening: Evening) -> list[str]:
    return [row.kind for row in evening.store.rows(DIARY, GROUP_ID, session_id(evening))]


def report(evening: Evening) -> Report:
    found = report_of(evening.store.rows(DIARY, GROUP_ID, session_id(evening)))
    assert found is not None
    return found


async def test_a_scripted_evening_is_told_as_it_was(playing: Evening) -> None:
    heard = [playing.hears("ada").uri]
    playing.click("next")
    await asyncio.sleep(60)
    heard.append(playing.hears("ada").uri)
    playing.world.player("bob").pause()
    playing.world.player("ada").pause()
    await asyncio.sleep(30)
    playing.world.player("ada").resume()
    await asyncio.sleep(30)
    playing.wish("cleo", listening_in=None)
    await asyncio.sleep(30)
    playing.rejoin("cleo")
    await asyncio.sleep(30)
    playing.stop_session()
    await asyncio.sleep(5)

    night = report(playing)
    assert [one.track.uri for one in night.tracks] == heard
    assert {one.account for one in night.listeners} == {"bob", "cleo"}
    assert all(one.verified and one.skew_p95_ms is not None for one in night.listeners)
    assert night.length_ms == pytest.approx(200_000, abs=5_000)
    assert night.clicks == 1
    assert night.calls_spent == len(playing.world.calls)
    told = kinds(playing)
    assert (told[0], told[-2:]) == ("started", ["calls", "ended"])
    assert told.count("joined") == 3
    assert told.count("stepped_out") == 1


async def test_natural_changes_of_track_are_told_when_they_came(playing: Evening) -> None:
    first = playing.hears("ada").uri
    await asyncio.sleep(900)
    tracks = report(playing).tracks
    assert len(tracks) > 3
    assert tracks[0].track.uri == first
    for one, following in itertools.pairwise(tracks):
        if one is not tracks[0]:  # it played before the session saw it
            assert following.at_ms - one.at_ms == pytest.approx(one.track.duration_ms, abs=1_000)


async def test_restart_of_the_worker_is_no_end_and_tells_nothing_twice(playing: Evening) -> None:
    before = kinds(playing)
    await playing.stop_worker()
    assert "ended" not in kinds(playing)
    await playing.start_worker()
    await asyncio.sleep(20)
    after = kinds(playing)
    for kind in ("started", "track", "joined"):
        assert after.count(kind) == before.count(kind)


async def test_a_correction_is_counted(playing: Evening) -> None:
    for device in playing.world.person("bob").devices:
        device.latency_ms += 900
    playing.click("next")
    await asyncio.sleep(30)
    night = report(playing)
    assert {one.account: one.corrections for one in night.listeners} == {
        "bob": playing.commands("bob").count("seek"),
        "cleo": 0,
    }
    assert night.corrections > 0
    assert night.skew_p95_ms is not None
    assert night.skew_p95_ms > 700


async def test_calls_are_counted_every_minute_from_the_start_on(evening: Evening) -> None:
    evening.world.player("ada").play_context(album(evening))
    await asyncio.sleep(20)
    before = len(evening.world.calls)
    evening.start_session()
    await asyncio.sleep(130)
    assert kinds(evening).count("calls") == 2
    assert 0 < report(evening).calls_spent <= len(evening.world.calls) - before


async def test_night_of_a_removed_group_does_not_come_back(playing: Evening) -> None:
    playing.store.remove("groups/{}", GROUP_ID)
    await asyncio.sleep(20)
    assert not (playing.store.root / "groups" / GROUP_ID).exists()
