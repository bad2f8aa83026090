"""Where the catalogue lies below the store, and what is in it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from songswap.core.discovery.audio_attributes import AttributeName
from songswap.model.struct import Struct

VERSION: Final = 1
"""Grows when the files change: a catalogue of another version is none, and has to be loaded again."""

FOLDER: Final = "catalogue"
MANIFEST: Final = "features.json"
GENERATION: Final = "features-"
"""Begins the name of the folder that holds one loading's files. The manifest says which of them counts."""
LOCK: Final = "catalogue"
"""Held by whoever loads or resets."""

TRACKS: Final = "tracks.parquet"
FEATURES: Final = "features.npy"
IDS: Final = "ids.npy"
SONGS: Final = "songs.npy"
ARTISTS: Final = "artists.npy"
LINES: Final = "lines.txt"
STARTS: Final = "starts.npy"
FILES: Final = (TRACKS, FEATURES, IDS, SONGS, ARTISTS, LINES, STARTS)
BETWEEN: Final = "\x1f"
"""Between the words of a line; no name has it."""

WORDS: Final[Mapping[str, str]] = {
    "row": "INTEGER",
    "id": "VARCHAR",
    "title": "VARCHAR",
    "artists": "VARCHAR",
    "album": "VARCHAR",
    "genres": "VARCHAR",
    "duration_ms": "INTEGER",
    "song": "BIGINT",
    "artist": "BIGINT",
    "found_by": "VARCHAR",
}
"""`tracks.parquet`: a row for each id, with these columns and one FLOAT for each attribute there is.

First every song once, under the best-known of its ids (of equals the least), in order of the ids; then all further ids.
`artists` and `genres` have semicolons between; `album` and `genres` are empty where unknown, `duration_ms` is NULL.
`song` and `artist` (the first one) are the hashes of `core.history.name_folding`.
`found_by` is title, tab, artists in small letters
without accents.

`features.npy` has a row for each attribute and a column for each row above: values less their mean, by their spread (of
songs). `ids.npy`, `songs.npy` and `artists.npy` are those columns again. `lines.txt` has a line for each row (title,
artists, album, genres, duration), and `starts.npy` tells where each begins: a few rows are read from there at once, for
which DuckDB would have to look.
"""


class Tally(Struct, frozen=True):
    """The account of a loading: each row of the file is one of the three. `problems` are the first unreadable ones."""

    kept: int = 0
    duplicates: int = 0
    unreadable: int = 0
    problems: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Rows there were."""
        return self.kept + self.duplicates + self.unreadable


class CatalogueManifest(Struct, frozen=True):
    """What the catalogue consists of: `rows` ids of `songs` songs, with these attributes, their means and spreads.

    `file` is what was loaded, in which `encoding`; `unused` are its columns that were not known.
    """

    version: int
    generation: str
    rows: int
    songs: int
    attributes: tuple[AttributeName, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    file: str
    encoding: str
    unused: tuple[str, ...]
    loaded_at_ms: float
    tally: Tally


_DECODER: Final = msgspec.json.Decoder(CatalogueManifest)


def folder(root: Path) -> Path:
    """Where the catalogue lies in the store at `root`."""
    return root / FOLDER


def manifest(root: Path) -> CatalogueManifest | None:
    """What catalogue the store at `root` has; None where it has none of this version."""
    try:
        there = _DECODER.decode((folder(root) / MANIFEST).read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return there if there.version == VERSION else None


def generations(root: Path) -> Iterable[Path]:
    """The folders of all loadings there are, finished or not."""
    return folder(root).glob(f"{GENERATION}*")
