"""The conventions of this house, held by tests: what CONTRIBUTING.md promises is true."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "songswap"
MODULES = [*sorted(PACKAGE.rglob("*.py")), ROOT / "serve.py", ROOT / "worker.py"]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SPOTIFYS_OWN_WORDS = PACKAGE / "spotify" / "wire.py"
"""Types named and described in Spotify's reference."""
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

LONGEST_MODULE = 500
LONGEST_FUNCTION = 60

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Function = ast.FunctionDef | ast.AsyncFunctionDef


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# Who may import whom


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([command, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, check=False)


def test_the_import_contracts_are_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("layers", "core/session/plan.py", "import songswap.web.app"),
        ("layers", "store/store.py", "import songswap.documents"),
        ("layers", "jobs/kit/runner.py", "import songswap.web.home.pages"),
        ("layers", "model/struct.py", "import songswap.config"),
        ("wings-of-core", "core/session/plan.py", "import songswap.core.timer.timer"),
        ("wings-of-core", "core/kit/text.py", "import songswap.core.talk.posts"),
        ("wings-of-jobs", "jobs/history/imports.py", "import songswap.jobs.playlists.saves"),
        ("wings-of-web", "web/kit/ids.py", "import songswap.web.people.accounts"),
        ("wings-of-web", "web/insights/sharing.py", "import songswap.web.talk.chat"),
        ("stand-in", "simulator/world.py", "from songswap.model.music import Track"),
        ("real-program", "web/app.py", "import songswap.simulator.world"),
        ("pure-core", "core/session/plan.py", "import asyncio"),
        ("pure-core", "core/session/plan.py", "from songswap.store import Store"),
        ("pure-core", "model/struct.py", "import random"),
    ],
)
def test_every_import_contract_can_be_broken(tmp_path: Path, contract: str, module: str, line: str) -> None:
    shutil.copytree(PACKAGE, tmp_path / "songswap", ignore=shutil.ignore_patterns("__pycache__", "static", "templates"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "songswap" / module).open("a") as file:
        file.write(f"\n{line}\n")
    name = next(entry["name"] for entry in CONTRACTS if entry["id"] == contract)
    said = " ".join(lint_imports(tmp_path).stdout.split())
    assert f"{name} BROKEN" in said


def test_the_contracts_around_the_embedded_spotify_name_everything_else() -> None:
    parts = {f"songswap.{path.stem}" for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    by_id = {entry["id"]: entry for entry in CONTRACTS}
    assert {*by_id["stand-in"]["forbidden_modules"], "songswap.simulator"} == parts
    assert {*by_id["real-program"]["source_modules"], "songswap.simulator"} == parts


def test_the_core_asks_nobody_what_time_it_is() -> None:
    asked = [
        f"{relative(path)}:{node.lineno}"
        for path in sorted((PACKAGE / "core").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow"}
    ]
    assert asked == []


# Size and docstrings


def functions_in(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, Function))


def test_no_module_grows_beyond_what_can_be_read_at_once() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_function_grows_beyond_a_screen() -> None:
    lengths = {
        f"{relative(path)}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in [*MODULES, *TESTS]
        for function in functions_in(path)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def is_setter(node: ast.ClassDef | Function) -> bool:
    """Whether this is the other half of a property, which said already what it is."""
    return any(isinstance(decorator, ast.Attribute) and decorator.attr == "setter" for decorator in node.decorator_list)


def public_in(node: Documented, name: str) -> Iterator[tuple[str, Documented]]:
    """`node` and what is public in it, apart from what is defined within functions."""
    yield name, node
    for child in node.body if not isinstance(node, Function) else ():
        if isinstance(child, ast.ClassDef | Function) and not child.name.startswith("_") and not is_setter(child):
            yield from public_in(child, f"{name}.{child.name}")


def test_everything_public_says_what_it_is() -> None:
    silent = [
        f"{relative(path)}: {name}"
        for path in MODULES
        if path != SPOTIFYS_OWN_WORDS
        for name, node in public_in(ast.parse(path.read_text(encoding="utf-8")), path.stem)
        if not ast.get_docstring(node)
    ]
    assert silent == []


# What is in the repository


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listing.splitlines() if (path := ROOT / name).is_file()]


PLACES = re.compile(
    r"(?<![\w.])/(work|root|home|tmp|Users)/"  # somebody's machine
    r"|(pypi|pythonhosted|npmjs|jfrog|artifactory)\.\w+"  # where packages came from
    r"|extra-index-url|index-url"
)


def test_no_file_tells_of_somebodys_machine() -> None:
    told = {
        f"{relative(path)}: {found[0]}"
        for path in tracked()
        if path != Path(__file__)
        for found in PLACES.finditer(path.read_text(encoding="utf-8", errors="ignore"))
    }
    assert told == set()


def test_no_file_is_half_merged() -> None:
    marks = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
    told = [relative(path) for path in tracked() if marks.search(path.read_text(encoding="utf-8", errors="ignore"))]
    assert told == []


# What the documents say


DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_every_command_in_the_documents_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    commands = "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", text)])
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"^\s*make ([a-z-]+)", commands, re.MULTILINE)) <= targets
    scripts = re.findall(r"^\s*python3? ([\w/]+\.py)", commands, re.MULTILINE)
    assert [name for name in scripts if not (ROOT / name).is_file()] == []
    modules = re.findall(r"^\s*python3? -m ((?:songswap|bench)[\w.]*)", commands, re.MULTILINE)
    assert [name for name in modules if not can_be_run(ROOT / name.replace(".", "/"))] == []


def can_be_run(module: Path) -> bool:
    return (module / "__main__.py").is_file() or module.with_suffix(".py").is_file()


def test_the_makefile_explains_each_of_its_commands() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony
    assert set(re.findall(r"^#   make ([a-z-]+)", text, re.MULTILINE)) == set(phony[1].split())


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_every_link_between_the_documents_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []
