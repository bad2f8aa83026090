"""Seeds as people find them: by typing, out of the catalogue without a call, else out of Spotify."""

import contextlib
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Literal

from songswap.catalogue import query
from songswap.catalogue.catalogue import NoCatalogueError
from songswap.catalogue.query import SongFilter
from songswap.catalogue.shelf import Shelf
from songswap.core.discovery.recommend import Seed
from songswap.model.music import spotify_track_id
from songswap.model.struct import Struct
from songswap.web.discovery.sources import SourceName
from songswap.web.kit.services import Services
from songswap.web.search.search import MOST_FOUND, found_at_spotify

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_ARTISTS = 3


class SeedHit(Struct, frozen=True):
    """A song or an artist that can be a seed; `found_in` tells who knows it. `uri` is empty where it is unknown."""

    kind: Literal["track", "artist"]
    name: str
    artist: str
    uri: str
    detail: str
    cover_url: str | None
    found_in: Literal["catalogue", "spotify"]


class SeedsFound(Struct, frozen=True):
    """What could be meant, the best first."""

    items: tuple[SeedHit, ...]


async def suggestions(services: Services, account: str, words: str, source: SourceName) -> tuple[SeedHit, ...]:
    """Songs and artists for these words, at most ten. Raises ProblemError where Spotify has to be asked and won't say.

    Spotify is asked only if the catalogue has nothing, or its own recommendations are wanted, which need its ids of
    artists. What isn't in the catalogue can't be a seed for it: then nobody is asked.
    """
    if source != "spotify":
        known = await _in_catalogue(services, words)
        if known or (source == "catalogue" and known is not None):
            return known
    found = await found_at_spotify(services, account, words, "mixed")
    songs = (
        SeedHit("track", one.name, one.artists[0] if one.artists else "", one.uri, one.album, one.cover_url, "spotify")
        for one in found.tracks
        if one.can_be_started
    )
    artists = (SeedHit("artist", one.name, "", one.uri, "", one.image_url, "spotify") for one in found.artists)
    mixed = chain.from_iterable(zip_longest(songs, artists))
    return tuple(hit for hit in mixed if hit is not None)[:MOST_FOUND]


async def _in_catalogue(services: Services, words: str) -> tuple[SeedHit, ...] | None:
    """What the catalogue has; None where there is none."""

    def look(cursor: "DuckDBPyConnection", shelf: Shelf) -> tuple[SeedHit, ...]:
        artists = tuple(
            SeedHit(
                "artist", one.name, "", "", f"{one.songs} {'song' if one.songs == 1 else 'songs'}", None, "catalogue"
            )
            for one in query.artists(cursor, shelf, words, MOST_ARTISTS)
        )
        songs = query.first(cursor, shelf, SongFilter(words), MOST_FOUND - len(artists))
        return artists + tuple(
            SeedHit("track", one.title, one.artists[0], one.uri, one.album, None, "catalogue") for one in songs
        )

    try:
        return await services.catalogue.ask(look)
    except NoCatalogueError:
        return None


async def named(services: Services, seeds: tuple[Seed, ...]) -> tuple[Seed, ...]:
    """The seeds, with the names of those of which only the uri was given, as far as they are known without a call."""

    def look(_: "DuckDBPyConnection", shelf: Shelf) -> dict[str, Seed]:
        ids = {seed.uri: spotify_track_id(seed.uri) for seed in seeds if not seed.name}
        rows = {uri: shelf.row_of(track_id) for uri, track_id in ids.items() if track_id}
        entries = {uri: shelf.entry(row) for uri, row in rows.items() if row is not None}
        return {uri: Seed("track", one.title, one.artists[0], uri) for uri, one in entries.items()}

    known: dict[str, Seed] = {}
    with contextlib.suppress(NoCatalogueError):
        known = await services.catalogue.ask(look)
    return tuple(seed if seed.name else known.get(seed.uri) or _found_lately(services, seed) for seed in seeds)


def _found_lately(services: Services, seed: Seed) -> Seed:
    track = services.finds.track(seed.uri, services.clock.up_ms())
    return Seed("track", track.name, track.artists[0], seed.uri) if track and track.artists else seed
