"""How the invented songs sound: audio features that go with an artist's genres, and differ from song to song."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from .catalogue import Artist, Catalogue, Track

SHARES = (
    "danceability",
    "energy",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
)
"""Features from 0 to 1. Beside them there are `loudness` (dB), `tempo` (BPM) and `popularity` (0 to 100)."""

_GENRES: dict[str, tuple[float, float, float, float, float, float, float, float]] = {
    "indie pop": (0.60, 0.62, 0.05, 0.28, 0.06, 0.16, 0.58, 118),
    "dream pop": (0.48, 0.50, 0.04, 0.32, 0.34, 0.14, 0.34, 104),
    "synthwave": (0.64, 0.76, 0.05, 0.06, 0.52, 0.16, 0.50, 112),
    "folk": (0.50, 0.30, 0.04, 0.82, 0.08, 0.14, 0.42, 108),
    "soul": (0.62, 0.52, 0.06, 0.42, 0.04, 0.16, 0.62, 102),
    "neo soul": (0.68, 0.50, 0.10, 0.40, 0.06, 0.14, 0.56, 94),
    "house": (0.80, 0.82, 0.06, 0.05, 0.46, 0.18, 0.58, 124),
    "drum and bass": (0.56, 0.90, 0.09, 0.04, 0.50, 0.24, 0.38, 174),
    "post-punk": (0.52, 0.78, 0.05, 0.06, 0.18, 0.20, 0.48, 140),
    "garage rock": (0.48, 0.88, 0.06, 0.04, 0.10, 0.26, 0.60, 146),
    "jazz": (0.50, 0.32, 0.05, 0.76, 0.48, 0.20, 0.46, 112),
    "bossa nova": (0.62, 0.30, 0.04, 0.82, 0.22, 0.14, 0.64, 118),
    "hip hop": (0.76, 0.66, 0.26, 0.16, 0.02, 0.20, 0.52, 96),
    "ambient": (0.24, 0.16, 0.04, 0.86, 0.88, 0.12, 0.14, 84),
    "disco": (0.76, 0.78, 0.05, 0.14, 0.10, 0.22, 0.84, 120),
    "shoegaze": (0.34, 0.76, 0.05, 0.08, 0.46, 0.18, 0.28, 124),
    "alt-country": (0.54, 0.46, 0.04, 0.58, 0.08, 0.18, 0.48, 116),
    "afrobeat": (0.78, 0.72, 0.10, 0.22, 0.12, 0.22, 0.80, 110),
    "techno": (0.72, 0.84, 0.06, 0.04, 0.80, 0.14, 0.26, 132),
    "chamber pop": (0.44, 0.42, 0.04, 0.64, 0.12, 0.14, 0.36, 106),
}
"""Of each genre: the shares in their order, and the tempo."""

HEADER = (
    "track_id",
    "artists",
    "album_name",
    "track_name",
    "popularity",
    "duration_ms",
    "explicit",
    *SHARES[:2],
    "loudness",
    *SHARES[2:],
    "tempo",
    "track_genre",
)


def features_of(catalogue: Catalogue, track: Track) -> dict[str, float]:
    """The features of a song: the same under each of its ids, and in every world that invents it."""
    artist = catalogue.artists[track.artist_ids[0]]
    middles = [_GENRES[genre] for genre in artist.genres]
    *shares, tempo = (sum(values) / len(middles) for values in zip(*middles, strict=True))
    own, song = random.Random(artist.id), random.Random(track.isrc)
    found = {
        name: round(min(1.0, max(0.0, share + own.gauss(0, 0.05) + song.gauss(0, 0.08))), 3)
        for name, share in zip(SHARES, shares, strict=True)
    }
    found["tempo"] = round(min(220.0, max(50.0, tempo + own.gauss(0, 6) + song.gauss(0, 10))), 3)
    found["loudness"] = round(-22 + 18 * found["energy"] + song.gauss(0, 1), 3)
    found["popularity"] = round(min(100.0, max(0.0, own.gauss(48, 14) + song.gauss(0, 12))))
    return found


def features_table(catalogue: Catalogue) -> Iterator[Iterable[object]]:
    """All songs with their features as rows of a table, its header first."""
    yield HEADER
    for track in catalogue.tracks.values():
        artists: list[Artist] = [catalogue.artists[artist_id] for artist_id in track.artist_ids]
        known: dict[str, object] = {
            **features_of(catalogue, track),
            "track_id": track.id,
            "artists": ";".join(artist.name for artist in artists),
            "album_name": catalogue.albums[track.album_id].name,
            "track_name": track.name,
            "duration_ms": track.duration_ms,
            "explicit": track.explicit,
            "track_genre": artists[0].genres[0],
        }
        yield [known[name] for name in HEADER]


def like(catalogue: Catalogue, seeds: Iterable[Track], targets: dict[str, float]) -> list[Track]:
    """All other songs, those first that are most like the seeds and nearest to the targets."""
    seeds = list(seeds)
    points = [features_of(catalogue, seed) for seed in seeds]
    middle = {name: sum(point[name] for point in points) / len(points) for name in points[0]} if points else {}
    wanted = {**middle, **targets}
    taken = {seed.id for seed in seeds}

    def distance(track: Track) -> float:
        found = features_of(catalogue, track)
        return sum(((found[name] - value) / _SPANS.get(name, 1.0)) ** 2 for name, value in wanted.items())

    return sorted((one for one in catalogue.tracks.values() if one.id not in taken), key=distance)


_SPANS = {"tempo": 170.0, "loudness": 22.0, "popularity": 100.0}
"""How far a feature reaches that does not go from 0 to 1."""
