"""Reads CSV files of any size as they come: in pieces, whatever their encoding and delimiter."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Final

from songswap.core.features import Header, delimiter_of, recognised

BATCH: Final = 20_000
"""Rows that are looked at together."""
LONGEST_LINE: Final = 1_000_000
"""Characters; whatever is longer is no row of a table."""
PIECE: Final = 1024 * 1024
HEAD: Final = 4096
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""What files begin with that say their encoding; UTF-32 goes first, as its mark begins like that of UTF-16."""


class UnfitFileError(Exception):
    """A file is no table of audio features; the message names it and says why, for people."""


@dataclass
class Rows:
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

    def batches(self) -> Iterator[tuple[Rows, int]]:
        """All rows below the header, some at a time, each time with how many bytes were read. Raises UnfitFileError."""
        try:
            with self._open() as text:
                text.readline(LONGEST_LINE)
                reader = csv.reader(_lines(text), delimiter=self.header.delimiter)
                while (rows := _some(reader)).lines or rows.problems:
                    yield rows, text.buffer.tell()
        except OSError as error:
            raise UnfitFileError(f"{self.name} can’t be read any further: {error.strerror}.") from error

    def _open(self) -> TextIOWrapper:
        return self._path.open(encoding=self.encoding, errors="replace", newline="")


def _lines(text: TextIOWrapper) -> Iterator[str]:
    return iter(lambda: text.readline(LONGEST_LINE), "")


def _some(reader: "csv._reader") -> Rows:
    """The next rows; nothing at the end."""
    rows = Rows()
    before = reader.line_num
    while len(rows.lines) < BATCH:
        try:
            for cells in reader:
                if cells:
                    rows.cells.append(cells)
                    rows.lines.append(before + 2)
                before = reader.line_num
                if len(rows.lines) >= BATCH:
                    return rows
            return rows
        except csv.Error as error:
            where = f" (up to line {reader.line_num + 1})" if reader.line_num > before + 1 else ""
            said = "a quote is never closed, or a cell is too long" if "limit" in str(error) else str(error)
            rows.problems.append((before + 2, f"{said}{where}"))
            before = reader.line_num
    return rows


def _encoding(path: Path) -> str:
    """How its characters are written: as it says itself, else UTF-8 if all of it is that, else as Windows does."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        if said := next((name for mark, name in BOMS if head.startswith(mark)), None):
            return said
        if b"\0" in head:
            raise ValueError("it is no text, or one whose encoding it doesn’t say. Save it as CSV in UTF-8.")
        file.seek(0)
        return "utf-8" if _is_utf8(file) else "cp1252"


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
