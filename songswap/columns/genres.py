"""Genres of artists, as the operator loads them from a CSV file: Spotify tells none any more.

`catalogue/genres.csv` keeps what was loaded, for people; `catalogue/genres.parquet` is made of it, for figures.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from songswap.columns import parquet
from songswap.columns.libraries import genres_file
from songswap.core.history.name_folding import artist_hash, folded
from songswap.model.struct import Struct
from songswap.store.files import make_folder, write_whole

LOADED: Final = "genres.csv"
COLUMNS: Final[Mapping[str, str]] = {"artist": "BIGINT", "genre": "VARCHAR"}
HEADER: Final = ("artist", "genres")
BETWEEN: Final = ";"
"""Between the genres of one artist."""
LONGEST_GENRE: Final = 60
PROBLEMS_TOLD: Final = 20


class GenresError(Exception):
    """The file can't be used. `problems` names each with its line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Loaded(Struct, frozen=True):
    """What a file brought: how many artists, how many genres."""

    artists: int
    genres: int


class _Row(Struct, frozen=True, order=True):
    artist: int
    genre: str


def load_genres(root: Path, path: Path) -> Loaded:
    """Take the genres in the CSV file at `path` instead of those the store at `root` has.

    The file has the columns `artist` and `genres`, these with semicolons between; an artist may have several lines.
    Raises GenresError with every problem of the file, and then nothing has changed; StoreError.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise GenresError([f"{path}: can't be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise GenresError([f"{path}: is not UTF-8 text: byte {error.start} can't be read"]) from error
    problems: list[str] = []
    rows = sorted(set(_rows(path, text, problems)))
    if problems:
        more = len(problems) - PROBLEMS_TOLD
        raise GenresError([*problems[:PROBLEMS_TOLD], *([f"{path}: and {more} more"] if more > 0 else [])])
    if not rows:
        raise GenresError([f"{path}: no artist has a genre"])
    columns = genres_file(root)
    make_folder(columns.parent)
    with parquet.writer() as connection:
        parquet.write(connection, columns, COLUMNS, rows)
    write_whole(columns.with_name(LOADED), content)
    return Loaded(len({row.artist for row in rows}), len({row.genre for row in rows}))


def _rows(path: Path, text: str, problems: list[str]) -> Iterator[_Row]:
    """Each artist's hash with each of its genres; adds what is wrong to `problems`."""
    lines = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        header = [name.strip().casefold() for name in next(lines, [])]
        if tuple(header[:2]) != HEADER:
            problems.append(f"{path}: the first line has to be “artist,genres”")
            return
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield from _row(f"{path} line {lines.line_num}", cells, problems)
    except csv.Error as error:
        problems.append(f"{path} line {lines.line_num}: {error}")


def _row(place: str, cells: list[str], problems: list[str]) -> Iterator[_Row]:
    if len(cells) != len(HEADER):
        problems.append(f"{place}: has {len(cells)} columns instead of 2 (put a name with a comma into quotes)")
        return
    artist, genres = cells
    if not folded(artist):
        problems.append(f"{place}: the artist is missing")
        return
    for genre in filter(None, (folded(genre) for genre in genres.split(BETWEEN))):
        if len(genre) > LONGEST_GENRE or not genre.isprintable():
            problems.append(f"{place}: “{genre[:LONGEST_GENRE]}” can't be a genre")
        else:
            yield _Row(artist_hash(artist), genre)
