"""How what is written reaches the disk for good: where it is written, or behind it, in a thread.

A slow disk takes 300 ms for one fsync, a dying one seconds. An event loop must not wait for that, so the two processes
write `Behind`; commands, which have nothing else to do, and tests in virtual time write `AtOnce`.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from songswap.store.errors import StoreError
from songswap.store.files import replace_soon, sync_folder, write_whole
from songswap.store.logs import append_lines, cut_back
from songswap.store.receipts import Receipt

AT_A_TIME = 8
"""fsyncs: the disk settles several in one go."""
PATIENCE_S = 1.0
"""For what is written already to reach the disk when the process ends; the system brings it there in any case."""


class Syncing(Protocol):
    """Writes that are there for every reader when they return, with a receipt for when they will survive a power cut.

    Each raises StoreError if nothing could be written.
    """

    def replace(self, path: Path, content: bytes, former: Path) -> Receipt:
        """Let the file at `path` be `content`; until it is durable, the old one lies in the folder of `former`.

        There it has that name and a number: what came later has a higher one.
        """

    def append(self, path: Path, lines: bytes, *, alone: bool) -> Receipt:
        """Add whole lines; `alone` if no other process adds to this file, so that refused ones can be cut off."""

    def folder(self, folder: Path) -> Receipt:
        """Make durable what was created, renamed or removed in `folder`."""


def down() -> Receipt:
    """The receipt for what is on the disk already."""
    receipt = Receipt()
    receipt.settle()
    return receipt


class AtOnce:
    """A `Syncing` that returns when all is on the disk."""

    def replace(self, path: Path, content: bytes, former: Path) -> Receipt:  # noqa: ARG002  # none is needed here
        """As `Syncing` says."""
        write_whole(path, content)
        return down()

    def append(self, path: Path, lines: bytes, *, alone: bool) -> Receipt:  # noqa: ARG002  # others wait meanwhile
        """As `Syncing` says."""
        append_lines(path, lines, durable=True)
        return down()

    def folder(self, folder: Path) -> Receipt:
        """As `Syncing` says. Raises StoreError."""
        try:
            sync_folder(folder)
        except OSError as error:
            raise StoreError(f"{folder} can't be written: {error.strerror}") from error
        return down()


@dataclass(frozen=True)
class _Job:
    """What has to be flushed before `receipt` can be settled; `take_back` undoes it, as long as it was not flushed."""

    folder: Path | None
    path: Path | None = None
    former: Path | None = None
    """Where the file that was replaced lies."""
    take_back: Callable[[], None] = lambda: None
    receipt: Receipt = field(default_factory=Receipt)


class Behind:
    """A `Syncing` whose fsyncs a thread makes, in the order of the writes; a context manager."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        """Held while files change and while they are changed back: never during an fsync."""
        self._jobs: list[_Job] = []
        self._number = 0
        """Of documents replaced so far."""
        self._ends = False
        self._pool = ThreadPoolExecutor(AT_A_TIME, "fsync")
        self._thread = threading.Thread(target=self._work, name="syncing", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._changed:
            self._ends = True
            self._changed.notify()
        self._thread.join(PATIENCE_S)
        self._pool.shutdown(wait=False)

    def replace(self, path: Path, content: bytes, former: Path) -> Receipt:
        """As `Syncing` says."""
        with self._changed:
            self._number += 1
            kept = replace_soon(path, content, former.with_name(f"{former.name}:{self._number:09}"))

            def take_back() -> None:
                if kept is None:
                    path.unlink(missing_ok=True)
                elif kept != path:
                    kept.replace(path)

            return self._add(_Job(path.parent, path, kept, take_back))

    def append(self, path: Path, lines: bytes, *, alone: bool) -> Receipt:
        """As `Syncing` says."""
        with self._changed:
            end = append_lines(path, lines, durable=False)

            def take_back() -> None:
                if alone:
                    cut_back(path, end)

            return self._add(_Job(path.parent if end == 0 else None, path, take_back=take_back))

    def folder(self, folder: Path) -> Receipt:
        """As `Syncing` says."""
        with self._changed:
            return self._add(_Job(folder))

    def _add(self, job: _Job) -> Receipt:
        self._jobs.append(job)
        self._changed.notify()
        return job.receipt

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._jobs and not self._ends:
                    self._changed.wait()
                jobs, self._jobs = self._jobs, []
            if not jobs:
                return
            self._settle(jobs)

    def _settle(self, jobs: list[_Job]) -> None:
        """Flush each file and folder once, however many jobs are about it: the files first, as readers see them so."""
        faults = self._flush({job.path for job in jobs if job.path is not None})
        faults |= self._flush({job.folder for job in jobs if job.folder is not None} - faults.keys())
        with self._changed:
            refused = {id(job): fault for job in jobs if (fault := _fault(job, faults)) is not None}
            lost = {job.path: refused[id(job)] for job in jobs if job.path is not None and id(job) in refused}
            on_top = [job for job in self._jobs if job.path in lost]  # written since, over what is taken back
            self._jobs = [job for job in self._jobs if job.path not in lost]
            refused |= {id(job): lost[job.path] for job in (*jobs, *on_top) if job.path in lost}
            for job in reversed([*jobs, *on_top]):
                with contextlib.suppress(OSError):
                    if id(job) in refused:
                        job.take_back()
                    elif job.former is not None and job.former != job.path:
                        job.former.unlink(missing_ok=True)
        for job in [*jobs, *on_top]:
            fault = refused.get(id(job))
            job.receipt.settle(None if fault is None else _refusal(job, fault))

    def _flush(self, paths: Iterable[Path]) -> dict[Path, OSError]:
        """Flush all of these; what became of those that could not be. What is gone by now needs none."""
        paths = list(paths)
        faults = map(_fault_of, paths) if len(paths) == 1 else self._pool.map(_fault_of, paths)
        return {path: fault for path, fault in zip(paths, faults, strict=True) if fault is not None}


def _fault_of(path: Path) -> OSError | None:
    try:
        sync_folder(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        return error
    return None


def _fault(job: _Job, faults: Mapping[Path, OSError]) -> OSError | None:
    return next((faults[path] for path in (job.path, job.folder) if path is not None and path in faults), None)


def _refusal(job: _Job, fault: OSError) -> StoreError:
    refusal = StoreError(f"{job.path or job.folder} can't be written: {fault.strerror}")
    refusal.__cause__ = fault
    return refusal
