"""python -m bench.soak [MINUTES]: a steady load for half an hour; writes bench/soak.txt.

Four people with pages and a session, who chat, look around, bring history, make groups and leave them. Measured is what
must not grow: the memory of both processes, and files that nobody needs any more.
"""

import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests.core.history.formats.files import an_extended_row
from tests.processes import Installation, Program, a_browser, all_running, log_in

TABLE: Final = Path(__file__).resolve().parent / "soak.txt"
PEOPLE: Final = ("ada", "bob", "cleo", "dario")
"""One fewer than have a seat: who logs in when all are taken is asked whether they are one of them."""
MINUTES: Final = 30.0
WARM: Final = 1 / 3
"""Of the time, until all that is kept in memory on purpose is there."""
BETWEEN_SAMPLES_S: Final = 10.0
ALLOWED: Final = 0.05
PAGES: Final = (
    "/",
    "/history",
    "/insights",
    "/playlists",
    "/account",
    "/people",
    "/groups/{group}",
    "/groups/{group}/chat",
)
ASKED: Final = (
    "/api/insights/top/artists?scope=me&period=all",
    "/api/insights/totals?scope=me&period=all",
    "/api/me/feed",
    "/api/search?kind=people&q=bo",
    "/api/groups/{group}",
    "/openapi.json",
)


class Person:
    """Somebody with a browser."""

    def __init__(self, name: str, browser: aiohttp.ClientSession, url: str, account: str) -> None:
        self.name = name
        self.browser = browser
        self.url = url
        self.account = account

    async def ask(self, method: str, path: str, content: object = None) -> Any:
        """The answer, if it is JSON. Raises AssertionError for a fault of the server's."""
        async with self.browser.request(method, self.url + path, json=content) as answer:
            body = await answer.read()
            assert answer.status < 500, f"{method} {path}: {answer.status} {body[:300]!r}"
            return json.loads(body) if answer.content_type == "application/json" and body else None

    async def listen(self, path: str, for_s: float | None = None) -> None:
        """Have a page open, for good or for a while."""
        try:
            async with asyncio.timeout(for_s):
                while True:
                    async with self.browser.get(self.url + path, timeout=aiohttp.ClientTimeout(None)) as answer:
                        async for _ in answer.content:
                            pass
                    await asyncio.sleep(1)
        except TimeoutError:
            pass


class Load:
    """What they do."""

    def __init__(self, installation: Installation, people: list[Person], group: str) -> None:
        self.installation = installation
        self.people = people
        self.group = group
        self.done: dict[str, int] = {}

    async def every(self, seconds: float, what: Callable[[int], Awaitable[None]]) -> None:
        """Do something again and again."""
        number = 0
        while True:
            await what(number)
            name = getattr(what, "__name__", "")
            self.done[name] = self.done.get(name, 0) + 1
            number += 1
            await asyncio.sleep(seconds)

    def one(self, number: int) -> Person:
        """Each in turn."""
        return self.people[number % len(self.people)]

    async def messages(self, number: int) -> None:
        await self.one(number).ask("POST", f"/api/places/chat:{self.group}/posts", {"text": f"number {number}"})

    async def looks(self, number: int) -> None:
        await self.one(number).ask("GET", PAGES[number % len(PAGES)].format(group=self.group))

    async def questions(self, number: int) -> None:
        await self.one(number).ask("GET", ASKED[number % len(ASKED)].format(group=self.group))

    async def clicks(self, number: int) -> None:
        action = ("next", "pause", "play")[number % 3]
        await self.people[0].ask("POST", f"/api/groups/{self.group}/playback", {"action": action})

    async def pages(self, number: int) -> None:
        await self.one(number).listen(f"/api/groups/{self.group}/events", for_s=3)

    async def groups(self, number: int) -> None:
        """A group that comes and goes, with a session and a chat."""
        host, guest = self.one(number), self.one(number + 1)
        made = await host.ask("POST", "/api/groups", {"name": f"Group {number}"})
        await guest.ask("POST", f"/api/groups/{made['id']}/members", {"invite": made["invite_url"]})
        await guest.ask("POST", f"/api/places/chat:{made['id']}/posts", {"text": "hello"})
        for person in (guest, host):
            await person.listen(f"/api/groups/{made['id']}/events", for_s=1)
            await person.ask("DELETE", f"/api/groups/{made['id']}/members/{person.account}")

    async def imports(self, number: int) -> None:
        """The same history again: nothing of it is new."""
        form = aiohttp.FormData()
        form.add_field("file", json.dumps([an_extended_row()]), filename=f"endsong_{number}.json")
        person = self.one(number)
        async with person.browser.post(f"{person.url}/api/me/history/imports", data=form) as answer:
            assert answer.status in {202, 409}, await answer.text()

    async def log_ins(self, number: int) -> None:
        """Another browser, for a moment."""
        async with a_browser() as browser:
            await log_in(browser, self.installation, self.one(number).name)
            async with browser.post(f"{self.installation.url}/logout") as answer:
                assert answer.status < 500


def memory_mb(program: Program) -> float:
    """What a process takes of the machine's memory."""
    status = Path(f"/proc/{program.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def left_behind(store: Path) -> list[str]:
    """Files that nobody needs any more: unfinished ones, what was to be deleted, uploads that were read."""
    found = (path.relative_to(store).as_posix() for path in store.rglob("*") if path.is_file())
    places = ("trash/", "spill/", "broken/", "catalogue/uploads/")
    return sorted(one for one in found if one.endswith(".tmp") or one.startswith(places) or "/uploads/" in one)


async def soak(folder: Path, minutes: float) -> list[str]:
    """The lines of the result."""
    samples: list[tuple[float, float, float]] = []
    with all_running(folder) as installation:
        worker, server = installation.programs[1], installation.programs[2]
        people = []
        for name in PEOPLE:
            browser = a_browser()
            people.append(Person(name, browser, installation.url, await log_in(browser, installation, name)))
        made = await people[0].ask("POST", "/api/groups", {"name": "Friday"})
        for person in people[1:]:
            await person.ask("POST", f"/api/groups/{made['id']}/members", {"invite": made["invite_url"]})
        installation.put_music_on("ada")
        await people[0].ask("PUT", f"/api/groups/{made['id']}/session", {"state": "running", "precision_s": 2.5})
        load = Load(installation, people, made["id"])
        tasks = [asyncio.create_task(one.listen(f"/api/groups/{made['id']}/events")) for one in people]
        pace = {load.messages: 0.6, load.looks: 0.5, load.questions: 0.5, load.clicks: 5, load.pages: 0.5}
        pace |= {load.groups: 20, load.imports: 30, load.log_ins: 30}
        tasks += [asyncio.create_task(load.every(seconds, what)) for what, seconds in pace.items()]
        began_s = time.monotonic()
        while (at_s := time.monotonic() - began_s) < minutes * 60:
            await asyncio.wait(tasks, timeout=BETWEEN_SAMPLES_S, return_when=asyncio.FIRST_EXCEPTION)
            for task in tasks:
                if task.done():
                    task.result()
            samples.append((at_s, memory_mb(server), memory_mb(worker)))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for person in people:
            await person.browser.close()
        await asyncio.sleep(5)  # for the last import to be done with
        groups = sorted(path.name for path in (installation.store / "groups").iterdir())
        return result(samples, load.done, left_behind(installation.store), len(groups) - 1, minutes)


def result(
    samples: list[tuple[float, float, float]], done: dict[str, int], left: list[str], groups: int, minutes: float
) -> list[str]:
    """What came out, in words."""
    warm = [one for one in samples if one[0] >= WARM * minutes * 60]
    third = max(1, len(warm) // 3)
    lines = [
        f"{minutes:.0f} minutes of steady load by {len(PEOPLE)} people: "
        + ", ".join(f"{count:,} {name.replace('_', '-')}" for name, count in done.items()),
        "",
        f"process  after {WARM * minutes:.0f} min     in the end     growth     most",
    ]
    for place, name in ((1, "server"), (2, "worker")):
        first, last = (statistics.median(one[place] for one in part) for part in (warm[:third], warm[-third:]))
        most = max(one[place] for one in samples)
        lines.append(f"{name:8} {first:8.1f} MB    {last:8.1f} MB    {last / first - 1:+7.1%}   {most:6.1f} MB")
    lines += ["", f"Groups that went and left a folder: {groups}. Files left behind: {', '.join(left) or 'none'}."]
    lines.append(f"Allowed: {ALLOWED:.0%} of growth, no file.")
    lines.append(
        f"Measured on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}; "
        "medians of the first and the last third after warming up."
    )
    return lines


def main(minutes: float) -> int:
    """Measure, print; write if it was the whole time. Returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        lines = asyncio.run(soak(Path(folder), minutes))
    print("\n".join(lines))
    if minutes >= MINUTES:
        TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES))
