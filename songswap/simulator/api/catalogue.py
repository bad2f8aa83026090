"""Looking up music: tracks, artists, albums, shows, and each person's favourites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from ..catalogue import Album
from .call import Answer, ApiError, Call, Endpoint

T = TypeVar("T")

TIME_RANGES = ("short_term", "medium_term", "long_term")
ALBUM_GROUPS = ("album", "single", "appears_on", "compilation")


def track(call: Call) -> Answer:
    """GET /tracks/{id}."""
    return Answer(body=call.wire.track(_found(call, call.world.catalogue.tracks)))


def artist(call: Call) -> Answer:
    """GET /artists/{id}."""
    return Answer(body=call.wire.artist(_found(call, call.world.catalogue.artists)))


def album(call: Call) -> Answer:
    """GET /albums/{id}."""
    return Answer(body=call.wire.album(_found(call, call.world.catalogue.albums)))


def album_tracks(call: Call) -> Answer:
    """GET /albums/{id}/tracks."""
    found = _found(call, call.world.catalogue.albums)
    tracks = [call.world.catalogue.tracks[track_id] for track_id in found.track_ids]
    limit, offset = call.integer("limit", 20, 1, 50), call.integer("offset", 0, 0)
    return Answer(body=call.wire.page(f"/albums/{found.id}/tracks", tracks, limit, offset, call.wire.simple_track))


def artist_albums(call: Call) -> Answer:
    """GET /artists/{id}/albums: at most ten at a time."""
    found = _found(call, call.world.catalogue.artists)
    limit, offset = call.integer("limit", 5, 1, 10), call.integer("offset", 0, 0)
    groups = [group for group in call.query.get("include_groups", "").split(",") if group] or list(ALBUM_GROUPS)
    if not set(groups) <= set(ALBUM_GROUPS):
        raise ApiError(400, "Invalid include_groups")
    albums: list[Album] = [a for a in call.world.catalogue.albums_of(found) if a.album_type in groups]
    query = {"include_groups": ",".join(groups)}
    return Answer(
        body=call.wire.page(f"/artists/{found.id}/albums", albums, limit, offset, call.wire.simple_album, query)
    )


def episode(call: Call) -> Answer:
    """GET /episodes/{id}."""
    return Answer(body=call.wire.episode(_found(call, call.world.catalogue.episodes)))


def top_tracks(call: Call) -> Answer:
    """GET /me/top/tracks."""
    tracks = [call.world.catalogue.tracks[i] for i in _ranked(call, call.person.top_track_ids)]
    return Answer(body=call.wire.page("/me/top/tracks", tracks, *_window(call), call.wire.track, _range(call)))


def top_artists(call: Call) -> Answer:
    """GET /me/top/artists."""
    artists = [call.world.catalogue.artists[i] for i in _ranked(call, call.person.top_artist_ids)]
    return Answer(body=call.wire.page("/me/top/artists", artists, *_window(call), call.wire.artist, _range(call)))


def _found(call: Call, shelf: Mapping[str, T]) -> T:
    thing_id = call.path["id"]
    if len(thing_id) != 22 or not (thing_id.isascii() and thing_id.isalnum()):
        raise ApiError(400, "Invalid base62 id")
    if thing_id not in shelf:
        raise ApiError(404, "Resource not found")
    return shelf[thing_id]


def _ranked(call: Call, ranked_ids: list[str]) -> list[str]:
    """The favourites of a time range: each range puts others of them first."""
    shift = TIME_RANGES.index(_range(call)["time_range"]) * 7 % len(ranked_ids)
    return ranked_ids[shift:] + ranked_ids[:shift]


def _range(call: Call) -> dict[str, str]:
    return {"time_range": call.choice("time_range", TIME_RANGES, "medium_term")}


def _window(call: Call) -> tuple[int, int]:
    return call.integer("limit", 20, 1, 50), call.integer("offset", 0, 0)


_TOP = frozenset({"user-top-read"})
ENDPOINTS = (
    Endpoint("GET", "/tracks/{id}", track, "catalogue"),
    Endpoint("GET", "/artists/{id}", artist, "catalogue"),
    Endpoint("GET", "/albums/{id}", album, "catalogue"),
    Endpoint("GET", "/albums/{id}/tracks", album_tracks, "catalogue"),
    Endpoint("GET", "/artists/{id}/albums", artist_albums, "catalogue"),
    Endpoint("GET", "/episodes/{id}", episode, "catalogue", frozenset({"user-read-playback-position"})),
    Endpoint("GET", "/me/top/tracks", top_tracks, "library", _TOP),
    Endpoint("GET", "/me/top/artists", top_artists, "library", _TOP),
)
