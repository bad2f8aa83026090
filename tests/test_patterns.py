"""No text makes a pattern slow: twice as much of it is about twice the work, whatever it says."""

import ast
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import songswap
from songswap import documents
from songswap.core.history.formats.csv_rows import DELIMITERS, row_of
from songswap.core.history.formats.lastfm import LastFm
from songswap.core.history.formats.listenbrainz import ListenBrainz
from songswap.core.history.formats.rows import Rows
from songswap.store import Document, Log
from songswap.store.sweeping import paths_like
from tests.pattern_steps import Counted, TooMuchError, texts_against

PACKAGE = Path(songswap.__file__).parent
SOURCES = [path for path in sorted(PACKAGE.rglob("*.py")) if "simulator" not in path.parts]
OF_RE = {
    f"re.{name}" for name in ("compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer")
}
MADE_WHERE_USED = {"_keys", "row_of", "sweep"}
"""Functions whose patterns hang on an argument: `all_patterns` has those they make."""

Pattern = re.Pattern[str] | re.Pattern[bytes]

FEW, MANY = 30, 300
"""How often a text is repeated; the second where the first few give rise to doubt, to pass over what has a bound."""
GROWTH = 2.6
"""Twice the text may be so much more work; four times would be the square."""


def modules() -> list[str]:
    return [
        found.name
        for found in pkgutil.walk_packages(songswap.__path__, "songswap.")
        if "simulator" not in found.name and not found.name.endswith("__main__")
    ]


def within(value: object, depth: int = 0) -> Iterator[Pattern]:
    """The patterns in what a module holds: by themselves, in tuples, tables and our own data classes."""
    fields = getattr(type(value), "__dataclass_fields__", None)
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 4 and isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from within(one, depth + 1)
    elif depth < 4 and isinstance(value, dict):
        yield from within((*value.keys(), *value.values()), depth + 1)
    elif isinstance(fields, dict) and type(value).__module__.startswith("songswap"):
        yield from within([getattr(value, name) for name in fields], depth + 1)


def calls_of_re(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call of `re.…` with the name of the function it stands in; empty at a module's own level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(node): function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in OF_RE:
            yield inside.get(id(node), ""), node


def written_in_functions() -> Iterator[Pattern]:
    for path in SOURCES:
        for function, call in calls_of_re(path):
            text = call.args[0]
            if function and isinstance(text, ast.Constant):
                yield re.compile(text.value)


def all_patterns() -> dict[str, Pattern]:
    """Every pattern of the program, by what it says and how."""
    found = [
        *(one for name in modules() for one in within(list(vars(importlib.import_module(name)).values()))),
        *written_in_functions(),
        *map(row_of, DELIMITERS),
        *(re.compile(paths_like(one.pattern)) for one in vars(documents).values() if isinstance(one, Document | Log)),
        *(one for reader in (LastFm, ListenBrainz) for one in within(vars(reader(Rows())).get("_lost"))),
    ]
    return {f"{one.pattern!r} {one.flags}": one for one in found if one.pattern}


PATTERNS = all_patterns()


def grows(pattern: Pattern, text: tuple[str, str, str], times: int) -> bool:
    """Whether twice as much of the middle of a text is by far more than twice the work."""
    beginning, middle, end = text
    once, twice = (Counted(pattern, beginning + middle * count + end) for count in (times, 2 * times))
    try:
        once.spans()
        twice.spans()
    except TooMuchError:
        return True
    return twice.steps > GROWTH * once.steps


def slow_text(pattern: Pattern) -> tuple[str, str, str] | None:
    """A text that makes the pattern slow, if there is one."""
    return next(
        (text for text in texts_against(pattern) if grows(pattern, text, FEW) and grows(pattern, text, MANY)), None
    )


@pytest.fixture
def deep_recursion() -> Iterator[None]:
    """The counting matcher goes one deeper for each repetition of a group."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("deep_recursion")
@pytest.mark.parametrize("said", sorted(PATTERNS))
def test_no_text_makes_a_pattern_slow(said: str) -> None:
    assert slow_text(PATTERNS[said]) is None


@pytest.mark.usefixtures("deep_recursion")
@pytest.mark.parametrize(
    "slow",
    [r"\s*source,at", r"\s+-\s+x$", r"[a-z]+:[0-9]", r"listens/.*\.jsonl", r"(?:a|aa)+b", r"(?:a+)+b", r"x[^)]*\)"],
)
def test_what_would_be_slow_is_found(slow: str) -> None:
    assert slow_text(re.compile(slow)) is not None


def test_every_pattern_is_found_by_this_test() -> None:
    unknown = [
        f"{path.name}:{call.lineno}"
        for path in SOURCES
        for function, call in calls_of_re(path)
        if function and not isinstance(call.args[0], ast.Constant) and function not in MADE_WHERE_USED
    ]
    assert unknown == []


TEXTS = ["", "a", "a - Mono - 2011", "  (feat. X) y", "spotify:track:abc", '{"a": "b\\"c"}', "@ann, @bo!", "x\n\ny\r\n"]


@pytest.mark.parametrize("said", sorted(PATTERNS))
def test_counting_finds_what_the_pattern_finds(said: str) -> None:
    pattern = PATTERNS[said]
    beginnings = [beginning + middle * 3 for beginning, middle, _ in texts_against(pattern)]
    for text in [*TEXTS, *beginnings[:200:7]]:
        asked = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
        there = [found.span() for found in pattern.finditer(asked) if found.end() > found.start()]  # type: ignore[arg-type]
        assert Counted(pattern, asked.decode("latin-1") if isinstance(asked, bytes) else asked).spans() == there
