"""Files of the store as they reach the disk, and what becomes of them when the disk takes no more."""

import contextlib
import errno
import logging
import shutil
from pathlib import Path

import msgspec

from songswap.clock import Clock
from songswap.store.errors import GoneError, StoreError, UnreadableError
from songswap.store.files import Writer, content_of, replace_passing, write_nameless
from songswap.store.home import Home
from songswap.store.logs import append_lines
from songswap.store.reading import Reading
from songswap.store.receipts import Receipt, note
from songswap.store.syncing import Syncing, down

logger = logging.getLogger(__name__)

TRASH = "trash"
FORMERS = "former-"
"""Begins the names of the folders in the trash with what documents were until the new are durable: one a process."""
REFUSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO})
"""How a disk says that it takes nothing more: full, no inodes left, read-only, failing. What lies there can be read."""
PROBE = b"writable?\n" * 800
"""More than what some file systems keep beside a file's name."""


class Putting(Reading):
    """The lower half of a Store. `trouble` is what the disk says when it refuses; empty if all is well."""

    def __init__(self, root: Path, role: Writer, syncing: Syncing, clock: Clock) -> None:
        super().__init__(root, role, clock)
        self.syncing = syncing
        self._home: Home
        self.trouble = ""
        self._formers = root / TRASH / f"{FORMERS}{role}"

    def probe(self) -> None:
        """Write something that nobody ever sees. Raises StoreError when that fails, as on a full disk."""
        try:
            write_nameless(self.root, PROBE)
        except OSError as error:
            raise self._fault(self.root, "written to", error) from error
        if self.trouble and not self._backlog:
            logger.info("the store can be written again")
            self.trouble = ""

    def catch_up(self) -> None:
        """Write what is kept in memory, if the disk takes it by now. What it refuses stays `trouble`."""
        kept = self._backlog
        with contextlib.suppress(StoreError):
            self.probe()
            for name, content in list(kept.documents.items()):
                with contextlib.suppress(GoneError):
                    self._put(name, content)
                kept.documents.pop(name, None)
            for name, lines in list(kept.rows.items()):
                with contextlib.suppress(GoneError):
                    self._add(name, lines)
                kept.rows.pop(name, None)
            self.probe()

    def recover(self) -> None:
        """Bring back what documents were that a power cut left half-written. For the start of this process.

        Raises StoreError.
        """
        try:
            self._formers.mkdir(0o700, parents=True, exist_ok=True)
            for former in sorted(self._formers.iterdir(), reverse=True):
                path = self.root / former.name.rpartition(":")[0].replace(":", "/")
                if not path.is_file() or _is_whole(path):
                    former.unlink()
                else:
                    former.replace(path)
                    logger.error("%s was half-written when the power went, and is as it was before", path)
        except OSError as error:
            fault = self._fault(self._formers, "written to", error)
            if not self.trouble:
                raise fault from error

    def empty_trash(self) -> None:
        """Finish removals that a crash interrupted. The folder stays: a full disk has no room for another."""
        with contextlib.suppress(OSError):
            for left in [one for one in (self.root / TRASH).iterdir() if not one.name.startswith(FORMERS)]:
                shutil.rmtree(left, ignore_errors=True)
                with contextlib.suppress(OSError):
                    left.unlink(missing_ok=True)

    def _put(self, name: str, content: bytes, *, flushed: bool = True) -> Receipt:
        """Let the file of this name be `content`. Raises StoreError, GoneError."""
        path = self.root / name
        self._home.check()
        try:
            self._make_folders(path.parent)
            if flushed:
                return self._noted(self.syncing.replace(path, content, self._formers / name.replace("/", ":")))
            tight = replace_passing(path, content)
        except StoreError as error:
            self._note_trouble(error)
            raise
        if tight is not None:
            self._note_trouble(tight)
        return down()

    def _add(self, name: str, lines: bytes, *, durable: bool = True, alone: bool = True) -> Receipt:
        """Add `lines` to the log of this name. Raises StoreError, GoneError."""
        path = self.root / name
        self._home.check()
        try:
            self._make_folders(path.parent)
            if durable:
                return self._noted(self.syncing.append(path, lines, alone=alone))
            append_lines(path, lines, durable=False)
        except StoreError as error:
            self._note_trouble(error)
            raise
        return down()

    def _make_folders(self, folder: Path) -> None:
        if folder.is_dir():
            return
        parts = folder.relative_to(self.root).parts
        if self.role != "server" and (len(parts) == 2 or (len(parts) > 2 and not folder.parent.is_dir())):
            raise GoneError(f"{folder} can't be written to: it is gone")
        for depth in range(1, len(parts) + 1) if self.role == "server" else [len(parts)]:
            self._make_folder(self.root.joinpath(*parts[:depth]))

    def _make_folder(self, folder: Path) -> None:
        """Make one folder, unless it is there. Raises StoreError."""
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            return
        except OSError as error:
            raise self._fault(folder, "made", error) from error
        self._noted(self.syncing.folder(folder.parent))

    def _noted(self, receipt: Receipt) -> Receipt:
        receipt.then(lambda: None, self._note_trouble)
        return note(receipt)

    def _fault(self, path: Path, done: str, error: OSError) -> StoreError:
        """What to raise for `error`, which is taken note of if the disk is why."""
        fault = StoreError(f"{path} can't be {done}: {error.strerror}")
        fault.__cause__ = error
        self._note_trouble(fault)
        return fault

    def _note_trouble(self, error: StoreError) -> None:
        """Take note of `error` if the disk is why."""
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.errno in REFUSING:
            if not self.trouble:
                logger.error("%s. What is there can be read; nothing is kept until the disk takes it.", error)
            self.trouble = cause.strerror or "unknown trouble"


def delete(path: Path, fault: OSError) -> None:
    """Delete the folder or file at `path`, which `fault` kept from being moved. Raises StoreError."""
    try:
        if path.is_dir() and not path.is_symlink():
            for file in [one for one in path.iterdir() if one.is_file()]:
                file.unlink()  # first what makes it count as there
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError:
        raise StoreError(f"{path} can't be removed: {fault.strerror}") from fault


def _is_whole(path: Path) -> bool:
    """Whether the document or log at `path` was written to its end."""
    try:
        content = content_of(path, path.name)
    except (FileNotFoundError, UnreadableError):
        return False
    if path.suffix == ".jsonl":
        return content.endswith(b"\n") and b"\0" not in content
    try:
        msgspec.json.decode(content)
    except msgspec.DecodeError:
        return False
    return True
