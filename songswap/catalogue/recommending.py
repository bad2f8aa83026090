"""Songs of the catalogue that are like seeds, and as somebody wants them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
from msgspec.structs import replace

from songswap.catalogue.shelf import Shelf
from songswap.core.discovery import recommend as rules
from songswap.core.discovery.audio_attributes import AttributeName
from songswap.core.discovery.nearest_neighbours import nearest
from songswap.core.discovery.recommend import Candidate, Seed
from songswap.core.history.name_folding import artist_hash, recording_hash
from songswap.model.music import spotify_track_id
from songswap.model.struct import Struct

WIDTH: Final = 10
"""So many times the songs wanted are looked at: enough for a mixed list where one artist has all that is nearest."""
LEAST: Final = 300


class Known(Struct, frozen=True):
    """A seed that the catalogue knows, the `number`th asked for: its rows, and where it lies on the common scale."""

    number: int
    seed: Seed
    rows: tuple[int, ...]
    point: tuple[float, ...]


def known_seeds(shelf: Shelf, seeds: Sequence[Seed]) -> list[Known]:
    """Those of the seeds that the catalogue knows, by their id or else by their names; an artist lies in the middle."""
    found: list[Known] = []
    for number, seed in enumerate(seeds):
        rows = _rows(shelf, seed)
        if rows:
            named = seed if seed.name else _named(shelf, seed, rows[0])
            found.append(Known(number, named, tuple(rows), tuple(shelf.point(rows))))
    return found


def songs_of(shelf: Shelf, known: Sequence[Known]) -> set[int]:
    """The hashes of the songs that the seeds themselves are."""
    return {int(shelf.songs[row]) for one in known for row in one.rows}


def own(shelf: Shelf, known: Sequence[Known]) -> list[Candidate]:
    """Those of the seeds that are songs, each once, as songs of a list."""
    found: dict[int, Candidate] = {}
    for one in known:
        if one.seed.kind == "track":
            candidate = replace(_candidate(shelf, one.rows[0], 0.0, one, ()), reasons=(rules.YOUR_SEED,))
            found.setdefault(candidate.song, candidate)
    return list(found.values())


def candidates(
    shelf: Shelf, known: Sequence[Known], targets: Mapping[AttributeName, float], length: int, without: Collection[int]
) -> list[Candidate]:
    """The songs nearest to any of the seeds, in whatever is no target; and to the targets. None of those `without`."""
    weights = rules.weights(shelf.attributes, targets)
    aims = {name: shelf.scaled(name, value) for name, value in targets.items() if name in shelf.attributes}
    points = [[aims.get(name, value) for name, value in zip(shelf.attributes, one.point, strict=True)] for one in known]
    best = shelf.distances(points[0], weights)
    whose = np.zeros(len(best), np.int8)
    for number, point in enumerate(points[1:], 1):
        other = shelf.distances(point, weights)
        np.copyto(whose, number, where=other < best)
        np.minimum(best, other, out=best)
    if without:
        best[np.isin(shelf.songs[: len(best)], np.array(sorted(without), np.int64))] = np.inf
    rows = nearest(best, max(WIDTH * length, LEAST))
    return [_candidate(shelf, int(row), float(best[row]), known[int(whose[row])], aims) for row in rows]


def _candidate(shelf: Shelf, row: int, distance: float, like: Known, targets: Collection[AttributeName]) -> Candidate:
    entry = shelf.entry(row)
    scaled = {
        name: (of_seed, float(shelf.features[number, row]))
        for number, (name, of_seed) in enumerate(zip(shelf.attributes, like.point, strict=True))
    }
    return Candidate(
        uri=entry.uri,
        title=entry.title,
        artists=entry.artists,
        song=int(shelf.songs[row]),
        artist=int(shelf.artists[row]),
        distance=distance,
        reasons=rules.reasons(like.seed, entry.features, targets, scaled),
        album=entry.album,
        duration_ms=entry.duration_ms,
        values=entry.features,
    )


def _rows(shelf: Shelf, seed: Seed) -> list[int]:
    if seed.kind == "artist":
        return [int(row) for row in shelf.rows_by(artist_hash(seed.name))] if seed.name else []
    track_id = spotify_track_id(seed.uri)
    row = shelf.row_of(track_id) if track_id else None
    if row is None and seed.name and seed.artist:
        row = shelf.row_of_song(recording_hash(seed.artist, seed.name))
    return [] if row is None else [row]


def _named(shelf: Shelf, seed: Seed, row: int) -> Seed:
    entry = shelf.entry(row)
    return Seed(seed.kind, entry.title, entry.artists[0], seed.uri)
