"""What docs/store.md tells of the store is what there is."""

import re
from pathlib import Path

from songswap import documents
from songswap.store import Document, Log

LAYOUT = Path(__file__).parents[1] / "docs" / "store.md"
DOCUMENTS = {name: kind for name, kind in vars(documents).items() if isinstance(kind, Document)}
LOGS = {name: kind for name, kind in vars(documents).items() if isinstance(kind, Log)}


def told(heading: str) -> dict[str, str]:
    """The files in the table below that heading, with their writers."""
    section = LAYOUT.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \|.*\| ([^|]+) \|$", section, re.MULTILINE))


def test_every_document_is_told_of_with_its_writer() -> None:
    assert told("Documents") == {document.pattern: document.writer for document in DOCUMENTS.values()}


def test_every_log_is_told_of_with_its_writer() -> None:
    assert told("Logs") == {log.pattern: ", ".join(log.writers) or "its own process" for log in LOGS.values()}


def test_no_two_documents_lie_in_the_same_place() -> None:
    patterns = [kind.pattern for kind in (*DOCUMENTS.values(), *LOGS.values())]
    assert len(set(patterns)) == len(patterns)
    for pattern in patterns:  # nor does one fit the other's names
        name = pattern.format("one", "two", "three")
        fitting = [one for one in patterns if re.fullmatch(re.escape(one).replace(r"\{\}", "[A-Za-z0-9_-]+"), name)]
        assert fitting == [pattern]
