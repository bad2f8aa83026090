"""Room set aside while there is some, so that on a full disk people can still delete."""

import contextlib
import os
from pathlib import Path
from typing import Final

FOLDER: Final = "reserve"
FILES: Final = 16
"""As many files can be made when the disk has room for no more of them."""
RESERVE_BYTES: Final = 64 * 1024
"""Of each."""
SPARE: Final = 20
"""Times its size has to be free, for it to be set aside again."""


class Reserve:
    """Files of nothing below the store at `root`."""

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER

    def fill(self) -> None:
        """Set aside what is missing, if there is plenty of room; without it deleting may be refused on a full disk."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(0o700, exist_ok=True)
            there = os.statvfs(self._folder)
            if there.f_bavail * there.f_frsize < SPARE * FILES * RESERVE_BYTES:
                return
            for path in (self._folder / str(number) for number in range(FILES)):
                if not path.exists():
                    path.write_bytes(b"\0" * RESERVE_BYTES)

    def give(self) -> None:
        """Give the room back."""
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                path.unlink()
