"""What a crash left half-written, removed at the next start of the process that wrote it."""

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from songswap.store.files import LAST_GOOD, NAME, UNFINISHED, Document, Writer
from songswap.store.logs import Log

OURS: Final = ("secret.key", "health", "server.probe", "worker.probe")
"""Beginnings of what lay unfinished in the store's folder itself, of this version or one before."""


def sweep(root: Path, role: Writer, kinds: Iterable[Document[Any] | Log[Any]]) -> None:
    """Remove what documents and logs of `role` were about to become; for its start, before it writes anything."""
    patterns = [re.compile(paths_like(kind.pattern)) for kind in kinds if role in _writers(kind)]
    for path in root.rglob(f"*{UNFINISHED}"):
        name = path.relative_to(root).as_posix().removesuffix(UNFINISHED).removesuffix(LAST_GOOD)
        is_ours = any(pattern.fullmatch(name) for pattern in patterns)
        is_of_the_folder = role == "server" and "/" not in name and name.startswith(OURS)
        if is_ours or (is_of_the_folder and (root / "secret.key").exists()):
            with contextlib.suppress(OSError):
                path.unlink()


def _writers(kind: Document[Any] | Log[Any]) -> tuple[Writer, ...]:
    return (kind.writer,) if isinstance(kind, Document) else kind.writers


def paths_like(pattern: str) -> str:
    """The expression of all paths that the pattern of a document or log stands for."""
    return re.escape(pattern).replace(r"\{\}", NAME.pattern)
