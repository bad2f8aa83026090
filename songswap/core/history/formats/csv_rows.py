"""Rows of CSV out of a file of any size, in pieces; a quote that nobody closes costs its own row only."""

import csv
import re
from collections.abc import Callable
from typing import Final

from songswap.core.history.formats.json_rows import LONGEST_ROW, NO_ROW, Verdict
from songswap.core.history.formats.rows import Rows

MOST_LINES: Final = 10
"""Of one row, whose cells may have line ends in them."""
DELIMITERS: Final = ",;\t"


class TableRows:
    """A `Reader` of CSV, with commas, semicolons or tabs, whichever the first line has most of."""

    def __init__(self, rows: Rows, take: Callable[[list[str]], Verdict]) -> None:
        self._rows = rows
        self._take = take
        self._delimiter = ""
        self._whole = re.compile("")
        self._left = b""
        self._line = 1
        self._lines: list[str] = []

    def feed(self, content: bytes) -> None:
        """The next piece of the file."""
        *lines, self._left = (self._left[:LONGEST_ROW] + content).split(b"\n")
        for line in lines:
            self._add(line)

    def end(self) -> None:
        """The file has ended."""
        if self._left:
            self._add(self._left)
        self._left = b""
        self._settle(waiting=0)

    def _add(self, line: bytes) -> None:
        text = line[:LONGEST_ROW].decode("utf-8", "replace").removesuffix("\r")
        if not self._delimiter:
            text = text.removeprefix("\ufeff")
            self._delimiter = max(DELIMITERS, key=text.count)
            self._whole = row_of(self._delimiter)
        self._lines.append(text)
        self._settle(waiting=MOST_LINES)

    def _settle(self, waiting: int) -> None:
        """Take the rows that are whole; of lines that are none, no more than `waiting` may wait for their end."""
        while self._lines:
            texts = ("\n".join(self._lines[:count]) for count in range(1, len(self._lines) + 1))
            text = next(filter(self._whole.fullmatch, texts), None)
            if text is None and len(self._lines) <= waiting:
                return
            verdict = (
                "has a quote where none can be, or one that is never closed" if text is None else self._judge(text)
            )
            if verdict is not None and verdict != NO_ROW:
                self._rows.problem(self._line, verdict)
            count = 1 if text is None else text.count("\n") + 1
            del self._lines[:count]
            self._line += count

    def _judge(self, text: str) -> Verdict:
        if not text.strip():
            return None
        try:
            return self._take(next(csv.reader([text], delimiter=self._delimiter)))
        except csv.Error as error:
            return f"is no CSV: {error}"


def row_of(delimiter: str) -> re.Pattern[str]:
    """A row whose quotes are all closed; a quote within a cell that does not begin with one is a letter like others."""
    cell = rf'(?:"(?:[^"]|"")*+"|[^"{delimiter}\n][^{delimiter}\n]*+|)'
    return re.compile(rf"{cell}(?:{delimiter}{cell})*+")
