"""Where an account's columns lie below the store, and what is in them: what is built, and what is asked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from songswap.model.history import Gap, Source
from songswap.model.struct import Struct
from songswap.store.files import fill

VERSION: Final = 1
"""Grows when the columns change: then all of them are built anew."""

FOLDER: Final = "accounts/{}/derived"
MANIFEST: Final = "manifest.json"
NAMES: Final = "names.parquet"

PLAY_COLUMNS: Final[Mapping[str, str]] = {
    "ended_at_ms": "BIGINT",
    "started_at_ms": "BIGINT",
    "played_ms": "INTEGER",
    "duration_ms": "INTEGER",
    "track": "BIGINT",
    "artist": "BIGINT",
    "album": "BIGINT",
    "finished": "BOOLEAN",
    "skipped": "BOOLEAN",
    "private": "BOOLEAN",
    "source": "VARCHAR",
}
"""`YYYY.parquet`: a row for each play that ended in that UTC year, after all sources were merged, in order of
`ended_at_ms` and then of `track`. Types are DuckDB's.

`track`, `artist` and `album` are the hashes of `core.history.name_folding`. `started_at_ms`
is the end less what was played, or less
the duration, or the end itself. NULL: `played_ms`, `duration_ms`, `finished`, `skipped` unknown; `album` without name;
`artist` of a track of which only the id is known.
"""

NAME_COLUMNS: Final[Mapping[str, str]] = {
    "track": "BIGINT",
    "title": "VARCHAR",
    "artist_name": "VARCHAR",
    "album_name": "VARCHAR",
    "track_id": "VARCHAR",
    "artist": "BIGINT",
    "album": "BIGINT",
    "duration_ms": "INTEGER",
    "cover_url": "VARCHAR",
}
"""`names.parquet`: one row for each recording in the years' files that has a name, and one without `track` for each
further album that plays are of.

`track_id` is Spotify's, the least of several; NULL where it has none here. `album_name` is empty where it is unknown.
"""


class Part(Struct, frozen=True):
    """One Parquet file: its size in bytes, its CRC-32 and its rows; what it was made of, as fingerprints.

    `made_of` is of the plays (of a year) or of the names; `named_by` is of the names that a year's hashes are of.
    """

    size: int
    crc: int
    rows: int
    made_of: str
    named_by: str = ""


class Span(Struct, frozen=True):
    """Rows before merging: how many, and `at_ms` of the first and the last."""

    rows: int
    from_ms: int
    to_ms: int


class ColumnsManifest(Struct, frozen=True):
    """What the columns of an account consist of.

    `years` by name (“2026”); one without a play has no file. `sources` and `logs` (by file) are before merging. `gaps`
    are those that no extended export has filled.
    """

    version: int = 0
    years: dict[str, Part] = {}
    names: Part | None = None
    sources: dict[Source, Span] = {}
    logs: dict[str, Span] = {}
    gaps: tuple[Gap, ...] = ()


_DECODER: Final = msgspec.json.Decoder(ColumnsManifest)


def folder(root: Path, account: str) -> Path:
    """Where the columns of `account` lie in the store at `root`. Raises UnfitNameError."""
    return root / fill(FOLDER, (account,))


def year_file(columns: Path, year: int) -> Path:
    """The file of a year in the folder `columns`."""
    return columns / f"{year:04d}.parquet"


def manifest(columns: Path) -> ColumnsManifest:
    """What the folder `columns` holds; nothing where it holds none of this version, or is being made."""
    try:
        there = _DECODER.decode((columns / MANIFEST).read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ColumnsManifest()
    return there if there.version == VERSION else ColumnsManifest()


def files(columns: Path) -> list[Path]:
    """The years' files that the manifest speaks of, oldest first. Each may be replaced, or be gone, when it is read."""
    return [columns / f"{year}.parquet" for year, part in sorted(manifest(columns).years.items()) if part.rows]
