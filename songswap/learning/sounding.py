"""How songs sound, by what the operator has loaded: attributes of the catalogue, genres of artists."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from songswap.catalogue.shelf import CatalogueSong, Shelf, open_shelf
from songswap.columns.genres import BETWEEN, LOADED
from songswap.columns.libraries import genres_file
from songswap.core.discovery.audio_attributes import AttributeName
from songswap.core.guess.traits import Traits, song_traits
from songswap.core.history.name_folding import artist_hash, recording_hash

UNHEARD: Final[frozenset[AttributeName]] = frozenset({"popularity"})
"""Nothing one hears."""

Named = tuple[str, Sequence[str], str]
"""A song's title, artists, and id of Spotify's, which may be empty."""


class Sounds:
    """What the store at `root` knows of how songs sound, as it was when this was made."""

    def __init__(self, root: Path) -> None:
        """Raises OSError for a catalogue that was just replaced, or is broken."""
        self._shelf = open_shelf(root)
        self._genres = _genres(root)

    def traits_of(self, songs: Sequence[Named]) -> list[Traits]:
        """The traits of each song, those of its sound only where the catalogue has it."""
        rows = self._rows(songs)
        return [self._traits(song, row) for song, row in zip(songs, rows, strict=True)]

    def entry(self, track_id: str) -> CatalogueSong | None:
        """The song of one of Spotify's ids, as the catalogue has it."""
        row = self._shelf.row_of(track_id) if self._shelf else None
        return self._shelf.entry(row) if self._shelf and row is not None else None

    def _traits(self, song: Named, row: int | None) -> Traits:
        title, artists, _ = song
        genres = self._genres.get(artist_hash(artists[0]), ()) if artists else ()
        if row is None or self._shelf is None:
            return song_traits(title, artists, genres)
        shelf = self._shelf
        attributes: dict[AttributeName, float] = {
            name: float(shelf.features[number, row])
            for number, name in enumerate(shelf.attributes)
            if name not in UNHEARD
        }
        return song_traits(title, artists, {*genres, *shelf.entry(row).genres}, attributes)

    def _rows(self, songs: Sequence[Named]) -> list[int | None]:
        """The row of each song in the catalogue, by its id or else by its names."""
        if self._shelf is None:
            return [None] * len(songs)
        shelf = self._shelf
        by_id = shelf.rows_of(id_ for _, _, id_ in songs if id_)
        hashes = [recording_hash(artists[0], title) if artists else 0 for title, artists, _ in songs]
        by_name = _places(shelf, hashes)
        return [by_id.get(id_, place) for (_, _, id_), place in zip(songs, by_name, strict=True)]


def _places(shelf: Shelf, hashes: Sequence[int]) -> list[int | None]:
    """The rows of songs by their hashes, all at once: the catalogue is in another order, and may be large."""
    there = shelf.songs[: shelf.manifest.songs]
    if not len(there):
        return [None] * len(hashes)
    wanted = np.asarray(hashes, np.int64)
    found = {int(there[row]): int(row) for row in np.flatnonzero(np.isin(there, wanted))[::-1]}
    return [found.get(one) for one in hashes]


def _genres(root: Path) -> dict[int, tuple[str, ...]]:
    """The genres of artists, as the operator loaded them, by the hash of the artist's name."""
    try:
        text = genres_file(root).with_name(LOADED).read_text("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    found: dict[int, tuple[str, ...]] = {}
    for cells in list(csv.reader(text.splitlines()))[1:]:
        if len(cells) > 1:
            artist = artist_hash(cells[0])
            found[artist] = (*found.get(artist, ()), *(one.strip() for one in cells[1].split(BETWEEN) if one.strip()))
    return found
