"""Recorded real answers, read by the client: nothing the program uses is lost."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from songswap.clock import Clock
from songswap.model.music_source import Bearer
from songswap.spotify import errors, playlist_wire, wire
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from tests.spotify.conftest import Handler

pytestmark = pytest.mark.virtual_time

BEARER = Bearer("ada", "client", "token")
URI = "spotify:track:1"
Json = Any


def cover(images: list[Json]) -> str | None:
    return sorted(images, key=lambda image: -(image["width"] or 0))[0]["url"] if images else None


def track(raw: Json) -> Json:
    album = raw.get("album") or {"name": raw["show"]["name"], "images": raw["images"]}
    makers = [artist["name"] for artist in raw["artists"]] if "artists" in raw else [raw["show"]["publisher"].strip()]
    return {
        "uri": raw["uri"],
        "name": raw["name"],
        "artists": makers,
        "album": album["name"],
        "duration_ms": raw["duration_ms"],
        "cover_url": cover(album["images"]),
        "url": raw["external_urls"].get("spotify"),
        "kind": "local" if raw.get("is_local") else raw["type"],
        "isrc": raw.get("external_ids", {}).get("isrc"),
    }


def device(raw: Json) -> Json:
    kept = ("id", "name", "is_active", "is_restricted", "is_private_session", "volume_percent")
    return {**{key: raw[key] for key in kept}, "kind": raw["type"]}


def playback(raw: Json) -> Json:
    item = track(raw["item"])
    return {
        "track": item,
        "is_playing": raw["is_playing"],
        "progress_ms": raw["progress_ms"],
        "kind": item["kind"],
        "device": device(raw["device"]) if "device" in raw else None,
        "context_uri": raw["context"]["uri"] if raw["context"] else None,
        "shuffle": raw.get("shuffle_state", False),
        "repeat": raw.get("repeat_state", "off"),
    }


def artist(raw: Json) -> Json:
    kept = {key: raw[key] for key in ("id", "uri", "name", "genres")}
    return {**kept, "image_url": cover(raw["images"]), "url": raw["external_urls"]["spotify"]}


def epoch_ms(text: str) -> float:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def rows(raw: Json) -> Json:
    items = [{"track": track(row["item"]), "added_at_ms": epoch_ms(row["added_at"])} for row in raw["items"]]
    return {"items": items, "total": raw["total"], "offset": raw["offset"], "next_offset": None}


def playlist(raw: Json) -> Json:
    return {
        **{key: raw[key] for key in ("id", "uri", "name", "description", "snapshot_id")},
        "owner_id": raw["owner"]["id"],
        "owner_name": raw["owner"]["display_name"],
        "is_public": raw["public"],
        "is_collaborative": raw["collaborative"],
        "cover_url": cover(raw["images"]),
        "url": raw["external_urls"]["spotify"],
        "page": rows(raw.get("items") or raw["tracks"]),
    }


def play(raw: Json) -> Json:
    context_uri = raw["context"]["uri"] if raw["context"] else None
    return {"track": track(raw["track"]), "played_at_ms": epoch_ms(raw["played_at"]), "context_uri": context_uri}


Ask = Callable[[Client], Awaitable[object]]

RECORDED: dict[str, tuple[Ask, Callable[[Json], Json]]] = {
    "artist": (lambda c: c.artist(BEARER, "1"), artist),
    "current_playing_track": (lambda c: c.currently_playing(BEARER), playback),
    "devices": (lambda c: c.devices(BEARER), lambda raw: [device(row) for row in raw["devices"]]),
    "library_contains": (lambda c: c.library_contains(BEARER, [URI, URI]), lambda raw: raw),
    "new_playlist": (lambda c: c.create_playlist(BEARER, "New Playlist"), playlist),
    "playback_1": (lambda c: c.playback(BEARER), playback),
    "playback_2": (lambda c: c.playback(BEARER), playback),
    "playback_3": (lambda c: c.playback(BEARER), playback),
    "playback_4": (lambda c: c.playback(BEARER), playback),
    "playback_episode_1": (lambda c: c.playback(BEARER), playback),
    "playlist_1": (lambda c: c.playlist(BEARER, "1"), playlist),
    "playlist_items": (lambda c: c.playlist_items(BEARER, "1"), rows),
    "playlist_update_items": (lambda c: c.add_items(BEARER, "1", [URI]), lambda raw: raw["snapshot_id"]),
    "recently_played_tracks": (lambda c: c.recently_played(BEARER), lambda raw: [play(row) for row in raw["items"]]),
    "search": (
        lambda c: c.search(BEARER, "never", ["track"]),
        lambda raw: {"tracks": [track(row) for row in raw["tracks"]["items"]], "artists": []},
    ),
    "top_artists": (
        lambda c: c.top_artists(BEARER, "short_term"),
        lambda raw: [artist(row) for row in raw["items"]],
    ),
    "top_tracks": (lambda c: c.top_tracks(BEARER, "short_term"), lambda raw: [track(row) for row in raw["items"]]),
}
REFUSED: dict[str, tuple[Ask, type[errors.SpotifyError], int]] = {
    "playlist_not_found": (lambda c: c.playlist(BEARER, "1"), errors.NotFoundError, 404),
    "rate_limit": (lambda c: c.me(BEARER), errors.RateLimitedError, 429),
}
OUR_OWN = ("measured_at_ms", "round_trip_ms")

Answering = Callable[[Handler], Awaitable[str]]
ClientFor = Callable[..., Awaitable[Client]]


@pytest.fixture
def client_for(answering: Answering, http: aiohttp.ClientSession, gate: Gate, clock: Clock) -> ClientFor:
    """A client whose every request gets one answer."""

    async def client_for(body: bytes, status: int = 200) -> Client:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=status, body=body, content_type="application/json")

        return Client(http, await answering(answer), gate, clock)

    return client_for


@pytest.mark.parametrize("name", RECORDED)
async def test_recorded_answer_is_read_whole(shared: Path, client_for: ClientFor, name: str) -> None:
    body = (shared / "fixtures" / f"{name}.json").read_bytes()
    ask, expected = RECORDED[name]
    read = msgspec.to_builtins(await ask(await client_for(body)))
    if isinstance(read, dict):
        read = {key: value for key, value in read.items() if key not in OUR_OWN}
    assert json.loads(json.dumps(read)) == json.loads(json.dumps(expected(json.loads(body))))


@pytest.mark.parametrize("name", REFUSED)
async def test_recorded_refusal_becomes_its_error(shared: Path, client_for: ClientFor, name: str) -> None:
    ask, kind, status = REFUSED[name]
    client = await client_for((shared / "fixtures" / f"{name}.json").read_bytes(), status)
    with pytest.raises(errors.SpotifyError) as raised:
        await ask(client)
    assert type(raised.value) is kind
    assert raised.value.status == status


def test_every_recorded_answer_is_in_the_tables(shared: Path) -> None:
    assert {path.stem for path in (shared / "fixtures").glob("*.json")} == {*RECORDED, *REFUSED}


def read_playback(**raw: Json) -> Json:
    body = json.dumps({"is_playing": True, **raw}).encode()
    return wire.read(body, wire.WirePlayback, "GET /v1/me/player").to_model(0.0, 0.0)


def test_advertisement_is_playback_without_a_track() -> None:
    read = read_playback(currently_playing_type="ad", item=None, progress_ms=None)
    assert (read.kind, read.track, read.progress_ms) == ("ad", None, 0)


def test_words_spotify_may_yet_invent_are_no_trouble() -> None:
    read = read_playback(currently_playing_type="hologram", repeat_state="twice", smart_shuffle=True, more={"a": [1]})
    assert (read.kind, read.repeat) == ("unknown", "off")
    assert read_playback(item={"type": "chapter", "uri": "spotify:chapter:1", "name": None}).kind == "unknown"


def test_new_names_win_over_old_ones() -> None:
    old, new = {"uri": "spotify:track:old"}, {"uri": "spotify:track:new"}
    row = {"item": new, "track": old}
    both = {"id": "1", "uri": "u", "items": {"items": [row]}, "tracks": {"items": []}}
    page = wire.read(json.dumps(both).encode(), playlist_wire.WirePlaylist, "").to_model().page
    assert page is not None
    assert [item.track.uri for item in page.items if item.track] == ["spotify:track:new"]


def test_playlist_of_somebody_else_has_no_page() -> None:
    assert wire.read(b'{"id": "1", "uri": "u"}', playlist_wire.WirePlaylist, "").to_model().page is None


def test_song_spotify_has_no_more_leaves_an_empty_row() -> None:
    page = wire.read(
        b'{"items": [{"item": null}], "total": 9, "next": "https://x"}', playlist_wire.WireRows, ""
    ).to_model()
    assert page.items[0].track is None
    assert (page.total, page.next_offset) == (9, 1)


def test_person_is_told_apart_by_account_id_where_there_is_one() -> None:
    new = wire.read(b'{"id": "ada", "account_id": "A1", "display_name": null}', wire.WireUser, "").to_model()
    old = wire.read(b'{"id": "ada"}', wire.WireUser, "").to_model()
    assert (new.spotify_id, new.display_name, old.spotify_id) == ("A1", "ada", "ada")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"<html>",
        b'{"is_playing": tr',
        b'{"is_playing": "yes"}',
        b'{"is_playing": true, "item": []}',
        b'{"is_playing": true, "item": {"duration_ms": "long"}}',
        b'\xff\xfe{"is_playing": true}',
        b'{"is_playing": true, "repeat_state": "\xff"}',
        b'{"x":' + b"[" * 100_000,
    ],
)
async def test_body_that_does_not_fit_is_unavailable_and_names_the_endpoint(client_for: ClientFor, body: bytes) -> None:
    client = await client_for(body)
    with pytest.raises(errors.UnavailableError) as raised:
        await client.playback(BEARER)
    assert raised.value.message.startswith("GET /v1/me/player: ")


async def test_fewer_answers_than_questions_are_unavailable(client_for: ClientFor) -> None:
    client = await client_for(b"[true]")
    with pytest.raises(errors.UnavailableError):
        await client.library_contains(BEARER, [URI, URI])


@given(
    st.sampled_from([wire.WirePlayback, wire.WireQueue, playlist_wire.WirePlaylist, wire.WireHistory, wire.WireFound]),
    st.binary(),
)
def test_any_bytes_are_read_or_refused_with_one_error(kind: type[Any], body: bytes) -> None:
    try:
        wire.read(body, kind, "GET /somewhere")
    except errors.UnavailableError as error:
        assert error.message.startswith("GET /somewhere: ")  # noqa: PT017  # most bytes are refused, not all
