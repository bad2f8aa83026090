"""Work for a process of its own, so that the worker's loop is never held: a command of `songswap.commands`."""

import asyncio
import contextlib
import logging
import math
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from songswap.store import Subscription

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
LONGEST_LINE = 4 * 1024 * 1024
"""Bytes; a report with many rows that could not be read is long."""
GRACE_S = 1.5
"""For the process to end after SIGTERM; the worker has promised 3 s in all."""

T = TypeVar("T")

Hear = Callable[[bytes], None]
"""Takes a line of what the process says."""
Beside = Callable[[Sequence[str], Hear], Awaitable[int]]
"""Runs `python -m songswap` with these arguments; returns its exit code. If the caller is cancelled, it ends too."""


async def run_beside(arguments: Sequence[str], hear: Hear) -> int:
    """A `Beside`. The process is leashed: it ends with the worker, however that ends."""
    command = (sys.executable, "-m", "songswap.leash", "songswap", *arguments)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=LONGEST_LINE)
    try:
        assert process.stdout is not None  # noqa: S101  # there is a pipe, as it was asked for
        while line := await process.stdout.readline():
            hear(line)
        return await process.wait()
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE_S)
    except TimeoutError:
        logger.warning("process %d did not end when asked to", process.pid)
    finally:  # also when the worker stops while one was being ended
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class Heard(Generic[T]):
    """What a process tells in JSON lines of one kind: `last` is the latest, at first what it was made with."""

    def __init__(self, last: T) -> None:
        self.last = last
        self._decoder = msgspec.json.Decoder(type(last))

    def hear(self, line: bytes) -> None:
        """A `Hear`; lines of another kind are passed over."""
        with contextlib.suppress(msgspec.DecodeError):
            self.last = self._decoder.decode(line)


def ignore(_line: bytes) -> None:
    """A `Hear` for a process that has nothing to say."""


async def is_woken(changes: Subscription, within_s: float) -> bool:
    """Wait for a change; False if there was none in that time, which may be without end (inf)."""
    try:
        async with asyncio.timeout(None if math.isinf(within_s) else max(0.0, within_s)):
            await changes.wait()
    except TimeoutError:
        return False
    return True
