"""The modules of the pages keep to their wings: what they import, that all of them are used, how long they are."""

import os.path
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "static"
TEMPLATES = ROOT / "songswap" / "web" / "templates"
LONGEST_MODULE = 500

LAYERS = (
    {"kit"},
    {"people", "player", "timer"},
    {"group", "talk", "history", "insights", "playlists", "discovery", "videos", "guess", "operator"},
)
"""From below: a module imports from its own folder and from layers below, never from one beside or above."""

IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](?P<path>\.[^"'\n]+\.js)["']""")
ADDRESS = re.compile(r"/static/([\w/-]+\.\w+)")
FILENAME = re.compile(r"""url_for\(['"]static['"], filename=['"]([^'"]+)['"]\)""")


def modules() -> dict[str, str]:
    """Each module's text, by its path below static/."""
    return {path.relative_to(STATIC).as_posix(): path.read_text(encoding="utf-8") for path in STATIC.rglob("*.js")}


def imports(name: str, text: str) -> list[str]:
    """The modules that a module at `name` with this text imports, by their paths below static/."""
    return [os.path.normpath(Path(name).parent / one["path"]) for one in IMPORT.finditer(text)]


def broken(texts: dict[str, str]) -> Iterator[str]:
    """What is wrong about who imports whom."""
    level = {folder: number for number, folders in enumerate(LAYERS) for folder in folders}
    for name, text in texts.items():
        for other in imports(name, text):
            mine, theirs = name.partition("/")[0], other.partition("/")[0]
            if other not in texts:
                yield f"{name} imports {other}, which is not there"
            elif mine not in level:
                yield f"{name} lies in no wing"
            elif mine != theirs and level[theirs] >= level[mine]:
                yield f"{name} imports {other}, which is not below it"


def used_by_pages() -> set[str]:
    """The files below static/ that templates name, and modules by their address."""
    named = {name for path in TEMPLATES.rglob("*.html") for name in FILENAME.findall(path.read_text(encoding="utf-8"))}
    return named | {name for text in modules().values() for name in ADDRESS.findall(text)}


def test_modules_import_only_what_lies_below_them() -> None:
    assert list(broken(modules())) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("kit/dom.js", 'import { send } from "../talk/post-card.js";'),
        ("talk/chat.js", 'import { where } from "../group/members.js";'),
        ("people/people.js", 'import { where } from "../timer/timer-position.js";'),
        ("talk/chat.js", 'import { where } from "../kit/nowhere.js";'),
        ("talk/chat.js", 'const late = await import("../guess/guess.js");'),
    ],
)
def test_an_import_from_beside_or_above_is_found(name: str, line: str) -> None:
    texts = modules()
    assert len(list(broken({**texts, name: f"{texts[name]}\n{line}\n"}))) == 1


def test_every_module_is_imported_or_named_by_a_page() -> None:
    texts = modules()
    imported = {other for name, text in texts.items() for other in imports(name, text)}
    assert set(texts) - imported - used_by_pages() == set()


def test_every_file_that_pages_name_is_there() -> None:
    assert [name for name in sorted(used_by_pages()) if not (STATIC / name).is_file()] == []


def test_no_module_grows_beyond_its_one_thing() -> None:
    lengths = {name: len(text.splitlines()) for name, text in modules().items()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}
