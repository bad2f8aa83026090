"""Work for a process of its own, so that a loop is never held: a module of ours, which ends with who started it."""

import asyncio
import contextlib
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

ROOT: Final = Path(__file__).resolve().parents[1]
LONGEST_LINE: Final = 4 * 1024 * 1024
"""Bytes; a report with many rows that could not be read is long."""
LONGEST_COMPLAINT: Final = 4 * 1024
"""Bytes of a line that is logged."""
END_GRACE_S = 1.5
"""For the process to end after SIGTERM; the worker has promised 3 s in all."""

Hear = Callable[[bytes], None]
"""Takes a line of what the process says."""


async def run_module(module: str, arguments: Sequence[str], hear: Hear) -> int:
    """Run `python -m module` with these arguments; returns its exit code. If the caller is cancelled, it ends too.

    The process is leashed: it ends with this one, however that ends.
    """
    command = (sys.executable, "-m", "songswap.leash", module, *arguments)
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=LONGEST_LINE
    )
    assert process.stdout is not None  # noqa: S101  # there are pipes, as they were asked for
    assert process.stderr is not None  # noqa: S101
    complaints = asyncio.create_task(_log_all(f"{module} {' '.join(arguments[:1])}".strip(), process.stderr))
    try:
        while line := await process.stdout.readline():
            hear(line)
        code = await process.wait()
        await complaints
        return code
    finally:
        complaints.cancel()
        await _end(process)


async def _log_all(who: str, complaints: asyncio.StreamReader) -> None:
    """Log what a process complains of, line by line: it may quote somebody's file, so it goes through our escaping."""
    begun = b""
    while piece := await complaints.read(LONGEST_COMPLAINT):
        *lines, begun = (begun + piece).split(b"\n")
        for line in lines:
            _log(who, line)
        if len(begun) > LONGEST_COMPLAINT:
            _log(who, begun)
            begun = b""
    _log(who, begun)


def _log(who: str, line: bytes) -> None:
    if line.strip():
        logger.warning("%s: %s", who, line[:LONGEST_COMPLAINT].decode("utf-8", "replace"))


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), END_GRACE_S)
    except TimeoutError:
        logger.warning("process %d did not end when asked to", process.pid)
    finally:  # also when the caller is stopped while one was being ended
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
