"""Files of listening history that people bring: on the disk as they come, never in memory, never under their names."""

import asyncio
import contextlib
import errno
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final, TypeVar

from songswap.beside import run_module
from songswap.core.history.imports import progress_of
from songswap.core.history.name_folding import cleaned
from songswap.documents import IMPORTED, IMPORTS, UPLOAD
from songswap.model.imports import Imports, ImportsSeen, Upload
from songswap.store import BrokenError, Store, StoreError
from songswap.store.files import UNFINISHED, fill, make_folder, sync_folder
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.ids import new_id

T = TypeVar("T")

UPLOAD_PIECE: Final = 1024**2
"""Bytes that are written at once."""
MOST_BYTES: Final = 1_500 * 1000**2
"""Of files that wait for their import, per person."""
UPLOAD_KEPT_MS: Final = 7 * 86_400_000
"""A stopped import can be gone on with for so long."""
LONGEST_FILE_NAME: Final = 120
CHECK_LIMIT_S = 60.0
"""For looking into a file. A zip with as many files as may be takes half a second."""
NO_NAME: Final = "a file without a name"

TOO_MANY_UPLOADS: Final = "Too many files wait for their import. Bring more when those are done."
NO_ROOM: Final = "There is no room left for the file. Tell the operator."
UNREADABLE: Final = "{} can’t be read: looking into it takes too long, or fails."
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Inbox:
    """The files in one store; the server's."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._checking = asyncio.Lock()

    async def take(self, account: str, name: str, pieces: AsyncIterator[bytes], at_ms: float) -> Upload:
        """Keep a file, if it is one that can be imported; durable when this returns.

        Raises ProblemError for a file of another kind (400), too many of them (409) or a full disk (503); and what
        `pieces` raises. Nothing of it is left then.
        """
        upload_id, name = new_id(), file_name(name)
        most = MOST_BYTES - self._waiting(account)
        path = self.path(account, upload_id)
        size = await receive(path, pieces, most, TOO_MANY_UPLOADS, lambda fresh: self._check(fresh, name))
        return Upload(upload_id, name, size, at_ms)

    async def _check(self, path: Path, name: str) -> None:
        """Look into a file, one at a time, in a process of its own. Raises ProblemError (400) if it is no history."""
        said: list[str] = []
        try:
            async with self._checking, asyncio.timeout(CHECK_LIMIT_S):
                code = await run_module(
                    "songswap.columns.upload_check", (str(path), name), lambda line: said.append(json.loads(line))
                )
        except TimeoutError:
            code = None
        if code != 0:
            raise ProblemError(400, "unfit_file", said[0] if said else UNREADABLE.format(name))

    def path(self, account: str, upload: str) -> Path:
        """Where the file lies. Raises UnfitNameError."""
        return self._store.root / fill(UPLOAD, (account, upload))

    def remove(self, account: str, upload: str) -> None:
        """Remove a file, if it is still there. Raises UnfitNameError, StoreError."""
        path = self.path(account, upload)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{path} can't be removed: {error.strerror}") from error

    def sweep(self, now_ms: float) -> None:
        """Remove what nobody waits for: files that never came whole, whose import was called off, or not gone on with.

        For the server's start: no file may be arriving. Raises StoreError.
        """
        for account in self._store.names("accounts"):
            try:
                imports = self._store.read(IMPORTS, account) or Imports()
            except BrokenError:
                continue  # what is waited for will be known when it is mended
            seen = self._store.read(IMPORTED, account) or ImportsSeen()
            wanted = {
                one.id
                for one in imports.uploads
                if now_ms - one.at_ms < UPLOAD_KEPT_MS or progress_of(one, seen) not in {"stopped", "failed"}
            }
            for path in self._files(account):
                if path.name not in wanted:
                    with contextlib.suppress(OSError):  # a read-only disk
                        path.unlink(missing_ok=True)

    def _waiting(self, account: str) -> int:
        """Bytes of the files that are there, or arriving."""
        waiting = 0
        for path in self._files(account):
            with contextlib.suppress(OSError):  # the worker has done with it, or it is no file
                waiting += path.stat().st_size
        return waiting

    def _files(self, account: str) -> Iterator[Path]:
        folder = self.path(account, "any").parent
        return folder.iterdir() if folder.is_dir() else iter(())


async def receive(
    path: Path,
    pieces: AsyncIterator[bytes],
    most: int,
    too_many: str,
    check: Callable[[Path], Awaitable[None]] | None = None,
) -> int:
    """Let all `pieces` be the file at `path`, durable when this returns; returns how many bytes there were.

    It is whole when it appears, and `check` did not raise. Raises ProblemError for nothing
    (400), more than `most` bytes (409, with the words `too_many`) or a full disk (503), and StoreError; nothing of it
    is left then.
    """
    fresh = path.with_name(path.name + UNFINISHED)
    try:
        await asyncio.to_thread(make_folder, path.parent)
        size = await _write(fresh, pieces, most, too_many)
        if check is not None:
            await check(fresh)
        fresh.replace(path)
        await asyncio.to_thread(sync_folder, path.parent)
    except OSError as error:
        if error.errno in FULL:
            raise ProblemError(503, "disk_full", NO_ROOM) from error
        raise StoreError(f"{path} can't be written: {error.strerror}") from error
    finally:
        fresh.unlink(missing_ok=True)
    return size


async def _write(path: Path, pieces: AsyncIterator[bytes], most: int, too_many: str) -> int:
    size = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        async for piece in _gathered(pieces):
            size += len(piece)
            if size > most:
                raise ProblemError(409, "too_many_files", too_many)
            await _aside(file.write, piece)
        await _aside(_settle, file)
    if size == 0:
        raise ProblemError(400, "unfit_file", "The file is empty.")
    return size


def file_name(name: str) -> str:
    """What a file is called, to show it: never a path, never longer than a line."""
    plain = cleaned(name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    if len(plain) > LONGEST_FILE_NAME:
        ending = PurePosixPath(plain).suffix[:10]
        plain = plain[: LONGEST_FILE_NAME - len(ending) - 1] + "…" + ending
    return plain or NO_NAME


async def _gathered(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in larger pieces: each costs a trip to another thread."""
    waiting = bytearray()
    async for piece in pieces:
        waiting += piece
        if len(waiting) >= UPLOAD_PIECE:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


async def _aside(work: Callable[[T], object], what: T) -> None:
    """Do what waits for the disk without holding up the others; it has ended when this returns, whatever happens."""
    task = asyncio.ensure_future(asyncio.to_thread(work, what))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})  # the file is closed next
        raise


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
