"""One server and one worker to a store: each holds a lock for as long as it lives."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from songswap.store.errors import StoreError


class HeldError(Exception):
    """Another process does this job on this store already."""


@contextmanager
def hold(root: Path, role: str) -> Iterator[None]:
    """Hold the lock of `role` on the store at `root`. Raises HeldError that names the holder, or StoreError."""
    path = root / f"{role}.lock"
    try:
        file = path.open("a+", encoding="ascii")
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise HeldError(f"a {role} runs on the store {root} already: process {file.read().strip()}") from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
