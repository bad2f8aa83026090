"""Asks a running server for every figure, over HTTP, one after the other, and never the same question twice."""

import hashlib
import http.client
import itertools
import json
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.insights.library import FIRST_YEAR, Size, furnish, group_of
from songswap.documents import BROWSERS, GROUP, Browser, Browsers
from songswap.store import Store
from songswap.web.insights.figure_table import TABLE
from tests.ports import free_port

SECRET = "s" * 43
PATIENCE_S = 30.0
RULES = ("30s", "half", "finished", "all")
FIGURES = tuple(asked for row in TABLE for asked in row.asked)
OF_MANY = {asked for row in TABLE for asked in row.asked if row.is_of_many}
OF_TWO = "match?with={other}"


@dataclass
class Times:
    """How long each figure took, in ms, and how much of the processors' time; the same question asked again; how late
    the event loop was meanwhile.
    """

    asked_ms: dict[str, list[float]] = field(default_factory=dict)
    worked_ms: dict[str, list[float]] = field(default_factory=dict)
    again_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)


@dataclass
class Running:
    """A server over a furnished store."""

    size: Size
    port: int
    process: subprocess.Popen[bytes]
    delays: Path
    connection: http.client.HTTPConnection

    def get(self, address: str) -> tuple[float, Any]:
        """How long the answer took, in ms, and what it was."""
        cookie = {"Cookie": f"songswap={self.size.accounts[0]}.{SECRET}"}
        began_s = time.perf_counter()
        self.connection.request("GET", f"/api/insights/{address}", headers=cookie)
        answer = self.connection.getresponse()
        content = answer.read()
        took_ms = (time.perf_counter() - began_s) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{address}: {answer.status} {content!r}")
        return took_ms, json.loads(content)

    def late_ms(self) -> list[float]:
        """How late the event loop was since this was last asked."""
        self.delays.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGUSR1)
        until_s = time.monotonic() + PATIENCE_S
        while not self.delays.exists() and time.monotonic() < until_s:
            time.sleep(0.01)
        late: list[float] = json.loads(self.delays.read_text())
        return late

    def worked_ms(self) -> float:
        """The processors' time that all threads of the server have had so far."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6

    def memory_mb(self) -> float:
        """The most memory the server has held so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def running(root: Path, size: Size) -> Iterator[Running]:
    """Furnish a store at `root`, serve it."""
    now_ms = time.time() * 1000
    store = Store(root / "store", "server")
    furnish(store, size, now_ms)
    group = group_of(size, now_ms)
    store.write(GROUP, group, group.id)
    logged_in = Browsers((Browser(hashlib.sha256(SECRET.encode()).hexdigest(), now_ms),))
    store.write(BROWSERS, logged_in, size.accounts[0])
    port, delays = free_port(), root / "delays.json"
    command = [sys.executable, "-m", "bench.insights.server", str(store.root), str(port), str(delays)]
    process = subprocess.Popen(command)
    try:
        yield Running(size, port, process, delays, _connected(port))
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _connected(port: int) -> http.client.HTTPConnection:
    until_s = time.monotonic() + PATIENCE_S
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        try:
            connection.connect()
        except OSError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.05)
        else:
            return connection


def measure(server: Running, scope: str, rounds: int) -> Times:
    """Ask for each figure of `scope` in each of `rounds`, after two that don't count."""
    figures = [figure for figure in FIGURES if scope != "me" or figure not in OF_MANY]
    if scope != "me":
        figures.remove(OF_TWO)
    places = _places(server, scope)
    times = Times({figure: [] for figure in figures}, {figure: [] for figure in figures})
    for number in range(-2, rounds):
        if number == 0:
            server.late_ms()
        for figure in figures:
            address, before_ms = _address(server, figure, scope, number + 2, places), server.worked_ms()
            took_ms, _ = server.get(address)
            if number >= 0:
                times.asked_ms[figure].append(took_ms)
                times.worked_ms[figure].append(server.worked_ms() - before_ms)
    times.late_ms = server.late_ms()
    again = _address(server, "top/tracks", scope, rounds + 1, places)
    times.again_ms = [server.get(again)[0] for _ in range(rounds)]
    return times


Place = Callable[[int], str]


def _places(server: Running, scope: str) -> dict[str, Place]:
    """Artists, albums and recordings to look at, from the much heard to the little heard."""

    def found(kind: str) -> Place:
        items = server.get(f"top/{kind}s?scope={scope}&limit=500")[1]["items"]
        ids = [item[kind]["id"] for item in items]
        return lambda number: ids[number * 7 % len(ids)]

    others = itertools.cycle(server.size.accounts[1:])
    return {
        "artist": found("artist"),
        "album": found("album"),
        "track": found("track"),
        "year": lambda number: str(FIRST_YEAR + number % server.size.years),
        "other": lambda _: next(others),
    }


def _address(server: Running, figure: str, scope: str, number: int, places: dict[str, Place]) -> str:
    """A question that was not asked before: of nearly all days, by another rule each time."""
    path, _, query = figure.partition("?")
    given = [*filter(None, [query]), f"rule={RULES[number % len(RULES)]}"]
    if "match" not in path:
        given.append(f"scope={scope}")
    if "year" in path:
        given += [f"by={'minutes' if number // 40 % 2 else 'plays'}", f"zone={ZONES[number // 4 % len(ZONES)]}"]
    else:
        first = date(FIRST_YEAR, 1, 1) + timedelta(days=number)
        given += [f"from={first}", f"to={date(FIRST_YEAR + server.size.years - 1, 12, 31)}", "zone=Europe/Berlin"]
    whole = f"{path}?{'&'.join(given)}"
    return whole.format(**{name: place(number) for name, place in places.items() if f"{{{name}}}" in whole})


ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC", "Australia/Sydney", "America/Sao_Paulo")


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all values don't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def noise() -> str:
    """How evenly the machine does the same work again and again."""
    took_ms = []
    for _ in range(200):
        began_s = time.perf_counter()
        sum(number * number for number in range(60_000))
        took_ms.append((time.perf_counter() - began_s) * 1000)
    middle = statistics.median(took_ms)
    return f"the same loop 200 times: median {middle:.1f} ms, p95 {percentile(took_ms, 0.95) / middle:.2f} times that"
