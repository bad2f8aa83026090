"""Append-only logs: one JSON row a line, durable when `append` returns; a torn last line is cut off by the writer."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from songswap.store.errors import StoreError
from songswap.store.files import Writer, fill

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Log(Generic[T]):
    """One kind of log: where it lies, what a row holds, which process writes it."""

    def __init__(self, pattern: str, of: type[T], writer: Writer | None) -> None:
        self.pattern = pattern
        self.writer = writer
        self._decoder = msgspec.json.Decoder(of)

    def path(self, *names: str) -> str:
        """Path within the store. Raises UnfitNameError."""
        return fill(self.pattern, names)

    def rows(self, content: bytes, path: str) -> Iterator[T]:
        """The rows in `content`; what follows the last line end is not written to its end yet, and waits."""
        for number, line in enumerate(content.split(b"\n")[:-1], start=1):
            try:
                yield self._decoder.decode(line)
            except msgspec.DecodeError as error:
                logger.warning("%s line %d can't be read and is passed over: %s", path, number, error)


def append_line(path: Path, line: bytes, *, durable: bool) -> None:
    """Add `line` to the file at `path`, first cutting off what a crash left half-written. Raises StoreError."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            end = _end_of_last_line(descriptor)
            os.ftruncate(descriptor, end)
            os.pwrite(descriptor, line + b"\n", end)
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror}") from error


def _end_of_last_line(descriptor: int) -> int:
    end = os.fstat(descriptor).st_size
    while end and os.pread(descriptor, 1, end - 1) != b"\n":
        end -= 1
    return end
