"""How the invented songs sound: the table for operators, ReccoBeats' stand-in, recommendations for old apps."""

import csv
import io
from typing import Any

import aiohttp
import pytest

from songswap.simulator import World, serve
from songswap.simulator.features import HEADER, SHARES, features_of
from tests.simulator.conftest import Api


def test_a_song_sounds_the_same_under_each_of_its_ids() -> None:
    world = World()
    relinked = next(track for track in world.catalogue.tracks.values() if track.plays_as)
    twin = world.catalogue.tracks[relinked.plays_as or ""]
    assert features_of(world.catalogue, relinked) == features_of(world.catalogue, twin)
    assert features_of(World().catalogue, relinked) == features_of(world.catalogue, relinked)


def test_songs_differ_and_keep_to_the_ranges() -> None:
    world = World()
    found = [features_of(world.catalogue, track) for track in world.catalogue.tracks.values()]
    for name in SHARES:
        values = {one[name] for one in found}
        assert all(0 <= value <= 1 for value in values)
        assert len(values) > 100
    assert all(50 <= one["tempo"] <= 220 and 0 <= one["popularity"] <= 100 for one in found)


async def test_table_has_every_song_in_the_columns_of_public_files(api: Api) -> None:
    async with api.session.get(f"{api.base_url}/sim/features.csv") as answer:
        rows = list(csv.DictReader(io.StringIO(await answer.text())))
    assert tuple(rows[0]) == HEADER
    assert {row["track_id"] for row in rows} == set(api.world.catalogue.tracks)


# ReccoBeats


async def ask(query: str) -> tuple[int, Any]:
    world = World()
    seeds = ",".join(list(world.catalogue.tracks)[:6])
    async with serve(world) as url, aiohttp.ClientSession() as http:
        path = f"{url}/reccobeats/v1/track/recommendation?{query.format(one=seeds[:22], six=seeds)}"
        async with http.get(path) as answer:
            return answer.status, await answer.json()


async def test_reccobeats_tells_songs_without_the_seeds() -> None:
    status, body = await ask("seeds={one}&size=3&energy=0.9")
    assert status == 200
    assert len(body["content"]) == 3
    assert body["content"][0].keys() == {
        "id", "trackTitle", "artists", "durationMs", "isrc", "href", "popularity"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("size=3", 400),
        ("seeds={six}&size=3", 400),
        ("seeds={one}", 400),
        ("seeds={one}&size=0", 400),
        ("seeds={one}&size=101", 400),
        ("seeds={one}&size=x", 400),
        ("seeds={one}&size=3&energy=1.1", 400),
        ("seeds={one}&size=3&energy=loud", 400),
        ("seeds={one}&size=3&mood=good", 400),
        ("seeds=0000000000000000000000&size=3", 404),
    ],
)
async def test_reccobeats_refuses_what_does_not_fit(query: str, status: int) -> None:
    found, body = await ask(query)
    assert found == status
    assert body["error"]


# Recommendations


@pytest.fixture
def old(api: Api) -> Api:
    api.world.app("app").is_old = True
    return api


async def test_old_app_gets_recommendations(old: Api) -> None:
    track, artist = next(iter(old.world.catalogue.tracks)), next(iter(old.world.catalogue.artists))
    query = f"seed_tracks={track}&seed_artists={artist}&target_energy=0.9&min_tempo=60&limit=7"
    reply = await old.get(f"/recommendations?{query}")
    assert reply.status == 200
    assert len(reply.body["tracks"]) == 7
    assert [(one["type"], one["id"]) for one in reply.body["seeds"]] == [("ARTIST", artist), ("TRACK", track)]


async def test_new_app_gets_none(api: Api) -> None:
    reply = await api.get(f"/recommendations?seed_tracks={next(iter(api.world.catalogue.tracks))}")
    assert reply.status == 403


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=3", 400),
        ("seed_genres=a,b,c,d,e,f", 400),
        ("seed_genres=folk&limit=101", 400),
        ("seed_genres=folk&target_energy=2", 400),
        ("seed_genres=folk&target_tempo=fast", 400),
        ("seed_genres=polka", 404),
        ("seed_genres=folk", 200),
    ],
)
async def test_recommendations_refuse_what_does_not_fit(old: Api, query: str, status: int) -> None:
    assert (await old.get(f"/recommendations?{query}")).status == status
