"""SongSwap as its operator runs it: embedded Spotify, server and worker as real processes over one store."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
CLIENT_ID = "embedded-spotify-app"
YOUTUBE_KEY = "key-for-the-stand-in"
STOPS_WITHIN_S = 3.0
"""What README and pages promise for SIGINT and SIGTERM."""
BUSY = 5.0
"""How much longer it may take on a machine that has other things to do; what hangs, hangs for longer."""
PATIENCE_S = 60.0
"""For anything that takes a fraction of a second on an idle machine."""


class Program:
    """One process; what it says on stdout and stderr is kept in the file `output`."""

    def __init__(self, output: Path, *command: str) -> None:
        self.output = output
        environment = {name: text for name, text in os.environ.items() if not name.startswith("SONGSWAP_")}
        with output.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT
            )
        self.pid = self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def said(self) -> str:
        """All it has said so far."""
        return self.output.read_text(encoding="utf-8")

    def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        return self._process.wait(PATIENCE_S)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to stop, as the operator does; it has to keep its promise about how."""
        since_s = time.monotonic()
        self._process.send_signal(number)
        code = self.ended()
        took_s = time.monotonic() - since_s
        assert code == 0, f"exit code {code}:\n{self.said()}"
        assert took_s <= STOPS_WITHIN_S * BUSY, f"stopping took {took_s:.1f} s:\n{self.said()}"

    def kill(self) -> None:
        """End it whatever state it is in."""
        self._process.kill()
        self._process.wait()


class Installation:
    """A folder with a configuration and a store, two free ports, and the programs that were started there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "store"
        self.port, self.spotify_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.spotify_url = f"http://127.0.0.1:{self.spotify_port}"
        self.config = folder / "config.ini"
        self.programs: list[Program] = []
        self.configure()

    def configure(self, **server: str) -> None:
        """Write the configuration; `server` are further keys of its section."""
        keys = "".join(f"{key} = {value}\n" for key, value in server.items())
        self.config.write_text(
            f"[server]\nport = {self.port}\noperators = ada\n{keys}"
            f"[store]\npath = {self.store}\n[spotify]\nclient_id = {CLIENT_ID}\n"
            f"api_url = {self.spotify_url}\naccounts_url = {self.spotify_url}\n"
            f"sdk_url = {self.spotify_url}/sdk/spotify-player.js\n[log]\nlevel = debug\n"
            f"[youtube]\napi_key = {YOUTUBE_KEY}\napi_url = {self.spotify_url}\n",
            encoding="utf-8",
        )

    def start(self, name: str, *command: str) -> Program:
        """Start any Python command here; it is stopped with the installation."""
        program = Program(self.folder / f"{name}.log", *command)
        self.programs.append(program)
        return program

    def start_server(self) -> Program:
        """`python serve.py`; returns when it answers."""
        server = self.start("server", "serve.py", "--config", str(self.config))
        wait_until(lambda: answers(f"{self.url}/"), server)
        return server

    def start_worker(self) -> Program:
        """`python worker.py`; returns when it says that it works."""
        before = (self.folder / "worker.log").stat().st_size if (self.folder / "worker.log").exists() else 0
        worker = self.start("worker", "worker.py", "--config", str(self.config))
        wait_until(lambda: "worker started" in worker.said()[before:], worker)
        return worker

    def start_spotify(self, profile: str = "typical") -> Program:
        """The embedded Spotify; returns when it answers."""
        spotify = self.start(
            *("spotify", "-m", "songswap.simulator", "--port", str(self.spotify_port), "--client-id", CLIENT_ID),
            *("--redirect-uri", f"{self.url}/callback", "--profile", profile),
        )
        wait_until(lambda: answers(f"{self.spotify_url}/sim/truth"), spotify)
        return spotify

    def truth(self, person: str) -> dict[str, Any]:
        """What is audible at a person's: `uri`, `is_playing`, `position_ms`, `device_id`."""
        players: dict[str, dict[str, Any]] = ask(f"{self.spotify_url}/sim/truth")["players"]
        return players[person]

    def devices(self, person: str) -> list[dict[str, Any]]:
        """Devices of a person's, among them the pages they listen in: `id`, `name`, `online`, `listed`."""
        found: list[dict[str, Any]] = ask(f"{self.spotify_url}/sim/players/{person}")["devices"]
        return found

    def act(self, person: str, action: str, **fields: object) -> None:
        """What a person does in their Spotify."""
        ask(f"{self.spotify_url}/sim/players/{person}", {"action": action, **fields})

    def put_music_on(self, person: str) -> None:
        """A person plays an album: the first their own Spotify offers.

        It is put on a device of theirs. The page of a test before may still be the active one: Spotify learns of a page
        that went without a word only after seconds, and what it played falls silent then.
        """
        with urllib.request.urlopen(f"{self.spotify_url}/player/{person}", timeout=PATIENCE_S) as answer:
            offered = re.search(r"spotify:album:\w+", answer.read().decode())
        assert offered, f"{person}'s player offers no album"
        own = next(one["id"] for one in self.devices(person) if one["online"] and not is_tab(one))
        self.act(person, "play_context", uri=offered.group(), device_id=own)

    def break_spotify(self, **fault: object) -> None:
        """Put a fault in force."""
        ask(f"{self.spotify_url}/sim/faults", fault)

    def calls(self) -> list[dict[str, Any]]:
        """Every request the embedded Spotify got, oldest first."""
        items: list[dict[str, Any]] = ask(f"{self.spotify_url}/sim/calls")["items"]
        return items


@contextlib.contextmanager
def an_installation(folder: Path) -> Iterator[Installation]:
    """An installation in which nothing runs yet; whatever was started has to stop as promised when the block ends."""
    installation = Installation(folder)
    try:
        yield installation
    except BaseException:
        for program in installation.programs:
            program.kill()
        raise
    for program in reversed(installation.programs):
        if program.is_running:
            program.stop()


@contextlib.contextmanager
def all_running(folder: Path, profile: str = "typical") -> Iterator[Installation]:
    """An installation with all three processes, healthy."""
    with an_installation(folder) as installation:
        installation.start_spotify(profile)
        installation.start_worker()
        installation.start_server()
        assert ask(f"{installation.url}/health") == {"status": "ok", "problems": []}
        yield installation


class Running(Protocol):
    """Whatever answers there."""

    url: str


async def log_in(browser: aiohttp.ClientSession, installation: Running, person: str) -> str:
    """Log in as a browser without pages does, agreeing to everything; returns the account's id."""
    async with browser.get(f"{installation.url}/login", allow_redirects=False) as answer:
        asked = answer.headers["Location"]
    decision = {"person": person, "decision": "agree"}
    async with browser.post(asked, data=decision, allow_redirects=False) as answer:
        back = answer.headers["Location"]
    async with browser.get(back, allow_redirects=False) as answer:
        assert answer.status == 302, await answer.text()
    async with browser.get(f"{installation.url}/api/me") as answer:
        account: str = (await answer.json())["id"]
    return account


def a_browser() -> aiohttp.ClientSession:
    """What keeps one person's cookies."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(PATIENCE_S))


def is_tab(device: dict[str, Any]) -> bool:
    """Whether a device is a page of ours."""
    return str(device["name"]).startswith("SongSwap in")


def wait_until(is_so: Callable[[], bool], program: Program | None = None) -> None:
    """Wait for something to become true while `program` runs."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert program is None or program.is_running, f"it ended instead:\n{program.said()}"
        if time.monotonic() >= deadline_s:
            raise TimeoutError(f"waited in vain:\n{program.said() if program else ''}")
        time.sleep(0.02)


def answers(url: str) -> bool:
    """Whether somebody answers there."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


def ask(url: str, content: object = None) -> Any:
    """The JSON answer to a GET, or to a POST of `content`."""
    body = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return json.load(answer)
