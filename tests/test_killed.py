"""Server and worker are killed with SIGKILL again and again while people click.

How: 100 kills of each, at random moments (also while they start), each independent of the other. So that this takes
about a minute, the victims are forked from a process that has imported everything (tests/nursery.py). The operating
system survives: this shows that no write is half done or acknowledged too early. That a write is on the disk by then is
what fsync in songswap/store is for, and not shown here.
"""

import asyncio
import contextlib
import os
import random
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec
import pytest

from songswap import documents
from songswap.columns import schema
from songswap.core.kit.secret_links import hash_of
from songswap.documents import GROUP, SESSION_WISH, WISH
from songswap.store import Document, Log
from songswap.store.files import LAST_GOOD, UNFINISHED
from songswap.store.putting import FORMERS, TRASH
from songswap.store.reserve import FILES
from tests.processes import PATIENCE_S, ROOT, Installation, a_browser, an_installation, ask, log_in

pytestmark = pytest.mark.processes

T = TypeVar("T")
KILLS = 100
LONGEST_LIFE_S = 1.0
PEOPLE = ("ada", "bob", "cleo", "dario")
MOST_GROUPS = 8
BESIDES = {
    "server.lock",
    "worker.lock",
    "importer.lock",
    "secret.key",
    "store.id",
    *(f"reserve/{n}" for n in range(FILES)),
}
"""What lies in a store and is neither document nor log."""
DERIVED = re.compile(r"accounts/\w+/derived/(?P<name>.+)")
PROBE = re.compile(r"(server|worker|importer)\.probe|health")
"""Written and removed to see whether the store can be written."""
DOCUMENTS = [one for one in vars(documents).values() if isinstance(one, Document)]
LOGS = [one for one in vars(documents).values() if isinstance(one, Log)]
UNHEARD = object()
"""Stands for a value that only an answer would have told."""


class Promises:
    """What people were told is so, by what it is about.

    Each entry lists what may be found in the store: the value acknowledged last, and those asked for since then without
    an answer.
    """

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], list[object]] = {}
        self.clicks: dict[int, int] = {}
        """Position in ms that was asked for, by the revision that was given to the click."""
        self.kept = 0

    def ask(self, kind: str, name: str, value: object) -> None:
        """Somebody asks for this, and may or may not get it."""
        self.entries.setdefault((kind, name), [None]).append(value)

    def keep(self, kind: str, name: str, value: object) -> None:
        """Somebody was told that it is so."""
        self.entries[kind, name] = [value]
        self.kept += 1

    def click(self, rev: int, position_ms: int) -> None:
        """Somebody was told that their click has this revision: a lost click would show as one given twice."""
        assert rev not in self.clicks, f"two clicks were given revision {rev}"
        self.clicks[rev] = position_ms
        self.kept += 1

    def broken(self, root: Path, session: str) -> list[str]:
        """Those the store at `root` does not keep."""
        entries = {key: found_in(root, *key) for key in self.entries}
        broken = [
            f"{kind} of {name}: {entries[kind, name]!r} is none of {possible}"
            for (kind, name), possible in self.entries.items()
            if UNHEARD not in possible and entries[kind, name] not in possible
        ]
        wish = read(root, SESSION_WISH, session)
        actions = {action.rev: action.position_ms for action in wish.actions} if wish else {}
        expected = {rev: position_ms for rev, position_ms in self.clicks.items() if rev >= min(actions, default=1)}
        lost = {rev: position_ms for rev, position_ms in expected.items() if actions.get(rev) != position_ms}
        return [*broken, *(f"click {rev} to {position_ms} ms is lost" for rev, position_ms in lost.items())]


def found_in(root: Path, kind: str, name: str) -> object:
    """What the store says about something that was promised."""
    if kind == "device":
        wish = read(root, WISH, name)
        return wish.device_id if wish else None
    group = read(root, GROUP, name)
    if group is None:
        return None
    return group.name if kind == "group" else group.invite.secret_hash


def read(root: Path, document: Document[T], name: str) -> T | None:
    """A document as it lies there, without a store that would put things right."""
    path = document.path(name)
    try:
        return document.decode((root / path).read_bytes(), path)
    except FileNotFoundError:
        return None


def check_every_file(root: Path) -> None:
    """Decode all that lies in the store, while the other process may go on writing there."""
    for folder, _, names in os.walk(root):
        for path in (Path(folder, name) for name in names if Path(folder).parent != root / TRASH):
            with contextlib.suppress(FileNotFoundError):
                check_file(path.relative_to(root).as_posix(), path.read_bytes())


def check_file(name: str, content: bytes) -> None:
    """Decode one file of the store; a log up to its last line end. What is unfinished has a name it will have again."""
    if name.endswith(UNFINISHED):
        assert is_rewritten(name.removesuffix(UNFINISHED).removesuffix(LAST_GOOD)), f"{name} would lie there for ever"
        return
    for document in DOCUMENTS:
        if fits(document.pattern, name.removesuffix(LAST_GOOD) if document.kept else name):
            document.decode(content, name)
            return
    for log in LOGS:
        if fits(log.pattern, name):
            for line in content.split(b"\n")[:-1]:
                msgspec.json.decode(line, type=log.of)
            return
    if derived := DERIVED.fullmatch(name):
        check_derived(derived["name"], content)
        return
    assert name in BESIDES, f"{name} is neither document nor log"


def check_derived(name: str, content: bytes) -> None:
    """A file of the columns is whole, or is one that the next to make them clears away."""
    if name == schema.MANIFEST:
        msgspec.json.decode(content, type=schema.ColumnsManifest)
    elif name.endswith(".parquet"):
        assert content[:4] == content[-4:] == b"PAR1"
    else:
        assert name == "builder.lock", name


def is_rewritten(name: str) -> bool:
    return bool(PROBE.fullmatch(name) or DERIVED.fullmatch(name)) or any(
        fits(document.pattern, name) for document in DOCUMENTS
    )


def fits(pattern: str, name: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\{\}", "[A-Za-z0-9_-]+"), name) is not None


class Person:
    """Somebody who clicks all the time, one click after the other, and remembers what was answered."""

    def __init__(self, browser: aiohttp.ClientSession, url: str, account: str, promises: Promises, seed: str) -> None:
        self.account = account
        self.devices: list[str] = []
        self.session = ""
        self._groups: list[str] = []
        self._browser = browser
        self._url = url
        self._promises = promises
        self._rng = random.Random(seed)
        self._count = 0

    async def live(self) -> None:
        """Click until cancelled."""
        acts: tuple[Callable[[], Awaitable[None]], ...] = (
            *(self.found_group, self.rename_group, self.renew_invite, self.choose_device),
            *(self.seek, self.seek, self.look_for_devices, self.watch),
        )
        while True:
            await self._rng.choice(acts)()

    async def found_group(self) -> None:
        """Make a group; leave the oldest where there are many: it is gone then."""
        if len(self._groups) >= MOST_GROUPS:
            group = self._groups.pop(0)
            self._promises.ask("group", group, None)
            self._promises.ask("invite", group, None)
            if await self.request("DELETE", f"/api/groups/{group}/members/{self.account}") is not None:
                self._promises.keep("group", group, None)
                self._promises.keep("invite", group, None)
            return
        made = await self.request("POST", "/api/groups", {"name": self._new_name()})
        if made is not None:
            self._groups.append(made["id"])
            self._promises.keep("group", made["id"], made["name"])
            self._promises.keep("invite", made["id"], hash_of(made["invite_url"].rpartition("/")[2]))

    async def rename_group(self) -> None:
        for group in self._some_group():
            name = self._new_name()
            self._promises.ask("group", group, name)
            if await self.request("PATCH", f"/api/groups/{group}", {"name": name}) is not None:
                self._promises.keep("group", group, name)

    async def renew_invite(self) -> None:
        for group in self._some_group():
            self._promises.ask("invite", group, UNHEARD)
            state = await self.request("POST", f"/api/groups/{group}/invite")
            if state is not None:
                self._promises.keep("invite", group, hash_of(state["invite_url"].rpartition("/")[2]))

    async def choose_device(self) -> None:
        device = self._rng.choice(self.devices)
        self._promises.ask("device", self.account, device)
        if await self.request("PUT", "/api/me/device", {"device_id": device}) is not None:
            self._promises.keep("device", self.account, device)

    async def seek(self) -> None:
        """A click in the running session."""
        position_ms = self._rng.randrange(100_000)
        content = {"action": "seek", "position_ms": position_ms}
        accepted = await self.request("POST", f"/api/groups/{self.session}/playback", content)
        if accepted is not None:
            self._promises.click(accepted["rev"], position_ms)

    async def look_for_devices(self) -> None:
        await self.request("POST", "/api/me/devices/look")

    async def watch(self) -> None:
        await self.request("GET", f"/api/groups/{self.session}")
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):  # 503 is fine: the worker may be dead
            async with self._browser.get(f"{self._url}/health"):
                pass

    async def request(self, method: str, path: str, content: object = None) -> Any:
        """The answer's content, {} where there is none; None when no answer came, or only that this was too fast."""
        try:
            async with self._browser.request(method, f"{self._url}{path}", json=content) as answer:
                if answer.status == 429:
                    return None
                assert answer.ok, f"{method} {path}: {answer.status} {await answer.text()}"
                return await answer.json() if answer.status != 204 else {}
        except (aiohttp.ClientError, TimeoutError):
            await asyncio.sleep(0.01)
            return None

    def _some_group(self) -> list[str]:
        return self._rng.sample(self._groups, min(1, len(self._groups)))

    def _new_name(self) -> str:
        self._count += 1
        return f"{self.account} {self._count}"


class Nursery:
    """The process that starts and kills servers and workers."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._one_at_a_time = asyncio.Lock()

    async def tell(self, command: str, role: str) -> str:
        """Send a command; returns the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._one_at_a_time:
            self._process.stdin.write(f"{command} {role}\n".encode())
            return (await self._process.stdout.readline()).decode().strip()


@contextlib.asynccontextmanager
async def a_nursery(installation: Installation) -> AsyncIterator[Nursery]:
    """A nursery in which a server and a worker run; it leaves none behind."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.nursery", str(installation.config), str(installation.folder / "killed.log")),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    nursery = Nursery(process)
    try:
        for role in ("server", "worker"):
            await nursery.tell("start", role)
        yield nursery
    finally:
        process.stdin.close()
        await process.wait()


async def kill_again_and_again(nursery: Nursery, role: str, inspect: Callable[[], None]) -> None:
    """Let processes of a role live for a moment each; `inspect` looks at what one left before the next begins."""
    rng = random.Random(role)
    for _ in range(KILLS):
        await asyncio.sleep(rng.uniform(0, LONGEST_LIFE_S))
        assert await nursery.tell("kill", role) == "killed"
        inspect()
        await nursery.tell("start", role)


async def until_it_answers(installation: Installation) -> None:
    async with asyncio.timeout(PATIENCE_S), a_browser() as browser:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with browser.get(f"{installation.url}/health") as answer:
                    if answer.ok:
                        return
            await asyncio.sleep(0.05)


async def people_in_a_session(
    browsers: list[aiohttp.ClientSession], installation: Installation, promises: Promises
) -> list[Person]:
    """Everybody logged in and listening in Ada's group; all may click, and know their devices."""
    people = [
        Person(browser, installation.url, await log_in(browser, installation, name), promises, name)
        for browser, name in zip(browsers, PEOPLE, strict=True)
    ]
    ada = people[0]
    group = await ada.request("POST", "/api/groups", {"name": "Game night"})
    for person in people:
        person.session = group["id"]
        if person is not ada:
            await person.request("POST", f"/api/groups/{group['id']}/members", {"invite": group["invite_url"]})
            await ada.request("PATCH", f"/api/groups/{group['id']}/members/{person.account}", {"role": "co-host"})
        await person.request("POST", "/api/me/devices/look")
        async with asyncio.timeout(PATIENCE_S):
            while not person.devices:
                me = await person.request("GET", "/api/me")
                person.devices = [device["id"] for device in me["devices"]["items"]]
    installation.put_music_on("ada")
    await ada.request("PUT", f"/api/groups/{group['id']}/session", {"state": "running"})
    return people


async def test_a_hundred_kills_of_each_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    promises = Promises()
    with an_installation(tmp_path) as installation:
        root = installation.store
        installation.start_spotify("instant")
        async with contextlib.AsyncExitStack() as stack:
            browsers = [await stack.enter_async_context(a_browser()) for _ in PEOPLE]
            nursery = await stack.enter_async_context(a_nursery(installation))
            await until_it_answers(installation)
            people = await people_in_a_session(browsers, installation, promises)

            def inspect() -> None:
                check_every_file(root)
                assert promises.broken(root, people[0].session) == []

            async with asyncio.TaskGroup() as clicking:
                lives = [clicking.create_task(person.live()) for person in people]
                await asyncio.gather(
                    kill_again_and_again(nursery, "server", inspect),
                    kill_again_and_again(nursery, "worker", inspect),
                )
                for life in lives:
                    life.cancel()

        installation.start_server()
        installation.start_worker()
        assert ask(f"{installation.url}/health") == {"status": "ok", "problems": []}
    check_every_file(root)
    assert promises.broken(root, people[0].session) == []
    assert [path.name for path in (root / TRASH).iterdir() if not path.name.startswith(FORMERS)] == []
    assert len(promises.clicks) > KILLS
    assert promises.kept > 5 * KILLS
