"""One name, one meaning, in all of songswap/: classes, constants, files. The simulator has a language of its own."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1] / "songswap"
APART: Final = "simulator"

DOUBLED_CLASSES: Final = frozenset(
    {
        "Choice",  # what a group's page offers, and a device that was chosen
        "Found",  # by a search, and a post
        "Means",  # what jobs are given, and how many calls may be made
        "Order",  # of a list of requests, and to a player
        "Pace",  # of a listener's clock, and of requests
        "Person",  # as a session and as a group's page know them
        "Report",  # of a night, of a player, of a post
        "Way",  # how an order gets to a player, and what to do about an error
    }
)
"""Public classes that still have one name in two modules. It only ever gets shorter."""

MOST_DOUBLED_CONSTANTS: Final = 25
"""Constants that have one name and several values in the modules of a layer. It only ever gets less, to 25."""

CLOSE_FILES: Final = frozenset(
    {
        ("core/kit/hosts.py", "core/talk/posts.py"),
        ("web/account/account.py", "web/people/accounts.py"),
        ("web/insights/charts/matching.py", "web/kit/watching.py"),
        ("web/insights/charts/times.py", "web/kit/timed.py"),
        ("web/insights/charts/times.py", "web/timer/timer.py"),
        ("web/kit/operators.py", "web/operator/operator.py"),
        ("web/kit/timed.py", "web/timer/timer.py"),
    }
)
"""Pairs of files in one layer whose names differ by one letter. It only ever gets shorter."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(f"{APART}/"):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def layer_of(name: str) -> str:
    return name.partition("/")[0] if "/" in name else ""


def doubled_classes() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, tree in modules():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(name)
    return {name: places for name, places in found.items() if len(places) > 1}


def constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        for target in targets:
            if value is not None and isinstance(target, ast.Name) and target.id.isupper():
                yield target.id, ast.dump(value)


def doubled_constants() -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for name, tree in modules():
        for constant, value in constants(tree):
            found[layer_of(name), constant][name] = value
    return {key: sorted(values) for key, values in found.items() if len(set(values.values())) > 1}


def is_one_letter_apart(one: str, other: str) -> bool:
    longer, shorter = sorted((one, other), key=len, reverse=True)
    if len(longer) == len(shorter):
        return sum(a != b for a, b in zip(longer, shorter, strict=True)) == 1
    return len(longer) == len(shorter) + 1 and any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


def close_files() -> set[tuple[str, str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for name, _ in modules():
        names[layer_of(name)].append(name)
    return {
        (one, other)
        for found in names.values()
        for one, other in combinations(found, 2)
        if is_one_letter_apart(Path(one).stem, Path(other).stem)
    }


def test_no_public_class_has_its_name_in_two_modules() -> None:
    doubled = doubled_classes()
    assert {name: doubled[name] for name in doubled.keys() - DOUBLED_CLASSES} == {}


def test_constants_of_one_name_have_one_value_in_a_layer() -> None:
    doubled = doubled_constants()
    assert len(doubled) <= MOST_DOUBLED_CONSTANTS, doubled


def test_no_two_files_are_one_letter_apart() -> None:
    assert close_files() - CLOSE_FILES == set()
