"""Makes a catalogue of a CSV file: whole or not at all, in bounded memory, with an account of every row."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from songswap.catalogue import schema
from songswap.catalogue.arrays import make_arrays
from songswap.catalogue.reading import CatalogueRows, Table, UnfitFileError
from songswap.catalogue.schema import CatalogueManifest, Tally
from songswap.core.discovery.feature_columns import Header, read
from songswap.store import StoreError, hold, sync_folder
from songswap.store.files import UNFINISHED, make_folder, write_whole

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOADING_MEMORY: Final = "256MB"
"""Of DuckDB while it sorts; what needs more goes to the disk."""
MOST_PROBLEMS: Final = 100
"""Rows told of that can't be read; the others are counted."""
MOST_ROWS: Final = 3_000_000
"""Some 1.2 GB of memory while they are loaded, and more songs than anybody will hear."""
ROW_GROUP: Final = 20_480
"""Rows of which DuckDB knows the least and the greatest, and so passes over the others."""
GENRES_SHOWN: Final = 8

STAGED: Final = {
    "id": "VARCHAR",
    "title": "VARCHAR",
    "artists": "VARCHAR",
    "album": "VARCHAR",
    "genre": "VARCHAR",
    "duration_ms": "INTEGER",
    "song": "BIGINT",
    "artist": "BIGINT",
}

Progress = Callable[[int, int, Tally], None]
"""Told how many of how many bytes were read, and the account so far. May raise StoppedError."""


class StoppedError(Exception):
    """Somebody wants the loading to stop. The catalogue stays as it was."""


def _quietly(read: int, size: int, tally: Tally) -> None:
    """Progress that nobody wants to hear of."""


class Loading:
    """One loading into the store at `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._connection: DuckDBPyConnection | None = None
        self._is_stopped = False
        self._read = self._unreadable = 0
        self._problems: list[str] = []

    def stop(self) -> None:
        """Stop at the next occasion; for handlers of signals."""
        self._is_stopped = True
        if self._connection is not None:
            self._connection.interrupt()

    def run(self, path: Path, *, called: str = "", now_ms: float, progress: Progress = _quietly) -> CatalogueManifest:
        """Replace the catalogue by what the file at `path` holds, if it holds anything.

        Raises UnfitFileError, StoppedError, StoreError and HeldError; then the catalogue is what it was.
        """
        import duckdb

        table = Table(path, called or path.name)
        with hold(self._root, schema.LOCK):
            make_folder(schema.folder(self._root))
            self._clear(keep=None)
            generation = f"{schema.GENERATION}{secrets.token_hex(6)}"
            made = schema.folder(self._root) / (generation + UNFINISHED)
            try:
                make_folder(made)
                found = self._made(table, made, progress)
                after = msgspec.structs.replace(
                    found, generation=generation, file=called or path.name, loaded_at_ms=now_ms
                )
                self._switch_to(after, made)
            except duckdb.InterruptException as error:
                raise StoppedError from error
            except (OSError, duckdb.Error) as error:
                raise StoreError(f"the catalogue can't be written: {error}") from error
            finally:
                shutil.rmtree(made, ignore_errors=True)
            self._clear(keep=generation)
        return after

    def _made(self, table: Table, made: Path, progress: Progress) -> CatalogueManifest:
        with _staging(made) as connection:
            self._connection = connection
            try:
                self._stage(connection, table, progress)
                tally, songs = self._placed(connection, table.header, made)
                progress(table.size, table.size, tally)
                if not tally.kept:
                    raise UnfitFileError("\n".join([f"{table.name} has no row that can be used.", *tally.problems]))
            finally:
                self._connection = None
        means, spreads = make_arrays(made, table.header, tally.kept, songs)
        for name in schema.FILES:
            _settle(made / name)
        return CatalogueManifest(
            version=schema.VERSION,
            generation="",
            rows=tally.kept,
            songs=songs,
            attributes=table.header.attributes,
            means=means,
            spreads=spreads,
            file="",
            encoding=table.encoding,
            unused=table.header.unused,
            loaded_at_ms=0.0,
            tally=tally,
        )

    def _stage(self, connection: "DuckDBPyConnection", table: Table, progress: Progress) -> None:
        kinds: dict[str, str] = {**STAGED, **{str(name): "FLOAT" for name in table.header.attributes}}
        connection.execute(f"CREATE TABLE staged ({', '.join(f'{name} {kind}' for name, kind in kinds.items())})")
        for rows, place in table.batches():
            columns = self._columns(table, rows)
            if self._read > MOST_ROWS:
                raise UnfitFileError(f"{table.name} has more than {MOST_ROWS:,} rows. Bring a smaller file.")
            connection.register("batch", columns)
            connection.execute("INSERT INTO staged SELECT * FROM batch")
            connection.unregister("batch")
            if self._is_stopped:
                raise StoppedError
            progress(min(place, table.size), table.size, self._tally(self._read, 0))

    def _columns(self, table: Table, rows: CatalogueRows) -> dict[str, Any]:
        batch = read(table.header, rows.cells, rows.lines)
        self._read += len(batch.ids)
        problems = sorted([*rows.problems, *batch.problems])
        self._unreadable += len(problems)
        wanted = MOST_PROBLEMS - len(self._problems)
        self._problems += [f"{table.name} line {line}: {why}" for line, why in problems[:wanted]]
        words = (batch.ids, batch.titles, batch.artists, batch.albums, batch.genres)
        columns: dict[str, Any] = {}
        for name, cells in zip(STAGED, words, strict=False):
            columns[name] = np.array(cells, dtype=object)
        columns["duration_ms"] = batch.durations_ms
        columns["song"], columns["artist"] = batch.songs, batch.artist_hashes
        for number, attribute in enumerate(table.header.attributes):
            columns[attribute] = batch.features[number]
        return columns

    def _placed(self, connection: "DuckDBPyConnection", header: Header, made: Path) -> tuple[Tally, int]:
        """Write each id once, in its place; returns the account, and how many songs there are."""
        attributes = ", ".join(header.attributes)
        best = "popularity DESC, " if "popularity" in header.attributes else ""
        tracks = str(made / schema.TRACKS).replace("'", "''")
        for query in _STEPS:
            connection.execute(query.format(attributes=attributes, best=best, genres=GENRES_SHOWN))
            if self._is_stopped:
                raise StoppedError
        kept, songs = connection.execute("SELECT count(*), count(DISTINCT song) FROM told").fetchone() or (0, 0)
        if kept:
            connection.execute(_PLACED.format(attributes=attributes, tracks=tracks, group=ROW_GROUP))
        return self._tally(kept, self._read - kept), songs

    def _tally(self, kept: int, duplicates: int) -> Tally:
        return Tally(kept, duplicates, self._unreadable, tuple(self._problems))

    def _switch_to(self, after: CatalogueManifest, made: Path) -> None:
        """From here on the new catalogue counts."""
        sync_folder(made)
        made.replace(schema.folder(self._root) / after.generation)
        sync_folder(schema.folder(self._root))
        try:
            write_whole(schema.folder(self._root) / schema.MANIFEST, msgspec.json.encode(after))
        except StoreError:
            shutil.rmtree(schema.folder(self._root) / after.generation, ignore_errors=True)
            raise

    def _clear(self, keep: str | None) -> None:
        """Remove what the manifest doesn't speak of: what loadings before left, finished or not."""
        there = schema.manifest(self._root)
        kept = keep or (there.generation if there else "")
        for path in schema.generations(self._root):
            if path.name != kept:
                shutil.rmtree(path, ignore_errors=True)


def reset(root: Path) -> bool:
    """Remove the catalogue in the store at `root`; whether there was one. Raises HeldError, StoreError."""
    with hold(root, schema.LOCK):
        manifest = schema.folder(root) / schema.MANIFEST
        was_there = manifest.exists()
        try:
            manifest.unlink(missing_ok=True)
            for path in schema.generations(root):
                shutil.rmtree(path)
        except OSError as error:
            raise StoreError(f"{error.filename} can't be removed: {error.strerror}") from error
    return was_there


@contextlib.contextmanager
def _staging(made: Path) -> Iterator["DuckDBPyConnection"]:
    """A database in a file of its own, gone afterwards."""
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": 2,
        "memory_limit": LOADING_MEMORY,
        "temp_directory": str(made / "spill"),
        "autoinstall_known_extensions": False,
    }
    path = made / "staged.duckdb"
    try:
        with duckdb.connect(str(path), config=settings) as connection:
            connection.execute("SET enable_progress_bar = false")
            yield connection
    finally:
        path.unlink(missing_ok=True)
        path.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        shutil.rmtree(made / "spill", ignore_errors=True)


def _settle(path: Path) -> None:
    """Make what was written there durable and private."""
    with path.open("rb") as file:
        os.fchmod(file.fileno(), 0o600)
        os.fsync(file.fileno())


_STEPS: Final = (
    "CREATE TABLE doubled AS SELECT id FROM staged GROUP BY id HAVING count(*) > 1",
    """
    CREATE TABLE best AS
    SELECT * EXCLUDE (place, genre, every),
        array_to_string(list_sort(list_distinct(every))[:{genres}], ';') AS genre
    FROM (
        SELECT *,
            row_number() OVER (
                PARTITION BY id ORDER BY {best} title, artists, album, duration_ms, song, artist, {attributes}
            ) AS place,
            list(genre) FILTER (genre <> '') OVER (PARTITION BY id) AS every
        FROM staged SEMI JOIN doubled USING (id)
    )
    WHERE place = 1
    """,
    """
    CREATE VIEW told AS
    SELECT * FROM staged ANTI JOIN doubled USING (id)
    UNION ALL BY NAME
    SELECT * FROM best
    """,
    "CREATE TABLE shared AS SELECT song FROM told GROUP BY song HAVING count(*) > 1",
    """
    CREATE TABLE others AS
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY song ORDER BY {best} id) AS edition
        FROM told SEMI JOIN shared USING (song)
    )
    WHERE edition > 1
    """,
)
"""Of the rows of one id the best known counts, of equals the least: whatever order they came in. All genres are kept.
Of a song's ids, `others` are those that are not the best known one. Sorting is for the few that need it."""

_PLACED: Final = """
COPY (
    SELECT (row_number() OVER () - 1)::INTEGER AS row, id, title, artists, album, coalesce(genre, '') AS genres,
        nullif(duration_ms, 0) AS duration_ms, song, artist,
        lower(strip_accents(title || chr(9) || artists)) AS found_by, {attributes}
    FROM (
        SELECT told.*, others.id IS NOT NULL AS is_other FROM told LEFT JOIN others ON told.id = others.id
        ORDER BY is_other, told.id
    )
) TO '{tracks}' (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {group})
"""
