"""Every request the client can send, held against Spotify's own description of its API."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import pytest
import yaml
from aiohttp import web

from songswap.clock import Clock
from songswap.model.music_source import Bearer
from songswap.spotify import errors
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from tests.spotify.conftest import Handler

BEARER = Bearer("ada", "client", "token")
URI, EPISODE = "spotify:track:4uLU6hMCjMI75M1A2tKUQC", "spotify:episode:3o0RYoo5iOMKSmEbunsbvW"
ALBUM, ID = "spotify:album:4uLU6hMCjMI75M1A2tKUQC", "4uLU6hMCjMI75M1A2tKUQC"

Ask = Callable[[Client], Awaitable[object]]

CALLS: dict[str, Ask] = {
    "me": lambda c: c.me(BEARER),
    "playback": lambda c: c.playback(BEARER),
    "currently_playing": lambda c: c.currently_playing(BEARER),
    "devices": lambda c: c.devices(BEARER),
    "queue": lambda c: c.queue(BEARER),
    "play": lambda c: c.play(BEARER),
    "play uris": lambda c: c.play(BEARER, device_id="d", uris=[URI, EPISODE], position_ms=0),
    "play context": lambda c: c.play(BEARER, context_uri=ALBUM, offset_uri=URI, position_ms=12_345),
    "pause": lambda c: c.pause(BEARER, device_id="d"),
    "seek": lambda c: c.seek(BEARER, 12_345, device_id="d"),
    "next": lambda c: c.next(BEARER, device_id="d"),
    "previous": lambda c: c.previous(BEARER),
    "shuffle": lambda c: c.shuffle(BEARER, True, device_id="d"),
    "volume": lambda c: c.volume(BEARER, 30, device_id="d"),
    "transfer": lambda c: c.transfer(BEARER, "d", play=True),
    "add_to_queue": lambda c: c.add_to_queue(BEARER, URI, device_id="d"),
    "recently_played": lambda c: c.recently_played(BEARER),
    "top_tracks": lambda c: c.top_tracks(BEARER, "medium_term"),
    "top_artists": lambda c: c.top_artists(BEARER, "long_term", 10),
    "search": lambda c: c.search(BEARER, "a & b", ["track", "artist"], 10),
    "recommendations": lambda c: c.recommendations(BEARER, [ID], [ID], {"energy": 0.8, "popularity": 50}, 30),
    "recommendations of tracks": lambda c: c.recommendations(BEARER, [], [ID] * 5, {}),
    "artist": lambda c: c.artist(BEARER, ID),
    "album": lambda c: c.album(BEARER, ID),
    "track": lambda c: c.track(BEARER, ID),
    "playlist": lambda c: c.playlist(BEARER, ID),
    "playlist_items": lambda c: c.playlist_items(BEARER, ID, offset=50),
    "create_playlist": lambda c: c.create_playlist(BEARER, "Tonight", description="what we heard"),
    "rename_playlist": lambda c: c.rename_playlist(BEARER, ID, "Yesterday"),
    "own_playlists": lambda c: c.own_playlists(BEARER, "ada", offset=50),
    "replace_items": lambda c: c.replace_items(BEARER, ID, []),
    "add_items": lambda c: c.add_items(BEARER, ID, [URI] * 100),
    "library_contains": lambda c: c.library_contains(BEARER, [URI, ALBUM]),
}
LEFT_TO_OLD_APPS = {"recommendations", "recommendations of tracks"}
"""Called only if the operator says that their app still has it."""
REFUSED_UNSENT: dict[str, Ask] = {
    "play both": lambda c: c.play(BEARER, uris=[URI], context_uri=ALBUM),
    "play nothing": lambda c: c.play(BEARER, uris=[]),
    "play local": lambda c: c.play(BEARER, uris=["spotify:local:a:b:c:1"]),
    "play no context": lambda c: c.play(BEARER, context_uri="album"),
    "play before the beginning": lambda c: c.play(BEARER, uris=[URI], position_ms=-1),
    "offset in nothing": lambda c: c.play(BEARER, offset_uri=URI),
    "seek before the beginning": lambda c: c.seek(BEARER, -1),
    "louder than loud": lambda c: c.volume(BEARER, 101),
    "transfer nowhere": lambda c: c.transfer(BEARER, "", play=True),
    "queue an album": lambda c: c.add_to_queue(BEARER, ALBUM),
    "history too long": lambda c: c.recently_played(BEARER, 51),
    "top of none": lambda c: c.top_tracks(BEARER, "short_term", 0),
    "search 11": lambda c: c.search(BEARER, "q", ["track"], 11),
    "search nothing": lambda c: c.search(BEARER, "  ", ["track"]),
    "search no kind": lambda c: c.search(BEARER, "q", []),
    "like nothing": lambda c: c.recommendations(BEARER, [], [], {}),
    "like six": lambda c: c.recommendations(BEARER, [ID] * 3, [ID] * 3, {}),
    "101 recommendations": lambda c: c.recommendations(BEARER, [], [ID], {}, 101),
    "artist elsewhere": lambda c: c.artist(BEARER, "../me"),
    "album elsewhere": lambda c: c.album(BEARER, "../me"),
    "track elsewhere": lambda c: c.track(BEARER, "../me"),
    "playlist elsewhere": lambda c: c.playlist(BEARER, "1?x=1"),
    "page too long": lambda c: c.playlist_items(BEARER, ID, limit=51),
    "page before the first": lambda c: c.playlist_items(BEARER, ID, offset=-1),
    "playlist without a name": lambda c: c.create_playlist(BEARER, ""),
    "replace by too many": lambda c: c.replace_items(BEARER, ID, [URI] * 101),
    "add none": lambda c: c.add_items(BEARER, ID, []),
    "41 in the library": lambda c: c.library_contains(BEARER, [URI] * 41),
    "two in one": lambda c: c.library_contains(BEARER, [f"{URI},{URI}"]),
}


class Recording:
    """The requests that came in; each was refused, so that none comes twice."""

    def __init__(self) -> None:
        self.requests: list[tuple[web.Request, bytes]] = []

    async def record(self, request: web.Request) -> web.Response:
        self.requests.append((request, await request.read()))
        return web.Response(status=418)


@pytest.fixture
def recording() -> Recording:
    return Recording()


@pytest.fixture
async def client(
    answering: Callable[[Handler], Awaitable[str]],
    recording: Recording,
    http: aiohttp.ClientSession,
    gate: Gate,
    clock: Clock,
) -> Client:
    return Client(http, await answering(recording.record), gate, clock)


@pytest.fixture(scope="session")
def api(shared: Path) -> Any:
    return yaml.safe_load((shared / "open-api.yml").read_text(encoding="utf-8"))


def operation(api: Any, method: str, path: str) -> Any:
    for template, operations in api["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[A-Za-z0-9]+", "/v1" + template), path) and method.lower() in operations:
            return operations[method.lower()]
    raise AssertionError(f"{method} {path} is not in the description")


def query_parameters(api: Any, operation: Any) -> dict[str, Any]:
    listed = operation.get("parameters", [])
    resolved = [api["components"]["parameters"][p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in listed]
    return {parameter["name"]: parameter for parameter in resolved if parameter["in"] == "query"}


def as_typed(text: str, schema: Any) -> object:
    match schema["type"]:
        case "integer":
            return int(text)
        case "number":
            return float(text)
        case "array":
            return text.split(",")
        case "boolean":
            return {"true": True, "false": False}[text]
        case _:
            return text


@pytest.mark.parametrize("name", CALLS)
async def test_request_is_one_the_description_allows(client: Client, recording: Recording, api: Any, name: str) -> None:
    with pytest.raises(errors.BadRequestError):
        await CALLS[name](client)
    [(request, raw_body)] = recording.requests
    allowed = operation(api, request.method, request.path)
    assert bool(allowed.get("deprecated")) == (name in LEFT_TO_OLD_APPS)
    parameters = query_parameters(api, allowed)
    assert set(request.query) <= set(parameters)
    assert {key for key, parameter in parameters.items() if parameter.get("required")} <= set(request.query)
    for key, text in request.query.items():
        jsonschema.validate(as_typed(text, parameters[key]["schema"]), parameters[key]["schema"])
    assert request.headers["Authorization"] == "Bearer token"
    if raw_body:
        schema = allowed["requestBody"]["content"]["application/json"]["schema"]
        body = json.loads(raw_body)
        jsonschema.validate(body, schema)
        assert set(body) <= set(schema["properties"])
        assert request.content_type == "application/json"


def test_every_method_of_the_client_is_in_the_table() -> None:
    methods = {name for name in dir(Client) if not name.startswith("_")}
    assert methods == {name.partition(" ")[0] for name in CALLS}


@pytest.mark.parametrize("name", ["play", "pause", "seek", "next", "previous", "shuffle", "add_to_queue"])
async def test_command_without_a_body_says_so(client: Client, recording: Recording, name: str) -> None:
    with pytest.raises(errors.BadRequestError):
        await CALLS[name](client)
    [(request, raw_body)] = recording.requests
    assert (raw_body, request.headers["Content-Length"]) == (b"", "0")


@pytest.mark.parametrize("name", REFUSED_UNSENT)
async def test_what_spotify_would_refuse_is_never_sent(client: Client, recording: Recording, name: str) -> None:
    with pytest.raises(ValueError, match=r"must|can't|needs|is no"):
        await REFUSED_UNSENT[name](client)
    assert recording.requests == []


async def test_query_arrives_as_it_was_written(client: Client, recording: Recording) -> None:
    with pytest.raises(errors.BadRequestError):
        await client.search(BEARER, "track:“Für Elise” & 100% + more?#", ["track"])
    assert recording.requests[0][0].query["q"] == "track:“Für Elise” & 100% + more?#"
