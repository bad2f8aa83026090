"""Rows of JSON out of a file of any size, in pieces: arrays, lines and pages, torn and doubled ones too."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Generic, TypeVar

import msgspec

from songswap.core.history.formats.rows import Rows

T = TypeVar("T")

LONGEST_ROW: Final = 256 * 1024
"""Bytes. What is longer is no row: rows of plays have some 700."""
MOST_BYTES_HELD: Final = 4 * 1024 * 1024
"""Where so much shows no boundary between two rows, it is looked at object by object."""
DEEPEST: Final = 16
TRIES: Final = 64

NO_ROW: Final = "no row"
"""Said of an object that may hold rows, and is none."""
BROKEN: Final = "broken"
"""Said of what is no JSON, or not yet."""
Verdict = str | None
"""What became of an object: taken (None), NO_ROW, BROKEN, or why it can't be kept."""

_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[{}]', re.DOTALL)
"""A string, or a brace outside of one. A string nobody closes is one, too: else its end is looked for at each quote."""
_AROUND: Final = b" \t\r\n,[]"
_LONE: Final = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
"""Half of a pair that stands for one character: text cut in its middle."""


class JsonRows(Generic[T]):
    """A `Reader` of JSON objects of one shape, however they are strung together.

    Pieces that are whole are decoded at once. Where that fails, each object is looked at by itself: what is no JSON
    between two rows is one row that can't be read.
    """

    def __init__(
        self, rows: Rows, of: type[T], take: Callable[[T], Verdict], lost: re.Pattern[bytes] | None = None
    ) -> None:
        """`take` keeps a row. `lost` tells by which words a row that can't be read is known from what only surrounds
        rows; None: nothing surrounds them but brackets and commas.
        """
        self._rows = rows
        self._take = take
        self._lost = lost
        self._many = msgspec.json.Decoder(list[of])  # type: ignore[valid-type]  # a type known at run time only
        self._one = msgspec.json.Decoder(of)
        self._lenient = msgspec.json.Decoder(of, strict=False)
        self._left = b""
        self._line = 1

    def feed(self, content: bytes) -> None:
        """The next piece of the file."""
        self._left += content
        cut = _last_boundary(self._left)
        if cut or len(self._left) > MOST_BYTES_HELD:
            cut = cut or len(self._left)
            piece, self._left = self._left[:cut], self._left[cut:]
            self._read(piece, is_last=False)

    def end(self) -> None:
        """The file has ended."""
        piece, self._left = self._left, b""
        self._read(piece, is_last=True)

    def _read(self, piece: bytes, *, is_last: bool) -> None:
        body = piece.removeprefix(b"\xef\xbb\xbf").strip(_AROUND)
        found = self._decoded(body)
        if found is None:
            read_to = self._one_by_one(piece, is_last=is_last)
            piece, self._left = piece[:read_to], piece[read_to:] + self._left
        else:
            take = self._take
            verdicts = [(index, verdict) for index, row in enumerate(found) if (verdict := take(row)) is not None]
            if verdicts:
                self._tell(piece, dict(verdicts))
        self._line += piece.count(b"\n")

    def _decoded(self, body: bytes) -> list[T] | None:
        """All rows of a piece at once; None where something in it is not as it should be."""
        try:
            rows: list[T] = self._many.decode(b"[" + body + b"]")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            try:
                return self._one.decode_lines(body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return None
        return rows

    def _tell(self, piece: bytes, verdicts: Mapping[int, str]) -> None:
        """Say of some objects of a piece that is whole why they are not kept; look for rows in those that are none."""
        line, lines = self._line, _Lines(piece, self._line)
        for index, (start, end) in enumerate(_objects(piece)):
            self._line = lines.at(start)
            if verdicts.get(index) == NO_ROW:
                self._one_by_one(piece[start + 1 : end - 1], is_last=True)
            elif index in verdicts:
                self._rows.problem(self._line, verdicts[index])
        self._line = line

    def _one_by_one(self, piece: bytes, *, is_last: bool) -> int:
        """Look at each object; returns how far the piece was read. What may be cut off waits for the next piece."""
        position = read_to = 0
        lines = _Lines(piece, self._line)
        while (start := piece.find(b"{", position)) >= 0:
            end = _end_of(piece, start)
            verdict = BROKEN if end is None else self._judge(piece[start:end])
            if verdict == BROKEN and not is_last and len(piece) - start < LONGEST_ROW:
                self._pass_over(piece, read_to, start, lines)
                return start
            if verdict in {NO_ROW, BROKEN} or end is None:
                position = start + 1
                continue
            self._pass_over(piece, read_to, start, lines)
            if verdict is not None:
                self._rows.problem(lines.at(start), verdict)
            position = read_to = end
        self._pass_over(piece, read_to, len(piece), lines)
        return len(piece)

    def _judge(self, text: bytes) -> Verdict:
        """What becomes of what may be an object."""
        for content in (text, _LONE.sub(rb"\\ufffd", text.decode("utf-8", "replace").encode())):
            try:
                return self._take(self._one.decode(content))
            except msgspec.ValidationError as error:
                return self._judge_leniently(content, error)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
        return BROKEN

    def _judge_leniently(self, content: bytes, error: msgspec.ValidationError) -> Verdict:
        try:
            return self._take(self._lenient.decode(content))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return NO_ROW if self._lost else str(error)

    def _pass_over(self, piece: bytes, start: int, end: int, lines: "_Lines") -> None:
        """Count what lies between two rows, if it was one."""
        between = piece[start:end]
        body = between.removeprefix(b"\xef\xbb\xbf").strip(_AROUND)
        if self._lost.search(body) if self._lost else body:
            self._rows.problem(lines.at(start + len(between) - len(between.lstrip(_AROUND))), "can't be read")


class _Lines:
    """On which lines places of a piece are, asked in their order: each line end is counted once."""

    def __init__(self, piece: bytes, first: int) -> None:
        """`first` is the line on which the piece begins."""
        self._piece = piece
        self._line = first
        self._counted = 0

    def at(self, place: int) -> int:
        self._line += self._piece.count(b"\n", self._counted, place)
        self._counted = place
        return self._line


def _last_boundary(content: bytes) -> int:
    """Where the last row begins that has another before it; 0 where none is found."""
    position = len(content)
    for _ in range(TRIES):
        position = content.rfind(b"{", 0, position)
        if position <= 0:
            return 0
        if content[max(0, position - TRIES) : position].rstrip(b" \t\r\n,").endswith(b"}"):
            return position
    return 0


def _end_of(content: bytes, start: int) -> int | None:
    """Where the object that begins at `start` ends; None where it doesn't within what a row can be."""
    depth = 0
    for token in _TOKEN.finditer(content, start, start + LONGEST_ROW):
        if token[0] == b"{":
            depth += 1
            if depth > DEEPEST:
                return None
        elif token[0] == b"}":
            depth -= 1
            if not depth:
                return token.end()
    return None


def _objects(content: bytes) -> Iterator[tuple[int, int]]:
    """Where each outermost object of a piece that is whole begins and ends."""
    depth = start = 0
    for token in _TOKEN.finditer(content):
        if token[0] == b"{":
            start = start if depth else token.start()
            depth += 1
        elif token[0] == b"}":
            depth -= 1
            if not depth:
                yield start, token.end()
