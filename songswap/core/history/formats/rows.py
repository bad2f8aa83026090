"""What is read out of files of listening history, row by row, and the account of it: nothing goes uncounted."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from songswap.core.history.name_folding import cleaned, own_id
from songswap.model.history import Gap, Play, Source, TrackName
from songswap.model.imports import Problem

SPOTIFY_ID: Final = re.compile(r"[A-Za-z0-9]{22}")
KNOWN_ID: Final = re.compile(r"[A-Za-z0-9]{22}|~[0-9a-f]{20}")
MOST_PROBLEMS: Final = 1_000
"""So many rows that could not be read are told of one by one; the others are counted."""
LATEST_S: Final = 10_000_000_000
"""A moment above this is in milliseconds: in seconds it would lie beyond the year 2280."""


LATEST_MS: Final = 4_102_444_800_000
LONGEST_PLAY_MS: Final = 2**31
"""What `model.Moment` and `model.Length` allow."""


class RowReader(Protocol):
    """Takes a file in pieces, in order, and puts what it finds into a `Rows`."""

    def feed(self, content: bytes) -> None:
        """The next piece."""

    def end(self) -> None:
        """There are no more pieces."""


class Rows:
    """Rows that were read and not taken yet, and counts of all there were."""

    def __init__(self, named: Mapping[Source, Iterable[TrackName]] | None = None) -> None:
        """`named` are the names that are known already: they are not told again."""
        self.plays: dict[Source, list[Play]] = {}
        self.names: dict[Source, list[TrackName]] = {}
        self.gaps: list[Gap] = []
        self.podcasts = 0
        self.unreadable = 0
        self.problems: list[Problem] = []
        self.file = ""
        """The name of the file being read."""
        self.ids: dict[tuple[str | None, ...], str] = {}
        """By what rows tell of a track: so that its id is looked for, and its name noted, once for all files."""
        self._named = {source: set(names) for source, names in (named or {}).items()}

    def name(self, source: Source, name: TrackName) -> None:
        """Note what a source calls a track, unless it has said just that before."""
        named = self._named.setdefault(source, set())
        if name not in named:
            named.add(name)
            self.names.setdefault(source, []).append(name)

    def problem(self, line: int, why: str) -> None:
        """Count a row that can't be kept."""
        self.unreadable += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(self.file, line, why))

    def taken(self) -> tuple[dict[Source, list[Play]], dict[Source, list[TrackName]], list[Gap]]:
        """What was read since this was last asked; it is no longer held here."""
        plays, names, gaps = self.plays, self.names, self.gaps
        self.plays, self.names, self.gaps = {}, {}, []
        return plays, names, gaps


def named(track: str | None, title: str, artist: str, album: str = "", **more: object) -> TrackName:
    """The name of a track as it is kept, with an id of our own where `track` is None."""
    title, artist = cleaned(title), cleaned(artist)
    return TrackName(track or own_id(artist, title), title, artist, cleaned(album), **more)  # type: ignore[arg-type]  # checked by those who know them


def moment_ms(text: object) -> int:
    """The UTC moment in ms of a number of seconds or of milliseconds. Raises ValueError."""
    number = float(str(text))
    return round(number if number > LATEST_S else number * 1000)


def unfit(at_ms: int, length_ms: int | None = None) -> str | None:
    """Why a play can't have been at that moment, or for so long; None where it can."""
    if not 0 <= at_ms < LATEST_MS:
        return "lies before 1970 or after 2100"
    return "was played for weeks" if length_ms is not None and length_ms >= LONGEST_PLAY_MS else None
