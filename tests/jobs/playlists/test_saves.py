"""A night as a playlist, with a fault at every call."""

import asyncio

import pytest
from msgspec.structs import replace

from songswap.documents import CONSENT, SAVED, SAVES, SavedLists, Saves
from songswap.model.playlists import Save, Saved
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
    wish = Save(NAME, songs(evening), rev, group=GROUP_ID)
    evening.store.write(SAVES, Saves({NIGHT: wish}), "bob")


def saved(evening: Evening) -> Saved:
    return (evening.store.read(SAVED, "bob") or SavedLists()).lists[NIGHT]


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


# At the end of a playlist there is


def append(evening: Evening, playlist: Playlist, count: int = 250, rev: int = 1) -> None:
    evening.store.write(
        SAVES, Saves({NIGHT: Save(playlist.name, songs(evening, count), rev, target=playlist.id)}), "bob"
    )


def owned(evening: Evening, name: str = "Evening", owner: str = "bob") -> Playlist:
    who = evening.world.person(owner).id
    return next(one for one in evening.world.playlists.values() if (one.name, one.owner_id) == (name, who))


def uris_in(playlist: Playlist) -> list[str]:
    return [row.uri for row in playlist.rows]


async def test_tracks_come_at_the_end_of_a_playlist_in_their_order(evening: Evening) -> None:
    playlist = owned(evening)
    before = uris_in(playlist)
    append(evening, playlist)
    await asyncio.sleep(20)
    assert uris_in(playlist) == [*before, *songs(evening)]
    assert (saved(evening).state, saved(evening).url, saved(evening).added) == ("done", saved(evening).url, 250)
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
        {"status": 429, "retry_after": 600},
    ],
)
async def test_a_fault_while_tracks_are_added_neither_loses_nor_doubles_one(
    evening: Evening, fault: dict[str, object], skipped_s: float
) -> None:
    playlist = owned(evening)
    before = uris_in(playlist)
    evening.world.faults.add(Fault(path=FILL, times=1, after_s=skipped_s, **fault))
    append(evening, playlist)
    await asyncio.sleep(700)
    assert uris_in(playlist) == [*before, *songs(evening)]
    assert saved(evening).state == "done"


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0])
async def test_a_worker_that_stops_while_it_adds_goes_on_where_it_was(evening: Evening, after_s: float) -> None:
    playlist = owned(evening)
    before = uris_in(playlist)
    append(evening, playlist)
    await asyncio.sleep(after_s)
    await evening.stop_worker()
    await evening.start_worker()
    await asyncio.sleep(30)
    assert uris_in(playlist) == [*before, *songs(evening)]
    assert saved(evening).state == "done"


async def test_a_spent_quota_is_waited_for_and_said(evening: Evening) -> None:
    evening.world.faults.add(Fault(status=429, path=FILL, method="POST", times=1, retry_after=3_600))
    save(evening)
    await asyncio.sleep(60)
    assert (saved(evening).state, bool(saved(evening).error)) == ("waiting", True)
    assert saved(evening).until_ms is not None
    await asyncio.sleep(3_700)
    assert_whole(evening)


async def test_a_playlist_of_somebody_else_is_refused_in_words(evening: Evening) -> None:
    playlist = owned(evening, owner="ada")
    before = uris_in(playlist)
    append(evening, playlist)
    await asyncio.sleep(20)
    assert saved(evening).state == "failed"
    assert "somebody else’s" in saved(evening).error
    assert uris_in(playlist) == before


async def test_a_playlist_that_is_gone_is_said_to_be(evening: Evening) -> None:
    playlist = owned(evening)
    del evening.world.playlists[playlist.id]
    append(evening, playlist)
    await asyncio.sleep(20)
    assert (saved(evening).state, saved(evening).error) == ("failed", "The playlist is not in Spotify any more.")


async def test_a_full_playlist_is_left_as_it_is(evening: Evening) -> None:
    playlist = owned(evening)
    playlist.rows *= 250
    before = uris_in(playlist)
    append(evening, playlist)
    await asyncio.sleep(20)
    assert "holds 10,000 tracks at most" in saved(evening).error
    assert uris_in(playlist) == before


async def test_somebody_who_changes_the_playlist_meanwhile_is_told_what_is_known(evening: Evening) -> None:
    playlist = owned(evening)
    evening.world.faults.add(Fault(kind="drop", path=FILL, method="POST", times=1, executed=True))
    append(evening, playlist)
    while not evening.world.calls or not evening.world.calls[-1].path.endswith("/items"):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)
    playlist.rows.pop()
    playlist.rows.append(playlist.rows[0])
    await asyncio.sleep(60)
    assert saved(evening).state == "failed"
    assert "changed the playlist" in saved(evening).error


async def lose_the_answer_to(evening: Evening, page: int) -> None:
    """Have Spotify add page number `page` of what is about to be added, and keep silent about it."""
    if page:
        evening.world.faults.add(Fault(kind="slow", delay_s=3, path=FILL, method="POST", times=page))
        append(evening, owned(evening))
        await asyncio.sleep(1)
    evening.world.faults.add(Fault(kind="drop", path=FILL, method="POST", times=1, executed=True))
    if not page:
        append(evening, owned(evening))


@pytest.mark.parametrize("page", [0, 1])
async def test_trying_again_after_answers_were_lost_doubles_nothing(evening: Evening, page: int) -> None:
    playlist = owned(evening)
    before = uris_in(playlist)
    evening.world.faults.add(Fault(kind="drop", path=FILL, method="GET", times=20))
    await lose_the_answer_to(evening, page)
    await asyncio.sleep(200)
    assert (saved(evening).state, saved(evening).added) == ("failed", 100 * page)
    assert len(playlist.rows) == len(before) + 100 * (page + 1)
    evening.world.faults.clear()
    append(evening, playlist, rev=2)
    await asyncio.sleep(20)
    assert uris_in(playlist) == [*before, *songs(evening)]
    assert saved(evening).state == "done"


@pytest.mark.parametrize("page", [0, 1])
async def test_a_worker_that_stops_before_it_has_heard_of_a_page_doubles_nothing(evening: Evening, page: int) -> None:
    playlist = owned(evening)
    before = uris_in(playlist)
    evening.world.faults.add(Fault(kind="drop", path=FILL, method="GET"))
    await lose_the_answer_to(evening, page)
    while len(playlist.rows) < len(before) + 100 * (page + 1):
        await asyncio.sleep(0.1)
    await evening.stop_worker()
    assert saved(evening).added == 100 * page
    evening.world.faults.clear()
    await evening.start_worker()
    await asyncio.sleep(30)
    assert uris_in(playlist) == [*before, *songs(evening)]
