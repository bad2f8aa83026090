"""The one style sheet: what one part of it calls something, no other part calls something else."""

import re
from collections import defaultdict

from tests.test_house import ROOT

STYLE = ROOT / "static" / "style.css"
PARTS = re.compile(r"^/\* (.*?) \*/$", re.MULTILINE | re.DOTALL)
RULES = re.compile(r"([^{}]+)\{[^{}]*\}")
SHARED = {"button", "device", "round"}
"""Classes that have a part of their own, and move by a rule about motion in another."""


def lone_classes(part: str) -> set[str]:
    """The classes that a part of the sheet has rules for wherever they are."""
    selectors = (one.strip() for rule in RULES.finditer(part) for one in rule[1].split("\n")[-1].split(","))
    return {match[1] for one in selectors if (match := re.fullmatch(r"\.([a-z-]+)", one))}


def test_a_class_is_defined_in_one_part_of_the_sheet() -> None:
    _, *named = PARTS.split(STYLE.read_text(encoding="utf-8"))
    parts = defaultdict(list)
    for name, part in zip(named[::2], named[1::2], strict=True):
        for found in lone_classes(part):
            parts[found].append(name.partition(":")[0])
    assert len(parts) > 100
    assert {found: names for found, names in parts.items() if len(names) > 1 and found not in SHARED} == {}
