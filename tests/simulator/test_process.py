"""The simulator as a process of its own."""

import asyncio
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process

import aiohttp
import pytest

pytestmark = pytest.mark.processes

ARGUMENTS = ("--client-id", "app", "--redirect-uri", "http://127.0.0.1:5000/callback")


async def start(*arguments: str) -> Process:
    command = (sys.executable, "-m", "songswap.simulator", *arguments)
    return await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)


async def address_of(process: Process) -> str:
    assert process.stderr is not None
    while line := (await process.stderr.readline()).decode():
        if found := re.search(r"http://\S+", line):
            return found.group()
    raise AssertionError("the simulator ended without telling its address")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_tells_its_address_answers_and_stops_when_asked(number: signal.Signals) -> None:
    process = await start(*ARGUMENTS, "--port", "0", "--profile", "instant")
    address = await address_of(process)
    async with aiohttp.ClientSession() as session, session.get(f"{address}/sim/truth") as response:
        assert response.status == 200
        process.send_signal(number)
        assert await process.wait() == 0


async def test_taken_port_is_one_clear_line_and_exit_2() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = await start(*ARGUMENTS, "--port", str(port))
        _, errors = await process.communicate()
    assert process.returncode == 2
    assert errors.decode().count("\n") == 1
    assert f"127.0.0.1:{port}" in errors.decode()


async def test_insecure_redirect_address_is_one_clear_line_and_exit_2() -> None:
    process = await start("--client-id", "app", "--redirect-uri", "http://localhost:5000/callback")
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert "http://localhost:5000/callback" in errors.decode()
    assert "Traceback" not in errors.decode()
