"""A process that does not end when asked to is ended all the same, and nobody is left behind."""

import asyncio
import contextlib
import math
import os
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from songswap import beside
from songswap.beside import run_module
from songswap.documents import ACCOUNT, Account
from songswap.jobs.kit.subprocess_jobs import ignore, run_beside
from songswap.logs import LineFormatter
from songswap.store import Store

COMMAND = ("import", "--help")


@contextlib.asynccontextmanager
async def halted(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[asyncio.Task[int], Process]]:
    """A process that SIGTERM does not reach, as it is halted, and who waits for it."""
    started: asyncio.Future[Process] = asyncio.get_running_loop().create_future()
    start = asyncio.create_subprocess_exec

    async def start_and_tell(*command: str, **options: object) -> Process:
        process = await start(*command, **options)  # type: ignore[arg-type]  # as they came
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)  # a SIGTERM that comes before it has stopped ends it
        started.set_result(process)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start_and_tell)
    waiting = asyncio.create_task(run_beside(COMMAND, ignore))
    process = await started
    try:
        yield waiting, process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_its_exit_code_is_told() -> None:
    assert await run_beside(COMMAND, ignore) == 0
    assert await run_beside(("import", "--unknown"), ignore) == 2


async def test_what_it_complains_of_is_logged_escaped_and_in_lines_of_bounded_length(
    caplog: pytest.LogCaptureFixture, store: Store, tmp_path: Path
) -> None:
    store.write(ACCOUNT, Account("ada", "ada", "ada", "Ada", "default", 0.0), "ada")
    file = tmp_path / "file"
    file.write_bytes(b"\x00")
    strange = "x" * 9_000 + "\x1b[31m\nt=1 level=error at=forged message=x"
    command = ("import", "--store", str(store.root), "--account", "ada", "--called", strange, str(file))
    assert await run_module("songswap", command, ignore) != 0
    said = [record for record in caplog.records if record.name == "songswap.beside"]
    assert any("forged" in record.getMessage() for record in said)
    assert all(record.getMessage().startswith("songswap import: ") for record in said)
    assert all(len(record.getMessage()) < 5_000 for record in said)
    assert all("\x1b" not in LineFormatter().format(record) for record in said)


async def test_one_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "END_GRACE_S", 0.05)
    async with halted(monkeypatch) as (waiting, process):
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert process.returncode == -signal.SIGKILL


async def test_one_that_is_being_ended_is_killed_when_nobody_has_the_time_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beside, "END_GRACE_S", math.inf)
    async with halted(monkeypatch) as (waiting, process):
        waiting.cancel()
        await asyncio.sleep(0.01)
        assert process.returncode is None
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert process.returncode == -signal.SIGKILL
