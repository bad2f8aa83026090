"""Files of listening history as people give them: single ones or whole zips, looked at before anything is kept."""

import contextlib
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from songswap.core.history.formats import HEAD, Format, recognised

MOST_FILES: Final = 10_000
MOST_DIRECTORY: Final = 4 * 1024**2
"""Bytes of a zip's list of its files, which is read as a whole: MOST_FILES with long names."""
MOST_UNPACKED: Final = 8 * 1024**3
"""Bytes. The history of 50 years has some 1.5 GB."""
MOST_RATIO: Final = 200
"""History unpacks to 15 to 40 times its size; what is meant to fill a disk, to 1,000 times and more."""
SMALL: Final = 64 * 1024**2
"""What unpacks to less does no harm, whatever its ratio."""
IS_ENCRYPTED: Final = 0x1
ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06")
END: Final = struct.Struct("<4s4H2LH")
END64: Final = struct.Struct("<4sQ2H2L4Q")
"""What a zip ends with, and a large one before that."""
LOCATOR_SIZE: Final = 20
LONGEST_COMMENT: Final = 65_535
MOST_NAMED: Final = 5

READABLE: Final = (
    "SongSwap reads Spotify’s extended streaming history and account data, exports of ListenBrainz and of Last.fm, and "
    "its own: single files, or the whole zip."
)
DAMAGE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)
"""What reading a member of a zip can raise; the last two are for methods and passwords nobody has told us of."""


class UnfitArchiveError(Exception):
    """A file is none that can be read; the message names it and says why, for people."""


@dataclass(frozen=True)
class ArchivePart:
    """One file with rows in it: what it is called, how large it is unpacked (bytes), what kind it is, where it lies."""

    name: str
    size: int
    kind: Format
    path: Path
    member: zipfile.ZipInfo | None = None

    @contextlib.contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Its content, unpacked as it is read. Raises what is in DAMAGE."""
        if self.member is None:
            with self.path.open("rb") as file:
                yield file
        else:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as file:
                yield file


@dataclass(frozen=True)
class Files:
    """What there is to read, and the names of files beside that are no history."""

    parts: tuple[ArchivePart, ...]
    others: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes there are to read."""
        return sum(part.size for part in self.parts)


def look(paths: Sequence[tuple[Path, str]]) -> Files:
    """Look at files, each with the name that people know it by. Raises UnfitFileError if one of them can't be read."""
    found = [_look_at(path, name) for path, name in paths]
    return Files(
        tuple(part for one in found for part in one.parts), tuple(name for one in found for name in one.others)
    )


def _look_at(path: Path, name: str) -> Files:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise UnfitArchiveError(f"{name} can’t be read: {error.strerror}.") from error
    if head.startswith(ZIP_STARTS):
        return _look_into(path, name)
    kind = recognised(name, head)
    if kind is None:
        raise UnfitArchiveError(f"{name} is no listening history. {READABLE}")
    return Files((ArchivePart(name, path.stat().st_size, kind, path),), ())


def _look_into(path: Path, name: str) -> Files:
    parts: list[ArchivePart] = []
    others: list[str] = []
    try:
        if _directory_size(path) > MOST_DIRECTORY:
            raise UnfitArchiveError(f"{name} holds more files than any history has.")
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _refuse_bombs(name, members, path.stat().st_size)
            for member in members:
                with archive.open(member) as file:
                    kind = recognised(member.filename, file.read(HEAD))
                inner = PurePosixPath(member.filename).name
                if kind is None:
                    others.append(inner)
                else:
                    parts.append(ArchivePart(f"{name}: {inner}", member.file_size, kind, path, member))
    except DAMAGE as error:
        raise UnfitArchiveError(f"{name} is a damaged zip ({error}). Download it again.") from error
    if not parts:
        raise UnfitArchiveError(_empty(name, others))
    return Files(tuple(parts), tuple(others))


def _directory_size(path: Path) -> int:
    """Bytes of a zip's list of its files, as the end of the zip tells; 0 where it tells nothing.

    APPNOTE.TXT 4.3.14 to 4.3.16; read as `zipfile` will read it.
    """
    with path.open("rb") as file:
        longest = LONGEST_COMMENT + END.size + LOCATOR_SIZE + END64.size
        file.seek(max(0, path.stat().st_size - longest))
        tail = file.read(longest)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        return 0
    size: int = END.unpack_from(tail, at)[5]
    before = at - LOCATOR_SIZE - END64.size
    if before >= 0 and tail.startswith(b"PK\x06\x06", before):
        size = END64.unpack_from(tail, before)[8]
    return size


def _refuse_bombs(name: str, members: Sequence[zipfile.ZipInfo], size: int) -> None:
    """Raise UnfitFileError for an archive that no history comes in."""
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_FILES:
        raise UnfitArchiveError(f"{name} holds {len(members):,} files, more than any history has.")
    if unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > MOST_RATIO * size):
        raise UnfitArchiveError(f"{name} would unpack to {unpacked / 1024**2:,.0f} MB, more than any history has.")
    if any(member.flag_bits & IS_ENCRYPTED for member in members):
        raise UnfitArchiveError(f"{name} is protected by a password. Unpack it, and give the files in it.")


def _empty(name: str, others: Sequence[str]) -> str:
    if not others:
        return f"{name} is an empty zip."
    named = ", ".join(others[:MOST_NAMED]) + (" …" if len(others) > MOST_NAMED else "")
    hint = " A zip within a zip has to be unpacked first." if any(one.endswith(".zip") for one in others) else ""
    return f"{name} holds no listening history, only {named}.{hint} {READABLE}"
