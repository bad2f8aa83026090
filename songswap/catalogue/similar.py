"""Songs of the catalogue like one of its songs, and songs called like one it does not know."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from songswap.catalogue.query import SongFilter, first
from songswap.catalogue.shelf import CatalogueSong, Shelf
from songswap.core.discovery.audio_attributes import AttributeName
from songswap.core.discovery.similar import Likeness, likeness, names_like
from songswap.core.history.name_folding import recording_hash
from songswap.model.struct import Struct

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OFFERED: Final = 8
LOOKED_AT: Final = 60
"""Songs with a word of the title, or by the artist, among which the names most like are looked for."""


BEGINNING: Final = 3
"""Letters that are hardly ever mistyped."""


class Near(Struct, frozen=True):
    """A song, and why it is near; `distance` is on the common scale, of all attributes asked for together."""

    song: CatalogueSong
    distance: float
    likeness: Likeness
    same_artist: bool


def row_of(shelf: Shelf, track_id: str, title: str = "", artist: str = "") -> int | None:
    """The row of a track by its id, or else by its names."""
    row = shelf.row_of(track_id)
    if row is None and title and artist:
        row = shelf.row_of_song(recording_hash(artist, title))
    return row


def near(
    shelf: Shelf, row: int, k: int, weights: Mapping[AttributeName, float], *, without_artist: bool
) -> tuple[Near, ...]:
    """The `k` songs nearest to that of a row, nearest first, each with its reasons."""
    song = shelf.entry(row)
    means = dict(zip(shelf.attributes, shelf.manifest.means, strict=True))
    spreads = dict(zip(shelf.attributes, shelf.manifest.spreads, strict=True))
    found = []
    for other, squared in shelf.nearest(row, k, weights, without_artist=without_artist):
        entry = shelf.entry(other)
        why = likeness(song.features, entry.features, means, spreads, weights)
        found.append(Near(entry, round(squared**0.5, 4), why, int(shelf.artists[other]) == int(shelf.artists[row])))
    return tuple(found)


def called_like(cursor: "DuckDBPyConnection", shelf: Shelf, title: str, artist: str) -> tuple[CatalogueSong, ...]:
    """Songs whose names are most like these, the most alike first."""
    longest = max(title.split(), key=len, default="")
    asked = (f"{title} {artist}", title, longest, longest[:BEGINNING], artist, artist[:BEGINNING])
    found: dict[int, CatalogueSong] = {}
    for words in filter(None, map(str.strip, dict.fromkeys(asked))):
        found |= {entry.row: entry for entry in first(cursor, shelf, SongFilter(words=words), LOOKED_AT)}
    names = [(row, f"{entry.title} {' '.join(entry.artists)}") for row, entry in found.items()]
    return tuple(found[row] for row in names_like(f"{title} {artist}", names, OFFERED))
