"""The client of YouTube: what is sent, what is understood, what each refusal means, and where the key does not go."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from songswap.core.videos.video_match import best, query_for
from songswap.model.videos import Song
from songswap.simulator import Fault, World, serve
from songswap.spotify.transport import open_http
from songswap.youtube import (
    BadKeyError,
    QuotaGoneError,
    YouTubeClient,
    YouTubeError,
    YouTubeRefusedError,
    YouTubeUnavailableError,
)
from songswap.youtube import client as module
from songswap.youtube.wire import duration_ms

KEY = "AIzaSecretSecretSecret"
ITEM = {
    "kind": "youtube#searchResult",
    "id": {"kind": "youtube#video", "videoId": "dQw4w9WgXcQ"},
    "snippet": {
        "title": "Tom &amp; Jerry &#39;n&quot;",
        "description": "One &lt;two&gt;",
        "channelTitle": "Tom &amp; Jerry",
        "thumbnails": {
            "default": {"url": "https://i.ytimg.com/vi/dQw4w9WgXcQ/default.jpg"},
            "medium": {"url": "https://i.ytimg.com/vi/dQw4w9WgXcQ/mqdefault.jpg"},
        },
    },
}


class Service:
    """A YouTube that answers what it is told to."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, dict(request.query)))
        return self.answers.pop(0)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def youtube(service: Service) -> AsyncIterator[YouTubeClient]:
    app = web.Application()
    app.router.add_get("/{tail:.*}", service.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with open_http() as http:
        yield YouTubeClient(http, f"http://127.0.0.1:{runner.addresses[0][1]}", KEY)
    await runner.cleanup()


def refusal(code: int, message: str = "No", reason: str = "", **more: Any) -> web.Response:
    error = {"code": code, "message": message, "errors": [{"message": message, "reason": reason}], **more}
    return web.json_response({"error": error}, status=code)


async def test_search_sends_what_is_documented_and_reads_what_comes(youtube: YouTubeClient, service: Service) -> None:
    service.answers = [web.json_response({"kind": "youtube#searchListResponse", "items": [ITEM, ITEM]})]
    (found,) = await youtube.search("tom jerry")
    assert service.asked == [
        (
            "/youtube/v3/search",
            {"part": "snippet", "type": "video", "maxResults": "10", "q": "tom jerry", "key": KEY},
        )
    ]
    assert (found.id, found.title, found.channel) == ("dQw4w9WgXcQ", "Tom & Jerry 'n\"", "Tom & Jerry")
    assert (found.description, found.duration_ms) == ("One <two>", None)
    assert found.thumbnail_url == "https://i.ytimg.com/vi/dQw4w9WgXcQ/mqdefault.jpg"


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"id": None, "snippet": None},
        {"id": {"kind": "youtube#channel", "channelId": "UC1"}, "snippet": ITEM["snippet"]},
        {"id": {"videoId": "../../etc/passwd"}, "snippet": ITEM["snippet"]},
        {"id": {"videoId": "dQw4w9WgXcQ"}, "snippet": {"title": "  "}},
    ],
)
async def test_what_is_no_video_is_passed_over(youtube: YouTubeClient, service: Service, item: Any) -> None:
    service.answers = [web.json_response({"items": [item]})]
    assert await youtube.search("x") == ()


async def test_a_video_may_lack_all_but_id_and_title(youtube: YouTubeClient, service: Service) -> None:
    bare = {"id": {"videoId": "dQw4w9WgXcQ"}, "snippet": {"title": "One"}, "new": {"field": 1}}
    service.answers = [web.json_response({"items": [bare]})]
    (found,) = await youtube.search("x")
    assert (found.channel, found.description, found.thumbnail_url) == ("", "", None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(403, "exceeded your quota", "quotaExceeded"), QuotaGoneError),
        (refusal(403, "Daily Limit Exceeded", "dailyLimitExceeded"), QuotaGoneError),
        (
            refusal(
                *(
                    429,
                    "Quota exceeded for quota metric 'Search Queries' and limit 'Search Queries per day' of service",
                ),
                *("rateLimitExceeded",),
                status="RESOURCE_EXHAUSTED",
            ),
            QuotaGoneError,
        ),
        (
            refusal(429, "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'"),
            YouTubeUnavailableError,
        ),
        (web.Response(status=429, text="slow down"), YouTubeUnavailableError),
        (refusal(403, "Too fast", "rateLimitExceeded"), YouTubeUnavailableError),
        (refusal(400, "API key not valid. Please pass a valid API key.", "badRequest"), BadKeyError),
        (refusal(400, "Bad Request", "keyInvalid"), BadKeyError),
        (refusal(400, "expired", details=[{"@type": "x", "reason": "API_KEY_INVALID"}]), BadKeyError),
        (refusal(403, "Access Not Configured", "accessNotConfigured"), BadKeyError),
        (refusal(403, "Please use API Key or other form of API consumer identity", "forbidden"), BadKeyError),
        (refusal(400, "The request contains an invalid combination", "invalidSearchFilter"), YouTubeRefusedError),
        (web.Response(status=404, text="<html>"), YouTubeRefusedError),
        (web.Response(status=503, text="<html>"), YouTubeUnavailableError),
        (web.json_response({"error": "strange"}, status=500), YouTubeUnavailableError),
        (web.Response(status=302, headers={"Location": "/elsewhere"}), YouTubeUnavailableError),
        (web.Response(text="<html>"), YouTubeUnavailableError),
        (web.Response(text=""), YouTubeUnavailableError),
        (web.Response(body=b"\xff\xfe"), YouTubeUnavailableError),
        (web.Response(text="[" * 100_000), YouTubeUnavailableError),
        (web.json_response({"kind": "youtube#searchListResponse"}), YouTubeUnavailableError),
        (web.json_response({"items": [{"id": 7}]}), YouTubeUnavailableError),
        (web.Response(body=b" " * (module.LARGEST_BODY + 1)), YouTubeUnavailableError),
    ],
)
async def test_every_refusal_has_its_meaning(
    youtube: YouTubeClient, service: Service, answer: web.Response, error: type[YouTubeError]
) -> None:
    service.answers = [answer]
    with pytest.raises(YouTubeError) as told:
        await youtube.search("x")
    assert type(told.value) is error


async def test_the_key_is_in_no_error_and_no_log(
    youtube: YouTubeClient, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service.answers = [refusal(400, f"API key not valid: {KEY}", "keyInvalid"), web.Response(text="no")]
    for _ in range(2):
        with pytest.raises(YouTubeError) as told:
            await youtube.search("x")
        assert KEY not in repr(told.value)
        assert told.value.__cause__ is None
    async with open_http() as http:
        with pytest.raises(YouTubeUnavailableError, match="can’t be reached") as told:
            await YouTubeClient(http, "http://127.0.0.1:9", KEY).search("x")
    assert KEY not in repr(told.value)
    own = [record.getMessage() for record in caplog.records if record.name.startswith(("songswap", "aiohttp.client"))]
    assert not [line for line in own if KEY in line]


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("PT3M33S", 213_000),
        ("PT45S", 45_000),
        ("PT1H", 3_600_000),
        ("P1DT2H3M4S", 93_784_000),
        ("P0D", None),
        ("PT0S", None),
        ("", None),
        (None, None),
        ("3:33", None),
        ("PT" + "9" * 99 + "S", None),
    ],
)
def test_lengths_are_read(text: str | None, ms: int | None) -> None:
    assert duration_ms(text) == ms


async def test_stand_in_gives_what_the_client_reads() -> None:
    world = World()
    (key,) = world.project.keys
    track = next(iter(world.catalogue.tracks.values()))
    song = Song(world.catalogue.artists[track.artist_ids[0]].name, track.name, track.duration_ms)
    async with serve(world) as url, open_http() as http:
        youtube = YouTubeClient(http, url, key)
        found = await youtube.search(query_for(song))
        lengths = await youtube.durations_ms([one.id for one in found])
        assert lengths.keys() == {one.id for one in found}
        match = best(song, found)
        assert match is not None
        assert match.certainty == "sure"
        assert (world.project.used("search"), world.project.used("units")) == (1, 1)
        world.faults.add(Fault(kind="drop", path="/youtube/v3/*"))
        with pytest.raises(YouTubeUnavailableError):
            await youtube.search("x")
        assert await youtube.durations_ms([]) == {}
