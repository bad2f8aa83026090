"""Songs that ReccoBeats suggests, a service that is not Spotify's. Off unless the operator wants it."""

from typing import TYPE_CHECKING

from songswap.catalogue.catalogue import NoCatalogueError
from songswap.catalogue.shelf import Shelf
from songswap.core.discovery.recommend import Candidate, Seed
from songswap.core.history.name_folding import artist_hash, recording_hash
from songswap.documents import Account
from songswap.model.music import SPOTIFY, TrackId, spotify_track_id
from songswap.reccobeats import MOST_SEEDS, ReccoBeatsError
from songswap.web.discovery.sources.interface import ListRequest, Offer, SourceName, listed, nothing, offered
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class ReccoBeatsSource:
    """One call for a list, over HTTP."""

    name: SourceName = "reccobeats"
    label = "ReccoBeats"
    words = (
        "Suggestions by reccobeats.com, which is sent Spotify’s ids of your seeds and what you ask for, nothing else."
    )

    def missing(self, services: Services) -> str:
        """Why it can't serve, in words; empty where it can."""
        return "" if services.config.features.reccobeats else "ReccoBeats is switched off here ([features] reccobeats)."

    async def offer(self, services: Services, person: Account, wish: ListRequest) -> Offer:  # noqa: ARG002  # as all sources do
        """What it suggests, in its order. Raises ProblemError."""
        ids = {seed: await _track_id(services, seed) for seed in wish.seeds}
        unfit = [seed.label for seed, track_id in ids.items() if not track_id]
        if len(unfit) == len(ids):
            raise nothing(f"ReccoBeats knows songs by Spotify’s ids; of {listed(unfit)} none is known here.")
        known = tuple(dict.fromkeys(filter(None, ids.values())))[:MOST_SEEDS]
        try:
            found = await services.reccobeats.recommend(
                known, {str(name): value for name, value in wish.targets.items()}
            )
        except ReccoBeatsError as error:
            raise _problem(services, error) from error
        notes = (f"ReccoBeats takes songs only: the list is made without {listed(unfit)}.",) if unfit else ()
        why = f"ReccoBeats suggests it for {listed([seed.label for seed, one in ids.items() if one])}"
        candidates = [
            Candidate(
                uri=TrackId(SPOTIFY, one.id).uri,
                title=one.title,
                artists=one.artists,
                song=recording_hash(one.artists[0], one.title),
                artist=artist_hash(one.artists[0]),
                distance=place / len(found),
                reasons=(why,),
                duration_ms=one.duration_ms,
            )
            for place, one in enumerate(found)
        ]
        return offered(candidates, wish, notes)


async def _track_id(services: Services, seed: Seed) -> str:
    """Spotify's id of a seed; of an artist that of their best-known song, as far as the catalogue has one."""
    if track_id := spotify_track_id(seed.uri):
        return track_id

    def look(_: "DuckDBPyConnection", shelf: Shelf) -> str:
        if seed.kind == "track":
            row = shelf.row_of_song(recording_hash(seed.artist, seed.name))
            return "" if row is None else shelf.entry(row).id
        rows = [shelf.entry(int(row)) for row in shelf.rows_by(artist_hash(seed.name))]
        best = max(rows, key=lambda entry: (entry.features.get("popularity", 0.0), entry.id), default=None)
        return best.id if best else ""

    try:
        return await services.catalogue.ask(look)
    except NoCatalogueError:
        return ""


def _problem(services: Services, error: ReccoBeatsError) -> ProblemError:
    if error.until_ms is None:
        return ProblemError(503, "source_unavailable", str(error))
    wait_s = max(1, round((error.until_ms - services.clock.now_ms()) / 1000))
    return ProblemError(429, "limited", str(error), headers={"Retry-After": str(wait_s)})
