"""Questions to the catalogue: by words, artist, genre and attributes, page by page; and as a file."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from songswap.catalogue.shelf import CatalogueSong, Shelf
from songswap.core.discovery.audio_attributes import ATTRIBUTES, AttributeName
from songswap.core.discovery.feature_columns import BETWEEN_ARTISTS
from songswap.core.history.name_folding import artist_hash
from songswap.core.kit.csv_cells import disarmed
from songswap.model.struct import Struct

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_ASKED: Final = 500
"""At once."""
DUMP_ROWS: Final = 5_000
"""Rows of a file that are in memory at once."""


class SongFilter(Struct, frozen=True):
    """Which rows: with all the `words` in title or artist, by an `artist`, of a `genre`, attributes from … to ….

    What is left out is not looked at. Every song once, unless `every_id`.
    """

    words: str = ""
    artist: str = ""
    genre: str = ""
    ranges: Mapping[AttributeName, tuple[float, float]] = {}
    every_id: bool = False


class FoundSongs(Struct, frozen=True):
    """Some rows, the best known first; how many there are in all."""

    items: tuple[CatalogueSong, ...]
    total: int


class Name(Struct, frozen=True):
    """An artist, and how many songs of theirs there are."""

    name: str
    songs: int


def find(cursor: "DuckDBPyConnection", shelf: Shelf, wanted: SongFilter, limit: int, start: int = 0) -> FoundSongs:
    """The rows wanted: those whose title begins with the words first, then the best known."""
    items = first(cursor, shelf, wanted, limit, start)
    if items and len(items) < limit:
        return FoundSongs(items, start + len(items))
    where, given = _where(shelf, wanted)
    query = f"SELECT count(*) FROM read_parquet(?) WHERE {where}"
    (total,) = cursor.execute(query, [shelf.tracks, *given]).fetchone() or (0,)
    return FoundSongs(items, total)


def first(
    cursor: "DuckDBPyConnection", shelf: Shelf, wanted: SongFilter, limit: int, start: int = 0
) -> tuple[CatalogueSong, ...]:
    """The same, without counting all."""
    where, given = _where(shelf, wanted)
    rank = "starts_with(found_by, lower(strip_accents(?))) DESC, " if wanted.words else ""
    begins = [" ".join(wanted.words.split())] if wanted.words else []
    known = "popularity DESC, " if "popularity" in shelf.attributes else ""
    rows = cursor.execute(
        f"SELECT row FROM read_parquet(?) WHERE {where} ORDER BY {rank}{known}row LIMIT {limit:d} OFFSET {start:d}",
        [shelf.tracks, *given, *begins],
    ).fetchall()
    return tuple(shelf.entry(row) for (row,) in rows)


def artists(cursor: "DuckDBPyConnection", shelf: Shelf, words: str, limit: int) -> list[Name]:
    """First artists whose name has all the words: those whose name begins so first, then those with most songs."""
    name = f"split_part(artists, '{BETWEEN_ARTISTS}', 1)"
    folded = f"lower(strip_accents({name}))"
    parts = words.split()
    if not parts:
        return []
    conditions = " AND ".join([f"contains({folded}, lower(strip_accents(?)))"] * len(parts))
    rows = cursor.execute(
        f"SELECT min({name}) AS called, count(*) AS songs,"
        f" min(NOT starts_with({folded}, lower(strip_accents(?)))) AS is_within FROM read_parquet(?)"
        f" WHERE row < {shelf.manifest.songs} AND {conditions}"
        f" GROUP BY artist ORDER BY is_within, songs DESC, called LIMIT {limit:d}",
        [" ".join(parts), shelf.tracks, *parts],
    ).fetchall()
    return [Name(called, songs) for called, songs, _ in rows]


def dump(cursor: "DuckDBPyConnection", shelf: Shelf, wanted: SongFilter) -> Iterator[bytes]:
    """The rows wanted as a CSV file that can be loaded again, in the order of the catalogue."""
    where, given = _where(shelf, wanted)
    cursor.execute(
        f"SELECT id, title, artists, album, genres, duration_ms, {', '.join(shelf.attributes)}"
        f" FROM read_parquet(?) WHERE {where} ORDER BY row",
        [shelf.tracks, *given],
    )
    header = ("track_id", "track_name", "artists", "album_name", "track_genre", "duration_ms", *shelf.attributes)
    rows: Sequence[Sequence[object]] = [header]
    while rows:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        yield text.getvalue().encode()
        rows = [
            [
                *(disarmed(word) if isinstance(word, str) else word for word in words),
                *(f"{value:.7g}" for value in values),
            ]
            for words, values in ((cells[:6], cells[6:]) for cells in cursor.fetchmany(DUMP_ROWS))
        ]


def _where(shelf: Shelf, wanted: SongFilter) -> tuple[str, list[object]]:
    """The condition as SQL, and what belongs to its question marks."""
    conditions, given = ["true" if wanted.every_id else f"row < {shelf.manifest.songs}"], list[object]()
    for word in wanted.words.split():
        conditions.append("contains(found_by, lower(strip_accents(?)))")
        given.append(word)
    if wanted.artist:
        conditions.append("artist = ?")
        given.append(artist_hash(wanted.artist))
    if wanted.genre:
        conditions.append(f"list_contains(string_split(lower(genres), '{BETWEEN_ARTISTS}'), lower(?))")
        given.append(wanted.genre)
    for name, (least, most) in wanted.ranges.items():
        if name not in ATTRIBUTES or name not in shelf.attributes:
            conditions.append("false")
            continue
        conditions.append(f"{name} BETWEEN ?::FLOAT AND ?::FLOAT")
        given += [least, most]
    return " AND ".join(conditions), given
