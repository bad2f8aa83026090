"""The documents and the code say the same: paths, keys, routes, constants, libraries, and examples that work."""

import importlib
import os
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from songswap.catalogue.loading import Loading
from songswap.clock import Clock
from songswap.config import APP_KEYS, KEYS, App, Config, Spotify
from songswap.store import Store
from songswap.web.app import create_app
from songswap.web.insights.figure_table import TABLE as FIGURE_TABLE
from tests.processes import Installation, all_running

ROOT = Path(__file__).parents[1]

README = ROOT / "README.md"
API = ROOT / "docs" / "api.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
SYNC = ROOT / "docs" / "sync.md"

LARGEST_PICTURE = 400 * 1024
INDENT = 2
PATIENCE_S = 90
"""For all examples together; they take some fifteen seconds."""


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks_of(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(path), re.MULTILINE | re.DOTALL)


def rows_of(path: Path, heading: str) -> list[list[str]]:
    """The cells of the rows of the table below a heading."""
    section = text_of(path).partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return rows[1:]


# README


def paths_in_tree() -> list[str]:
    """Every path in README's tree; what is indented lies in the folder above it."""
    tree = next(block for block in blocks_of(README, "") if block.startswith("serve.py"))
    paths: list[str] = []
    folders: list[str] = []
    for line in tree.splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // INDENT
        folders = [*folders[:depth], name]
        paths.append("".join(folders))
    return paths


@pytest.mark.parametrize("path", paths_in_tree())
def test_every_path_in_the_readme_is_there(path: str) -> None:
    assert (ROOT / path).is_dir() if path.endswith("/") else (ROOT / path).is_file()


def test_the_readme_names_every_part_of_the_package() -> None:
    package = ROOT / "songswap"
    parts = {f"songswap/{part.name}{'/' if part.is_dir() else ''}" for part in package.glob("[a-z]*")}
    assert parts - set(paths_in_tree()) == set()


def test_the_readme_names_every_section_and_key_of_the_configuration() -> None:
    told = {
        re.sub(r"[`\[\]]", "", section): set(re.findall(r"`(\w+)`", keys))
        for section, keys in rows_of(README, "Run it for real")
    }
    assert told == {**{section: set(keys) for section, keys in KEYS.items()}, "spotify.NAME": set(APP_KEYS)}


def test_the_readme_has_a_picture_that_loads_quickly() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text_of(README))
    assert pictures
    assert all((ROOT / picture).stat().st_size <= LARGEST_PICTURE for picture in pictures)


# docs/architecture.md


def test_every_library_the_program_needs_is_explained() -> None:
    needed = set(re.findall(r"^([a-z][\w-]*)", text_of(ROOT / "requirements.txt"), re.MULTILINE))
    explained = {name for cells in rows_of(ARCHITECTURE, "Why these libraries") for name in cells[0].split(", ")}
    assert explained == needed


# docs/sync.md


def numbers_of(value: object) -> list[float]:
    return [float(number) for number in (value if isinstance(value, tuple) else (value,))]


@pytest.mark.parametrize(("module", "constant", "value"), [cells[:3] for cells in rows_of(SYNC, "The constants")])
def test_every_constant_is_as_told(module: str, constant: str, value: str) -> None:
    there = getattr(importlib.import_module(f"songswap.core.session.{module.strip('`')}"), constant.strip("`"))
    assert [float(number) for number in re.findall(r"[\d.]+", value)] == numbers_of(there)


def test_every_constant_the_text_speaks_of_is_in_the_table() -> None:
    text, _, _ = text_of(SYNC).partition("## The constants")
    paces = {"FINE", "COARSE"}
    in_table = {cells[1].strip("`") for cells in rows_of(SYNC, "The constants")}
    assert set(re.findall(r"`([A-Z][A-Z_]+)`", text)) - paces == in_table


# docs/api.md


def routes_below_api(folder: Path) -> Iterator[str]:
    app = create_app(Config(spotify=Spotify((App("default", "an-app"),))), Store(folder, "server"), Clock())
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield f"{method} {rule.rule}".translate({ord("<"): "{", ord(">"): "}"})


def test_every_route_of_the_api_is_told_of_and_no_other(tmp_path: Path) -> None:
    told = re.findall(r"`([A-Z]+ /api/[^`]*)`", text_of(API))
    assert set(told) == set(routes_below_api(tmp_path))


def test_every_figure_is_told_of_as_in_the_table_of_figures() -> None:
    paths = [row.path.translate({ord("<"): "{", ord(">"): "}"}) for row in FIGURE_TABLE]
    figures = [f"| `GET /api/insights/{path}` | {row.told} |" for row, path in zip(FIGURE_TABLE, paths, strict=True)]
    by_link = [
        f"| `GET /api/shared/{{account}}/{{secret}}/{path}` | `/api/insights/{path}` |"
        for row, path in zip(FIGURE_TABLE, paths, strict=True)
        if row.askers == "link"
    ]
    for lines in (figures, by_link):
        assert "\n".join(lines) in text_of(API), "this belongs into docs/api.md"


def load_catalogue(installation: Installation) -> None:
    """As the demo does."""
    path = installation.folder / "features.csv"
    with urllib.request.urlopen(f"{installation.spotify_url}/sim/features.csv", timeout=PATIENCE_S) as answer:
        path.write_bytes(answer.read())
    Loading(installation.store).run(path, now_ms=1.0)


@pytest.mark.processes
def test_the_examples_of_the_api_work_one_after_the_other(tmp_path: Path) -> None:
    strict = tmp_path / ".curlrc"
    strict.write_text("fail-with-body\nshow-error\n", encoding="utf-8")
    with all_running(tmp_path) as installation:
        load_catalogue(installation)
        script = "\n".join(["set -eu", *blocks_of(API, "sh")])
        script = script.replace("http://127.0.0.1:8770", installation.url)
        script = script.replace("http://127.0.0.1:8771", installation.spotify_url)
        environment = {**os.environ, "CURL_HOME": str(tmp_path)}
        ended = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    assert ended.returncode == 0, ended.stderr + ended.stdout
    assert "event: state" in ended.stdout
    assert '"status": "ok"' in ended.stdout or '"status":"ok"' in ended.stdout
