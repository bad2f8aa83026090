"""Reads CSV files of any size as they come: in pieces, whatever their encoding and delimiter."""

import codecs
import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from songswap.core.discovery.feature_columns import Header, delimiter_of, recognised

if TYPE_CHECKING:
    from _csv import Reader

BATCH: Final = 20_000
"""Rows that are looked at together."""
LONGEST_LINE: Final = 1_000_000
"""Characters of the first line."""
PIECE: Final = 1024 * 1024
"""Bytes; no row of a table is as long."""
HEAD: Final = 4096
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""What files begin with that say their encoding; UTF-32 goes first, as its mark begins like that of UTF-16."""


_BREAK: Final = re.compile(r"\r\n|\r|\n")


class UnfitFileError(Exception):
    """A file is no table of audio features; the message names it and says why, for people."""


@dataclass
class CatalogueRows:
    """Rows of a file with the line on which each begins, and lines that are no rows at all."""

    cells: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


class Table:
    """A CSV file: its encoding, its header, its rows."""

    def __init__(self, path: Path, name: str) -> None:
        """`name` is what people know it by. Raises UnfitFileError."""
        self._path = path
        self.name = name
        try:
            self.size = path.stat().st_size
            self.encoding = _encoding(path)
            with self._open() as text:
                first = text.readline(LONGEST_LINE)
            delimiter = delimiter_of(first)
            cells = next(csv.reader([first], delimiter=delimiter), [])
            self.header: Header = recognised(cells, delimiter)
        except OSError as error:
            raise UnfitFileError(f"{name} can’t be read: {error.strerror}.") from error
        except (ValueError, csv.Error) as error:
            raise UnfitFileError(f"{name}: {error}") from error

    def batches(self) -> Iterator[tuple[CatalogueRows, int]]:
        """All rows below the header, some at a time, each time with how many bytes were read. Raises UnfitFileError."""
        try:
            with self._open() as text:
                text.readline(LONGEST_LINE)
                reader = csv.reader(text, delimiter=self.header.delimiter)
                while (rows := _some(reader)).lines or rows.problems:
                    yield rows, os.lseek(text.fileno(), 0, os.SEEK_CUR)
        except OSError as error:
            raise UnfitFileError(f"{self.name} can’t be read any further: {error.strerror}.") from error

    def _open(self) -> TextIOWrapper:
        return self._path.open(encoding=self.encoding, errors="replace", newline="")


def _some(reader: "Reader") -> CatalogueRows:
    """The next rows; nothing at the end."""
    rows = CatalogueRows()
    while len(rows.cells) < BATCH:
        before, start = reader.line_num, len(rows.cells)
        try:
            rows.cells.extend(islice(reader, BATCH - start))
            is_end = len(rows.cells) < BATCH
        except csv.Error as error:  # what came before it, is there
            is_end = False
            last = _number(rows, start, before)
            rows.problems.append((last + 2, _words(error, last + 1, reader.line_num)))
        else:
            if reader.line_num - before == len(rows.cells) - start:
                rows.lines.extend(range(before + 2, reader.line_num + 2))
            else:
                _number(rows, start, before)
        if is_end:
            break
    if [] in rows.cells:
        rows.lines = [line for line, cells in zip(rows.lines, rows.cells, strict=True) if cells]
        rows.cells = [cells for cells in rows.cells if cells]
    return rows


def _number(rows: CatalogueRows, start: int, before: int) -> int:
    """Say on which lines the rows from `start` on begin, after `before` lines; returns how many lines are read then."""
    for cells in rows.cells[start:]:
        rows.lines.append(before + 2)
        before += 1 + sum(len(_BREAK.findall(cell)) for cell in cells)
    return before


def _words(error: csv.Error, first: int, last: int) -> str:
    said = "a quote is never closed, or a cell is too long" if "limit" in str(error) else str(error)
    return f"{said} (up to line {last + 1})" if last > first else said


def _encoding(path: Path) -> str:
    """How its characters are written: as it says itself, else UTF-8 if all of it is that, else as Windows does.

    Raises ValueError for what is no text, or has lines no table has.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    with path.open("rb") as file:
        piece = file.read(PIECE)
        said = next((name for mark, name in BOMS if piece.startswith(mark)), None)
        if said is None and b"\0" in piece[:HEAD]:
            raise ValueError("it is no text, or one whose encoding it doesn’t say. Save it as CSV in UTF-8.")
        while piece:
            if len(piece) == PIECE and b"\n" not in piece and b"\r" not in piece:
                raise ValueError(f"it has a line of more than {PIECE:,} bytes: that is no table.")
            try:
                is_utf8 = is_utf8 and said is None and decoder.decode(piece) is not None
            except UnicodeDecodeError:
                is_utf8 = False
            piece = file.read(PIECE)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        is_utf8 = False
    return said or ("utf-8" if is_utf8 else "cp1252")
