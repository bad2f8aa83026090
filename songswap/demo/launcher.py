"""Starts the demo's processes, and ends them with it."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from songswap import config
from songswap.demo import past
from songswap.entry import PRIVATE, ListenError, listen
from songswap.store import HeldError, StoreError, hold

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path("demo-store")
HOST = "127.0.0.1"
CLIENT_ID = "embedded-spotify"
CONFIG = f"""\
# Made by `python serve.py --demo`, anew each time.
[server]
operators = ada
[store]
path = store
[spotify]
client_id = {CLIENT_ID}
"""
YOUTUBE_KEY = "key-for-the-stand-in"
CHOSEN = ("SONGSWAP_SERVER_PORT", "SONGSWAP_LOG_LEVEL")
"""What may be chosen for a demo; all else in the environment is meant for the operator's own SongSwap."""

START_S = 90.0
"""Until all three have to answer, on a slow machine."""
STOP_S = 2.7
"""Until all three have to have stopped; the promise is 3 s in all."""
LAST_WORDS = 15
"""Lines of its log that are shown of a process that ended by itself."""


class DemoError(Exception):
    """The demo can't go on; the message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """What runs where."""

    folder: Path
    port: int

    @property
    def spotify_port(self) -> int:
        """Next door to the server's."""
        return self.port + 1 if self.port < 65535 else self.port - 1

    @property
    def url(self) -> str:
        """Address people open."""
        return f"http://{HOST}:{self.port}"

    @property
    def spotify_url(self) -> str:
        """Address of the embedded Spotify: its Web API, its accounts service, its pages, a stand-in for ReccoBeats."""
        return f"http://{HOST}:{self.spotify_port}"

    @property
    def commands(self) -> dict[str, list[str]]:
        """The modules to run, with their arguments, under the names people know them by."""
        at = ["--config", str(self.folder / "config.ini")]
        spotify = ["--port", str(self.spotify_port), "--client-id", CLIENT_ID, "--redirect-uri", f"{self.url}/callback"]
        return {
            "embedded-spotify": ["songswap.simulator", *spotify],
            "worker": ["worker", *at],
            "server": ["serve", *at],
        }

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """The environment of each process."""
        kept = {name: value for name, value in given.items() if not name.startswith("SONGSWAP_") or name in CHOSEN}
        return kept | {
            "SONGSWAP_SPOTIFY_API_URL": self.spotify_url,
            "SONGSWAP_SPOTIFY_ACCOUNTS_URL": self.spotify_url,
            "SONGSWAP_SPOTIFY_SDK_URL": f"{self.spotify_url}/sdk/spotify-player.js",
            "SONGSWAP_RECCOBEATS_API_URL": f"{self.spotify_url}/reccobeats",
            "SONGSWAP_FEATURES_RECCOBEATS": "on",
            "SONGSWAP_YOUTUBE_API_URL": self.spotify_url,
            "SONGSWAP_YOUTUBE_API_KEY": YOUTUBE_KEY,
        }

    def log(self, name: str) -> Path:
        """Where the process of that name writes its log."""
        return self.folder / f"{name}.log"


def demonstrate() -> int:
    """Run the demo until SIGINT or SIGTERM; returns the exit code."""
    os.umask(PRIVATE)
    folder = FOLDER.absolute()
    try:
        folder.mkdir(exist_ok=True)
        with hold(folder, "demo"):
            asyncio.run(_run(_prepare(folder)))
    except config.ConfigError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return 2
    except (DemoError, HeldError, StoreError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _prepare(folder: Path) -> Plan:
    """An empty store and its configuration. Raises ConfigError, OSError, DemoError for a port that is taken."""
    shutil.rmtree(folder / "store", ignore_errors=True)
    (folder / "store.id").unlink(missing_ok=True)
    (folder / "config.ini").write_text(CONFIG, encoding="utf-8")
    chosen = {name: os.environ[name] for name in CHOSEN if name in os.environ}
    plan = Plan(folder, config.load(folder / "config.ini", chosen).server.port)
    for port in (plan.port, plan.spotify_port):
        try:
            listen(HOST, port).close()
        except ListenError as error:
            raise DemoError(
                f"{error}. Stop what uses it, or choose another: make demo PORT={plan.port + 10}"
            ) from error
    return plan


async def _run(plan: Plan) -> None:
    """Start everything, say where, and stop it on a signal. Raises DemoError when a process ends by itself."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with _a_crew(plan) as crew:
        stop = asyncio.create_task(stopping.wait())
        tasks: set[asyncio.Future[Any]] = {stop, asyncio.create_task(_begin(plan, crew, stopping)), crew.trouble}
        try:
            await _first_trouble_or(stop, tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _begin(plan: Plan, crew: "_Crew", stopping: asyncio.Event) -> None:
    """First the Spotify, then what people have listened to there, then the rest. Raises DemoError."""
    try:
        async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
            await crew.start("embedded-spotify")
            await _answer_of(session, plan.spotify_url)
            await past.prepare(plan.folder / "store", plan.spotify_url, session, stopping)
            for name in ("worker", "server"):
                await crew.start(name)
            await _answer_of(session, f"{plan.url}/health")  # the server is healthy once the worker is
    except aiohttp.ClientError as error:
        raise DemoError(f"The embedded Spotify did not give people's data: {error}.") from error
    except TimeoutError:
        raise DemoError(f"SongSwap doesn't answer after {START_S:.0f} s; its logs are in {plan.folder}.") from None
    print(f"SongSwap is running: open {plan.url} (Ctrl-C stops it)", flush=True)


async def _first_trouble_or(stop: asyncio.Task[bool], tasks: Set[asyncio.Future[Any]]) -> None:
    """Wait for `stop`, or raise what another one of the `tasks` raises."""
    while not stop.done():
        done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


class _Crew:
    """The processes that run. `trouble` raises DemoError when one of them ends by itself."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._processes: list[Process] = []
        self._watches: list[asyncio.Task[None]] = []
        self.trouble: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self, name: str) -> None:
        """Start a process; it ends when this one does, however it does."""
        with self._plan.log(name).open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "songswap.leash", *self._plan.commands[name]),
                cwd=ROOT,
                env=self._plan.environment(os.environ),
                stdin=PIPE,
                stdout=log,
                stderr=STDOUT,
                start_new_session=True,  # Ctrl-C is for us alone: we stop the others
            )
        self._processes.append(process)
        self._watches.append(asyncio.create_task(self._watch(name, process)))

    async def end(self) -> None:
        """End them all."""
        for watch in self._watches:
            watch.cancel()
        for process in self._processes:
            if process.stdin:
                process.stdin.close()
        ends = [asyncio.create_task(process.wait()) for process in self._processes]
        if ends:
            await asyncio.wait(ends, timeout=STOP_S)
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await asyncio.gather(*ends)

    async def _watch(self, name: str, process: Process) -> None:
        code = await process.wait()
        last_words = self._plan.log(name).read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_WORDS:]
        said = "\n".join([f"The {name} ended by itself (exit code {code}). Its last words:", *last_words])
        if not self.trouble.done():
            self.trouble.set_exception(DemoError(said))


@contextlib.asynccontextmanager
async def _a_crew(plan: Plan) -> AsyncIterator[_Crew]:
    crew = _Crew(plan)
    try:
        yield crew
    finally:
        await crew.end()


async def _answer_of(session: aiohttp.ClientSession, url: str) -> None:
    """Wait until there is one."""
    while not await _answers(session, url):  # noqa: ASYNC110  # another process sets no event of ours
        await asyncio.sleep(0.1)


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.ok
    except aiohttp.ClientError:
        return False
