"""Music videos over the API and on their page: what is known, what is missing and why, and whose lists one may use."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from songswap.config import YouTube
from songswap.core.videos.search_quota import KEPT_MS, day_name
from songswap.core.videos.video_match import key_of
from songswap.documents import (
    HEARTBEAT,
    LOOKS,
    PLAYLISTS,
    PROFILE,
    RENEWALS,
    RENEWED,
    SEARCHES,
    SONG_LISTS,
    SONG_VIDEOS,
    VIDEO_WISHES,
    YOUTUBE_SEEN,
    Heartbeat,
    Renewals,
    RenewalsSeen,
    SongLists,
    VideoWishes,
    YouTubeSeen,
)
from songswap.model.playlists import Entry, ListSource, OwnPlaylist, PlaylistsSeen, Renewal, Renewed
from songswap.model.profiles import Profile
from songswap.model.videos import Search, Song, SongList, SongVideos, Video
from songswap.simulator import World
from tests.web.site import Browser, Site, content, group_of, open_site, page, refusal

PLAYLIST = "37i9dQZF1DXcBWIGoYBM5M"
OTHERS = "0000000000000000000000"
MINE = OwnPlaylist(PLAYLIST, f"spotify:playlist:{PLAYLIST}", "Evening", "Ada", is_mine=True, tracks=3)
FOLLOWED = OwnPlaylist(OTHERS, f"spotify:playlist:{OTHERS}", "Somebody’s", "Zoe", tracks=3)
SONGS = (Song("Björk", "Jóga", 305_000), Song("Oasis", "Wonderwall", 258_000), Song("Nobody", "Nothing", 1_000))
JOGA = Video("a" * 11, "Jóga", "Björk - Topic", "From Homogenic", "https://i.ytimg.com/vi/aaaaaaaaaaa/mq.jpg", 305_000)


@pytest.fixture
async def site(tmp_path: Path, world: World) -> AsyncIterator[Site]:
    async with open_site(tmp_path / "store", world, youtube=YouTube(api_key="AIzaSecretKey")) as opened:
        yield opened


def alive(site: Site) -> None:
    now_ms = site.clock.now_ms()
    site.worker.write(HEARTBEAT, Heartbeat(1, now_ms, now_ms))


async def ada_with_a_playlist(site: Site) -> Browser:
    ada = await site.log_in("ada")
    site.worker.write(PLAYLISTS, PlaylistsSeen(1, 5.0, (MINE, FOLLOWED)), ada.account)
    alive(site)
    return ada


def read(site: Site, browser: Browser, songs: tuple[Song, ...] = SONGS, error: str = "") -> None:
    rev = wishes(site, browser).wanted[PLAYLIST].read_rev
    lists = SongLists({PLAYLIST: SongList(rev, site.clock.now_ms(), songs, error)})
    site.worker.write(SONG_LISTS, lists, browser.account)


def found(site: Site, song: Song, *videos: Video, age_ms: float = 0.0) -> None:
    at_ms = site.clock.now_ms() - age_ms
    kept = SongVideos(song.artist, song.title, at_ms, at_ms + KEPT_MS, videos)
    site.worker.write(SONG_VIDEOS, kept, key_of(song))


def wishes(site: Site, browser: Browser) -> VideoWishes:
    return site.store.read(VIDEO_WISHES, browser.account) or VideoWishes()


def renewing(site: Site, browser: Browser, name: str, scope: str = "me") -> None:
    """A playlist of theirs that renews itself, out of this listening."""
    renewal = Renewal(name.lower(), name, ListSource("most_played", scope=scope), 300)
    seen = Renewed(1, state="kept", playlist_id=name * 3, name=name, url="x", entries=(Entry("u", "Jóga", "Björk"),))
    wanted = (site.store.read(RENEWALS, browser.account) or Renewals()).wanted
    known = (site.store.read(RENEWED, browser.account) or RenewalsSeen()).renewals
    site.store.write(RENEWALS, Renewals({**wanted, renewal.id: renewal}), browser.account)
    site.worker.write(RENEWED, RenewalsSeen({**known, renewal.id: seen}), browser.account)


async def test_a_get_tells_what_is_known_and_spends_nothing(site: Site) -> None:
    ada = await ada_with_a_playlist(site)
    state = await ada.json("/api/videos")
    assert (state["playlist"]["name"], state["num"], state["items"], state["missing"]) == ("Evening", 10, [], [])
    assert state["budget"]["left"] == 100
    assert state["can_ask"]
    assert wishes(site, ada).wanted == {}
    assert site.store.read(LOOKS, ada.account) is None


async def test_a_post_is_a_wish_and_what_comes_of_it_is_told_song_by_song(site: Site) -> None:
    ada = await ada_with_a_playlist(site)
    state = await content(await ada.post("/api/videos", {"playlist": PLAYLIST, "num": 3}), 202)
    assert state["is_reading"]
    read(site, ada)
    found(site, SONGS[0], JOGA)
    found(site, SONGS[2])
    state = await ada.json(f"/api/videos?playlist={PLAYLIST}&num=3")
    (item,) = state["items"]
    assert (item["artist"], item["title"], item["video_id"]) == ("Björk", "Jóga", "a" * 11)
    assert (item["video_title"], item["description"], item["thumbnail"]) == (
        "Jóga",
        "From Homogenic",
        JOGA.thumbnail_url,
    )
    assert item["url"] == f"https://www.youtube.com/watch?v={'a' * 11}"
    assert item["how_sure"] == "sure"
    assert item["reasons"]
    assert [(one["position"], one["why"]) for one in state["missing"]] == [(2, "searching"), (3, "nothing_found")]
    assert not state["can_ask"]


async def test_more_songs_than_wanted_are_told_as_not_asked_for(site: Site) -> None:
    ada = await ada_with_a_playlist(site)
    await ada.post("/api/videos", {"num": 1})
    read(site, ada)
    state = await ada.json("/api/videos?num=2")
    assert [one["why"] for one in state["missing"]] == ["searching", "not_asked"]
    assert state["can_ask"]
    await ada.post("/api/videos", {"num": 2})
    assert wishes(site, ada).wanted[PLAYLIST].num == 2


async def test_a_playlist_read_lately_is_not_read_again(site: Site) -> None:
    ada = await ada_with_a_playlist(site)
    for _ in range(2):
        await ada.post("/api/videos", {})
        assert wishes(site, ada).wanted[PLAYLIST].read_rev == 1
    read(site, ada)
    await ada.post("/api/videos", {})
    assert wishes(site, ada).wanted[PLAYLIST].read_rev == 1
    site.clock.advance(hours=2)
    await ada.post("/api/videos", {})
    assert wishes(site, ada).wanted[PLAYLIST].read_rev == 2
    read(site, ada, (), "Spotify does not answer.")
    assert (await ada.json("/api/videos"))["error"] == "Spotify does not answer."
    await ada.post("/api/videos", {})
    assert wishes(site, ada).wanted[PLAYLIST].read_rev == 3


async def test_why_a_video_is_missing_and_when_it_comes_is_said(site: Site) -> None:
    ada = await ada_with_a_playlist(site)
    await ada.post("/api/videos", {"num": 1})
    read(site, ada)

    async def missing() -> tuple[str, float | None]:
        (one,) = (await ada.json("/api/videos?num=1"))["missing"]
        assert one["message"]
        return one["why"], one["at_ms"]

    assert await missing() == ("searching", None)
    later_ms = site.clock.now_ms() + 60_000
    site.worker.write(YOUTUBE_SEEN, YouTubeSeen("YouTube can’t be reached.", later_ms, 1))
    assert await missing() == ("failed", later_ms)
    site.worker.write(YOUTUBE_SEEN, YouTubeSeen())
    failed = SongVideos("Björk", "Jóga", 0.0, later_ms, error="YouTube answers with an error (503).", tries=1)
    site.worker.write(SONG_VIDEOS, failed, key_of(SONGS[0]))
    assert await missing() == ("failed", later_ms)
    found(site, SONGS[0], replace_title(JOGA, "Something else entirely"))
    assert (await missing())[0] == "nothing_fits"
    found(site, SONGS[0], JOGA, age_ms=KEPT_MS)  # too old, and the worker did not get to it
    assert (await missing())[0] == "searching"
    await spend(site)
    state = await ada.json("/api/videos?num=1")
    assert await missing() == ("day_used_up", state["budget"]["resets_at_ms"])
    assert (state["budget"]["left"], state["budget"]["limit"]) == (0, 100)
    site.worker.write(YOUTUBE_SEEN, YouTubeSeen("YouTube does not accept the key."))
    assert await missing() == ("bad_key", None)
    site.worker.write(YOUTUBE_SEEN, YouTubeSeen())
    site.clock.advance(minutes=5)
    assert (await missing())[0] == "silent"


def replace_title(video: Video, title: str) -> Video:
    return Video(video.id, title, "Somebody", duration_ms=9_000_000)


async def spend(site: Site) -> None:
    now_ms = site.clock.now_ms()
    site.worker.append(SEARCHES, Search(now_ms, is_over=True), day_name(now_ms))


async def test_a_picture_from_elsewhere_is_not_shown(site: Site) -> None:
    ada = await ada_with_a_playlist(site)
    await ada.post("/api/videos", {"num": 1})
    read(site, ada)
    found(site, SONGS[0], Video("a" * 11, "Jóga", "Björk - Topic", thumbnail_url="https://evil.example/x.jpg"))
    (item,) = (await ada.json("/api/videos?num=1"))["items"]
    assert item["thumbnail"] is None


async def test_playlists_of_others_are_refused(site: Site) -> None:
    ada = await ada_with_a_playlist(site)
    for wanted in (OTHERS, f"spotify:playlist:{OTHERS}", f"https://open.spotify.com/playlist/{OTHERS}?si=1"):
        assert (
            await refusal(await ada.get("/api/videos", query_string={"playlist": wanted}), 403) == "not_your_playlist"
        )
        assert await refusal(await ada.post("/api/videos", {"playlist": wanted}), 403) == "not_your_playlist"
    assert await refusal(await ada.get("/api/videos?playlist=nothing"), 404) == "no_such_playlist"
    link = f"https://open.spotify.com/playlist/{PLAYLIST}?si=1"
    state = await content(await ada.get("/api/videos", query_string={"playlist": link}))
    assert state["playlist"]["name"] == "Evening"


@pytest.mark.parametrize("num", ["0", "-1", "51", "1000000", "ten", ""])
async def test_a_number_that_does_not_fit_is_refused(site: Site, num: str) -> None:
    ada = await ada_with_a_playlist(site)
    assert await refusal(await ada.get(f"/api/videos?num={num}"), 400) == "invalid"
    assert await refusal(await ada.post("/api/videos", {"num": num}), 400) == "invalid"
    assert await refusal(await ada.get("/api/videos?nmu=3"), 400) == "invalid"


async def test_who_has_no_playlist_is_told(site: Site) -> None:
    ada = await site.log_in("ada")
    state = await ada.json("/api/videos")
    assert (state["playlist"], state["playlists"]) == (None, [])
    assert await refusal(await ada.post("/api/videos", {}), 409) == "no_playlists"
    assert "No playlist yet" in await page(await ada.get("/videos"))
    looks = site.store.read(LOOKS, ada.account)
    assert looks is not None
    assert looks.playlists == 1
    await ada.get("/videos")
    assert site.store.read(LOOKS, ada.account) == looks


async def test_the_groups_list_comes_first_then_ones_own_then_what_others_show(site: Site) -> None:
    ada, bob = await ada_with_a_playlist(site), await site.log_in("bob")
    group = await group_of(ada, bob)
    renewing(site, bob, "Bobs")
    renewing(site, bob, "Ours", f"group:{group}")
    renewing(site, ada, "Adas")
    names = [(one["name"], one["whose"]) for one in (await ada.json("/api/videos"))["playlists"]]
    assert names == [("Adas", "own"), ("Evening", "own")]
    site.store.write(PROFILE, Profile(sections={"playlists": "groups"}), bob.account)
    state = await ada.json("/api/videos")
    names = [(one["name"], one["whose"]) for one in state["playlists"]]
    assert names == [("Ours", "group"), ("Adas", "own"), ("Evening", "own"), ("Bobs", "shown")]
    assert state["playlist"]["name"] == "Ours"
    await content(await ada.post("/api/videos", {}), 202)
    (wish,) = wishes(site, ada).wanted.values()
    assert wish.songs == (Song("Björk", "Jóga"),)
    cleo = await site.log_in("cleo")
    assert await refusal(await cleo.get(f"/api/videos?playlist={state['playlist']['id']}"), 404) == "no_such_playlist"


async def test_ten_lists_are_kept_and_none_for_longer_than_thirty_days(site: Site) -> None:
    ada = await ada_with_a_playlist(site)
    for number in range(12):
        renewing(site, ada, f"L{number}")
    lists = (await ada.json("/api/videos"))["playlists"]
    for one in lists[:12]:
        await content(await ada.post("/api/videos", {"playlist": one["id"]}), 202)
    assert len(wishes(site, ada).wanted) == 10
    site.clock.advance(days=31)
    ada = await site.log_in("ada")
    await content(await ada.post("/api/videos", {}), 202)
    assert len(wishes(site, ada).wanted) == 1


async def test_the_page_has_nothing_of_spotifys(site: Site) -> None:
    ada = await ada_with_a_playlist(site)
    await ada.post("/api/videos", {"num": 1})
    read(site, ada)
    found(site, SONGS[0], JOGA)
    answer = await ada.get("/videos?num=1")
    text = await answer.get_data(as_text=True)
    for trace in ("scdn.co", "open.spotify.com", "spotify:", PLAYLIST, OTHERS, "AIzaSecretKey"):
        assert trace not in text
    policy = answer.headers["Content-Security-Policy"]
    assert "img-src 'self' data: https://i.ytimg.com;" in policy
    assert "frame-src" not in policy
    assert "ytimg" not in (await ada.get("/playlists")).headers["Content-Security-Policy"]
    assert 'href="/videos"' in await ada.text("/playlists")
    export = await ada.text("/api/me/export")
    assert PLAYLIST in export
    assert "AIzaSecretKey" not in export + await ada.text("/api/videos")


async def test_wishes_go_with_the_person(site: Site) -> None:
    ada = await ada_with_a_playlist(site)
    await ada.post("/api/videos", {})
    read(site, ada)
    assert (await ada.delete("/api/me")).status_code == 204
    assert list(site.store.root.glob("accounts/*/videos.json")) == []
    assert list(site.store.root.glob("accounts/*/song-lists.json")) == []


async def test_without_a_key_it_is_off_and_says_so(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path / "store", world) as site:
        ada = await site.log_in("ada")
        assert await refusal(await ada.get("/api/videos"), 409) == "videos_off"
        assert await refusal(await ada.post("/api/videos", {}), 409) == "videos_off"
        assert "Music videos are off" in await page(await ada.get("/videos"), 409)
        assert 'href="/videos"' not in await ada.text("/")
