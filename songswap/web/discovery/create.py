"""Lists made of seeds: what can be chosen, suggestions while one types, a preview of the songs with their reasons."""

import random
import secrets
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType
from quart import Blueprint, ResponseReturnValue, render_template
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.discovery import audio_attributes, recommend
from songswap.core.discovery.recommend import Candidate, Seed
from songswap.model.music import spotify_track_id
from songswap.model.struct import Struct
from songswap.spotify.links import SEED_URI, page_of
from songswap.web.discovery.create_view import Choices, choices_of
from songswap.web.discovery.seeds import SeedHit, SeedsFound, named, suggestions
from songswap.web.discovery.sources import SOURCES, ListRequest, Offer, SourceName
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body, body, query
from songswap.web.kit.services import current_services
from songswap.web.search.search import LONGEST, words_of

blueprint = Blueprint("create", __name__)
tag_blueprint(blueprint, ["create"])

USUAL_LENGTH = 30
LONGEST_SEED = 1_000
MOST_SENT = 50
"""Seeds that are looked at before they are counted."""

Text = Annotated[str, Meta(max_length=LONGEST_SEED)]
Uri = Annotated[str, Meta(pattern=SEED_URI)]


class SeedSearch(Body, frozen=True):
    """What somebody has typed, and for which source."""

    q: Annotated[str, Meta(min_length=1, max_length=LONGEST, extra_json_schema={"required": True})]
    source: SourceName = "catalogue"


class SeedWanted(Body, frozen=True):
    """A seed as `/api/create/seeds` gives it; a track's `uri` is enough, an artist's `name` as well."""

    kind: Literal["track", "artist"]
    name: Text = ""
    artist: Text = ""
    uri: Uri = ""


class ListWanted(Body, frozen=True):
    """A list: out of which `source`, like one to five `seeds`, with targets for `attributes` by name.

    The same `number` chooses the same songs again; without one it is left to chance. `with_seeds`: these may be in the
    list. `scope` is for the source `histories`: me, everybody, group:ID or account:ID.
    """

    seeds: Annotated[tuple[SeedWanted, ...], Meta(max_length=MOST_SENT)]
    source: SourceName = "catalogue"
    attributes: dict[str, float] = {}
    length: int = USUAL_LENGTH
    number: int | None = None
    with_seeds: bool = False
    scope: Annotated[str, Meta(max_length=80)] = "everybody"


class Chosen(Struct, frozen=True):
    """A song of the list, and why. `values` are its attributes, where they are known."""

    uri: str
    name: str
    artists: tuple[str, ...]
    album: str
    duration_ms: int | None
    cover_url: str | None
    url: str
    reasons: tuple[str, ...]
    values: dict[str, float] | UnsetType = UNSET


class Preview(Struct, frozen=True):
    """The songs chosen by `number`, and what there is to say of the list."""

    source: SourceName
    number: int
    items: tuple[Chosen, ...]
    notes: tuple[str, ...]


@blueprint.get("/create")
@hide
async def page() -> ResponseReturnValue:
    """The page."""
    choices = await choices_of(current_services(), me())
    ready = [one.name for one in choices.sources if not one.missing]
    return await render_template("discovery/create.html", choices=choices, chosen=ready[0] if ready else "")


@blueprint.get("/api/create")
@validate_response(Choices)
async def get_choices() -> Choices:
    """Sources, attributes and limits: what can be chosen, and what can't be at the moment, and why."""
    return await choices_of(current_services(), me())


@blueprint.get("/api/create/seeds")
@query(SeedSearch)
@validate_response(SeedsFound)
async def find_seeds(data: SeedSearch) -> SeedsFound:
    """Songs and artists for what was typed, at most ten: from the catalogue without a call, else from Spotify."""
    found: tuple[SeedHit, ...] = await suggestions(current_services(), me().id, words_of(data.q), data.source)
    return SeedsFound(found)


@blueprint.post("/api/create/preview")
@body(ListWanted)
@validate_response(Preview)
async def preview(data: ListWanted) -> Preview:
    """Choose songs, without making anything: they can be saved as a playlist then."""
    services, person = current_services(), me()
    wish = _checked(data)
    source = SOURCES[data.source]
    if missing := source.missing(services):
        raise ProblemError(409, "source_unavailable", missing)
    wish = replace_seeds(wish, await named(services, wish.seeds))
    offer = await source.offer(services, person, wish)
    number = secrets.randbelow(recommend.MOST_NUMBER + 1) if data.number is None else data.number
    chosen = _choose(offer, wish, number)
    if not chosen:
        raise ProblemError(404, "nothing_found", "No song fits. Take fewer attributes, or other seeds.")
    return Preview(data.source, number, tuple(map(_chosen, chosen)), tuple(_notes(offer, wish, chosen)))


def replace_seeds(wish: ListRequest, seeds: tuple[Seed, ...]) -> ListRequest:
    """The same wish with seeds of which more is known."""
    return ListRequest(seeds, wish.targets, wish.length, wish.with_seeds, wish.scope)


def _checked(data: ListWanted) -> ListRequest:
    """What is wanted. Raises ProblemError (400) that says in words what can't be."""
    seeds = tuple(dict.fromkeys(Seed(one.kind, one.name.strip(), one.artist.strip(), one.uri) for one in data.seeds))
    problem = ""
    if not seeds:
        problem = "Choose at least one song or artist to begin with."
    elif len(seeds) > recommend.MOST_SEEDS:
        problem = f"Five seeds are the most; these are {len(seeds)}."
    elif not 1 <= data.length <= recommend.MOST_SONGS:
        problem = f"A list has from 1 to {recommend.MOST_SONGS} songs, not {data.length}."
    elif data.number is not None and not 0 <= data.number <= recommend.MOST_NUMBER:
        problem = f"The number of a choice is from 0 to {recommend.MOST_NUMBER}."
    for seed in seeds:
        if seed.kind == "track" and not (spotify_track_id(seed.uri) or (seed.name and seed.artist)):
            problem = problem or "A song as a seed needs Spotify’s uri of a track, or its name and artist."
        if seed.kind == "artist" and (not seed.name or spotify_track_id(seed.uri)):
            problem = problem or "An artist as a seed needs a name; a uri, if there is one, has to be an artist’s."
    if problem:
        raise ProblemError(400, "invalid", problem)
    try:
        targets = audio_attributes.checked(data.attributes)
    except audio_attributes.TargetError as error:
        raise ProblemError(400, "invalid", str(error)) from error
    return ListRequest(seeds, targets, data.length, data.with_seeds, data.scope)


def _choose(offer: Offer, wish: ListRequest, number: int) -> list[Candidate]:
    own = list(offer.own[: wish.length])
    rng = random.Random(number).random
    return [*own, *recommend.choose(offer.candidates, wish.length - len(own), rng, offer.without)]


def _notes(offer: Offer, wish: ListRequest, chosen: list[Candidate]) -> list[str]:
    notes = list(offer.notes)
    if len(chosen) < wish.length:
        notes.append(f"{len(chosen)} songs instead of {wish.length}: there are no more that fit.")
    far = recommend.shortfalls([one for one in chosen if one not in offer.own], wish.targets, offer.spreads)
    if far:
        notes.append(f"Hardly any song has all of what you asked for. The list has {'; '.join(far)}.")
    return notes


def _chosen(one: Candidate) -> Chosen:
    return Chosen(
        uri=one.uri,
        name=one.title,
        artists=one.artists,
        album=one.album,
        duration_ms=one.duration_ms,
        cover_url=one.cover_url,
        url=page_of(one.uri) or "",
        reasons=one.reasons,
        values={name: round(value, 3) for name, value in one.values.items()} or UNSET,
    )
