"""Whether the store's folder is still the one that the process began with: disks are unmounted, folders are moved.

A file in the store holds its id. Another one, beside the folder and so on another file system where the store is one of
its own, remembers which store belongs there: an empty place for it is no new store.
"""

import contextlib
import logging
import os
import re
import secrets
from pathlib import Path

from songswap.store.errors import StoreError, StoreGoneError
from songswap.store.files import OF_THE_PROCESS, UNFINISHED

logger = logging.getLogger(__name__)

MARKER = "store.id"
CONTENT = ("accounts", "groups", "catalogue", "secret.key")
"""Where one of these is, there is a store, even if it is older than its marker."""
_ID = re.compile(r"[0-9a-f]{32}")

Seat = tuple[int, int] | None
"""Device and number of a folder: nothing else has both while it is there."""


class Home:
    """The folder `root` of a store that was opened; `id` is empty where there is no room for a marker."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.id = _marked(root)
        self._seat = _seat(root)

    def check(self) -> None:
        """Raise StoreGoneError if another folder, or none, is where the store was. Quick: for every write."""
        if _seat(self._root) != self._seat:
            self.look()

    def look(self) -> None:
        """Raise StoreGoneError if another folder, or none, is where the store was, or it was emptied."""
        seat, found = _seat(self._root), _read(self._root / MARKER)
        is_emptied = bool(self.id) and found is None
        is_another = bool(self.id and found) and found != self.id
        is_known = seat == self._seat or bool(self.id and found == self.id)  # mounted again, with another number
        if seat is None or is_emptied or is_another or not is_known:
            raise StoreGoneError(
                f"the store {self._root} is gone: what is there now is not what this process began with. Is it "
                "unmounted, or moved? Bring it back and start again; nothing is written in its place"
            )
        self._seat = seat


def expect(root: Path) -> None:
    """Raise StoreGoneError if there is no store at `root`, and there was one once. For the start of a process."""
    beside = _beside(root)
    if _read(beside) and _read(root / MARKER) is None and not _has_store(root):
        raise StoreGoneError(
            f"there is no store at {root}, where there was one before. Is its disk mounted? If it is gone for good and "
            f"you want to begin with an empty one, remove {beside}"
        )


def remember(root: Path, store_id: str) -> None:
    """Write down, beside the folder, that this store belongs there. Where nothing may be written, it is not known."""
    beside = _beside(root)
    if store_id and _read(beside) != store_id:
        with contextlib.suppress(OSError):
            fresh = beside.with_name(f"{beside.name}.{os.getpid()}{UNFINISHED}")
            fresh.write_text(f"{store_id}\n", encoding="ascii")
            fresh.replace(beside)


def _has_store(root: Path) -> bool:
    """Whether there is a store at `root`, with or without a marker."""
    return any((root / name).exists() for name in (MARKER, *CONTENT))


def _beside(root: Path) -> Path:
    place = root.resolve()
    return place.with_name(f"{place.name}.id")


def _seat(root: Path) -> Seat:
    try:
        there = os.stat(root)  # noqa: PTH116  # with every write
    except OSError:
        return None
    return there.st_dev, there.st_ino


def _marked(root: Path) -> str:
    """The id of the store at `root`, which it is given if it has none; empty where that can't be written."""
    path = root / MARKER
    if found := _read(path):
        return found
    fresh = path.with_name(f"{MARKER}.{os.getpid()}{UNFINISHED}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(f"{_read(_beside(root)) or secrets.token_hex(16)}\n")
        if found is not None:  # there is something, but no id
            logger.error("%s is broken, and is written again", path)
            fresh.replace(path)
        else:
            _put_first(fresh, path)
    except OSError as error:
        logger.error("%s can't be written: %s", path, error.strerror)
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
    return _read(path) or ""


def _put_first(fresh: Path, path: Path) -> None:
    """Let `fresh` be the file at `path`, unless another process was quicker. Raises OSError."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        fresh.replace(path)
        return
    fresh.unlink()


def _read(path: Path) -> str | None:
    """The id in the file at `path`; None where there is no file, empty where there is something else.

    Raises StoreError when no file can be read.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            text = (file.read(100) or b"").decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in OF_THE_PROCESS:
            raise StoreError(f"{path} can't be read: {error.strerror}") from error
        return ""
    return text if _ID.fullmatch(text) else ""
