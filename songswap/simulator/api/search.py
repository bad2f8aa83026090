"""Searching: words in names, and the filters `track:`, `artist:`, `album:`, `year:`, `genre:` and `isrc:`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from ..catalogue import Album, Artist, Catalogue, Episode, Show, Track
from ..playlists import Playlist
from .call import Answer, ApiError, Call, Endpoint

T = TypeVar("T")

TYPES = ("album", "artist", "playlist", "track", "show", "episode", "audiobook")
_FILTER = re.compile(r"\b(track|artist|album|year|genre|isrc|upc|tag):", re.IGNORECASE)


@dataclass(frozen=True)
class Query:
    """What somebody looks for: free words, and what certain fields have to contain."""

    words: str
    filters: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> Query:
        """Take a query apart; a filter's value reaches to the next filter."""
        words, *rest = _FILTER.split(text)
        filters = {
            name.lower(): fold(value.strip().strip('"')) for name, value in zip(rest[::2], rest[1::2], strict=True)
        }
        return cls(fold(words), filters)


@dataclass(frozen=True)
class Described:
    """What a search can look at in one thing."""

    name: str
    fields: dict[str, str]


def fold(text: str) -> str:
    """Without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def search(call: Call) -> Answer:
    """GET /search: for each type a page of its own."""
    text = call.query.get("q", "").strip()
    if not text:
        raise ApiError(400, "No search query")
    types = [kind for kind in call.query.get("type", "").split(",") if kind]
    if not types:
        raise ApiError(400, "Missing parameter type")
    for kind in types:
        if kind not in TYPES:
            raise ApiError(400, f"Bad search type field {kind}")
    limit, offset = call.integer("limit", 5, 1, 10), call.integer("offset", 0, 0, 1_000)
    query = Query.parse(text)
    return Answer(body={f"{kind}s": _page(call, kind, query, text, limit, offset) for kind in types})


def matches(query: Query, described: Described) -> bool:
    """Whether every word and filter is found; a filter that a thing has no field for never is."""
    haystack = " ".join((described.name, *described.fields.values()))
    return all(word in haystack for word in query.words.split()) and all(
        name in described.fields and value in described.fields[name] for name, value in query.filters.items()
    )


def _page(call: Call, kind: str, query: Query, text: str, limit: int, offset: int) -> dict[str, Any]:
    world, wire = call.world, call.wire
    catalogue = world.catalogue
    echo = {"query": text, "type": kind}

    def page(
        things: Iterable[T], describe: Callable[[Catalogue, T], Described], body: Callable[[T], Any]
    ) -> dict[str, Any]:
        return wire.page("/search", _ranked(catalogue, query, things, describe), limit, offset, body, echo)

    pages: dict[str, Callable[[], dict[str, Any]]] = {
        "track": lambda: page(catalogue.tracks.values(), _describe_track, wire.track),
        "artist": lambda: page(catalogue.artists.values(), _describe_artist, wire.artist),
        "album": lambda: page(catalogue.albums.values(), _describe_album, wire.simple_album),
        "show": lambda: page(catalogue.shows.values(), _describe_named, wire.simple_show),
        "episode": lambda: page(catalogue.episodes.values(), _describe_named, wire.episode),
        "playlist": lambda: page(
            [playlist for playlist in world.playlists.values() if playlist.public],
            _describe_named,
            lambda playlist: wire.simple_playlist(playlist, world.person(playlist.owner_id)),
        ),
        "audiobook": lambda: page([], _describe_named, lambda _: None),
    }
    return pages[kind]()


def _ranked(
    catalogue: Catalogue, query: Query, things: Iterable[T], describe: Callable[[Catalogue, T], Described]
) -> list[T]:
    """The matches: the very name first, then names that begin so, then the rest."""
    found = [(described, thing) for thing in things if matches(query, described := describe(catalogue, thing))]
    wanted = query.filters.get("track", query.words)
    found.sort(key=lambda pair: (pair[0].name != wanted, not pair[0].name.startswith(wanted)))
    return [thing for _, thing in found]


def _describe_track(catalogue: Catalogue, track: Track) -> Described:
    album = catalogue.albums[track.album_id]
    fields = _describe_album(catalogue, album).fields
    artists = [catalogue.artists[artist_id] for artist_id in track.artist_ids]
    name = fold(track.name)
    own = {"track": name, "artist": _names(artists), "genre": _genres(artists), "isrc": fold(track.isrc)}
    return Described(name, {**fields, **own})


def _describe_album(catalogue: Catalogue, album: Album) -> Described:
    artists = [catalogue.artists[artist_id] for artist_id in album.artist_ids]
    name = fold(album.name)
    return Described(name, {"album": name, "artist": _names(artists), "year": album.release_date[:4]})


def _describe_artist(_: Catalogue, artist: Artist) -> Described:
    return Described(fold(artist.name), {"artist": fold(artist.name), "genre": _genres([artist])})


def _describe_named(_: Catalogue, thing: Playlist | Show | Episode) -> Described:
    return Described(fold(thing.name), {})


def _names(artists: list[Artist]) -> str:
    return fold(" ".join(artist.name for artist in artists))


def _genres(artists: list[Artist]) -> str:
    return fold(" ".join(genre for artist in artists for genre in artist.genres))


ENDPOINTS = (Endpoint("GET", "/search", search, "search"),)
