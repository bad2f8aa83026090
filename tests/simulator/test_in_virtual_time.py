"""The whole simulator in virtual time: an evening of polling in a moment, and delays as the profile says."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from songswap.simulator import Profile, World, serve
from songswap.simulator.oauth import SCOPES

from .conftest import START_S, Api

pytestmark = pytest.mark.virtual_time


@pytest.fixture
async def world() -> World:
    loop = asyncio.get_running_loop()
    made = World(seed=1, clock=lambda: START_S + loop.time(), profile=Profile(rtt_ms=(100.0, 100.0)))
    made.register_app("app")
    return made


@pytest.fixture
async def api(world: World) -> AsyncIterator[Api]:
    async with serve(world) as base_url, aiohttp.ClientSession() as session:
        yield Api(world, base_url, session)


async def test_call_takes_a_round_trip_and_a_start_is_heard_late_by_the_latency(
    api: Api, world: World, songs: list[str]
) -> None:
    laptop = world.person("ada").devices[0]
    laptop.latency_ms = 450.0
    began_s = world.clock()
    await api.put(f"/me/player/play?device_id={laptop.id}", json={"uris": songs[:1], "position_ms": 20_000})
    assert world.clock() - began_s == pytest.approx(0.2, abs=0.01)
    await asyncio.sleep(5)
    audible_since_s = began_s + 0.1 + 0.45
    expected_ms = 20_000 + (world.clock() - audible_since_s) * 1_000
    assert world.player("ada").truth().position_ms == pytest.approx(expected_ms, abs=1)


async def test_an_hour_of_polling_four_people(api: Api, world: World) -> None:
    world.limits.rate_per_30s = None
    people = ("ada", "bob", "cleo", "dario")
    headers = {
        person: {"Authorization": f"Bearer {world.issue_tokens(person, 'app', SCOPES)['access_token']}"}
        for person in people
    }
    for person in people:
        player = world.player(person)
        player.play_context(next(p.uri for p in world.playlists.values() if p.owner_id == person))
        player.set_repeat("context")

    async def poll(person: str) -> set[str]:
        heard = set()
        for _ in range(350):
            body = (await api.get("/me/player", headers=headers[person])).body
            truth = world.player(person).truth(world.clock() - 0.1)
            assert body["item"]["uri"] == truth.uri
            assert body["progress_ms"] == pytest.approx(truth.position_ms, abs=2)
            heard.add(body["item"]["uri"])
            await asyncio.sleep(10)
        return heard

    heard = await asyncio.gather(*(poll(person) for person in people))
    assert all(len(songs) > 10 for songs in heard)
