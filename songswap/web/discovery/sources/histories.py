"""Songs out of what people here have listened to: what they hear around the seeds."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from songswap.catalogue.catalogue import NoCatalogueError
from songswap.catalogue.shelf import Shelf
from songswap.columns.figures.around import Around, NearbyTrack, around
from songswap.core.discovery.audio_attributes import AttributeName, told
from songswap.core.discovery.recommend import TARGET_WEIGHT, Candidate, Seed
from songswap.core.history.name_folding import artist_hash, recording_hash
from songswap.documents import Account
from songswap.model.music import SPOTIFY, TrackId
from songswap.model.struct import Struct
from songswap.web.discovery.sources.interface import ListRequest, Offer, SourceName, listed, nothing, own
from songswap.web.insights.figure_request import FigureRequest, PeriodQuery
from songswap.web.insights.insights_access import people, reader_of, scope_of
from songswap.web.kit.services import Services

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

YOU = "you"
NOTHING_NEAR = (
    "Nothing is known of how the songs around your seeds sound: switch the attributes off, or try another source."
)
NAMED = 2
"""People a reason names; of others it tells how many."""


class _Sound(Struct, frozen=True):
    """The attributes of songs by their Spotify id, and the spreads of the catalogue they come from."""

    values: dict[str, dict[AttributeName, float]] = {}
    spreads: dict[AttributeName, float] = {}


class HistoriesSource:
    """What those hear who share their listening."""

    name: SourceName = "histories"
    label = "Our histories"
    words = (
        "What people here play within half an hour of your seeds: you, and those who share their listening with you."
    )

    def missing(self, services: Services) -> str:  # noqa: ARG002  # as all sources do
        """It always can; whether anybody has heard the seeds shows when it is asked."""
        return ""

    async def offer(self, services: Services, person: Account, wish: ListRequest) -> Offer:
        """What is heard around the seeds, most closely first. Raises ProblemError."""
        tracks = tuple(recording_hash(one.artist, one.name) for one in wish.seeds if _is_named_track(one))
        artists = tuple(artist_hash(one.name) for one in wish.seeds if one.kind == "artist" and one.name)
        reader = reader_of(services, person)
        asking = FigureRequest(services, reader, scope_of(services, reader, wish.scope))
        question = await asking.question(PeriodQuery(rule="30s"))
        found = await asking.find(partial(around, tracks=tracks, artists=artists), Around, question)
        if not found.items:
            raise nothing(
                f"Nobody whose listening you may see has played {listed([one.label for one in wish.seeds])}, or "
                "anything around. Try another seed, or another source."
            )
        sound = await _sound(services, found) if wish.targets else _Sound()
        names = {one.account: one.name for one in people(services.store, asking.scope.accounts)} | {person.id: YOU}
        candidates = [_candidate(one, wish, sound, names) for one in found.items if _fits(one, wish, sound)]
        silent = sum(one.track.spotify_id is not None for one in found.items) - len(candidates)
        if silent and not candidates:
            raise nothing(NOTHING_NEAR, "nothing_found")
        notes = [f"{silent:,} songs were left out: nothing is known of how they sound."] if silent else []
        without = set(tracks)
        if not wish.with_seeds:
            without |= {one.song for one in found.items if one.by in artists}
        mine = [own(one) for one in wish.seeds if _is_named_track(one) and one.uri] if wish.with_seeds else []
        return Offer(candidates, tuple(mine), frozenset(without), sound.spreads, tuple(notes))


def _is_named_track(seed: Seed) -> bool:
    return seed.kind == "track" and bool(seed.name and seed.artist)


async def _sound(services: Services, found: Around) -> _Sound:
    """What the catalogue knows of these songs; nothing where there is none."""
    ids = {one.track.spotify_id for one in found.items if one.track.spotify_id}

    def look(_: "DuckDBPyConnection", shelf: Shelf) -> _Sound:
        values = {track_id: shelf.values(row) for track_id, row in shelf.rows_of(ids).items()}
        return _Sound(values, dict(zip(shelf.attributes, shelf.manifest.spreads, strict=True)))

    try:
        return await services.catalogue.ask(look)
    except NoCatalogueError:
        return _Sound()


def _fits(near: NearbyTrack, wish: ListRequest, sound: _Sound) -> bool:
    """Whether it can be in a playlist, and be judged by the targets."""
    track_id = near.track.spotify_id
    return track_id is not None and (
        not wish.targets or any(name in sound.values.get(track_id, {}) for name in wish.targets)
    )


def _candidate(near: NearbyTrack, wish: ListRequest, sound: _Sound, names: Mapping[str, str]) -> Candidate:
    track = near.track
    values = sound.values.get(track.spotify_id or "", {})
    off = [
        ((values[name] - target) / sound.spreads[name]) ** 2 for name, target in wish.targets.items() if name in values
    ]
    who = sorted((names.get(account, "somebody") for account in near.accounts), key=lambda name: name != YOU)
    others = len(who) - NAMED
    shown = who if others < 2 else [*who[:NAMED], f"{others} others"]
    return Candidate(
        uri=TrackId(SPOTIFY, track.spotify_id or "").uri,
        title=track.title,
        artists=(track.artist,),
        song=near.song,
        artist=near.by or 0,
        distance=1 - near.fit + TARGET_WEIGHT * (sum(off) / len(off) if off else 0.0),
        reasons=(
            f"{listed(shown)} {'play' if len(who) > 1 or who == [YOU] else 'plays'} it",
            f"{near.near} of {near.plays} times around your seeds" if near.plays > 1 else "once, around your seeds",
            *(told(name, values[name]) for name in wish.targets if name in values),
        ),
        album=track.album,
        duration_ms=track.duration_ms,
        cover_url=track.cover_url,
        values=values,
    )
