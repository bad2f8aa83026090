"""Where the results are kept and shown: one file of figures, and what is written from it."""

from pathlib import Path

import msgspec

from bench.sync.picture import draw
from bench.sync.report import inserted, markdown, text
from bench.sync.results import Result

ROOT = Path(__file__).resolve().parents[2]
FIGURES = Path("bench/sync.json")
README = Path("README.md")


class Published(msgspec.Struct, frozen=True):
    """The results of all scenarios, and where they were measured."""

    machine: str
    results: list[Result]


def written_from(published: Published, readme: str) -> dict[Path, str]:
    """What every file that shows the results holds, `readme` being the README as it is."""
    return {
        Path("bench/sync.txt"): text(published.results, published.machine),
        Path("bench/sync.svg"): draw(published.results),
        README: inserted(readme, markdown(published.results)),
    }


def publish(published: Published, root: Path = ROOT) -> None:
    """Keep the results, and show them."""
    (root / FIGURES).write_bytes(msgspec.json.format(msgspec.json.encode(published), indent=1) + b"\n")
    for path, content in written_from(published, (root / README).read_text(encoding="utf-8")).items():
        (root / path).write_text(content, encoding="utf-8")


def read(root: Path = ROOT) -> Published:
    """The results as they were kept."""
    return msgspec.json.decode((root / FIGURES).read_bytes(), type=Published)
