"""Files of audio features: which column is what, and which rows can be used."""

import ast
import hashlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import compress, pairwise, repeat
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from songswap.core.discovery.audio_attributes import ATTRIBUTES, AttributeName, in_order
from songswap.core.history.name_folding import BETWEEN, LONGEST_FOLDED, cleaned, folded_all
from songswap.core.kit.csv_cells import restored
from songswap.model.music import spotify_track_id
from songswap.model.struct import Struct

Field = Literal["id", "title", "artists", "album", "duration_ms", "genre"] | AttributeName

COMMON_NAMES: Final[Mapping[Field, tuple[str, ...]]] = {
    "id": ("track_id", "spotify_id", "spotify_track_id", "track_uri", "spotify_uri", "uri", "id", "url", "track_url"),
    "title": ("track_name", "title", "song_name", "song", "name", "track", "song_title", "track_title"),
    "artists": ("artists", "artist_name", "artist", "artist_names", "track_artist", "artist_s", "performer"),
    "album": ("album_name", "album", "track_album_name", "album_title"),
    "duration_ms": ("duration_ms", "track_duration_ms", "length_ms", "duration"),
    "genre": ("track_genre", "genre", "genres", "playlist_genre"),
    "energy": ("energy",),
    "valence": ("valence",),
    "danceability": ("danceability",),
    "acousticness": ("acousticness",),
    "instrumentalness": ("instrumentalness",),
    "liveness": ("liveness",),
    "speechiness": ("speechiness",),
    "tempo": ("tempo", "bpm"),
    "popularity": ("popularity", "track_popularity"),
}
"""What the columns of public files are called, the clearest name first; case, blanks and signs between don't matter."""
NEEDED: Final[tuple[Field, ...]] = ("id", "title", "artists")
FEATURE_DELIMITERS: Final = (",", ";", "\t", "|")
BETWEEN_ARTISTS: Final = ";"
LONGEST_TRACK_MS: Final = 86_400_000
"""A day: of what claims to be longer the duration is taken as unknown."""
LONGEST_GENRE: Final = 60

_ALL_IDS: Final = re.compile(r"[A-Za-z0-9]{22}(?:\n[A-Za-z0-9]{22})*+")


class HeaderError(ValueError):
    """The first line has not what is needed; the message says what is missing, and what was found."""


class Header(Struct, frozen=True):
    """What the columns of a file are: the place of each that is known; the names of those that are not used, and why.

    `width` is how many columns there are.
    """

    delimiter: str
    places: dict[str, int]
    unused: tuple[str, ...]
    width: int

    @property
    def attributes(self) -> tuple[AttributeName, ...]:
        """The attributes there are, in our order."""
        return in_order(self.places)


def recognised(line: Sequence[str], delimiter: str) -> Header:
    """What the cells of the first line stand for. Raises HeaderError."""
    names = [_plain(cell) for cell in line]
    places: dict[str, int] = {}
    unused = {place: cell.strip() for place, cell in enumerate(line) if cell.strip()}
    for what, common in COMMON_NAMES.items():
        found = [(place, name) for name in common for place, cell in enumerate(names) if cell == name]
        for (place, name), (_, other) in pairwise(found):
            if name == other:
                raise HeaderError(f"The column “{line[place].strip()}” is there twice: which of them counts?")
        if found:
            places[what] = found[0][0]
            unused.pop(found[0][0])
            for place, _ in found[1:]:
                unused[place] += f" (“{line[found[0][0]].strip()}” is taken)"
    _check(places, line)
    return Header(delimiter, places, tuple(unused.values()), len(line))


def delimiter_of(line: str) -> str:
    """What stands between the cells of a first line: that by which most columns are known."""

    def known(delimiter: str) -> int:
        cells = {_plain(cell.strip('"')) for cell in line.split(delimiter)}
        return sum(not cells.isdisjoint(common) for common in COMMON_NAMES.values())

    return max(FEATURE_DELIMITERS, key=known)


def _check(places: Mapping[str, int], line: Sequence[str]) -> None:
    missing = [what for what in NEEDED if what not in places]
    there = ", ".join(cell.strip() for cell in line if cell.strip())[:300] or "nothing"
    if missing:
        wanted = "; ".join(f"{what} (called {', '.join(COMMON_NAMES[what][:4])}, …)" for what in missing)
        raise HeaderError(f"The first line has no column for {wanted}. It has: {there}.")
    if not in_order(places):
        raise HeaderError(f"The first line has no audio feature ({', '.join(ATTRIBUTES)}). It has: {there}.")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


@dataclass(frozen=True)
class Batch:
    """Rows that can be used, column by column; `problems` are the others, each with its line and why.

    `features` has a row for each attribute of the header. `durations_ms` are 0 where unknown. `songs` and
    `artist_hashes` are those of `core.history.name_folding`.
    """

    ids: Sequence[str]
    titles: Sequence[str]
    artists: Sequence[str]
    albums: Sequence[str]
    genres: Sequence[str]
    durations_ms: NDArray[np.int32]
    songs: NDArray[np.int64]
    artist_hashes: NDArray[np.int64]
    features: NDArray[np.float32]
    problems: list[tuple[int, str]]


def read(header: Header, rows: Sequence[Sequence[str]], lines: Sequence[int]) -> Batch:
    """What `rows` hold, with the line of each. Looks at whole columns: a million rows take seconds so."""
    problems = [
        (line, f"has {len(row)} columns instead of {header.width}")
        for row, line in zip(rows, lines, strict=True)
        if len(row) != header.width
    ]
    if problems:
        lines = [line for row, line in zip(rows, lines, strict=True) if len(row) == header.width]
        rows = [row for row in rows if len(row) == header.width]
    column = _columns(header, rows)
    ids, titles, artists = _ids(column["id"]), _words(column["title"]), _artists(column["artists"])
    values = np.array([_numbers(column[name]) for name in header.attributes])
    fits = np.ones(len(rows), bool)
    if not (all(ids) and all(titles) and all(artists)):
        fits = np.fromiter(map(all, zip(ids, titles, artists, strict=True)), bool, len(rows))
    for name, numbers in zip(header.attributes, values, strict=True):
        fits &= (numbers >= ATTRIBUTES[name].least) & (numbers <= ATTRIBUTES[name].most)
    for number in np.flatnonzero(~fits).tolist():
        words = ids[number], titles[number], artists[number]
        problems.append((lines[number], _misfit(header, rows[number], words, values[:, number])))
    ids, titles, artists = (list(compress(cells, fits)) for cells in (ids, titles, artists))
    first = folded_all([one.partition(BETWEEN_ARTISTS)[0] for one in artists])
    return Batch(
        ids=ids,
        titles=titles,
        artists=artists,
        albums=list(compress(_words(column["album"]), fits)),
        genres=[genre[:LONGEST_GENRE] for genre in compress(_words(column["genre"]), fits)],
        durations_ms=_durations_ms(column["duration_ms"])[fits],
        songs=hashes_of("track", first, folded_all(titles)),
        artist_hashes=hashes_of("artist", first),
        features=values[:, fits].astype(np.float32),
        problems=sorted(problems),
    )


def _columns(header: Header, rows: Sequence[Sequence[str]]) -> dict[str, Sequence[str]]:
    """The cells of each column that is known; empty ones for a column that isn't there."""
    cells = list(zip(*rows, strict=True)) if rows else [()] * header.width
    there = {what: cells[place] for what, place in header.places.items()}
    nothing = ("",) * len(rows)
    return {what: there.get(what, nothing) for what in COMMON_NAMES}


def _misfit(header: Header, row: Sequence[str], words: tuple[str, str, str], values: NDArray[np.float64]) -> str:
    """Why a row can't be used."""
    track_id, title, artists = words
    if not track_id:
        return f"the id is {_quoted(row[header.places['id']])}: not one of a Spotify track"
    if not title or not artists:
        return "the title is missing" if not title else "the artist is missing"
    return "; ".join(_wrong(header, row, values))


def _ids(cells: Sequence[str]) -> Sequence[str]:
    """Spotify's ids; empty for what is none."""
    return cells if _ALL_IDS.fullmatch("\n".join(cells)) else [spotify_track_id(cell.strip()) or "" for cell in cells]


def _words(cells: Sequence[str]) -> list[str]:
    stripped = [restored(cell) for cell in map(str.strip, cells)]
    is_clean = "".join(stripped).isprintable() and max(map(len, stripped), default=0) <= LONGEST_FOLDED
    return stripped if is_clean else list(map(cleaned, stripped))


def _artists(cells: Sequence[str]) -> Sequence[str]:
    """Who plays each, with semicolons between: one name, several with semicolons, or a list as Python writes it."""
    cells = [restored(cell) for cell in cells]
    every = "\n".join(cells)
    if "[" not in every and BETWEEN_ARTISTS not in every:
        return _words(cells)
    return [BETWEEN_ARTISTS.join(_artists_in(cell)) for cell in cells]


def _artists_in(cell: str) -> list[str]:
    names = cell.split(BETWEEN_ARTISTS)
    if cell.startswith("[") and cell.endswith("]"):
        with suppress(ValueError, SyntaxError, TypeError, MemoryError, RecursionError):  # a band may be called so
            names = [str(one) for one in ast.literal_eval(cell)]
    return [name for one in names if (name := cleaned(one.replace(BETWEEN_ARTISTS, ",").strip()))]


def _durations_ms(cells: Sequence[str]) -> NDArray[np.int32]:
    """Whole milliseconds; 0 where there are none, or none that make sense."""
    if not any(cells):
        return np.zeros(len(cells), np.int32)
    values = np.array(_numbers(cells))
    return np.where((values > 0) & (values <= LONGEST_TRACK_MS), values, 0).round().astype(np.int32)


def _numbers(cells: Sequence[str]) -> list[float]:
    """The numbers in a column; nan for what is none."""
    try:
        return list(map(float, cells))
    except ValueError:
        return [_number(cell) for cell in cells]


def _number(cell: str) -> float:
    """A number, however it is written: with a comma where others have a point, too."""
    try:
        return float(cell.replace(",", ".", 1))
    except ValueError:
        return math.nan


def _wrong(header: Header, cells: Sequence[str], values: NDArray[np.float64]) -> Iterator[str]:
    for name, value in zip(header.attributes, values, strict=True):
        known, cell = ATTRIBUTES[name], cells[header.places[name]]
        if not known.least <= value <= known.most:
            said = f"is {_quoted(cell)}: not from {known.least:g} to {known.most:g}" if cell.strip() else "is missing"
            yield f"{name} {said}"


def _quoted(cell: str) -> str:
    return f"“{cleaned(cell[:40])}”"


def hashes_of(kind: Literal["track", "artist"], *parts: Sequence[str]) -> NDArray[np.int64]:
    """What `recording_hash` (of artists and titles) or `artist_hash` says of many names, which have to be folded."""
    digests = (
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for text in map(BETWEEN.join, zip(repeat(kind), *parts, strict=False))
    )
    return np.frombuffer(b"".join(digests), ">i8").astype(np.int64)
