"""How many people one server carries: `python -m bench.load` (`make bench-load`) writes bench/load.txt.

People in groups of five have their group's page and its chat open, as pages do: the page is fetched once, and all it
follows comes over one connection. Some listen in tabs, which report every ten seconds, in groups whose sessions run;
for the worker, the benchmark itself writes what a worker sees. Posts come from everybody in turn.
"""

import asyncio
import json
import os
import platform
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.talk.people import Someone, someone
from songswap.documents import GROUP, HEARTBEAT, NIGHT, SESSION_WISH, WISH, Heartbeat, SessionWish, Wish
from songswap.model.links import SecretLink
from songswap.model.music import Track
from songswap.model.people import Group, Member
from songswap.model.session import Listener, Night, Timeline
from songswap.store import Store
from tests.processes import Installation, Program, an_installation

TABLE = Path(__file__).resolve().with_suffix(".txt")
TOGETHER = 5
"""People in a group."""
IN_TABS = 25
STEADY_S = 30.0
OPENED_PER_S = 15.0
REPORTS_S, BEATS_S, LOOKS_S = 10.0, 5.0, 2.5
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
SIZES = ((25, 10.0), (100, 20.0), (300, 20.0), (1_000, 20.0))
"""People, and posts a second: of 25 people nobody may write 20 a second, as each may write 30 a minute."""
MOST_CPU, MOST_LATE_MS, MOST_LATE_OF_1000_MS = 0.60, 150.0, 1_000.0
TRACK = Track("spotify:track:4uLU6hMCjMI75M1A2tKUQC", "A song", ("Somebody",), "An album", 200_000)


@dataclass
class Figures:
    """What was measured with so many people; times in ms, `cpu` as a share of one core."""

    people: int
    posts_per_s: float
    opened_ms: list[float] = field(default_factory=list)
    failures: int = 0
    opening_cpu: float = 0.0
    cpu: float = 0.0
    idle_cpu: float = 0.0
    late_ms: list[float] = field(default_factory=list)
    posts: int = 0
    missing: int = 0
    memory_mb: float = 0.0
    load: float = 0.0


@dataclass
class Page:
    """A group's page somebody has open; `seen` is when it had which post."""

    someone: Someone
    group: str
    seen: dict[int, float] = field(default_factory=dict)
    is_live: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, browser: aiohttp.ClientSession, url: str, figures: Figures) -> None:
        """Fetch the page, then hear what comes until called off."""
        began_s = time.perf_counter()
        try:
            async with browser.get(f"{url}/groups/{self.group}", headers=headers_of(self.someone)) as answer:
                await answer.read()
                answer.raise_for_status()
            headers = {**headers_of(self.someone), "Origin": url}
            async with browser.ws_connect(f"{url}/api/live/link", headers=headers, max_msg_size=0) as link:
                for n, path in enumerate((f"/api/groups/{self.group}/events", f"/api/live?place=chat:{self.group}")):
                    await link.send_json({"type": "follow", "n": n, "path": path})
                left = {"state", "posts"}
                async for message in link:
                    left -= self._hear(str(message.data))
                    if not left and not self.is_live.is_set():
                        figures.opened_ms.append((time.perf_counter() - began_s) * 1000)
                        self.is_live.set()
            raise ConnectionError("the connection ended")
        except (aiohttp.ClientError, OSError):
            figures.failures += 1
            self.is_live.set()

    def _hear(self, text: str) -> set[str]:
        names = set()
        for block in text.partition("\n")[2].split("\n\n"):
            name = block.partition("\n")[0].removeprefix("event: ")
            names.add(name)
            if name == "post":
                said = json.loads(block.rpartition("data: ")[2])["text"]
                self.seen[int(said.removeprefix("message "))] = time.perf_counter()
        return names


def headers_of(one: Someone) -> dict[str, str]:
    """What their browser sends, and the address it comes from, as a proxy tells it."""
    number = int(one.account[1:])
    return {**one.headers, "X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}"}


async def tab(browser: aiohttp.ClientSession, url: str, one: Someone, number: int) -> None:
    """A page that plays: it says hello, compares clocks and reports."""
    name = f"{number:016x}"
    async with browser.ws_connect(f"{url}/api/me/tab/link", headers={**headers_of(one), "Origin": url}) as link:
        hello = {"type": "hello", "tab": name, "browser": name, "device_id": f"d{number}", "name": "SongSwap in Chrome"}
        await link.send_json(hello)
        for seq in range(10_000):
            await link.send_json({"type": "probe", "n": seq})
            while (answer := await link.receive_json())["type"] != "probe":
                pass
            state = {"uri": TRACK.uri, "name": TRACK.name, "duration_ms": TRACK.duration_ms, "is_playing": True}
            position_ms = seq * REPORTS_S * 1000 % TRACK.duration_ms
            report = {
                "seq": seq,
                "at_ms": answer["now_ms"],
                "trip_ms": 5,
                "state": {**state, "position_ms": position_ms},
            }
            await link.send_json({"type": "report", **report})
            await asyncio.sleep(REPORTS_S)


class Site:
    """A server over a store of so many people in groups of five."""

    def __init__(self, installation: Installation, people: int) -> None:
        installation.configure(trusted_proxies="127.0.0.1")  # everybody has an address of their own
        store = Store(installation.store, "server")
        self.url = installation.url
        self.worker = Store(installation.store, "worker")
        self.people = [someone(store, f"p{number:011d}") for number in range(people)]
        self.groups: dict[str, list[Someone]] = {}
        now_ms = time.time() * 1000
        for first in range(0, people, TOGETHER):
            name, members = f"group{first:06d}", self.people[first : first + TOGETHER]
            roles = {one.account: Member("listener", 0.0) for one in members}
            roles[members[0].account] = Member("host", 0.0)
            store.write(GROUP, Group(name, f"Group {first}", 0.0, SecretLink("secret", 0.0), roles), name)
            if first < IN_TABS:
                store.write(SESSION_WISH, SessionWish("running", f"session{first}", now_ms), name)
                for one in members:
                    store.write(WISH, Wish(listening_in=name), one.account)
            self.groups[name] = members
        self.pages = [Page(one, name) for name, members in self.groups.items() for one in members]
        self.server: Program = installation.start_server()

    def cpu_s(self) -> float:
        """What the server has used so far."""
        fields = Path(f"/proc/{self.server.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def memory_mb(self) -> float:
        """What it takes of the machine's memory."""
        status = Path(f"/proc/{self.server.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    async def stand_in_for_the_worker(self) -> None:
        """Write what a worker sees: beats, and each running session as it is after a look."""
        playing, round_ = list(self.groups.items())[: IN_TABS // TOGETHER], 0
        while True:
            now_ms = time.time() * 1000
            if not round_ % round(BEATS_S / LOOKS_S):
                self.worker.write(HEARTBEAT, Heartbeat(1, 0.0, now_ms))
            for place, (name, members) in enumerate(playing):
                heard = {
                    one.account: Listener(one.account, status="in_sync", skew_ms=float(round_ % 40))
                    for one in members[1:]
                }
                timeline = Timeline(1, TRACK, 1_000.0 * round_, now_ms, is_playing=True)
                night = Night(f"session{place * TOGETHER}", members[0].account, timeline=timeline, listeners=heard)
                self.worker.write(NIGHT, night, name)
                await asyncio.sleep(LOOKS_S / len(playing))
            round_ += 1


@contextmanager
def site_of(folder: Path, people: int) -> Iterator[Site]:
    """The site while the block lasts."""
    folder.mkdir()
    with an_installation(folder) as installation:
        yield Site(installation, people)


async def measure(folder: Path, people: int, posts_per_s: float) -> Figures:
    """Open everybody's page, let things be, then post."""
    figures = Figures(people, posts_per_s)
    connector = aiohttp.TCPConnector(limit=0)
    with site_of(folder, people) as site:
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(60)) as browser:
            tasks = [asyncio.create_task(site.stand_in_for_the_worker())]
            try:
                figures.opening_cpu = await _open_all(site, browser, tasks, figures)
                figures.idle_cpu = await _share(site, asyncio.sleep(STEADY_S / 3))
                figures.cpu = await _share(site, _post(site, browser, figures))
                figures.memory_mb, figures.load = site.memory_mb(), os.getloadavg()[0]
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
    return figures


async def _share(site: Site, work: object) -> float:
    """The share of one core the server used meanwhile."""
    before_s, began_s = site.cpu_s(), time.perf_counter()
    await work  # type: ignore[misc]  # a coroutine of any kind
    return (site.cpu_s() - before_s) / (time.perf_counter() - began_s)


async def _open_all(
    site: Site, browser: aiohttp.ClientSession, tasks: list[asyncio.Task[None]], figures: Figures
) -> float:
    """Open the pages one after the other; returns the CPU seconds for each."""
    before_s = site.cpu_s()
    for page in site.pages:
        tasks.append(asyncio.create_task(page.open(browser, site.url, figures)))
        await asyncio.sleep(1 / OPENED_PER_S)
    await asyncio.gather(*(page.is_live.wait() for page in site.pages))
    spent_s = (site.cpu_s() - before_s) / len(site.pages)
    tasks += [asyncio.create_task(tab(browser, site.url, one, n)) for n, one in enumerate(site.people[:IN_TABS])]
    await asyncio.sleep(5)
    return spent_s


async def _post(site: Site, browser: aiohttp.ClientSession, figures: Figures) -> None:
    """Posts at an even pace, whatever the server does; then a look at which page had which, and how late."""
    chance, sent_s, sending = random.Random(4), dict[int, tuple[str, float]](), []
    order = chance.sample(site.pages, len(site.pages))
    began_s = time.perf_counter()
    for number in range(int(figures.posts_per_s * STEADY_S)):
        await asyncio.sleep(max(0.0, began_s + number / figures.posts_per_s - time.perf_counter()))
        page = order[number % len(order)]
        sent_s[number] = page.group, time.perf_counter()
        sending.append(asyncio.create_task(_send(site.url, browser, page, number)))
    answers = await asyncio.gather(*sending, return_exceptions=True)
    figures.failures += sum(isinstance(one, BaseException) for one in answers)
    await asyncio.sleep(1)
    figures.posts = len(sent_s)
    for number, (group, at_s) in sent_s.items():
        seen = [page.seen.get(number) for page in site.pages if page.group == group]
        figures.missing += seen.count(None)
        figures.late_ms += [(one - at_s) * 1000 for one in seen if one is not None]


async def _send(url: str, browser: aiohttp.ClientSession, page: Page, number: int) -> None:
    address, body = f"{url}/api/places/chat:{page.group}/posts", {"text": f"message {number}"}
    async with browser.post(address, json=body, headers=headers_of(page.someone)) as answer:
        answer.raise_for_status()


def at(values: list[float], part: float) -> float:
    """The value that so large a part of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))] if values else float("nan")


def _row(one: Figures) -> str:
    late = " ".join(f"{at(one.late_ms, part):6.0f}" for part in (0.5, 0.95, 0.99))
    return (
        f"{one.people:6,}  {one.people // TOGETHER:6}  {one.posts_per_s:7.0f}  {one.opening_cpu * 1000:9.1f}"
        f"  {at(one.opened_ms, 0.95):9.0f}  {one.failures:8}  {one.idle_cpu:5.0%}  {one.cpu:5.0%}  {late}"
        f"  {one.missing:7}  {one.memory_mb:6.0f}  {one.load:5.1f}"
    )


def _kept(figures: list[Figures]) -> list[str]:
    """Each promise, and whether it was kept."""
    said = []
    for one in figures:
        whole, late = not one.failures and not one.missing, at(one.late_ms, 0.95)
        if one.people == 300:
            good = whole and one.cpu <= MOST_CPU and late <= MOST_LATE_MS
            words = f"300 people: at most {MOST_CPU:.0%} of one core, p95 at most {MOST_LATE_MS:.0f} ms"
            said.append(f"{words}: {'kept' if good else 'NOT KEPT'}")
        if one.people == 1_000:
            good = whole and late <= MOST_LATE_OF_1000_MS
            words = f"1,000 people: all open without a failure, p95 at most {MOST_LATE_OF_1000_MS:.0f} ms"
            said.append(f"{words}: {'kept' if good else 'NOT KEPT'}")
    return said


def main(argv: list[str]) -> int:
    """Measure, print, write (all sizes only); returns the exit code: 1 where a promise is not kept."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    sizes = [(people, rate) for people, rate in SIZES if not argv or str(people) in argv]
    with tempfile.TemporaryDirectory() as folder:
        figures = [asyncio.run(measure(Path(folder) / str(people), people, rate)) for people, rate in sizes]
    head = (
        "                       opening a page                    server's core     a post on screens (ms)\n"
        "people  groups  posts/s  CPU in ms  p95 in ms  failures   idle  posts     p50    p95    p99"
        "  missing      MB   load"
    )
    lines = [
        *(__doc__ or "").splitlines()[2:],
        "",
        head,
        *map(_row, figures),
        "",
        *_kept(figures),
        f"Measured for {STEADY_S:.0f} s each on {os.cpu_count()} cores, Python {platform.python_version()};"
        " everybody and the server on one machine, whose load average is the last column.",
    ]
    print("\n".join(lines))
    if not argv:
        TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(any("NOT KEPT" in line for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
