"""A night as a playlist, with a fault at every call."""

import asyncio

import pytest
from msgspec.structs import replace

from songswap.documents import CONSENT, SAVED, SAVES, Save, Saved, SavedNights, Saves
from songswap.simulator import Fault
from songswap.simulator.playlists import Playlist
from tests.evening import GROUP_ID, Evening

pytestmark = pytest.mark.virtual_time

NIGHT = "night1"
NAME = "Friday night"
CREATE, FILL = "/v1/me/playlists", "/v1/playlists/*/items"


def songs(evening: Evening, count: int = 250) -> tuple[str, ...]:
    return tuple(f"spotify:track:{one}" for one in sorted(evening.world.catalogue.tracks)[:count])


def save(evening: Evening, rev: int = 1) -> None:
    wish = Save(GROUP_ID, NAME, songs(evening), rev)
    evening.store.write(SAVES, Saves({NIGHT: wish}), "bob")


def saved(evening: Evening) -> Saved:
    return (evening.store.read(SAVED, "bob") or SavedNights()).nights[NIGHT]


def made(evening: Evening) -> list[Playlist]:
    return [one for one in evening.world.playlists.values() if one.name == NAME]


def assert_whole(evening: Evening) -> None:
    (playlist,) = made(evening)
    assert tuple(row.uri for row in playlist.rows) == songs(evening)
    assert (playlist.owner_id, playlist.public) == (evening.world.person("bob").id, False)
    result = saved(evening)
    assert (result.state, result.playlist_id, result.error) == ("done", playlist.id, "")
    assert result.url
    assert playlist.id in result.url


async def test_a_night_becomes_a_private_playlist_in_its_order(evening: Evening) -> None:
    save(evening)
    await asyncio.sleep(10)
    assert_whole(evening)
    assert sum("/playlists" in call.path for call in evening.world.calls) == 4


async def test_a_second_look_at_the_wish_makes_nothing_more(evening: Evening) -> None:
    save(evening)
    await asyncio.sleep(10)
    await evening.stop_worker()
    await evening.start_worker()
    save(evening)
    await asyncio.sleep(10)
    assert_whole(evening)
    assert sum("/playlists" in call.path for call in evening.world.calls) == 4


@pytest.mark.parametrize("skipped_s", [0.0, 0.05, 0.2])
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "executed": True},
        {"kind": "drop"},
        {"kind": "drop", "executed": True},
        {"kind": "garbage", "executed": True},
        {"kind": "false_401"},
        {"status": 429, "retry_after": 7},
    ],
)
async def test_a_fault_while_it_is_filled_is_made_good(
    evening: Evening, fault: dict[str, object], skipped_s: float
) -> None:
    evening.world.faults.add(Fault(path=FILL, times=1, after_s=skipped_s, **fault))
    save(evening)
    await asyncio.sleep(120)
    assert_whole(evening)


@pytest.mark.parametrize("is_executed", [True, False])
@pytest.mark.parametrize("kind", ["drop", "garbage"])
async def test_a_lost_answer_never_makes_two_by_itself(evening: Evening, kind: str, is_executed: bool) -> None:
    evening.world.faults.add(Fault(kind=kind, path=CREATE, times=1, executed=is_executed))
    save(evening)
    await asyncio.sleep(120)
    assert len(made(evening)) == is_executed
    result = saved(evening)
    assert (result.state, result.playlist_id) == ("failed", None)
    assert "Look for it in Spotify" in result.error


async def test_a_refused_playlist_is_said_and_tried_again_when_asked(evening: Evening) -> None:
    evening.world.faults.add(Fault(status=403, path=CREATE, times=1))
    save(evening)
    await asyncio.sleep(20)
    assert (saved(evening).state, made(evening)) == ("failed", [])
    assert saved(evening).error
    save(evening, rev=2)
    await asyncio.sleep(20)
    assert_whole(evening)


async def test_trying_again_goes_on_with_the_same_playlist(evening: Evening) -> None:
    evening.world.faults.add(Fault(status=500, path=FILL, method="POST", times=8))
    save(evening)
    await asyncio.sleep(300)
    assert saved(evening).state == "failed"
    (half,) = made(evening)
    assert saved(evening).playlist_id == half.id
    evening.world.faults.clear()
    save(evening, rev=2)
    await asyncio.sleep(20)
    assert_whole(evening)


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0])
async def test_a_worker_that_stops_in_the_middle_makes_no_second_one(evening: Evening, after_s: float) -> None:
    save(evening)
    await asyncio.sleep(after_s)
    await evening.stop_worker()
    await evening.start_worker()
    await asyncio.sleep(30)
    if saved(evening).state == "done":
        assert_whole(evening)
    else:
        assert len(made(evening)) <= 1
        assert "Look for it in Spotify" in saved(evening).error


async def test_an_account_that_needs_a_login_is_told_so(evening: Evening) -> None:
    consent = evening.store.read(CONSENT, "bob")
    assert consent is not None
    worthless = evening.vault.seal("worthless")
    evening.store.write(CONSENT, replace(consent, id="new", access_token=worthless, refresh_token=worthless), "bob")
    save(evening)
    await asyncio.sleep(10)
    assert saved(evening).state == "failed"
    assert "log in" in saved(evening).error
    assert made(evening) == []
