"""Searching Spotify for songs and artists, sparingly: what was found is remembered for a while."""

from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.model.library import Artist, Found
from songswap.model.music import Kind, Track, spotify_track_id
from songswap.model.music_source import SearchKind
from songswap.model.struct import Struct
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body, query
from songswap.web.kit.services import Services, current_services
from songswap.web.people.spotify_calls import ask_spotify
from songswap.web.profiles.people_search import GroupHit, PersonHit, groups_found, people_found

blueprint = Blueprint("search", __name__)
tag_blueprint(blueprint, ["search"])

MOST_FOUND = 10
"""Spotify gives no more at once."""
SHORTEST, LONGEST = 2, 100

Wanted = Literal["tracks", "artists", "mixed"]
Kinds = Literal["tracks", "artists", "mixed", "people", "groups"]
ASKED: Final[Mapping[Wanted, Sequence[SearchKind]]] = {
    "tracks": ("track",),
    "artists": ("artist",),
    "mixed": ("track", "artist"),
}


class SearchRequest(Body, frozen=True):
    """What to look for: `q` of two characters or more, and of which kind; `mixed` is songs and artists."""

    q: Annotated[str, Meta(min_length=1, max_length=LONGEST, extra_json_schema={"required": True})]
    kind: Kinds = "tracks"


class Hit(Struct, frozen=True):
    """A song, an artist, a person or a group. The last three have a name and a picture (`cover_url`), and no artists.

    People and groups have an `id`, a page at `href`, and what they say `about` themselves; a person has a `handle`, a
    group so many `members`.
    """

    uri: str
    name: str
    kind: Kind | Literal["artist", "person", "group"]
    artists: tuple[str, ...] = ()
    album: str = ""
    duration_ms: int = 0
    cover_url: str | None = None
    url: str | None = None
    isrc: str | None = None
    id: str = ""
    href: str | None = None
    about: str = ""
    handle: str = ""
    members: int | None = None


class HitsFound(Struct, frozen=True):
    """Songs, artists, people or groups, the best first."""

    items: tuple[Hit, ...]


@blueprint.get("/api/search")
@query(SearchRequest)
@validate_response(HitsFound)
async def search(data: SearchRequest) -> HitsFound:
    """Find songs or artists on Spotify, people or groups here: at most ten."""
    words = words_of(data.q)
    if data.kind == "people":
        return HitsFound(tuple(_person(one) for one in people_found(current_services(), me(), words)))
    if data.kind == "groups":
        return HitsFound(tuple(_group(one) for one in groups_found(current_services(), me(), words)))
    found = await found_at_spotify(current_services(), me().id, words, data.kind)
    hits = chain.from_iterable(zip_longest(map(_song, found.tracks), map(_artist, found.artists)))
    return HitsFound(tuple(hit for hit in hits if hit is not None)[:MOST_FOUND])


def words_of(text: str) -> str:
    """What is searched for. Raises ProblemError (400) for too little."""
    words = " ".join(text.split())
    if len(words) < SHORTEST:
        raise ProblemError(400, "invalid", f"Search for {SHORTEST} characters or more.")
    return words


async def found_at_spotify(services: Services, account: str, words: str, kind: Wanted) -> Found:
    """What Spotify finds, of late or now. Raises ProblemError."""
    now_ms = services.clock.up_ms()
    known = services.finds.get(kind, words, now_ms) or (
        services.finds.get("mixed", words, now_ms) if kind != "mixed" else None
    )
    if known is None:
        known = await ask_spotify(
            services, account, lambda bearer: services.music.search(bearer, words, ASKED[kind], MOST_FOUND)
        )
        services.finds.keep(kind, words, known, now_ms)
    return Found(() if kind == "artists" else known.tracks, () if kind == "tracks" else known.artists)


async def track_of(services: Services, account: str, uri: str) -> Track:
    """The track of this uri, from a search of late or else from Spotify. Raises ProblemError."""
    known = services.finds.track(uri, services.clock.up_ms())
    if known is not None:
        return known
    track_id = spotify_track_id(uri)
    if track_id is None:
        raise ProblemError(404, "not_on_spotify", "Spotify has nothing of this name.")
    return await ask_spotify(services, account, lambda bearer: services.music.track(bearer, track_id))


def _song(track: Track) -> Hit:
    return msgspec.convert(track, Hit, from_attributes=True)


def _artist(artist: Artist) -> Hit:
    return Hit(artist.uri, artist.name, "artist", cover_url=artist.image_url, url=artist.url)


def _person(one: PersonHit) -> Hit:
    return Hit(
        uri="",
        name=one.name,
        kind="person",
        cover_url=one.image_url,
        id=one.id,
        href=f"/people/{one.handle}",
        about=one.about,
        handle=one.handle,
    )


def _group(one: GroupHit) -> Hit:
    return Hit(
        uri="",
        name=one.name,
        kind="group",
        cover_url=one.image_url,
        id=one.id,
        href=one.href,
        about=one.description,
        members=one.members,
    )
