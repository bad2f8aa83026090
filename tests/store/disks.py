"""Disks that are slow or refuse, for what is written anywhere in the program."""

import os
import threading
from collections.abc import Callable


class Disk:
    """Stands between the program and the disk: counts what is flushed by this thread, lets flushing wait or fail."""

    def __init__(self) -> None:
        self.flushed_here = 0
        self.flushed = 0
        self.takes = threading.Event()
        self.takes.set()
        self.fault: int | None = None
        self._here = threading.get_ident()
        self._fsync: Callable[[int], None] = os.fsync

    def fsync(self, descriptor: int) -> None:
        self.flushed_here += threading.get_ident() == self._here
        self.takes.wait()
        if self.fault is not None:
            raise OSError(self.fault, os.strerror(self.fault))
        self._fsync(descriptor)
        self.flushed += 1
