"""A process that does not end when asked to is ended all the same, and nobody is left behind."""

import asyncio
import contextlib
import math
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from songswap.jobs import beside
from songswap.jobs.beside import ignore, run_beside

COMMAND = ("import", "--help")


@contextlib.asynccontextmanager
async def deaf() -> AsyncIterator[tuple[asyncio.Task[int], int]]:
    """A process that SIGTERM does not reach, as it is halted: who waits for it, and its number."""
    earlier = children()
    waiting = asyncio.create_task(run_beside(COMMAND, ignore))
    async with asyncio.timeout(10):
        while not (new := children() - earlier):
            await asyncio.sleep(0.001)
    (pid,) = new
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(0.1)  # until its pipes are there; before, the event loop ends it
    try:
        yield waiting, pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def children() -> set[int]:
    """The processes this one has started, of all its threads."""
    return {int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


async def test_its_exit_code_is_told() -> None:
    assert await run_beside(COMMAND, ignore) == 0
    assert await run_beside(("import", "--unknown"), ignore) == 2


async def test_one_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "GRACE_S", 0.05)
    async with deaf() as (waiting, pid):
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert pid not in children()


async def test_one_that_is_being_ended_is_killed_when_nobody_has_the_time_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beside, "GRACE_S", math.inf)
    async with deaf() as (waiting, pid):
        waiting.cancel()
        await asyncio.sleep(0.01)
        assert pid in children()
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert pid not in children()
