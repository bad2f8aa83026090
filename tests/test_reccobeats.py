"""ReccoBeats by its stand-in: what is sent, what is understood, how breaks are kept."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from songswap.reccobeats import USUAL_BREAK_S, ReccoBeatsClient, ReccoBeatsError
from songswap.simulator import World, serve
from songswap.spotify.transport import open_http
from tests.web.site import HandClock


class Service:
    """A ReccoBeats that answers what it is told to."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.asked: list[dict[str, str]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        return self.answers.pop(0)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[tuple[ReccoBeatsClient, HandClock]]:
    app = web.Application()
    app.router.add_get("/v1/track/recommendation", service.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    clock = HandClock()
    async with open_http() as http:
        yield ReccoBeatsClient(http, f"http://127.0.0.1:{runner.addresses[0][1]}", clock), clock
    await runner.cleanup()


ID = "0BRjO6ga9RKCKjfDqeFgWV"
TRACK = {
    "trackTitle": "One",
    "artists": [{"name": "Aiko"}],
    "durationMs": 1,
    "href": f"https://open.spotify.com/track/{ID}",
}


def songs(*tracks: Any) -> web.Response:
    return web.json_response({"content": list(tracks)})


async def test_seeds_and_targets_are_sent_and_nothing_else(client: Any, service: Service) -> None:
    service.answers = [songs(TRACK)]
    found = await client[0].recommend([ID, "b" * 22], {"tempo": 120.5, "energy": 0.8})
    assert [(one.id, one.title, one.artists, one.duration_ms) for one in found] == [(ID, "One", ("Aiko",), 1)]
    assert service.asked == [{"seeds": f"{ID},{'b' * 22}", "size": "100", "energy": "0.8", "tempo": "120.5"}]


async def test_what_can_not_be_found_at_spotify_is_passed_over(client: Any, service: Service) -> None:
    service.answers = [
        songs({**TRACK, "href": None}, {**TRACK, "href": "https://example.org/x"}, {**TRACK, "artists": []}, {}, TRACK)
    ]
    assert len(await client[0].recommend([ID], {})) == 1


@pytest.mark.parametrize(
    ("header", "wait_s"), [("7", 7), (None, USUAL_BREAK_S), ("soon", USUAL_BREAK_S), ("999999999999", 86_400), ("0", 1)]
)
async def test_break_lasts_as_long_as_it_asks_for(
    client: Any, service: Service, header: str | None, wait_s: int
) -> None:
    reccobeats, clock = client
    headers = {} if header is None else {"Retry-After": header}
    service.answers = [web.Response(status=429, headers=headers), songs(TRACK)]
    for _ in range(2):
        with pytest.raises(ReccoBeatsError, match="break") as told:
            await reccobeats.recommend([ID], {})
        assert told.value.until_ms == clock.now_ms() + wait_s * 1000
    assert len(service.asked) == 1
    clock.advance(seconds=wait_s)
    assert await reccobeats.recommend([ID], {})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (web.Response(status=400), "knows none of these songs"),
        (web.Response(status=404), "knows none of these songs"),
        (web.Response(status=500), r"error \(500\)"),
        (web.Response(status=301, headers={"Location": "/"}), r"error \(301\)"),
        (web.Response(text="<html>"), "makes no sense"),
        (web.Response(body=b"\xff"), "makes no sense"),
        (web.json_response({"content": "none"}), "makes no sense"),
    ],
)
async def test_answer_that_is_none_is_said(client: Any, service: Service, answer: web.Response, said: str) -> None:
    service.answers = [answer]
    with pytest.raises(ReccoBeatsError, match=said):
        await client[0].recommend([ID], {})


async def test_same_question_is_asked_again_after_ten_minutes(client: Any, service: Service) -> None:
    reccobeats, clock = client
    service.answers = [songs(TRACK), songs()]
    first = await reccobeats.recommend([ID, "b" * 22], {})
    assert await reccobeats.recommend(["b" * 22, ID], {}) == first
    clock.advance(minutes=10)
    assert await reccobeats.recommend([ID, "b" * 22], {}) == ()


async def test_nobody_there_is_said() -> None:
    async with aiohttp.ClientSession() as http:
        with pytest.raises(ReccoBeatsError, match="can’t be reached"):
            await ReccoBeatsClient(http, "http://127.0.0.1:9", HandClock()).recommend([ID], {})


async def test_stand_in_gives_what_the_client_reads() -> None:
    world = World()
    async with serve(world) as url, open_http() as http:
        seeds = list(world.catalogue.tracks)[:2]
        found = await ReccoBeatsClient(http, f"{url}/reccobeats", HandClock()).recommend(seeds, {"energy": 0.9})
        assert len(found) == 100
        assert {one.id for one in found} <= world.catalogue.tracks.keys() - set(seeds)
