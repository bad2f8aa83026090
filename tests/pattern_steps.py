"""How much work a pattern makes, counted instead of timed: a plain backtracking matcher over Python's own parse."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from re import _constants as codes  # type: ignore[attr-defined]  # what `re` itself is made of
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Node = tuple[Any, Any]
Next = Callable[[int], bool]

CATEGORIES = {
    codes.CATEGORY_DIGIT: r"\d",
    codes.CATEGORY_NOT_DIGIT: r"\D",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S",
    codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_WORD: r"\W",
}
ONE_CHARACTER = {codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN}
REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}


class TooMuchError(Exception):
    """More steps than anybody has to see."""


class Counted:
    """One pattern over one text. `steps` is how often a character or a place was looked at."""

    def __init__(self, pattern: re.Pattern[str] | re.Pattern[bytes], text: str, most: int = 1_000_000) -> None:
        self.steps = 0
        self._most = most
        self._text = text
        self._ignores_case = bool(pattern.flags & re.IGNORECASE)
        self._flags = re.ASCII if isinstance(pattern.pattern, bytes) else 0
        self._dot_is_all = bool(pattern.flags & re.DOTALL)
        self._nodes = list(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
        self._known: dict[tuple[int, str], bool] = {}

    def spans(self) -> list[tuple[int, int]]:
        """Where the pattern is found, as `finditer` finds it: the most that `search` or `sub` may have to do.

        Raises TooMuchError.
        """
        found: list[tuple[int, int]] = []
        start = 0
        while start <= len(self._text):
            end = self._first(self._nodes, start)
            if end is None or end == start:
                start += 1
            else:
                found.append((start, end))
                start = end
        return found

    def _first(self, nodes: list[Node], start: int) -> int | None:
        """Where the first way to match `nodes` from `start` on ends."""
        ends: list[int] = []

        def note(position: int) -> bool:
            ends.append(position)
            return True

        return ends[0] if self._match(nodes, 0, start, note) else None

    def _match(self, nodes: list[Node], index: int, position: int, then: Next) -> bool:
        while index < len(nodes) and nodes[index][0] in ONE_CHARACTER:
            if not self._is_one(nodes[index], position):
                return False
            index, position = index + 1, position + 1
        if index == len(nodes):
            return then(position)
        self._count()
        code, what = nodes[index]

        def rest(at: int) -> bool:
            return self._match(nodes, index + 1, at, then)

        if code in REPEATS:
            return self._repeat(code, what, position, rest)
        if code in {codes.SUBPATTERN, codes.BRANCH}:
            ways = what[1] if code is codes.BRANCH else [what[-1]]
            return any(self._match(list(way), 0, position, rest) for way in ways)
        return self._passes(code, what, position) and rest(position)

    def _passes(self, code: Any, what: Any, position: int) -> bool:
        """Whether a place is as it has to be; nothing is taken of the text."""
        if code in {codes.ASSERT, codes.ASSERT_NOT}:
            return self._looks(what, position) == (code is codes.ASSERT)
        assert code is codes.AT, f"{code} is not known here"
        return self._is_at(what, position)

    def _count(self) -> None:
        self.steps += 1
        if self.steps > self._most:
            raise TooMuchError

    def _looks(self, what: Any, position: int) -> bool:
        direction, nodes = what
        start = position - nodes.getwidth()[1] if direction < 0 else position
        return start >= 0 and self._first(list(nodes), start) is not None

    def _is_at(self, what: Any, position: int) -> bool:
        if what in {codes.AT_BOUNDARY, codes.AT_NON_BOUNDARY}:
            sides = [0 <= at < len(self._text) and self._is_word(self._text[at]) for at in (position - 1, position)]
            return (sides[0] != sides[1]) == (what is codes.AT_BOUNDARY)
        if what in {codes.AT_BEGINNING, codes.AT_BEGINNING_STRING}:
            return position == 0
        return position == len(self._text) or (what is codes.AT_END and self._text[position:] == "\n")

    def _is_word(self, letter: str) -> bool:
        return re.fullmatch(r"\w", letter, self._flags) is not None

    def _repeat(self, code: Any, what: Any, position: int, rest: Next) -> bool:
        least, most, sub = what
        nodes = list(sub)
        most = len(self._text) + 1 if most is codes.MAXREPEAT else int(most)
        if code is codes.POSSESSIVE_REPEAT:
            count = 0
            while count < most and (end := self._first(nodes, position)) is not None and end > position:
                position, count = end, count + 1
            return count >= least and rest(position)
        if len(nodes) == 1 and nodes[0][0] in ONE_CHARACTER:
            return self._repeat_one(nodes[0], position, (least, most), rest, is_greedy=code is codes.MAX_REPEAT)
        return self._repeat_group(nodes, position, (0, least, most), rest)

    def _repeat_one(self, node: Node, position: int, bounds: tuple[int, int], rest: Next, *, is_greedy: bool) -> bool:
        least, most = bounds
        run = 0
        while run < most and self._is_one(node, position + run):
            run += 1
        counts = range(run, least - 1, -1) if is_greedy else range(least, run + 1)
        for count in counts:
            self._count()
            if rest(position + count):
                return True
        return False

    def _repeat_group(self, nodes: list[Node], position: int, bounds: tuple[int, int, int], rest: Next) -> bool:
        count, least, most = bounds

        def again(at: int) -> bool:
            return at > position and self._repeat_group(nodes, at, (count + 1, least, most), rest)

        return (count < most and self._match(nodes, 0, position, again)) or (count >= least and rest(position))

    def _is_one(self, node: Node, position: int) -> bool:
        self._count()
        if position >= len(self._text):
            return False
        letter = self._text[position]
        key = (id(node[1]) if node[0] is codes.IN else hash((str(node[0]), node[1])), letter)
        if key not in self._known:
            letters = {letter, letter.lower(), letter.upper()} if self._ignores_case else {letter}
            self._known[key] = any(self._fits(node, one) for one in letters)
        return self._known[key]

    def _fits(self, node: Node, letter: str) -> bool:
        code, what = node
        if code is codes.LITERAL:
            return ord(letter[0]) == what
        if code is codes.NOT_LITERAL:
            return ord(letter[0]) != what
        if code is codes.ANY:
            return self._dot_is_all or letter != "\n"
        is_negated = what[0][0] is codes.NEGATE
        return any(self._is_in(one, letter) for one in what[is_negated:]) != is_negated

    def _is_in(self, item: Node, letter: str) -> bool:
        code, what = item
        if code is codes.LITERAL:
            return ord(letter[0]) == what
        if code is codes.RANGE:
            return bool(what[0] <= ord(letter[0]) <= what[1])
        return re.fullmatch(CATEGORIES[what], letter, self._flags) is not None


def samples(nodes: list[Node]) -> tuple[str, set[str]]:
    """A shortest text that fits `nodes`, and those that fit its parts: what texts against it are put together of."""
    whole, parts = "", set()
    for code, what in nodes:
        if code in ONE_CHARACTER:
            letter = next(one for one in _letters() if Counted(_ANYTHING, one)._fits((code, what), one))
            whole += letter
            parts.add(letter)
        elif code in REPEATS:
            body, within = samples(list(what[2]))
            parts |= {body, whole, whole + body, *within}
            whole += body * max(1, min(what[0], 3))
        elif code is codes.SUBPATTERN:
            body, within = samples(list(what[-1]))
            parts |= {*within, *(whole + one for one in within)}
            whole += body
        elif code is codes.BRANCH:
            ways = [samples(list(way)) for way in what[1]]
            parts |= {one for body, within in ways for one in (body, *within)}
            whole += ways[0][0]
    return whole, {*parts, whole} - {""}


_ANYTHING = re.compile("")


def _letters() -> Iterator[str]:
    yield from "ax0 -.,:;\"'(/\\_\n"
    yield from (chr(number) for number in range(1, 0x250))
    yield from (chr(number) for number in range(0x2000, 0xE000) if unicodedata.category(chr(number)) != "Cn")


def texts_against(pattern: re.Pattern[str] | re.Pattern[bytes]) -> Iterator[tuple[str, str, str]]:
    """A beginning, what follows it over and over, and an end nothing fits: what a pattern is slow for, if it is."""
    whole, parts = samples(list(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)))
    short = sorted(parts, key=lambda one: (len(one), one))[:14]
    pumps = {*short, *(one + other for one in short[:7] for other in short[:7]), " ", "\n"}
    beginnings = {"", whole, whole[: len(whole) // 2], *short[:4]}
    for pump in sorted(pumps):
        for beginning in sorted(beginnings):
            yield beginning, pump, "\x01"
