"""Looking for music videos: partial results, a budget that is never overdrawn, and all that YouTube may do instead."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from songswap.clock import Clock
from songswap.config import App, Config, Spotify
from songswap.core.videos.search_quota import AT_ONCE, SEARCHES_A_DAY
from songswap.core.videos.video_match import best, key_of
from songswap.documents import (
    ACCOUNT,
    SEARCHES,
    SONG_LISTS,
    SONG_VIDEOS,
    VIDEO_WISHES,
    YOUTUBE_SEEN,
    Account,
)
from songswap.jobs.kit.spotify_accounts import Accounts, Means
from songswap.jobs.videos import VideosJob
from songswap.model.videos import Song, SongList, SongVideos, VideoWish, VideoWishes, YouTubeSeen
from songswap.simulator import Fault, World, serve
from songswap.simulator.videos import videos_of
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from songswap.spotify.oauth import OAuth
from songswap.spotify.transport import open_http
from songswap.store import Changes, Store
from songswap.vault import Vault
from songswap.youtube import YouTubeClient
from tests.evening import Evening

pytestmark = pytest.mark.virtual_time

KEY = "key-for-the-stand-in"
SEARCH = "/youtube/v3/search"
DAY_S = 86_400


class Desk:
    """The job alone, over a store with people, songs and the stand-in for YouTube."""

    def __init__(self, root: Path, url: str, world: World, clock: Clock) -> None:
        self.changes = Changes()
        self.store = Store(root, "server", self.changes)
        self.world, self.clock, self.url, self.key = world, clock, url, KEY
        tracks = (one for one in world.catalogue.tracks.values() if videos_of(world.seed, world.catalogue, one))
        songs = (Song(world.catalogue.artists[one.artist_ids[0]].name, one.name, one.duration_ms) for one in tracks)
        self.songs = list({key_of(song): song for song in songs}.values())
        """Each once; of each there are videos."""
        self._job: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the job, as a new worker would."""
        self._job = asyncio.create_task(self._run())
        await asyncio.sleep(0.5)

    async def stop(self) -> None:
        """Stop it, whatever it does."""
        if self._job is not None:
            self._job.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._job

    async def _run(self) -> None:
        config = Config(spotify=Spotify((App("default", "client-one"),)))
        store = Store(self.store.root, "worker", self.changes)
        async with open_http() as http:
            gate = Gate(store, self.clock)
            client = Client(http, self.url, gate, self.clock)
            oauth = OAuth(http, self.url, "http://127.0.0.1:8770/callback", gate, self.clock)
            youtube = YouTubeClient(http, self.url, self.key) if self.key else None
            means = Means(config, store, Vault("x"), client, oauth, gate, self.clock, youtube=youtube)
            await VideosJob(means, Accounts(means)).run()

    async def want(self, songs: Sequence[Song], person: str = "ada", num: int = 50, name: str = "list") -> None:
        """Somebody wants videos for these songs."""
        if self.store.read(ACCOUNT, person) is None:
            self.store.write(ACCOUNT, Account(person, person, person, person, "default", 0.0), person)
        before = (self.store.read(VIDEO_WISHES, person) or VideoWishes()).wanted
        wish = VideoWish(num, self.clock.now_ms(), songs=tuple(songs))
        self.store.write(VIDEO_WISHES, VideoWishes({**before, name: wish}), person)

    def found(self, song: Song) -> SongVideos | None:
        return self.store.read(SONG_VIDEOS, key_of(song))

    def known(self, songs: Sequence[Song]) -> int:
        return sum(one is not None and not one.error for one in map(self.found, songs))

    def searches(self) -> list[float]:
        """When searches reached YouTube."""
        return [call.time_s for call in self.world.calls if call.path == SEARCH]

    def written(self) -> int:
        """Searches in the logs."""
        days = [path.stem for path in self.store.root.glob(SEARCHES.pattern.format("*"))]
        return sum(not row.is_over for day in days for row in self.store.rows(SEARCHES, day))

    def seen(self) -> YouTubeSeen:
        return self.store.read(YOUTUBE_SEEN) or YouTubeSeen()


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[Desk]:
    """Ready to start."""
    world = World(clock=lambda: clock.now_ms() / 1000)
    async with serve(world) as url:
        desk = Desk(tmp_path / "store", url, world, clock)
        yield desk
        await desk.stop()


async def test_videos_come_for_all_songs_with_their_lengths(desk: Desk) -> None:
    songs = desk.songs[:10]
    await desk.want(songs)
    await desk.start()
    await asyncio.sleep(10)
    for song in songs:
        found = desk.found(song)
        assert found is not None
        assert found.videos[0].duration_ms is not None
        assert best(song, found.videos) is not None
    assert (len(desk.searches()), desk.world.project.used("units"), desk.written()) == (10, 3, 10)
    await asyncio.sleep(DAY_S)
    assert len(desk.searches()) == 10


async def test_a_song_is_searched_for_once_for_everybody(desk: Desk) -> None:
    await desk.start()
    await desk.want(desk.songs[:4])
    await desk.want(desk.songs[2:6], "bob")
    await asyncio.sleep(10)
    assert desk.known(desk.songs[:6]) == 6
    assert len(desk.searches()) == 6


async def test_only_as_many_songs_as_wanted_are_looked_for(desk: Desk) -> None:
    await desk.start()
    await desk.want(desk.songs[:20], num=3)
    await asyncio.sleep(10)
    assert (desk.known(desk.songs[:20]), len(desk.searches())) == (3, 3)


async def test_some_are_asked_for_at_once_and_each_result_is_kept_at_once(desk: Desk) -> None:
    desk.world.faults.add(Fault(kind="slow", path=SEARCH, delay_s=6))
    await desk.want(desk.songs[:8])
    await desk.start()
    await asyncio.sleep(6.5)
    assert desk.known(desk.songs[:8]) == AT_ONCE
    await asyncio.sleep(7)
    assert desk.known(desk.songs[:8]) == 8


@pytest.mark.parametrize("form", [403, 429])
async def test_a_day_is_never_overdrawn_and_goes_on_after_midnight_pacific(desk: Desk, form: int) -> None:
    desk.world.project.refusal = form  # type: ignore[assignment]
    songs = desk.songs[:150]
    for number in range(3):
        await desk.want(songs[number * 50 : number * 50 + 50], name=f"list-{number}")
    await desk.start()
    await asyncio.sleep(600)
    assert (len(desk.searches()), desk.world.project.used("search")) == (SEARCHES_A_DAY, SEARCHES_A_DAY)
    assert desk.known(songs) == SEARCHES_A_DAY
    await desk.stop()
    await desk.start()
    await asyncio.sleep(12.7 * 3600)  # it began at 19:00 UTC, 13 hours before midnight there
    assert len(desk.searches()) == SEARCHES_A_DAY
    await asyncio.sleep(1_800)
    assert desk.known(songs) == 150
    assert len(desk.searches()) == 150


@pytest.mark.parametrize("form", [403, 429])
async def test_when_others_used_up_the_key_it_is_not_asked_again_that_day(desk: Desk, form: int) -> None:
    desk.world.project.refusal = form  # type: ignore[assignment]
    desk.world.project.searches_a_day = 2
    await desk.want(desk.songs[:8])
    await desk.start()
    await asyncio.sleep(3600)
    assert (desk.known(desk.songs[:8]), len(desk.searches())) == (2, AT_ONCE)
    desk.world.project.searches_a_day = 100
    await desk.stop()
    await desk.start()
    await asyncio.sleep(3600)
    assert len(desk.searches()) == AT_ONCE
    await asyncio.sleep(12 * 3600)
    assert desk.known(desk.songs[:8]) == 8


async def test_what_was_on_its_way_in_a_crash_stays_counted(desk: Desk) -> None:
    desk.world.faults.add(Fault(kind="slow", path=SEARCH, delay_s=5, times=AT_ONCE))
    await desk.want(desk.songs[:4])
    await desk.start()
    await desk.stop()
    assert (desk.known(desk.songs[:4]), desk.written()) == (0, AT_ONCE)
    await desk.start()
    await asyncio.sleep(20)
    assert desk.known(desk.songs[:4]) == 4
    assert desk.written() == 2 * AT_ONCE


@pytest.mark.parametrize("kind", ["garbage", "empty", "drop"])
async def test_a_youtube_that_makes_no_sense_is_asked_less_and_less(desk: Desk, kind: str) -> None:
    desk.world.faults.add(Fault(kind=kind, path=SEARCH))  # type: ignore[arg-type]
    songs = desk.songs[:12]
    await desk.want(songs)
    await desk.start()
    await asyncio.sleep(30)
    assert len(desk.searches()) == AT_ONCE
    assert "YouTube" in desk.seen().error
    assert desk.known(songs) == 0
    await asyncio.sleep(6 * 3600)
    assert len(desk.searches()) < 40
    desk.world.faults.clear()
    await asyncio.sleep(DAY_S)
    assert desk.known(songs) == 12
    assert desk.seen() == YouTubeSeen()


async def test_a_song_that_fails_alone_waits_and_the_others_go_on(desk: Desk) -> None:
    desk.world.faults.add(Fault(status=503, path=SEARCH, times=1, body={}))
    songs = desk.songs[:8]
    await desk.want(songs)
    await desk.start()
    await asyncio.sleep(30)
    assert (desk.known(songs), desk.seen().error) == (7, "")
    await asyncio.sleep(660)
    assert desk.known(songs) == 8


async def test_without_lengths_videos_are_judged_without(desk: Desk) -> None:
    desk.world.faults.add(Fault(status=500, path="/youtube/v3/videos"))
    await desk.want(desk.songs[:2])
    await desk.start()
    await asyncio.sleep(10)
    found = desk.found(desk.songs[0])
    assert found is not None
    assert found.videos[0].duration_ms is None
    assert best(desk.songs[0], found.videos) is not None


async def test_silence_is_not_waited_for_without_end(desk: Desk) -> None:
    desk.world.faults.add(Fault(kind="slow", path=SEARCH, delay_s=60, times=AT_ONCE))
    await desk.want(desk.songs[:4])
    await desk.start()
    await asyncio.sleep(15)
    assert "did not answer in time" in desk.seen().error
    await asyncio.sleep(1_200)
    assert desk.known(desk.songs[:4]) == 4


async def test_a_bad_key_is_said_and_asked_with_no_more_until_there_is_another(desk: Desk) -> None:
    desk.key = "wrong"
    await desk.want(desk.songs[:8])
    await desk.start()
    await asyncio.sleep(2 * DAY_S)
    assert len(desk.searches()) == AT_ONCE
    assert "key" in desk.seen().error
    assert desk.seen().until_ms is None
    await desk.stop()
    desk.key = KEY
    await desk.start()
    await asyncio.sleep(10)
    assert desk.known(desk.songs[:8]) == 8


async def test_what_youtube_does_not_know_is_asked_again_after_a_week(desk: Desk) -> None:
    nobody = Song("Xqzzy", "Wvvbbt", 1000)
    await desk.want([nobody])
    await desk.start()
    await asyncio.sleep(6 * DAY_S)
    found = desk.found(nobody)
    assert found is not None
    assert (found.videos, found.error, len(desk.searches())) == ((), "", 1)
    await asyncio.sleep(1.1 * DAY_S)
    assert len(desk.searches()) == 2


async def test_nothing_is_there_after_thirty_days_unless_it_is_wanted_anew(desk: Desk) -> None:
    kept, dropped = desk.songs[0], desk.songs[1]
    await desk.want([kept, dropped])
    await desk.start()
    await asyncio.sleep(20 * DAY_S)
    first = desk.found(kept)
    assert first is not None
    assert desk.known([kept, dropped]) == 2
    await desk.want([kept])
    await asyncio.sleep(9.99 * DAY_S)
    assert desk.found(dropped) is None
    second = desk.found(kept)
    assert second is not None
    assert second.at_ms > first.at_ms
    assert (len(desk.searches()), len(list(desk.store.root.glob("videos/*.json")))) == (3, 1)
    assert len(list(desk.store.root.glob("youtube/*.jsonl"))) == 1


async def test_what_is_too_old_goes_also_without_a_key(desk: Desk) -> None:
    await desk.want(desk.songs[:2])
    await desk.start()
    await asyncio.sleep(5)
    await desk.stop()
    desk.key = ""
    await desk.start()
    await asyncio.sleep(31 * DAY_S)
    assert list(desk.store.root.glob("videos/*.json")) == []
    assert len(desk.searches()) == 2


# With people's playlists


async def wish_for(evening: Evening, playlist_id: str, num: int = 3, read_rev: int = 1) -> SongList:
    wish = VideoWish(num, evening.clock.now_ms(), read_rev)
    evening.store.write(VIDEO_WISHES, VideoWishes({playlist_id: wish}), "ada")
    await asyncio.sleep(20)
    lists = evening.store.read(SONG_LISTS, "ada")
    assert lists is not None
    return lists.lists[playlist_id]


@pytest.fixture
async def with_key(evening: Evening) -> Evening:
    await evening.stop_worker()
    evening.youtube_key = KEY
    await evening.start_worker()
    return evening


def playlist(evening: Evening, name: str, owner: str = "ada") -> str:
    return next(one.id for one in evening.world.playlists.values() if (one.name, one.owner_id) == (name, owner))


async def test_a_playlist_is_read_with_one_call_and_its_songs_are_found(with_key: Evening) -> None:
    evening, playlist_id = with_key, playlist(with_key, "Game night, all of it")
    read = await wish_for(evening, playlist_id)
    assert (len(read.songs), read.error) == (50, "")
    assert all(song.artist and song.duration_ms for song in read.songs)
    found = [evening.store.read(SONG_VIDEOS, key_of(song)) is not None for song in read.songs[:4]]
    assert found == [True, True, True, False]
    calls = [call for call in evening.world.calls if call.path.startswith("/v1/playlists/")]
    assert len(calls) == 1
    assert (await wish_for(evening, playlist_id, num=5)).at_ms == read.at_ms
    assert (await wish_for(evening, playlist_id, read_rev=2)).at_ms > read.at_ms


async def test_a_playlist_that_can_not_be_read_is_said(with_key: Evening) -> None:
    theirs = await wish_for(with_key, playlist(with_key, "Evening", "bob"))
    assert theirs.songs == ()
    assert "owner alone" in theirs.error
    assert "not in Spotify" in (await wish_for(with_key, "a" * 22)).error


async def test_without_a_key_nobody_is_asked(evening: Evening) -> None:
    wish = VideoWish(3, evening.clock.now_ms())
    evening.store.write(VIDEO_WISHES, VideoWishes({playlist(evening, "Evening"): wish}), "ada")
    await asyncio.sleep(60)
    assert evening.store.read(SONG_LISTS, "ada") is None
    assert not [call for call in evening.world.calls if "youtube" in call.path]
