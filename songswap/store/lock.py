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
def hold(root: Path, role: str, *, waits: bool = False) -> Iterator[None]:
    """Hold the lock of `role` on the store at `root`. Raises HeldError that names the holder, or StoreError.

    The lock ends with the process, however that ends. If `waits`, the holder's end is waited for instead.
    """
    path = root / f"{role}.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror}") from error
    with os.fdopen(descriptor, "r+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            article = "an" if role.startswith(tuple("aeiou")) else "a"
            raise HeldError(
                f"{article} {role} runs on the store {root} already: process {file.read().strip()}"
            ) from None
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
