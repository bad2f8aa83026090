"""Append-only logs: one JSON row a line, durable when `append` returns; a torn last line is cut off by the writer."""

import contextlib
import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from songswap.store.errors import StoreError
from songswap.store.files import Writer, fill, sync_folder

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Log(Generic[T]):
    """One kind of log: where it lies, what a row holds, which processes write it (none: whose name is in the path)."""

    def __init__(self, pattern: str, of: type[T], *writers: Writer) -> None:
        self.pattern = pattern
        self.of = of
        self.writers = writers
        self._decoder = msgspec.json.Decoder(of)

    def path(self, *names: str) -> str:
        """Path within the store. Raises UnfitNameError."""
        return fill(self.pattern, names)

    def rows(self, content: bytes, path: str, tell: Callable[[str], object] = logger.warning) -> Iterator[T]:
        """The rows in `content`; what follows the last line end is not written to its end yet, and waits.

        `tell` hears of each line that can't be read, and is passed over.
        """
        for number, line in enumerate(content.split(b"\n")[:-1], start=1):
            try:
                yield self._decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                tell(f"{path} line {number} can't be read: {error}")

    def all_rows(self, content: bytes, path: str) -> list[T]:
        """What `rows` gives, several times as fast where every row can be read."""
        try:
            return self._decoder.decode_lines(content[: content.rfind(b"\n") + 1])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return list(self.rows(content, path))


def append_lines(path: Path, lines: bytes, *, durable: bool) -> int:
    """Add `lines`, each with its end, to the file at `path` instead of what a crash left half-written there.

    Two processes may add to one file: each waits for the other. Returns where the lines begin. Raises StoreError; the
    lines before stay, and none of those refused: they would be back with the next start.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            end = _end_of_last_line(descriptor)
            _write_at(descriptor, end, lines)
            if durable:
                _settle(descriptor, path, end)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror}") from error
    return end


def cut_back(path: Path, end: int) -> None:
    """Take off what was added from `end` on. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_size > end:
            os.ftruncate(descriptor, end)
    finally:
        os.close(descriptor)


def _settle(descriptor: int, path: Path, end: int) -> None:
    try:
        os.fsync(descriptor)
        if end == 0:
            sync_folder(path.parent)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, end)
        raise


def _end_of_last_line(descriptor: int) -> int:
    end = os.fstat(descriptor).st_size
    while end and os.pread(descriptor, 1, end - 1) != b"\n":
        end -= 1
    return end


def _write_at(descriptor: int, end: int, content: bytes) -> None:
    """Let the file end with `content` from `end` on, or with nothing there when the disk is full."""
    os.ftruncate(descriptor, end)
    written = 0
    try:
        while written < len(content):
            written += os.pwrite(descriptor, content[written:], end + written)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, end)
        raise
