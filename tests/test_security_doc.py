"""docs/security.md answers every requirement, in one of three words, by tests that are there."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from songswap.config import ReccoBeats, Spotify, YouTube
from songswap.spotify import links
from songswap.web.kit import security_headers

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

# How many requirements of levels 1 and 2 each section of each chapter has; in all of them they are the first ones.
CHAPTERS = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}
VERDICTS = {"pass", "fail", "n/a"}
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows(chapter: int) -> list[list[str]]:
    """The cells of a chapter's table."""
    section = re.search(rf"^### V{chapter} .*?(?=^### |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert section
    lines = [line for line in section[0].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def named(cell: str) -> list[str]:
    """The requirements in the first cell of a row: 1.2.3, 1.2.6–1.2.8."""
    found = []
    for part in cell.split(", "):
        first, _, last = part.partition("–")
        section, _, start = first.rpartition(".")
        assert last.startswith(f"{section}.") or not last, part
        found += [f"{section}.{number}" for number in range(int(start), int(last.rpartition(".")[2] or start) + 1)]
    return found


@cache
def functions_of(path: str) -> set[str]:
    """What the functions of a file of tests are called."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_requirement_is_answered_once(chapter: int) -> None:
    wanted = [
        f"{chapter}.{section}.{number}"
        for section, count in enumerate(CHAPTERS[chapter], 1)
        for number in range(1, count + 1)
    ]
    answered = [name for row in rows(chapter) for name in named(row[0])]
    assert sorted(answered) == sorted(wanted)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_answer_is_one_of_three_words_with_a_reason(chapter: int) -> None:
    for row in rows(chapter):
        assert len(row) == 4, row
        assert row[1] in VERDICTS, row
        assert len(row[2]) > 5, row


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_pass_names_tests_that_are_there_or_says_that_there_is_none(chapter: int) -> None:
    for name, verdict, _, held in rows(chapter):
        tests = TEST.findall(held)
        assert ", ".join(f"`{path}::{test}`" for path, test in tests) == held or held in {"no test", "–"}, name
        assert held != "–" or verdict == "n/a", name
        for path, test in tests:
            assert test.startswith("test_"), test
            assert test in functions_of(path), f"{path}::{test}"


def test_the_summary_counts_them() -> None:
    counted = Counter(row[1] for chapter in CHAPTERS for row in rows(chapter) for _ in named(row[0]))
    told = re.search(r"Of (\d+), (\d+) pass, (\d+) fail, (\d+) do not apply\.", TEXT)
    assert told
    assert [int(one) for one in told.groups()] == [counted.total(), *(counted[one] for one in ("pass", "fail", "n/a"))]


def test_everybody_who_is_spoken_to_is_named() -> None:
    addresses = [Spotify.api_url, Spotify.accounts_url, Spotify.sdk_url, YouTube.api_url, ReccoBeats.api_url]
    addresses += [*links.COVER_HOSTS, security_headers.VIDEO_PICTURE_HOST, links.PAGES]
    hosts = {re.sub(r"https://([^/]+).*", r"\1", address) for address in addresses}
    section = TEXT.partition("### Who is spoken to\n")[2].partition("\n### ")[0]
    cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    assert {host for cell in cells for host in re.findall(r"`(.*?)`", cell)} == hosts
