"""What stands in for ReccoBeats, at /reccobeats: recommendations for up to five Spotify ids, without a key."""

from __future__ import annotations

import uuid
from typing import Any

from aiohttp import web

from .api.gate import guarded
from .catalogue import Catalogue, Track
from .features import SHARES, features_of, like
from .world import World

MOST_SEEDS = 5
MOST_SIZE = 100
RANGES = {
    **dict.fromkeys(SHARES, (0.0, 1.0)),
    "tempo": (0.0, 250.0),
    "loudness": (-60.0, 2.0),
    "popularity": (0.0, 100.0),
}
OTHERS = ("seeds", "size", "negativeSeeds", "featureWeight", "key", "mode")


class BadRequestError(ValueError):
    """What ReccoBeats refuses."""


def add_reccobeats(app: web.Application, world: World) -> None:
    """Put it beside the Web API; faults and delays are those of the world."""

    async def recommendation(request: web.Request) -> web.Response:
        try:
            found = _recommended(world.catalogue, request)
        except BadRequestError as error:
            return web.json_response({"status": 400, "error": str(error)}, status=400)
        if found is None:
            return web.json_response({"status": 404, "error": "Seeds not found"}, status=404)
        return web.json_response({"content": [_track(world.catalogue, track) for track in found]})

    app.router.add_get("/reccobeats/v1/track/recommendation", guarded(world, recommendation))


def _recommended(catalogue: Catalogue, request: web.Request) -> list[Track] | None:
    """The songs, or None where none of the seeds is known."""
    unknown = [name for name in request.query if name not in (*RANGES, *OTHERS)]
    if unknown:
        raise BadRequestError(f"unknown parameter {unknown[0]}")
    seeds = [one for text in request.query.getall("seeds", []) for one in text.split(",") if one]
    if not 1 <= len(seeds) <= MOST_SEEDS:
        raise BadRequestError("seeds must have 1 to 5 ids")
    size = _number(request, "size")
    if size is None or not size.is_integer() or not 1 <= size <= MOST_SIZE:
        raise BadRequestError("size must be from 1 to 100")
    targets = {name: value for name in RANGES if (value := _number(request, name)) is not None}
    for name, value in targets.items():
        least, most = RANGES[name]
        if not least <= value <= most:
            raise BadRequestError(f"{name} must be from {least:g} to {most:g}")
    known = [catalogue.tracks[one] for one in seeds if one in catalogue.tracks]
    return like(catalogue, known, targets)[: int(size)] if known else None


def _number(request: web.Request, name: str) -> float | None:
    text = request.query.get(name)
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise BadRequestError(f"{name} must be a number") from None


def _track(catalogue: Catalogue, track: Track) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, track.uri)),
        "trackTitle": track.name,
        "artists": [
            {
                "id": str(uuid.uuid5(uuid.NAMESPACE_URL, artist_id)),
                "name": catalogue.artists[artist_id].name,
                "href": f"https://open.spotify.com/artist/{artist_id}",
            }
            for artist_id in track.artist_ids
        ],
        "durationMs": track.duration_ms,
        "isrc": track.isrc,
        "href": f"https://open.spotify.com/track/{track.id}",
        "popularity": features_of(catalogue, track)["popularity"],
    }
