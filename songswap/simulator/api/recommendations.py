"""Recommendations, which Spotify closed to new apps on 27 November 2024 and left to older ones."""

from __future__ import annotations

from typing import Any

from ..catalogue import Track
from ..features import SHARES, like
from .call import Answer, ApiError, Call, Endpoint

MOST_SEEDS = 5
TUNABLE = (*SHARES, "duration_ms", "key", "loudness", "mode", "popularity", "tempo", "time_signature")
KNOWN = (*SHARES, "loudness", "popularity", "tempo")
"""What the invented songs have of them."""


def recommendations(call: Call) -> Answer:
    """GET /recommendations: like up to five seeds, as near to the targets as can be."""
    limit = call.integer("limit", 20, 1, 100)
    kinds = {kind: _listed(call, f"seed_{kind}s") for kind in ("artist", "track", "genre")}
    if not 1 <= sum(map(len, kinds.values())) <= MOST_SEEDS:
        raise ApiError(400, "Invalid request: between 1 and 5 seeds are needed")
    targets = _targets(call)
    catalogue = call.world.catalogue
    seeds: list[Track] = [catalogue.tracks[one] for one in kinds["track"] if one in catalogue.tracks]
    for one in kinds["artist"]:
        seeds += catalogue.tracks_of(catalogue.artists[one])[:5] if one in catalogue.artists else []
    for genre in kinds["genre"]:
        seeds += [
            track
            for track in catalogue.tracks.values()
            if genre in (catalogue.artists[track.artist_ids[0]].genres[0].replace(" ", "-"),)
        ][:5]
    if not seeds:
        raise ApiError(404, "Not found")
    found = like(catalogue, seeds, targets)
    described: list[dict[str, Any]] = [
        {
            "initialPoolSize": len(found),
            "afterFilteringSize": len(found),
            "afterRelinkingSize": len(found),
            "id": one,
            "type": kind.upper(),
            "href": None if kind == "genre" else f"{call.wire.api_url}/{kind}s/{one}",
        }
        for kind, listed in kinds.items()
        for one in listed
    ]
    return Answer(body={"tracks": [call.wire.track(track) for track in found[:limit]], "seeds": described})


def _listed(call: Call, name: str) -> list[str]:
    return [one for one in call.query.get(name, "").split(",") if one]


def _targets(call: Call) -> dict[str, float]:
    """What is aimed at; least and most values are checked, and do nothing here."""
    found: dict[str, float] = {}
    for name, text in call.query.items():
        how, _, attribute = name.partition("_")
        if how not in ("min", "max", "target") or attribute not in TUNABLE:
            continue
        try:
            value = float(text)
        except ValueError:
            raise ApiError(400, f"Invalid {name}") from None
        if attribute in SHARES and not 0 <= value <= 1:
            raise ApiError(400, f"Invalid {name}")
        if how == "target" and attribute in KNOWN:
            found[attribute] = value
    return found


ENDPOINTS = (Endpoint("GET", "/recommendations", recommendations, "catalogue", old=True),)
