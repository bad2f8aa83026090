import asyncio

import msgspec
import pytest

from songswap.documents import HANDED, REQUESTS, SESSION_WISH
from songswap.model.music import Track
from songswap.model.nights import Handed, Requests, RequestSettings, SongRequest
from songswap.simulator import Fault
from tests.evening import GROUP_ID, Evening
from tests.jobs.conftest import album

pytestmark = pytest.mark.virtual_time

CLOSE_MS = 150


def songs(evening: Evening, count: int) -> list[Track]:
    """Songs that are not on the album that plays."""
    uris = evening.world.context_uris(album(evening))
    others = [
        track for track in evening.world.catalogue.tracks.values() if track.uri not in uris and not track.plays_as
    ]
    return [Track(track.uri, track.name, duration_ms=track.duration_ms) for track in others[-count:]]


def wish(evening: Evening, *tracks: Track, **settings: object) -> None:
    """What the server writes when Cleo requests songs."""
    session = evening.store.read(SESSION_WISH, GROUP_ID)
    assert session is not None
    waiting = tuple(SongRequest(track.uri[-6:], "cleo", track, 0.0, turn) for turn, track in enumerate(tracks, start=1))
    requests = Requests(session.session_id, RequestSettings(**settings), waiting)
    evening.store.write(REQUESTS, requests, GROUP_ID)


def handed(evening: Evening) -> Handed:
    return evening.store.read(HANDED, GROUP_ID) or Handed()


def assert_together(evening: Evening) -> None:
    for listener in ("bob", "cleo"):
        skew_ms = evening.skew_ms(listener, "ada")
        assert skew_ms is not None, f"{listener}: {evening.hears(listener)}, ada: {evening.hears('ada')}"
        assert abs(skew_ms) < CLOSE_MS, listener


async def until_end(evening: Evening) -> None:
    """Wait until another track has played at the host's for some seconds."""
    uri = evening.hears("ada").uri
    while evening.hears("ada").uri == uri:
        await asyncio.sleep(1)
    await asyncio.sleep(6)


async def test_requests_are_heard_by_everybody_one_after_the_other(playing: Evening) -> None:
    wanted = songs(playing, 2)
    wish(playing, *wanted)
    heard = []
    for _ in range(3):
        await until_end(playing)
        assert_together(playing)
        heard.append(playing.hears("cleo").uri)
    assert heard[:2] == [track.uri for track in wanted]
    assert playing.commands("ada") == ["queue", "queue"]
    assert [item.heard_in for item in handed(playing).items] == [2, 3]


async def test_requests_change_over_without_a_gap(playing: Evening) -> None:
    (wanted,) = songs(playing, 1)
    wish(playing, wanted)
    while playing.hears("ada").uri != wanted.uri:
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.3)
    assert_together(playing)


async def test_request_is_handed_over_late_enough_to_be_vetoed(playing: Evening) -> None:
    first, second = songs(playing, 2)
    wish(playing, first)
    await asyncio.sleep(30)
    assert playing.commands("ada") == []
    wish(playing, second)
    await until_end(playing)
    assert playing.hears("ada").uri == second.uri


@pytest.mark.parametrize("stopped_s", [1, 15, 60])
async def test_restarted_worker_hands_nothing_over_twice(playing: Evening, stopped_s: float) -> None:
    (wanted,) = songs(playing, 1)
    wish(playing, wanted)
    while "queue" not in playing.commands("ada"):
        await asyncio.sleep(0.05)
    await playing.stop_worker()
    await asyncio.sleep(stopped_s)
    await playing.start_worker()
    await until_end(playing)
    await until_end(playing)
    assert playing.commands("ada") == ["queue"]
    assert_together(playing)


async def test_worker_killed_between_note_and_call_says_that_it_may_not_play(playing: Evening) -> None:
    (wanted,) = songs(playing, 1)
    wish(playing, wanted)
    playing.world.faults.add(Fault(kind="slow", delay_s=5, path="/v1/me/player/queue", method="POST"))
    while not handed(playing).items:
        await asyncio.sleep(0.05)
    await playing.stop_worker()
    await playing.start_worker()
    await asyncio.sleep(1)
    assert "worker stopped" in handed(playing).items[0].problem
    await asyncio.sleep(120)
    assert playing.commands("ada").count("queue") <= 1


@pytest.mark.parametrize(("status", "reason"), [(404, None), (403, "UNKNOWN"), (400, None)])
async def test_song_that_spotify_refuses_is_said_and_passed_over(
    playing: Evening, status: int, reason: str | None
) -> None:
    bad, good = songs(playing, 2)
    wish(playing, bad, good)
    fault = Fault(status=status, reason=reason, message="Not here", path="/v1/me/player/queue", method="POST", times=1)
    playing.world.faults.add(fault)
    await until_end(playing)
    assert playing.hears("ada").uri == good.uri
    assert_together(playing)
    assert [item.problem for item in handed(playing).items] == [f"Spotify can't play {bad.name} here.", ""]


async def test_unknown_song_is_passed_over(playing: Evening) -> None:
    unknown, (good,) = Track("spotify:track:" + "0" * 22, "Nowhere"), songs(playing, 1)
    wish(playing, unknown, good)
    await until_end(playing)
    assert playing.hears("ada").uri == good.uri
    assert "Nowhere" in handed(playing).items[0].problem


async def test_limit_puts_a_request_off_and_loses_nothing(playing: Evening) -> None:
    (wanted,) = songs(playing, 1)
    wish(playing, wanted)
    playing.world.faults.add(Fault(status=429, retry_after=3, path="/v1/me/player/queue", method="POST", times=1))
    await until_end(playing)
    assert playing.hears("ada").uri == wanted.uri
    assert playing.commands("ada") == ["queue", "queue"]


async def test_silence_after_a_request_was_sent_never_doubles_it(playing: Evening) -> None:
    (wanted,) = songs(playing, 1)
    wish(playing, wanted)
    fault = Fault(kind="drop", executed=True, path="/v1/me/player/queue", method="POST", times=1)
    playing.world.faults.add(fault)
    await until_end(playing)
    assert playing.hears("ada").uri == wanted.uri
    await until_end(playing)
    assert playing.commands("ada") == ["queue"]


async def play_the_last_song(evening: Evening) -> None:
    uris = evening.world.context_uris(album(evening))
    evening.world.player("ada").play_context(album(evening), len(uris) - 1, device_id=evening.device("ada"))
    await asyncio.sleep(20)


async def test_fallback_goes_on_when_everything_has_ended(playing: Evening) -> None:
    fallback = f"spotify:playlist:{next(iter(playing.world.playlists))}"
    wish(playing, fallback_uri=fallback)
    await play_the_last_song(playing)
    await until_end(playing)
    await asyncio.sleep(6)
    assert playing.hears("ada").uri in playing.world.context_uris(fallback)
    assert_together(playing)
    assert playing.commands("ada") == ["play"]


async def test_without_a_fallback_the_host_is_left_alone_at_the_end(playing: Evening) -> None:
    await play_the_last_song(playing)
    await until_end(playing)
    await asyncio.sleep(60)
    assert playing.commands("ada") == []
    assert not playing.hears("ada").is_playing


async def test_fallback_that_cannot_be_played_is_said(playing: Evening) -> None:
    wish(playing, fallback_uri="spotify:playlist:" + "0" * 22)
    await play_the_last_song(playing)
    await until_end(playing)
    await asyncio.sleep(20)
    assert "fallback playlist" in handed(playing).fallback_problem
    assert playing.commands("ada") == ["play"]


async def test_request_after_the_end_starts_for_everybody(playing: Evening) -> None:
    await play_the_last_song(playing)
    await until_end(playing)
    await asyncio.sleep(30)
    (wanted,) = songs(playing, 1)
    wish(playing, wanted)
    await asyncio.sleep(8)
    assert playing.hears("cleo").uri == wanted.uri
    assert_together(playing)


async def test_host_who_pauses_is_not_started(playing: Evening) -> None:
    wish(playing, *songs(playing, 1), fallback_uri=f"spotify:playlist:{next(iter(playing.world.playlists))}")
    playing.world.player("ada").pause()
    await asyncio.sleep(300)
    assert playing.commands("ada") == []


async def test_passed_vote_skips_for_everybody(playing: Evening) -> None:
    before = playing.night().timeline
    playing.click("next", by="cleo")
    await asyncio.sleep(6)
    after = playing.night().timeline
    assert before is not None
    assert after is not None
    assert after.plays == before.plays + 1
    assert_together(playing)


async def test_requests_of_the_session_before_are_not_played(playing: Evening) -> None:
    wish(playing, *songs(playing, 1))
    requests = playing.store.read(REQUESTS, GROUP_ID)
    assert requests is not None
    playing.store.write(REQUESTS, msgspec.structs.replace(requests, session_id="before"), GROUP_ID)
    await until_end(playing)
    assert playing.commands("ada") == []


async def test_plays_are_counted_whoever_changes_the_track(playing: Evening) -> None:
    player = playing.world.player("ada")
    await until_end(playing)
    player.next()
    await asyncio.sleep(8)
    player.previous()
    await asyncio.sleep(8)
    timeline = playing.night().timeline
    assert timeline is not None
    assert timeline.plays == 4
