"""The server as a process: how it starts, refuses to start, and stops."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.processes import Installation, a_browser, all_running, an_installation, answers, log_in, wait_until

pytestmark = pytest.mark.processes


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with an_installation(tmp_path) as installation:
        yield installation


def test_a_configuration_that_is_fine_is_said_to_be(installation: Installation) -> None:
    check = installation.start("check", "serve.py", "--config", str(installation.config), "--check")
    assert check.ended() == 0
    assert check.said() == f"{installation.config} is fine\n"


@pytest.mark.parametrize("program", ["serve.py", "worker.py"])
def test_every_problem_of_the_configuration_is_listed(installation: Installation, program: str) -> None:
    installation.config.write_text("[server]\nport = 0\nhots = x\n[log]\nlevel = loud\n")
    refused = installation.start("refused", program, "--config", str(installation.config))
    assert refused.ended() == 2
    assert refused.said().splitlines() == [
        "[server] port: must be a port number from 1 to 65535",
        "[server] hots: unknown key; did you mean host?",
        "[log] level: must be debug, info, warning or error",
        "[spotify] client_id: missing; README.md tells how to get one from Spotify's dashboard",
    ]


@pytest.mark.parametrize("program", ["serve.py", "worker.py"])
def test_a_missing_configuration_is_named(installation: Installation, program: str) -> None:
    refused = installation.start("refused", program, "--config", str(installation.folder / "mine.ini"))
    assert refused.ended() == 2
    assert "mine.ini: no such file; copy config.template.ini" in refused.said()


def test_a_port_in_use_is_a_clear_message(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        refused = installation.start("refused", "serve.py", "--config", str(installation.config))
        assert refused.ended() == 1
    assert f"can't listen on 127.0.0.1 port {installation.port}: Address already in use" in refused.said()
    assert "Traceback" not in refused.said()


@pytest.mark.parametrize("program", ["serve.py", "worker.py"])
def test_a_store_that_can_not_be_is_a_clear_message(installation: Installation, program: str) -> None:
    installation.store.touch()
    refused = installation.start("refused", program, "--config", str(installation.config))
    assert refused.ended() == 1
    assert f"{installation.store} can't be used as the store" in refused.said()
    assert "Traceback" not in refused.said()


def test_a_second_server_and_a_second_worker_are_refused_and_told_who_holds_the_store(
    installation: Installation,
) -> None:
    first = {"server": installation.start_server(), "worker": installation.start_worker()}
    for role, program in (("server", "serve.py"), ("worker", "worker.py")):
        second = installation.start(f"second-{role}", program, "--config", str(installation.config))
        assert second.ended() == 1
        held = f"a {role} runs on the store {installation.store} already: process {first[role].pid}"
        assert held in second.said()


def test_a_removal_that_a_crash_interrupted_is_finished_at_the_next_start(installation: Installation) -> None:
    (installation.store / "trash" / "0123456789abcdef").mkdir(parents=True)
    installation.start_server()
    assert not (installation.store / "trash" / "0123456789abcdef").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_stops_in_time_while_pages_listen_for_events(tmp_path: Path, number: signal.Signals) -> None:
    """The time is asserted by the installation, which holds every process to what the README promises."""
    with all_running(tmp_path) as installation:
        async with a_browser() as browser:
            await log_in(browser, installation, "ada")
            async with browser.post(f"{installation.url}/api/groups", json={"name": "Game night"}) as answer:
                group = (await answer.json())["id"]
            pages = [await browser.get(f"{installation.url}/api/groups/{group}/events") for _ in range(3)]
            for page in pages:
                assert await page.content.readline() == b"retry: 2000\n"
            *_, worker, server = installation.programs
            await asyncio.gather(asyncio.to_thread(server.stop, number), *map(read_to_its_end, pages))
            worker.stop(number)


async def read_to_its_end(page: aiohttp.ClientResponse) -> None:
    await page.content.read()


def test_what_it_keeps_is_for_its_owner_alone(installation: Installation) -> None:
    installation.start_server()
    installation.start_worker()
    wait_until((installation.store / "heartbeat.json").exists)
    modes = {path.stat().st_mode & 0o077 for path in [installation.store, *installation.store.rglob("*")]}
    assert modes == {0}


def test_it_listens_on_the_configured_address_alone(installation: Installation) -> None:
    installation.configure(host="127.0.0.2")
    server = installation.start("server", "serve.py", "--config", str(installation.config))
    wait_until(lambda: answers(f"http://127.0.0.2:{installation.port}/"), server)
    assert not answers(installation.url)


@pytest.mark.parametrize("leaves_a_place", [True, False])
def test_a_store_that_goes_away_ends_both_and_none_is_begun_in_its_place(tmp_path: Path, leaves_a_place: bool) -> None:
    with all_running(tmp_path, "instant") as running:
        store, elsewhere = running.store, tmp_path / "elsewhere"
        programs = running.programs[1:]  # but the embedded Spotify
        store.rename(elsewhere)
        if leaves_a_place:
            store.mkdir()  # as a disk that is unmounted does
        for program in programs:
            assert program.ended() == 1
            assert f"the store {store} is gone" in program.said()
            assert "Traceback" not in program.said()
        for name in ("serve.py", "worker.py"):
            again = running.start(f"again-{name}", name, "--config", str(running.config))
            assert again.ended() == 1
            assert f"there is no store at {store}, where there was one before" in again.said()
        assert not store.exists() or list(store.iterdir()) == []

        if leaves_a_place:
            store.rmdir()
        elsewhere.rename(store)
        running.start_worker()
        running.start_server()
