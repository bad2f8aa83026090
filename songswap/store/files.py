"""One JSON file: its shape on disk, and a write that either happens whole or not at all."""

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import msgspec

from songswap.clock import Clock
from songswap.store.errors import NewerVersionError, StoreError, UnfitNameError, UnreadableError
from songswap.store.moments import moved

T = TypeVar("T")
Writer = Literal["server", "worker", "importer"]
"""The importer is the worker's hand, or that of the operator on the command line: it brings history in from files."""

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
UNFINISHED = ".tmp"
"""Ends the name of a file that is being written."""
LAST_GOOD = ".good"
"""Ends the name of the copy that lies beside a document which is kept."""
LARGEST = 256 * 1024**2
"""Bytes; no document is nearly as large."""
OF_THE_PROCESS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EINTR, errno.EAGAIN})
"""What says nothing about the file: another try may read it."""


class _Versioned(msgspec.Struct, frozen=True):
    version: int


class _Envelope(msgspec.Struct, Generic[T], frozen=True, kw_only=True, omit_defaults=True):
    version: int
    path: str = ""
    """Where it belongs; empty in files from before this was noted."""
    data: T
    boot: str = ""
    offset_ms: float = 0.0
    """By which clock the moments in `data` are told: that of this start of the machine, so far ahead of its uptime."""


def fill(pattern: str, names: tuple[str, ...]) -> str:
    """Put `names` into the braces of a path pattern. Raises UnfitNameError for anything that is not one plain name."""
    for name in names:
        if not NAME.fullmatch(name):
            raise UnfitNameError(f"{name!r} can't be a name in the store")
    return pattern.format(*names)


class Document(Generic[T]):
    """One kind of document: where it lies (`groups/{}/group.json`), what it holds, which process writes it.

    `when_bad` says what counts while it can't be read: it is as if it were not there; or it is as it was when it was
    last good, which is kept in memory and beside it on the disk. Where nothing is left of that, it is `closed`, the
    value that shows least and does least; else not there either, or `refused`, and reading it raises BrokenError (but
    for the server, which only shows what the worker writes).
    One that is `passing` matters to running processes only: its writer goes over whatever is there, even a newer one.
    What is passing needs no fsync, nor does what is not `flushed` as it will be asked for again: a reader finds it
    whole, and a power cut may take the last half minute of it.
    What is `timed` holds moments of the present: they move along when the machine's clock is set.
    A file says where it belongs, so that one in another's place is known; in those from before that was noted,
    `named_by` is the field that holds the last of its names.
    """

    def __init__(  # noqa: PLR0913  # each of them names one property
        self,
        pattern: str,
        of: type[T],
        writer: Writer,
        version: int = 1,
        *,
        when_bad: Literal["absent", "kept", "refused"] = "absent",
        closed: T | None = None,
        passing: bool = False,
        flushed: bool | None = None,
        timed: bool = False,
        named_by: str = "",
    ) -> None:
        self.pattern = pattern
        self.of = of
        self.writer = writer
        self.version = version
        self.kept = when_bad != "absent"
        self.refused = when_bad == "refused"
        self.closed = closed
        self.passing = passing
        self.timed = timed
        self.flushed = not passing if flushed is None else flushed
        self._named_by = named_by
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_Envelope[of])  # type: ignore[valid-type]  # a type known at run time only

    def path(self, *names: str) -> str:
        """Path within the store. Raises UnfitNameError."""
        return fill(self.pattern, names)

    def encode(self, value: T, path: str = "", clock: Clock | None = None) -> bytes:
        """The bytes of a file that holds `value`, with moments by `clock`, and belongs at `path`."""
        envelope = _Envelope(version=self.version, path=path, data=value)
        if self.timed and clock is not None:
            envelope = msgspec.structs.replace(envelope, boot=clock.boot, offset_ms=clock.offset_ms)
        return msgspec.json.format(msgspec.json.encode(envelope), indent=1) + b"\n"

    def decode(self, content: bytes, path: str, clock: Clock | None = None) -> T:
        """The value in `content`, its moments as `clock` tells them by now.

        Raises NewerVersionError, or UnreadableError when it is not such a document.
        """
        try:
            version = msgspec.json.decode(content, type=_Versioned).version
            if version > self.version:
                raise NewerVersionError(f"{path} has version {version}; this SongSwap knows {self.version}. Update it.")
            envelope: _Envelope[T] = self._decoder.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UnreadableError(f"{path}: {error}") from error
        if envelope.path not in {"", path.removesuffix(LAST_GOOD)}:
            raise UnreadableError(f"{path} is in the wrong place: it is {envelope.path!r}")
        if not self.timed or clock is None:
            return envelope.data
        return moved(envelope.data, clock.moved_since(envelope.offset_ms, envelope.boot))

    def belongs(self, value: T, path: str, names: tuple[str, ...]) -> T:
        """`value`, if it lies where it belongs. Raises UnreadableError."""
        if self._named_by and getattr(value, self._named_by) != names[-1]:
            raise UnreadableError(f"{path} is in the wrong place: it is of {getattr(value, self._named_by)!r}")
        return value


def content_of(path: Path, name: str, start: int = 0) -> bytes:
    """The bytes of the file at `path`, called `name`, from `start` on; never waits, whatever lies there.

    Raises FileNotFoundError; UnreadableError where something else than a file lies there, or a file that can't be read;
    StoreError when it is the process that can't read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            there = os.fstat(descriptor)
            if not stat.S_ISREG(there.st_mode):
                raise UnreadableError(f"{name}: there is no file, but something else")
            if there.st_size > LARGEST:
                raise UnreadableError(f"{name}: the file is too large, with {there.st_size} bytes")
            file.seek(start)
            return file.read()
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in OF_THE_PROCESS:
            raise StoreError(f"{path} can't be read: {error.strerror}") from error
        raise UnreadableError(f"{name}: {error.strerror}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Replace the file at `path` with `content`, durable before it is visible. Raises StoreError; the old file stays.

    There is one writer to a file, so what a crash leaves unfinished is gone with the next write.
    """
    with _fresh(path, content) as (fresh, descriptor):
        os.fsync(descriptor)
        fresh.replace(path)
        sync_folder(path.parent)


def replace_soon(path: Path, content: bytes, former: Path) -> Path | None:
    """Replace the file at `path`, not durable yet: the old one is `former`, should the power go or the disk refuse.

    Returns where the old one lies, None if there was none, `path` if it could not be kept: then the new one is durable.
    Whoever makes it durable removes `former` then, or brings it back. Raises StoreError; the old file stays.
    """
    kept: Path | None = former
    with _fresh(path, content) as (fresh, descriptor):
        try:
            os.link(path, former)
        except FileNotFoundError:
            kept = path if path.exists() else None
        except OSError:  # a file system without links, say: the old way, slow and sure
            kept = path
        if kept == path:
            os.fsync(descriptor)
        fresh.replace(path)
    return kept


def replace_passing(path: Path, content: bytes) -> StoreError | None:
    """Replace the file at `path`, whole for every reader, for as long as the power stays on. Raises StoreError.

    Where there is no room for another file it is overwritten, if it is large enough: so those who wait for it go on.
    Returns why that was necessary.
    """
    try:
        with _fresh(path, content) as (fresh, _):
            fresh.replace(path)
    except StoreError as error:
        if not _overwrite(path, content):
            raise
        return error
    return None


@contextlib.contextmanager
def _fresh(path: Path, content: bytes) -> Iterator[tuple[Path, int]]:
    """A file beside `path` with `content`, which the block gives its name. Raises StoreError; nothing is left then."""
    fresh = path.with_name(path.name + UNFINISHED)
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            yield fresh, descriptor
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise StoreError(f"{path} can't be written: {error.strerror}") from error


def _overwrite(path: Path, content: bytes) -> bool:
    """Write over the file at `path` within the room it has; False if it has too little, or is not ours to write."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
        try:
            state = os.fstat(descriptor)
            has_room = len(content) <= max(state.st_size, state.st_blocks * 512)
            padded = content.ljust(state.st_size, b"\n")
            return has_room and os.pwrite(descriptor, padded, 0) == len(padded)
        finally:
            os.close(descriptor)
    return False


def write_nameless(folder: Path, content: bytes) -> None:
    """Write `content` to a file in `folder` that nobody can see, and that is gone at once. Raises OSError.

    Where the file system knows no such files, it is asked whether there was room.
    """
    nameless = getattr(os, "O_TMPFILE", 0)
    try:
        descriptor = os.open(folder, nameless | os.O_WRONLY, 0o600)
    except OSError as error:
        if error.errno not in {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL}:
            raise
        there = os.statvfs(folder)
        if there.f_flag & os.ST_RDONLY or not os.access(folder, os.W_OK):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS)) from error
        if not there.f_bavail or (there.f_files and not there.f_favail):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def make_folder(folder: Path) -> None:
    """Make the one folder `folder`, durable, for its owner's eyes only. Raises StoreError."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)
    except OSError as error:
        raise StoreError(f"{folder} can't be made: {error.strerror}") from error


def sync_folder(folder: Path) -> None:
    """Make a rename, creation or removal in `folder` durable; or what a file holds. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
