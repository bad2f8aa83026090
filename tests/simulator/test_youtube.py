"""The stand-in for YouTube refuses what YouTube refuses, counts as YouTube counts, and has what people put there."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from songswap.simulator import Fault, World, serve
from songswap.simulator.videos import found_for, videos_of

KEY = "key-for-the-stand-in"
GOOD = {"part": "snippet", "q": "paper", "type": "video", "key": KEY}


class Hours:
    """A clock that only moves when told to."""

    def __init__(self) -> None:
        self.now_s = datetime(2026, 11, 26, 20, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now_s


async def ask(url: str, what: str = "search", **query: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as http, http.get(f"{url}/youtube/v3/{what}", params=query) as answer:
        return answer.status, await answer.json()


def song_words(world: World) -> str:
    track = next(track for track in world.catalogue.tracks.values() if videos_of(world.seed, world.catalogue, track))
    return f"{world.catalogue.artists[track.artist_ids[0]].name} {track.name}"


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ({"key": ""}, 403, "forbidden"),
        ({"key": "wrong"}, 400, "badRequest"),
        ({"part": ""}, 400, "required"),
        ({"part": "contentDetails"}, 400, "unknownPart"),
        ({"maxResults": "51"}, 400, "invalidParameter"),
        ({"maxResults": "-1"}, 400, "invalidParameter"),
        ({"maxResults": "ten"}, 400, "invalidParameter"),
        ({"type": ""}, 400, "invalidParameter"),
        ({"order": "best"}, 400, "invalidParameter"),
        ({"videoEmbeddable": "yes"}, 400, "invalidParameter"),
        ({"pageToken": "page 2"}, 400, "invalidPageToken"),
        ({"num": "10"}, 400, "invalid"),
    ],
)
async def test_what_youtube_refuses_is_refused_and_costs_nothing(
    query: dict[str, str], status: int, reason: str
) -> None:
    world = World()
    async with serve(world) as url:
        code, body = await ask(url, **{**GOOD, **query})
    assert (code, body["error"]["code"], body["error"]["errors"][0]["reason"]) == (status, status, reason)
    assert world.project.used("search") == 0


async def test_filters_of_videos_need_the_type() -> None:
    async with serve(World()) as url:
        code, body = await ask(url, part="snippet", q="x", key=KEY, videoEmbeddable="true")
    assert (code, body["error"]["errors"][0]["reason"]) == (400, "invalidSearchFilter")


async def test_an_answer_has_the_shape_of_youtubes() -> None:
    world = World()
    async with serve(world) as url:
        _, body = await ask(url, **{**GOOD, "q": song_words(world), "maxResults": "3"})
    assert body.keys() >= {"kind", "etag", "regionCode", "pageInfo", "items"}
    assert body["kind"] == "youtube#searchListResponse"
    item = body["items"][0]
    assert item["kind"] == "youtube#searchResult"
    assert item["id"].keys() == {"kind", "videoId"}
    assert item["snippet"].keys() >= {"publishedAt", "channelId", "title", "description", "thumbnails", "channelTitle"}
    assert "duration" not in str(item)
    assert len(item["id"]["videoId"]) == 11


async def test_every_page_counts_and_pages_go_on() -> None:
    world = World()
    async with serve(world) as url:
        words = song_words(world)
        _, first = await ask(url, **{**GOOD, "q": words, "maxResults": "1"})
        _, second = await ask(url, **{**GOOD, "q": words, "maxResults": "1", "pageToken": first["nextPageToken"]})
    assert first["items"] != second["items"]
    assert world.project.used("search") == 2


@pytest.mark.parametrize(
    ("form", "words"), [(403, "exceeded your <a href"), (429, "Quota exceeded for quota metric 'Search Queries'")]
)
async def test_a_hundred_searches_a_day_until_midnight_pacific(form: Any, words: str) -> None:
    clock = Hours()
    world = World(clock=clock)
    world.project.refusal = form
    async with serve(world) as url:
        codes = [(await ask(url, **{**GOOD, "maxResults": "0"}))[0] for _ in range(101)]
        assert codes == [200] * 100 + [form]
        _, body = await ask(url, **GOOD)
        assert words in body["error"]["message"]
        assert (await ask(url, "videos", part="contentDetails", id="a" * 11, key=KEY))[0] == 200
        clock.now_s = datetime(2026, 11, 27, 7, 59, 59, tzinfo=UTC).timestamp()
        assert (await ask(url, **GOOD))[0] == form
        clock.now_s += 1
        assert (await ask(url, **GOOD))[0] == 200


async def test_lengths_are_told_for_fifty_videos_at_once() -> None:
    world = World()
    videos = found_for(world.seed, world.catalogue, song_words(world))
    async with serve(world) as url:
        code, body = await ask(url, "videos", part="contentDetails", id=",".join(one.id for one in videos), key=KEY)
        assert (code, len(body["items"])) == (200, len(videos))
        assert body["items"][0]["contentDetails"]["duration"].startswith("PT")
        assert (await ask(url, "videos", part="contentDetails", id=",".join(["a" * 11] * 51), key=KEY))[0] == 400
        assert (await ask(url, "videos", part="contentDetails", key=KEY))[0] == 400
        assert (await ask(url, "videos", part="contentDetails", id="a" * 11, key=KEY))[1]["items"] == []
    assert (world.project.used("search"), world.project.used("units")) == (0, 2)


async def test_faults_meet_it_like_everything_else() -> None:
    world = World()
    world.faults.add(Fault(status=503, path="/youtube/v3/search", times=1, body={"error": {"code": 503}}))
    async with serve(world) as url:
        assert (await ask(url, **GOOD))[0] == 503
        assert (await ask(url, **GOOD))[0] == 200


async def test_pictures_are_drawn() -> None:
    async with (
        serve(World()) as url,
        aiohttp.ClientSession() as http,
        http.get(f"{url}/vi/{'a' * 11}/mqdefault.jpg") as answer,
    ):
        assert (answer.status, answer.content_type) == (200, "image/svg+xml")


def test_there_is_every_kind_of_video_and_for_some_songs_none() -> None:
    world = World()
    every = [videos_of(world.seed, world.catalogue, track) for track in world.catalogue.tracks.values()]
    assert 0 < sum(not videos for videos in every) < len(every) / 10
    titles = Counter(
        kind
        for videos in every
        for one in videos
        for kind in ("(Official Video)", "(Lyrics)", "(Cover)", "(Live", "Karaoke", "REACTION", "sped up", "1 HOUR")
        if kind in one.title
    )
    assert len(titles) == 8
    ids = [one.id for videos in every for one in videos]
    assert len(set(ids)) == len(ids)
