"""Writing Parquet: rows of plain values become one file, whole or not at all."""

import contextlib
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from songswap.store import StoreError
from songswap.store.files import UNFINISHED

BUILD_MEMORY: Final = "96MB"
"""What DuckDB may use while it writes; a year of plays needs less."""
BATCH: Final = 5_000
"""Rows that are turned to text at once."""
FORMAT: Final = "FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 16384"
"""Hashes repeat often enough for a dictionary, by which DuckDB also groups faster: with it and without zstd, figures
over three million plays take two thirds of the processors' time, in files larger by two fifths.
"""
FEW_ROWS: Final = 8_192
"""Of which few are looked up at once, lie so many together: of the rest only the bounds are read. DuckDB's own number,
122,880, is better for what is read from end to end.
"""
MANY_ROWS: Final = 122_880

_ENCODER: Final = msgspec.json.Encoder()


@contextlib.contextmanager
def writer() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that writes, with one thread, and keeps nothing of its own on disk."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "memory_limit": BUILD_MEMORY,
        "temp_directory": "",
        "autoinstall_known_extensions": False,
    }
    with duckdb.connect(":memory:", config=settings) as connection:
        yield connection


def write(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    columns: Mapping[str, str],
    rows: Iterable[msgspec.Struct],
    together: int = MANY_ROWS,
) -> tuple[int, int]:
    """Replace the file at `path`, durable before it is visible; returns its size and its CRC-32. Raises StoreError.

    `rows` are structs whose fields are the columns, in order; their JSON is what DuckDB reads. So many lie `together`.
    """
    lines, fresh = path.with_name(f"{path.name}.rows{UNFINISHED}"), path.with_name(path.name + UNFINISHED)
    kinds = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    try:
        _write_lines(lines, rows)
        connection.execute(
            f"COPY (FROM read_json({_quoted(lines)}, format = 'newline_delimited', columns = {{{kinds}}})) "
            f"TO {_quoted(fresh)} ({FORMAT}, ROW_GROUP_SIZE {together})"
        )
        made = _settled(fresh)
        fresh.replace(path)
    except (OSError, duckdb.Error) as error:
        raise StoreError(f"{path} can't be written: {error}") from error
    finally:
        for left in (lines, fresh):
            with contextlib.suppress(OSError):
                left.unlink(missing_ok=True)
    return made


def _write_lines(path: Path, rows: Iterable[msgspec.Struct]) -> None:
    remaining = iter(rows)
    with path.open("wb") as file:
        while some := list(islice(remaining, BATCH)):
            file.write(_ENCODER.encode_lines(some))


def read(connection: duckdb.DuckDBPyConnection, path: Path, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of the file at `path`. Raises StoreError."""
    try:
        return connection.execute(f"SELECT {', '.join(columns)} FROM read_parquet({_quoted(path)})").fetchall()  # noqa: S608  # names of our own
    except duckdb.Error as error:
        raise StoreError(f"{path} can't be read: {error}") from error


def _settled(path: Path) -> tuple[int, int]:
    """Make what was written there durable and private."""
    with path.open("rb") as file:
        os.fchmod(file.fileno(), 0o600)
        os.fsync(file.fileno())
        content = file.read()
    return len(content), zlib.crc32(content)


def is_as_written(path: Path, size: int, crc: int) -> bool:
    """Whether the file at `path` is whole: nothing cut off, nothing changed."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return len(content) == size and zlib.crc32(content) == crc


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
