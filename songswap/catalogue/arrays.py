"""Makes the arrays beside the catalogue's table: what is needed quickly, to be mapped into memory."""

from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from songswap.catalogue import schema
from songswap.core.discovery.feature_columns import Header
from songswap.core.discovery.nearest_neighbours import scale_of

ARRAYS_MEMORY: Final = "128MB"
PART: Final = 100_000
"""Rows that are in memory at once."""

Scales = tuple[tuple[float, ...], tuple[float, ...]]


def make_arrays(made: Path, header: Header, rows: int, songs: int) -> Scales:
    """Make all arrays of the table in the folder `made`; returns each attribute's mean and spread over the songs.

    Raises OSError, duckdb.Error.
    """
    features = _open(made / schema.FEATURES, np.float32, (len(header.attributes), rows))
    arrays = {
        "id": _open(made / schema.IDS, "S22", (rows,)),
        "song": _open(made / schema.SONGS, np.int64, (rows,)),
        "artist": _open(made / schema.ARTISTS, np.int64, (rows,)),
    }
    starts = _open(made / schema.STARTS, np.int64, (rows + 1,))
    with (made / schema.LINES).open("wb") as lines:
        for start, end, part in _parts(made, header, rows):
            for name, array in arrays.items():
                array[start:end] = part[name].astype(array.dtype)
            for number, name in enumerate(header.attributes):
                features[number, start:end] = part[name]
            starts[start + 1 : end + 1] = starts[start] + np.cumsum(part["size"].astype(np.int64) + 1)
            lines.write("\n".join(part["line"]).encode() + b"\n")
    scales = [_scale(features, number, songs) for number in range(len(header.attributes))]
    for array in (features, starts, *arrays.values()):
        array.flush()
    return tuple(mean for mean, _ in scales), tuple(spread for _, spread in scales)


def _open(path: Path, kind: Any, shape: tuple[int, ...]) -> np.memmap[Any, Any]:
    return np.lib.format.open_memmap(path, "w+", np.dtype(kind), shape)


def _parts(made: Path, header: Header, rows: int) -> Any:
    """The table's rows, some at a time: from which to which, and their columns."""
    import duckdb

    words = "concat_ws(chr(31), title, artists, album, genres, coalesce(duration_ms, 0))"
    wanted = ", ".join(("id", "song", "artist", f"{words} AS line", "strlen(line) AS size", *header.attributes))
    tracks = str(made / schema.TRACKS)
    with duckdb.connect(config={"threads": 1, "memory_limit": ARRAYS_MEMORY}) as connection:
        for start, end in pairwise([*range(0, rows, PART), rows]):
            query = f"SELECT {wanted} FROM read_parquet(?) WHERE row >= ? AND row < ? ORDER BY row"
            yield start, end, connection.execute(query, [tracks, start, end]).fetchnumpy()


def _scale(features: np.memmap[Any, Any], number: int, songs: int) -> tuple[float, float]:
    """Put one attribute on the common scale; returns its mean and spread."""
    mean, spread = scale_of(features[number, :songs])
    for start in range(0, features.shape[1], PART):
        values = features[number, start : start + PART].astype(np.float64)
        features[number, start : start + PART] = (values - mean) / spread
    return mean, spread
