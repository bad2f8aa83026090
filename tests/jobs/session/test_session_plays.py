"""What a session sees becomes part of everybody's history: how long each song was really heard, and skips."""

import asyncio

import pytest

from songswap.core.history.merge import merge, month_of
from songswap.core.history.recordings import resolve
from songswap.documents import PLAYS, SHARING, TRACK_NAMES
from songswap.model.history import Play
from songswap.model.sharing import Sharing
from tests.conftest import EPOCH_MS
from tests.evening import Evening

pytestmark = pytest.mark.virtual_time

SKIPPED_AFTER_S = 60
MONTH = month_of(round(EPOCH_MS))
LATE_MS = 8_000
"""Until the worker sees what somebody does in their own app."""


def seen(evening: Evening, person: str) -> list[Play]:
    return list(evening.store.rows(PLAYS, person, "seen", MONTH))


def in_truth(evening: Evening, person: str) -> list[tuple[float, str]]:
    """What Spotify noted of the person since the evening began."""
    plays = evening.world.player(person).history
    return [(play.ended_at_ms, play.uri[-22:]) for play in plays if play.ended_at_ms > EPOCH_MS]


def length_ms(evening: Evening, play: Play) -> int:
    return evening.world.catalogue.tracks[play.track].duration_ms


@pytest.mark.parametrize("person", ["ada", "bob", "cleo"])
async def test_songs_heard_to_their_end_are_known_to_the_second(playing: Evening, person: str) -> None:
    await asyncio.sleep(3_000)
    plays = seen(playing, person)
    truth = in_truth(playing, person)
    assert len(plays) >= len(truth) - 1 > 5  # the first had begun before the session
    for play, (ended_at_ms, track) in zip(plays, truth[-len(plays) :], strict=True):
        assert play.track == track
        assert play.at_ms == pytest.approx(ended_at_ms, abs=2_000)
        assert play.played_ms == pytest.approx(length_ms(playing, play), abs=6_000)
        assert (play.reason_end, play.is_private) == ("trackdone", False)
    names = {name.id for name in playing.store.rows(TRACK_NAMES, person, "seen")}
    assert names == {play.track for play in plays}


@pytest.mark.parametrize("person", ["ada", "bob"])
async def test_a_skip_is_one_and_tells_how_long_it_was_heard(playing: Evening, person: str) -> None:
    playing.click("next")
    await asyncio.sleep(SKIPPED_AFTER_S)
    skipped = playing.hears("ada").uri
    playing.world.player("ada").next()
    await asyncio.sleep(30)
    (play,) = [one for one in seen(playing, person) if one.track == (skipped or "")[-22:]]
    assert play.reason_end == "fwdbtn"
    assert play.played_ms == pytest.approx(SKIPPED_AFTER_S * 1000, abs=LATE_MS)
    assert play.at_ms == pytest.approx(playing.clock.now_ms() - 30_000, abs=LATE_MS)


async def test_a_pause_is_not_heard(playing: Evening) -> None:
    playing.click("next")
    await asyncio.sleep(40)
    playing.world.player("ada").pause()
    await asyncio.sleep(300)
    playing.world.player("ada").resume()
    await asyncio.sleep(20)
    playing.world.player("ada").next()
    await asyncio.sleep(30)
    play = seen(playing, "ada")[-1]
    assert play.played_ms == pytest.approx(60_000, abs=LATE_MS)


async def test_a_song_on_repeat_is_heard_each_time(playing: Evening) -> None:
    playing.click("next")
    await asyncio.sleep(10)
    playing.world.player("ada").set_repeat("track")
    await asyncio.sleep(1_500)
    plays = seen(playing, "ada")
    repeated = [play for play in plays if play.track == plays[-1].track]
    assert len(repeated) > 2
    assert all(play.reason_end == "trackdone" for play in repeated)


async def test_who_steps_out_is_not_said_to_have_heard_it(playing: Evening) -> None:
    playing.click("next")
    await asyncio.sleep(40)
    playing.wish("bob", listening_in=None)
    await asyncio.sleep(600)
    assert len(seen(playing, "cleo")) > len(seen(playing, "bob"))
    assert all(play.at_ms <= EPOCH_MS + 65_000 for play in seen(playing, "bob"))


async def test_a_restart_of_the_worker_invents_nothing(playing: Evening) -> None:
    for _ in range(4):
        await playing.stop_worker()
        await asyncio.sleep(20)
        await playing.start_worker()
        await asyncio.sleep(400)
    for person in ("ada", "bob"):
        plays = seen(playing, person)
        assert plays
        truth = in_truth(playing, person)
        for play in plays:
            assert any(play.track == track and abs(play.at_ms - at_ms) < 2_000 for at_ms, track in truth)
            assert abs((play.played_ms or 0) - length_ms(playing, play)) < 6_000


async def test_nothing_is_kept_of_who_has_paused_recording(playing: Evening) -> None:
    playing.store.write(SHARING, Sharing(is_paused=True), "bob")
    await asyncio.sleep(1_000)
    assert seen(playing, "bob") == []
    assert seen(playing, "ada")


async def test_it_costs_no_call(playing: Evening) -> None:
    await asyncio.sleep(600)
    assert not any(call.path.endswith("recently-played") for call in playing.world.calls)


async def test_recently_played_tells_of_the_same_plays(playing: Evening) -> None:
    await playing.stop_worker()
    playing.record()
    await playing.start_worker()
    await asyncio.sleep(4_000)
    for person in ("ada", "bob"):
        told = {source: list(playing.store.rows(TRACK_NAMES, person, source)) for source in ("seen", "recent")}
        rows = {"seen": seen(playing, person), "recent": list(playing.store.rows(PLAYS, person, "recent", MONTH))}
        plays = merge(rows, resolve(told)[0])  # type: ignore[arg-type]  # names of sources
        both = [play for play in plays if play.source == "seen" and play.others]
        alone = [play for play in plays if play.source == "seen" and not play.others]
        assert len(both) > 5
        asked_ms = max(play.at_ms for play in rows["recent"])
        assert [play for play in alone if play.ended_at_ms < asked_ms - 10_000] == []
