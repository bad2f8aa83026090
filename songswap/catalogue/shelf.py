"""The catalogue as it is asked: arrays on the disk that the system keeps in memory, and words looked up when needed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from songswap.catalogue import schema
from songswap.catalogue.schema import CatalogueManifest
from songswap.core.discovery import nearest_neighbours as rules
from songswap.core.discovery.audio_attributes import ATTRIBUTES, AttributeName
from songswap.core.discovery.feature_columns import BETWEEN_ARTISTS
from songswap.core.discovery.nearest_neighbours import Columns, Floats, Rows
from songswap.model.music import SPOTIFY, TrackId
from songswap.model.struct import Struct

DIGITS: Final = 4
"""To which values are told: the common scale keeps seven in all."""


class CatalogueSong(Struct, frozen=True):
    """A row of the catalogue. `genres` are as loaded; `features` by attribute, in its own unit."""

    row: int
    id: str
    title: str
    artists: tuple[str, ...]
    album: str
    genres: tuple[str, ...]
    duration_ms: int | None
    features: dict[AttributeName, float]

    @property
    def uri(self) -> str:
        """Spotify's."""
        return TrackId(SPOTIFY, self.id).uri


@dataclass(frozen=True)
class Shelf:
    """One loading's arrays. Rows before `manifest.songs` are each a song of its own; the others, other ids of these."""

    manifest: CatalogueManifest
    tracks: str
    features: Columns
    ids: NDArray[np.bytes_]
    songs: NDArray[np.int64]
    artists: NDArray[np.int64]
    lines: NDArray[np.uint8]
    starts: NDArray[np.int64]

    @property
    def attributes(self) -> tuple[AttributeName, ...]:
        """Which attributes there are, in the order of `features`."""
        return self.manifest.attributes

    def row_of(self, track_id: str) -> int | None:
        """The row of one of Spotify's ids."""
        if len(track_id) != 22 or not track_id.isascii():
            return None
        wanted = np.bytes_(track_id.encode())
        for start, end in ((0, self.manifest.songs), (self.manifest.songs, self.manifest.rows)):
            place = start + int(np.searchsorted(self.ids[start:end], wanted))
            if place < end and self.ids[place] == wanted:
                return place
        return None

    def rows_of(self, track_ids: Iterable[str]) -> dict[str, int]:
        """The rows of those of Spotify's ids that are there."""
        found = ((one, self.row_of(one)) for one in track_ids)
        return {one: row for one, row in found if row is not None}

    def row_of_song(self, song: int) -> int | None:
        """The row of a song by its hash."""
        rows = np.flatnonzero(self.songs[: self.manifest.songs] == song)
        return int(rows[0]) if len(rows) else None

    def rows_by(self, artist: int) -> Rows:
        """The songs of an artist by the hash of the name."""
        return np.flatnonzero(self.artists[: self.manifest.songs] == artist)

    def point(self, rows: Sequence[int] | Rows) -> list[float]:
        """Where the middle of some rows lies, on the common scale."""
        middle = self.features[:, rows].mean(axis=1, dtype=np.float64)
        return [float(value) for value in middle]

    def scaled(self, name: AttributeName, value: float) -> float:
        """A value of an attribute, on the common scale."""
        number = self.attributes.index(name)
        return (value - self.manifest.means[number]) / self.manifest.spreads[number]

    def values(self, row: int) -> dict[AttributeName, float]:
        """The attributes of a row, each in its own unit."""
        scales = zip(self.manifest.means, self.manifest.spreads, strict=True)
        told = (float(self.features[number, row]) * spread + mean for number, (mean, spread) in enumerate(scales))
        return {
            name: round(min(max(value, ATTRIBUTES[name].least), ATTRIBUTES[name].most), DIGITS)
            for name, value in zip(self.attributes, told, strict=True)
        }

    def entry(self, row: int) -> CatalogueSong:
        """All of a row."""
        line = bytes(self.lines[self.starts[row] : self.starts[row + 1] - 1]).decode()
        title, artists, album, genres, duration_ms = line.split(schema.BETWEEN)
        return CatalogueSong(
            row=row,
            id=bytes(self.ids[row]).decode(),
            title=title,
            artists=tuple(artists.split(BETWEEN_ARTISTS)),
            album=album,
            genres=tuple(filter(None, genres.split(BETWEEN_ARTISTS))),
            duration_ms=int(duration_ms) or None,
            features=self.values(row),
        )

    def distances(self, point: Sequence[float], weights: Sequence[float]) -> Floats:
        """How far each song is from `point` (squared, on the common scale), each attribute's part by its weight."""
        return rules.distances(self.features[:, : self.manifest.songs], point, weights)

    def nearest(
        self,
        row: int,
        k: int,
        weights: Mapping[AttributeName, float] | None = None,
        *,
        without_artist: bool = False,
    ) -> list[tuple[int, float]]:
        """The `k` songs nearest to that of a row, nearest first, each with its squared distance.

        Never the song itself, under whatever id; with `without_artist` none of its artist's. `weights` are 1 for all
        attributes if left out, 0 for those not named.
        """
        by_attribute = dict.fromkeys(self.attributes, 1.0) if weights is None else weights
        found = self.distances(self.point([row]), [by_attribute.get(name, 0.0) for name in self.attributes])
        songs = self.manifest.songs
        found[self.songs[:songs] == self.songs[row]] = np.inf
        if without_artist:
            found[self.artists[:songs] == self.artists[row]] = np.inf
        return [(int(one), float(found[one])) for one in rules.nearest(found, k)]


def open_shelf(root: Path) -> Shelf | None:
    """The catalogue in the store at `root`, or None. Raises OSError for files just replaced, or broken."""
    manifest = schema.manifest(root)
    if manifest is None:
        return None
    folder = schema.folder(root) / manifest.generation

    rows = manifest.rows
    lines, starts = _bytes(folder / schema.LINES), _array(folder / schema.STARTS, rows + 1)
    if len(lines) != starts[-1]:
        raise OSError(f"{folder / schema.LINES} has {len(lines)} bytes instead of {starts[-1]}")
    return Shelf(
        manifest=manifest,
        tracks=str(folder / schema.TRACKS),
        features=_array(folder / schema.FEATURES, rows),
        ids=_array(folder / schema.IDS, rows),
        songs=_array(folder / schema.SONGS, rows),
        artists=_array(folder / schema.ARTISTS, rows),
        lines=lines,
        starts=starts,
    )


def _array(path: Path, length: int) -> NDArray[Any]:
    """An array of that length, mapped into memory. Raises OSError."""
    try:
        found: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise OSError(f"{path} is broken: {error}") from error
    if found.shape[-1] != length:
        raise OSError(f"{path} has {found.shape[-1]} rows instead of {length}")
    return found


def _bytes(path: Path) -> NDArray[np.uint8]:
    """A file's bytes, mapped into memory. Raises OSError."""
    try:
        return np.memmap(path, np.uint8, "r")
    except ValueError as error:
        raise OSError(f"{path} is broken: {error}") from error
