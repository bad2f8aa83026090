"""One server and one worker to a store: each holds a lock for as long as it lives."""

import contextlib
import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from songswap.store.errors import StoreError
from songswap.store.home import MARKER

BYTES: Final = {"server": 1000, "worker": 1001}
"""Of the store's marker, far behind its end: which one stands for whom."""


class HeldError(Exception):
    """Another process does this job on this store already."""


@contextmanager
def hold(root: Path, role: str, *, waits: bool = False) -> Iterator[None]:
    """Hold the lock of `role` on the store at `root`. Raises HeldError that names the holder, or StoreError.

    The lock ends with the process, however that ends. If `waits`, the holder's end is waited for instead.
    """
    path = root / f"{role}.lock"
    with contextlib.ExitStack() as held:
        file = held.enter_context(_opened(path))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            article = "an" if role.startswith(tuple("aeiou")) else "a"
            raise HeldError(
                f"{article} {role} runs on the store {root} already: process {file.read().strip()}"
            ) from None
        _claim(root, role, held)
        with contextlib.suppress(OSError):  # a full or read-only disk: the lock holds without the number
            os.pwrite(file.fileno(), f"{os.getpid()}\n".encode().ljust(os.fstat(file.fileno()).st_size), 0)
        yield


def _claim(root: Path, role: str, held: contextlib.ExitStack) -> None:
    """Hold a byte of the store's marker as well: somebody may remove a lock's file while its holder lives.

    Raises HeldError. Where there is no marker, or no such lock, the file alone has to do.
    """
    if role not in BYTES or not hasattr(fcntl, "F_OFD_SETLK"):
        return
    with contextlib.suppress(OSError):
        marker = held.enter_context((root / MARKER).open("r+b"))
        wanted = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, BYTES[role], 1, 0)
        try:
            fcntl.fcntl(marker, fcntl.F_OFD_SETLK, wanted)
        except BlockingIOError:
            raise HeldError(
                f"a {role} runs on the store {root} already, whose {role}.lock was removed; stop it first"
            ) from None


def is_held(root: Path, role: str) -> bool:
    """Whether a process of that role lives, also where it can write nothing down."""
    try:
        with (root / f"{role}.lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _opened(path: Path) -> IO[str]:
    """The lock's file, made if need be; to read only where it can't be written. Raises StoreError."""
    try:
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="ascii")
    except OSError as error:
        with contextlib.suppress(OSError):
            return path.open(encoding="ascii")
        raise StoreError(f"{path} can't be written: {error.strerror}") from error
