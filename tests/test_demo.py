"""`python serve.py --demo`, as a newcomer runs it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from songswap.demo import Plan
from tests.ports import free_port
from tests.processes import PATIENCE_S, ROOT, answers, ask, wait_until

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


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path)
    yield demo
    demo.process.kill()
    demo.process.wait()
    wait_until(lambda: not demo.children())


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


def test_it_begins_with_an_empty_store_each_time(tmp_path: Path, demo: Demo) -> None:
    demo.announced()
    (demo.folder / "store" / "accounts").mkdir()
    demo.process.send_signal(signal.SIGINT)
    demo.process.wait()
    again = Demo(tmp_path)
    again.announced()
    assert not (demo.folder / "store" / "accounts").exists()
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(PATIENCE_S) == 0


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


def test_a_second_demo_in_the_same_folder_is_refused(tmp_path: Path, demo: Demo) -> None:
    demo.announced()
    second = Demo(tmp_path, "second")
    assert second.process.wait(PATIENCE_S) == 1
    assert second.said() == f"a demo runs on the store {demo.folder} already: process {demo.process.pid}\n"
    assert answers(demo.url)


def test_the_operators_own_settings_stay_out_of_it(tmp_path: Path) -> None:
    mine = {"SONGSWAP_STORE_PATH": "/mine", "SONGSWAP_SPOTIFY_CLIENT_SECRET": "hush", "SONGSWAP_LOG_LEVEL": "debug"}
    environment = Plan(tmp_path, 9000).environment({"PATH": "/bin", "SONGSWAP_SERVER_PORT": "9000", **mine})
    assert environment == {
        "PATH": "/bin",
        "SONGSWAP_SERVER_PORT": "9000",
        "SONGSWAP_LOG_LEVEL": "debug",
        "SONGSWAP_SPOTIFY_API_URL": "http://127.0.0.1:9001",
        "SONGSWAP_SPOTIFY_ACCOUNTS_URL": "http://127.0.0.1:9001",
    }
