"""Every answer against Spotify's own description and recordings.

Where the description is stricter than today's API, it is loosened as its own texts or the change log say:
fields removed in February 2026 are not required; what is described as "can be null" may be; a cursor page may end.
Local files are unknown to the description and are compared with the recording only.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from songswap.simulator import World
from songswap.simulator.api.gate import ENDPOINTS

from .conftest import Api

SPOTIFY = Path(__file__).resolve().parents[3] / "shared" / "spotify"
DESCRIPTION, FIXTURES = SPOTIFY / "open-api.yml", SPOTIFY / "fixtures"
pytestmark = pytest.mark.skipif(not DESCRIPTION.exists(), reason="Spotify's description is not here")

REMOVED = {"available_markets", "popularity", "label", "album_group", "linked_from", "followers", "publisher"}
NULLABLE = {"item", "context", "currently_playing", "cursors", "next", "id", "images"}
RENAMED = {"tracks", "track"}
"""The old names of `items` and `item` in playlists: recorded beside the new ones before the change took effect."""


OCCASIONAL = re.compile(r"\.(is_playable|smart_shuffle|skipping_prev|language|restrictions(\.reason)?)$")


def loosened(schema: Any, name: str | None = None) -> Any:
    """An OpenAPI 3.0 schema as JSON Schema, with the exceptions above."""
    if isinstance(schema, list):
        return [loosened(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    turned = {
        key: loosened(value) for key, value in schema.items() if key not in ("nullable", "discriminator", "example")
    }
    if "properties" in schema:
        turned["properties"] = {key: loosened(value, key) for key, value in schema["properties"].items()}
    if isinstance(schema.get("required"), list):
        turned["required"] = [key for key in schema["required"] if key not in REMOVED]
    if "oneOf" in turned:
        turned["anyOf"] = turned.pop("oneOf")
    is_schema = "type" in schema or "$ref" in schema or "allOf" in schema or "oneOf" in schema
    if is_schema and (schema.get("nullable") or name in NULLABLE):
        return {"anyOf": [turned, {"type": "null"}]}
    return turned


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(DESCRIPTION.read_text())
    loaded["components"]["schemas"] = {
        name: loosened(schema) for name, schema in loaded["components"]["schemas"].items()
    }
    return loaded


def check(description: dict[str, Any], path: str, method: str, status: int, body: Any) -> None:
    response = description["paths"][path][method.lower()]["responses"][str(status)]
    if "$ref" in response:
        response = description["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    if "content" not in response:
        assert body is None
        return
    schema = loosened(response["content"]["application/json"]["schema"])
    jsonschema.Draft202012Validator({**schema, "components": description["components"]}).validate(body)


def described_path(description: dict[str, Any], path: str) -> str:
    return path if path in description["paths"] else path.replace("{id}", "{playlist_id}")


def requests(world: World) -> dict[tuple[str, str], tuple[str, Any]]:
    """For each endpoint a query and body that succeed, once a song plays."""
    track, artist = next(iter(world.catalogue.tracks.values())), next(iter(world.catalogue.artists.values()))
    device_id = world.person("ada").devices[0].id
    types = "track,artist,album,playlist,show,episode"
    return {
        ("GET", "/search"): (f"?q=e&type={types}", None),
        ("PUT", "/me/player"): ("", {"device_ids": [device_id], "play": True}),
        ("PUT", "/me/player/play"): ("", {"context_uri": artist.uri}),
        ("PUT", "/me/player/seek"): ("?position_ms=1000", None),
        ("PUT", "/me/player/volume"): ("?volume_percent=20", None),
        ("PUT", "/me/player/repeat"): ("?state=context", None),
        ("PUT", "/me/player/shuffle"): ("?state=true", None),
        ("POST", "/me/player/queue"): (f"?uri={track.uri}", None),
        ("POST", "/me/playlists"): ("", {"name": "New"}),
        ("PUT", "/playlists/{id}"): ("", {"name": "Newer"}),
        ("POST", "/playlists/{id}/items"): ("", {"uris": [track.uri]}),
        ("PUT", "/playlists/{id}/items"): ("", {"uris": [track.uri]}),
        ("DELETE", "/playlists/{id}/items"): ("", {"items": [{"uri": track.uri}]}),
        ("PUT", "/me/library"): (f"?uris={track.uri}", None),
        ("DELETE", "/me/library"): (f"?uris={track.uri}", None),
        ("GET", "/me/library/contains"): (f"?uris={track.uri}", None),
    }


def filled(world: World, path: str) -> str:
    things: dict[str, Any] = {
        "/tracks": world.catalogue.tracks,
        "/artists": world.catalogue.artists,
        "/albums": world.catalogue.albums,
        "/episodes": world.catalogue.episodes,
        "/playlists": {p.id: p for p in world.playlists.values() if p.owner_id == "ada"},
    }
    shelf = things.get(path.split("/{", 1)[0])
    return path if shelf is None else path.replace("{id}", next(iter(shelf)))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
async def test_success_is_as_described(
    api: Api, world: World, description: dict[str, Any], songs: list[str], endpoint: Any
) -> None:
    world.player("ada").play_uris(songs[:5])
    world.player("ada").next()
    query, body = requests(world).get((endpoint.method, endpoint.path), ("", None))
    reply = await api.call(endpoint.method, filled(world, endpoint.path) + query, json=body)
    check(description, described_path(description, endpoint.path), endpoint.method, reply.status, reply.body)


@pytest.mark.parametrize("what", ["ad", "episode", "restricted", "context"])
async def test_odd_playback_is_as_described(api: Api, world: World, description: dict[str, Any], what: str) -> None:
    person, player = "ada", world.player("ada")
    catalogue = world.catalogue
    match what:
        case "ad":
            player.play_uris([catalogue.ad.uri])
        case "episode":
            player.play_context(next(iter(catalogue.shows.values())).uri)
        case "restricted":
            person = "gus"
            world.player(person).play_uris([next(iter(catalogue.tracks.values())).uri])
        case _:
            player.play_context(next(p.uri for p in world.playlists.values() if p.owner_id == "ada"))
    query = "?additional_types=track,episode"
    for path in ("/me/player", "/me/player/currently-playing"):
        reply = await api.get(path + query, person=person)
        check(description, path, "GET", 200, reply.body)
    check(description, "/me/player/queue", "GET", 200, (await api.get("/me/player/queue", person=person)).body)


@pytest.mark.parametrize(("path", "status"), [("/me", 401), ("/me/player", 401)])
async def test_refusal_is_as_described(api: Api, description: dict[str, Any], path: str, status: int) -> None:
    reply = await api.get(path, headers={})
    check(description, path, "GET", status, reply.body)


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def keys(value: Any, path: str = "") -> Iterator[str]:
    """Every key path of an answer; the elements of a list count as one."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key in REMOVED or (key in RENAMED and isinstance(part, dict)):
                continue
            yield f"{path}.{key}"
            yield from keys(part, f"{path}.{key}")
    elif isinstance(value, list):
        for part in value:
            yield from keys(part, f"{path}[]")


def compare(ours: Any, theirs: Any) -> None:
    """Everything recorded is there, and nothing was made up; what only some recordings have is left aside."""
    own, real = ({key for key in keys(body) if not OCCASIONAL.search(key)} for body in (ours, theirs))
    assert own == real


async def test_playback_has_the_recorded_keys(api: Api, world: World, songs: list[str]) -> None:
    player = world.player("ada")
    player.play_context(next(iter(world.catalogue.artists.values())).uri)
    player.next()
    playback = (await api.get("/me/player")).body
    compare(playback, recorded("playback_1"))
    compare((await api.get("/me/player/currently-playing")).body, recorded("current_playing_track"))


async def test_local_file_has_the_recorded_keys_and_nulls(api: Api, world: World) -> None:
    world.player("ada").play_uris([world.catalogue.local_file.uri])
    ours, theirs = (await api.get("/me/player")).body, recorded("playback_4")
    compare(ours, theirs)
    nulls = {key for key, value in theirs["item"].items() if value is None}
    assert {key for key, value in ours["item"].items() if value is None} == nulls


async def test_episode_has_the_recorded_keys(api: Api, world: World) -> None:
    world.player("gus").play_context(next(iter(world.catalogue.shows.values())).uri, 1)
    ours = (await api.get("/me/player?additional_types=episode", person="gus")).body
    compare(ours, recorded("playback_episode_1"))
    assert ours["device"]["id"] is recorded("playback_episode_1")["device"]["id"] is None


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/me/player/devices", "devices"),
        ("/me/player/recently-played?limit=48", "recently_played_tracks"),
        ("/me/top/artists?limit=10", "top_artists"),
        ("/me/top/tracks?limit=48", "top_tracks"),
        ("/search?q=e&type=track", "search"),
    ],
)
async def test_list_has_the_recorded_keys(api: Api, path: str, name: str) -> None:
    compare((await api.get(path)).body, recorded(name))


async def test_artist_has_the_recorded_keys(api: Api, world: World) -> None:
    artist_id = next(iter(world.catalogue.artists))
    ours = (await api.get(f"/artists/{artist_id}")).body
    compare(ours, recorded("artist"))


async def test_playlist_has_the_recorded_keys(api: Api, world: World) -> None:
    playlist = next(p for p in world.playlists.values() if p.owner_id == "ada")
    compare((await api.get(f"/playlists/{playlist.id}")).body, recorded("playlist_1"))
    compare((await api.get(f"/playlists/{playlist.id}/items")).body, recorded("playlist_items"))


async def test_new_playlist_has_the_recorded_keys(api: Api) -> None:
    ours = (await api.post("/me/playlists", json={"name": "New Playlist"})).body
    without_items = {key: value for key, value in ours.items() if key != "items"}
    compare(without_items, recorded("new_playlist"))
