"""What columns there are of whom, and what each file is known to hold: enough to leave out what need not be read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from songswap.columns import schema
from songswap.columns.sql import literals
from songswap.model.history import Gap

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GENRES: Final = "catalogue/genres.parquet"
MOST_KNOWN: Final = 20_000
"""Files whose facts are remembered: two hundred people's hundred years."""

Mark = tuple[int, int, int]
"""Tells one version of a file from another: inode, time of change in ns, size."""


@dataclass(frozen=True)
class YearFile:
    """One year's file in one version: when its first and last play ended, and which columns hold a NULL or a true."""

    path: str
    mark: Mark
    first_ms: int
    last_ms: int
    has_unknown_ms: bool
    has_unknown_end: bool
    has_private: bool


@dataclass(frozen=True)
class Library:
    """The columns of one account: its years, oldest first; its names, if it has any; where plays may be missing."""

    account: str
    years: tuple[YearFile, ...] = ()
    names: tuple[str, Mark] | None = None
    gaps: tuple[Gap, ...] = ()

    @property
    def marks(self) -> tuple[object, ...]:
        """What changes when any figure of this account may."""
        return (self.account, tuple(year.mark for year in self.years), self.names, self.gaps)


@dataclass(frozen=True)
class LibraryShelf:
    """What there is to ask: a library for each account, and the genres of artists if the operator loaded any."""

    libraries: tuple[Library, ...]
    genres: tuple[str, Mark] | None

    @property
    def marks(self) -> tuple[object, ...]:
        """What changes when any figure may."""
        return (*(library.marks for library in self.libraries), self.genres)


class Libraries:
    """The columns below the store at `root`; facts about files are read once for each version of a file."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._facts: dict[tuple[str, Mark], YearFile] = {}

    def look(self, cursor: "DuckDBPyConnection", accounts: Iterable[str]) -> LibraryShelf:
        """What there is of each account now. Raises UnfitNameError, and FileNotFoundError for a file just removed."""
        genres = genres_file(self._root)
        return LibraryShelf(self._look(cursor, accounts), _marked(genres) if genres.exists() else None)

    def _look(self, cursor: "DuckDBPyConnection", accounts: Iterable[str]) -> tuple[Library, ...]:
        folders = [(account, schema.folder(self._root, account)) for account in accounts]
        found = [(account, folder, schema.manifest(folder)) for account, folder in folders]
        files = {account: [_marked(path) for path in schema.files(folder)] for account, folder, _ in found}
        self._learn(cursor, [file for group in files.values() for file in group])
        return tuple(
            Library(
                account,
                tuple(self._facts[file] for file in files[account]),
                _marked(folder / schema.NAMES) if manifest.names else None,
                manifest.gaps,
            )
            for account, folder, manifest in found
        )

    def _learn(self, cursor: "DuckDBPyConnection", files: Sequence[tuple[str, Mark]]) -> None:
        unknown = {path: mark for path, mark in files if (path, mark) not in self._facts}
        if not unknown:
            return
        if len(self._facts) + len(unknown) > MOST_KNOWN:
            self._facts = {file: self._facts[file] for file in files if file in self._facts}
        for path, *facts in cursor.execute(_FACTS.format(files=literals(unknown))).fetchall():
            self._facts[path, unknown[path]] = YearFile(path, unknown[path], *facts)


def genres_file(root: Path) -> Path:
    """Where the genres of artists lie in the store at `root`, if there are any."""
    return root / GENRES


def reach_of(libraries: Iterable[Library]) -> tuple[int, int] | None:
    """When the first and the last play ended that there is; None where there is none."""
    years = [year for library in libraries for year in library.years]
    return (min(year.first_ms for year in years), max(year.last_ms for year in years)) if years else None


def _marked(path: Path) -> tuple[str, Mark]:
    status = path.stat()
    return str(path), (status.st_ino, status.st_mtime_ns, status.st_size)


_FACTS: Final = """
SELECT file_name,
    coalesce(min(try_cast(stats_min_value AS BIGINT)) FILTER (path_in_schema = 'ended_at_ms'), -1),
    coalesce(max(try_cast(stats_max_value AS BIGINT)) FILTER (path_in_schema = 'ended_at_ms'), -1),
    coalesce(bool_or(stats_null_count > 0) FILTER (path_in_schema = 'played_ms'), true),
    coalesce(bool_or(stats_null_count > 0) FILTER (path_in_schema = 'finished'), true),
    coalesce(bool_or(stats_max_value <> 'false') FILTER (path_in_schema = 'private'), true)
FROM parquet_metadata([{files}])
GROUP BY file_name
"""
"""Out of the files' footers; what a footer doesn't tell is taken as there."""
