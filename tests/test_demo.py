"""`python serve.py --demo`, as a newcomer runs it."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from songswap.demo import Plan
from tests.ports import free_port
from tests.processes import PATIENCE_S, ROOT, a_browser, answers, ask, log_in, wait_until

pytestmark = pytest.mark.processes


class Demo:
    """The launcher, started in a folder of its own."""

    def __init__(self, folder: Path, output: str = "output", **environment: str) -> None:
        self.folder = folder / "demo-store"
        self.output = folder / output
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "serve.py"), "--demo"],
                cwd=folder,
                env={**os.environ, "SONGSWAP_SERVER_PORT": str(self.port), **environment},
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    @property
    def spotify_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    def accounts(self) -> set[str]:
        """The ids of those there are."""
        return {path.parent.name for path in self.folder.glob("store/accounts/*/account.json")}

    def announced(self) -> None:
        """Wait until the address is told."""
        wait_until(lambda: self.url in self.said() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said()

    def children(self) -> dict[str, int]:
        """Process ids of those that run, by the module that they run."""
        found: dict[str, int] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().decode().split("\0")
            except OSError:  # it has ended meanwhile
                continue
            if "songswap.leash" in words and (str(self.port + 1) in words or str(self.folder / "config.ini") in words):
                found[words[words.index("songswap.leash") + 1]] = int(folder.name)
        return found


@contextlib.contextmanager
def a_demo(folder: Path) -> Iterator[Demo]:
    demo = Demo(folder)
    yield demo
    demo.process.kill()
    demo.process.wait()
    wait_until(lambda: not demo.children())


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with a_demo(tmp_path) as demo:
        yield demo


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One that runs already, for tests that leave it running."""
    with a_demo(tmp_path_factory.mktemp("running")) as demo:
        demo.announced()
        yield demo


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_line_tells_the_address_and_a_signal_ends_it_all(demo: Demo, number: signal.Signals) -> None:
    demo.announced()
    assert demo.said() == f"SongSwap is running: open {demo.url} (Ctrl-C stops it)\n"
    assert sorted(demo.children()) == ["serve", "songswap.simulator", "worker"]
    assert ask(f"{demo.url}/health") == {"status": "ok", "problems": []}
    demo.process.send_signal(number)
    assert demo.process.wait(PATIENCE_S) == 0
    assert demo.children() == {}


def test_a_killed_launcher_leaves_no_process(demo: Demo) -> None:
    demo.announced()
    demo.process.kill()
    wait_until(lambda: not demo.children())


@pytest.mark.parametrize(
    ("module", "name"), [("worker", "worker"), ("serve", "server"), ("songswap.simulator", "embedded-spotify")]
)
def test_one_that_ends_by_itself_ends_the_demo_and_is_named(demo: Demo, module: str, name: str) -> None:
    demo.announced()
    os.kill(demo.children()[module], signal.SIGKILL)
    assert demo.process.wait(PATIENCE_S) == 1
    assert f"The {name} ended by itself (exit code -9). Its last words:" in demo.said()
    assert "Traceback" not in demo.said()
    assert demo.children() == {}


def test_it_begins_anew_each_time(tmp_path: Path, demo: Demo) -> None:
    demo.announced()
    before = demo.accounts()
    assert before
    demo.process.send_signal(signal.SIGINT)
    demo.process.wait()
    again = Demo(tmp_path)
    again.announced()
    assert len(again.accounts()) == len(before)
    assert not again.accounts() & before
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(PATIENCE_S) == 0


def test_a_signal_ends_it_while_it_is_still_preparing(demo: Demo) -> None:
    wait_until(lambda: bool(demo.accounts()))
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(PATIENCE_S) == 0
    assert demo.said() == ""
    assert demo.children() == {}


async def test_people_have_listened_for_years_and_are_found_again_at_their_log_in(running: Demo) -> None:
    async with a_browser() as browser:
        account = await log_in(browser, running, "ada")
        assert account in running.accounts()
        async with browser.get(f"{running.url}/api/me/history") as answer:
            history = await answer.json()
        assert history["plays"] > 5_000
        async with browser.get(f"{running.url}/api/insights/top/genres?period=all&scope=everybody") as answer:
            top = await answer.json()
        assert {one["genre"] for one in top["items"]} > {None}
        assert len(top["about"]["people"]) > 3


async def test_a_stranger_brings_what_spotify_sent_them(running: Demo) -> None:
    async with a_browser() as browser:
        before = running.accounts()
        assert await log_in(browser, running, "finn") not in before
        async with browser.get(f"{running.spotify_url}/player/finn/my_spotify_data.zip") as answer:
            data = aiohttp.FormData()
            data.add_field("file", await answer.read(), filename="my_spotify_data.zip")
        async with browser.post(f"{running.url}/api/me/history/imports", data=data) as answer:
            assert answer.status == 202, await answer.text()
        while (item := await first_import(browser, running.url))["progress"] != "done":
            assert item["progress"] in {"waiting", "working"}, item
            await asyncio.sleep(0.2)
        assert item["kept"] > 5_000
        assert item["podcasts"] > 0
        assert item["unreadable"] == item["duplicates"] == 0


async def first_import(browser: aiohttp.ClientSession, url: str) -> Any:
    async with browser.get(f"{url}/api/me/history") as answer:
        return (await answer.json())["imports"][0]


@pytest.mark.parametrize("next_door", [0, 1])
def test_a_port_that_is_taken_is_named_with_what_to_do(tmp_path: Path, next_door: int) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port + next_door)):
        demo = Demo(tmp_path, SONGSWAP_SERVER_PORT=str(port))
        assert demo.process.wait(PATIENCE_S) == 1
    assert demo.said() == (
        f"can't listen on 127.0.0.1 port {port + next_door}: Address already in use. "
        f"Stop what uses it, or choose another: make demo PORT={port + 10}\n"
    )


def test_a_port_that_is_none_is_refused(tmp_path: Path) -> None:
    demo = Demo(tmp_path, SONGSWAP_SERVER_PORT="many")
    assert demo.process.wait(PATIENCE_S) == 2
    assert demo.said() == "[server] port: must be a port number from 1 to 65535\n"


def test_a_second_demo_in_the_same_folder_is_refused(running: Demo) -> None:
    second = Demo(running.folder.parent, "second")
    assert second.process.wait(PATIENCE_S) == 1
    assert second.said() == f"a demo runs on the store {running.folder} already: process {running.process.pid}\n"
    assert answers(running.url)


def test_the_operators_own_settings_stay_out_of_it(tmp_path: Path) -> None:
    mine = {"SONGSWAP_STORE_PATH": "/mine", "SONGSWAP_SPOTIFY_CLIENT_SECRET": "hush", "SONGSWAP_LOG_LEVEL": "debug"}
    mine |= {"SONGSWAP_YOUTUBE_API_KEY": "my own", "SONGSWAP_YOUTUBE_API_URL": "https://www.googleapis.com"}
    environment = Plan(tmp_path, 9000).environment({"PATH": "/bin", "SONGSWAP_SERVER_PORT": "9000", **mine})
    assert environment == {
        "PATH": "/bin",
        "SONGSWAP_SERVER_PORT": "9000",
        "SONGSWAP_LOG_LEVEL": "debug",
        "SONGSWAP_SPOTIFY_API_URL": "http://127.0.0.1:9001",
        "SONGSWAP_SPOTIFY_ACCOUNTS_URL": "http://127.0.0.1:9001",
        "SONGSWAP_SPOTIFY_SDK_URL": "http://127.0.0.1:9001/sdk/spotify-player.js",
        "SONGSWAP_RECCOBEATS_API_URL": "http://127.0.0.1:9001/reccobeats",
        "SONGSWAP_FEATURES_RECCOBEATS": "on",
        "SONGSWAP_YOUTUBE_API_URL": "http://127.0.0.1:9001",
        "SONGSWAP_YOUTUBE_API_KEY": "key-for-the-stand-in",
    }
