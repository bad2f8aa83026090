"""How exactly an interval timer is heard, and how late its commands leave: `python -m bench.interval [--minutes 3]`.

In virtual time: somebody alone with one device, for each of the devices of the measured nights, and a group of a host
and five listeners. Work 40 s, rest 20 s; what is heard of each boundary is read from the simulated players. In real
time: the processes, five people, each with a timer of their own, then a group; a command is late by what it reaches
Spotify after its boundary less the latency that was learned. Writes bench/interval.txt and the table in the README.
"""

import argparse
import asyncio
import logging
import math
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from bench.realtime.night import Guest
from bench.sync.measure import percentile
from bench.sync.people import BASE, EVERYBODY, HOST, LATENCIES_MS, LISTENERS, longest_playlist, seat
from songswap.core.timer import timer as rules
from songswap.documents import GROUP_INTERVAL, INTERVAL, NIGHT, TICKS
from songswap.model.interval import Interval
from songswap.model.session import Night
from songswap.simulator.virtual_time import VirtualTimeLoop
from songswap.store import Store
from tests.conftest import VirtualClock
from tests.evening import an_evening
from tests.jobs.timers import WORKOUT, Ear, Timer
from tests.processes import Installation, a_browser, all_running, ask, log_in

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "bench" / "interval.txt"
README = ROOT / "README.md"
BEGIN, END = "<!-- bench.interval writes from here -->", "<!-- to there -->"
MEMORY = Path("/dev/shm")
SEEDS = (5, 6, 7, 8)
ROUNDS = 60
"""An hour of work and rest."""
HEARD_WITHIN_MS = 5_000.0
"""What begins further from a boundary has nothing to do with it."""
ALONE = EVERYBODY[:5]
"""In real time: as many as an app has seats."""
SHORT_S = 4
SHORT = {"phases": [{"name": "On", "length_s": SHORT_S}], "repeat": None}
"""In real time, so that some minutes have many boundaries."""
LOOK_S = 0.2

Heard = dict[float, list[float]]
"""By the mean latency of a device in ms: how long after each boundary something else was heard."""


async def alone(latency_ms: float, seed: int) -> Heard:
    """An hour of somebody alone. Runs in virtual time."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        async with an_evening(Path(folder) / "store", VirtualClock(), seed=seed, profile=BASE) as evening:
            for device in evening.world.person(HOST).devices:
                device.latency_ms = latency_ms
            evening.log_in(HOST)
            evening.world.player(HOST).set_repeat("context")
            evening.world.player(HOST).play_context(longest_playlist(evening.world), device_id=evening.device(HOST))
            await asyncio.sleep(10)
            return {latency_ms: (await _heard(Timer(evening), (HOST,)))[HOST]}


async def together(seed: int) -> Heard:
    """An hour of a group. Runs in virtual time."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        async with an_evening(Path(folder) / "store", VirtualClock(), seed=seed, profile=BASE) as evening:
            seat(evening.world, seed)
            evening.form_group(HOST, *LISTENERS)
            evening.world.player(HOST).set_repeat("context")
            evening.world.player(HOST).play_context(longest_playlist(evening.world), device_id=evening.device(HOST))
            evening.start_session()
            await asyncio.sleep(30)
            heard = await _heard(Timer(evening, is_group=True), EVERYBODY)
            sums: Heard = {}
            for person, late_ms in heard.items():
                sums.setdefault(_latency_ms(evening.world.person(person).devices), []).extend(late_ms)
            return sums


def _latency_ms(devices: Sequence[Any]) -> float:
    return float(devices[0].latency_ms)


async def _heard(timer: Timer, people: Iterable[str]) -> dict[str, list[float]]:
    """Of each person, how late each boundary was heard in ms; nan where it was not."""
    ears = {person: Ear(timer.evening, person) for person in people}
    for ear in ears.values():
        ear.start()
    timer.set_up(phases=WORKOUT, repeat=ROUNDS)
    boundaries = [timer.boundary_at_ms(number) for number in range(1, rules.last(timer.wish()))]
    await asyncio.sleep((boundaries[-1] - timer.evening.clock.now_ms()) / 1000 + 10)
    return {person: [_nearest(ear, at_ms) for at_ms in boundaries] for person, ear in ears.items()}


def _nearest(ear: Ear, at_ms: float) -> float:
    off_ms = min((heard_ms - at_ms for heard_ms, _ in ear.heard), key=abs, default=math.inf)
    return off_ms if abs(off_ms) < HEARD_WITHIN_MS else math.nan


def play(kind: str, latency_ms: float, seed: int) -> Heard:
    """One hour in a virtual time of its own."""
    logging.disable(logging.ERROR)
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(alone(latency_ms, seed) if kind == "alone" else together(seed))


def audible() -> dict[str, Heard]:
    """All hours, by whether somebody was alone."""
    hours = [("alone", latency_ms, seed) for latency_ms in LATENCIES_MS for seed in SEEDS]
    hours += [("in a group of six", 0.0, seed) for seed in SEEDS]
    results: dict[str, Heard] = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for (kind, _, _), heard in zip(hours, pool.map(play, *zip(*hours, strict=True)), strict=True):
            for latency_ms, late_ms in heard.items():
                results.setdefault(kind, {}).setdefault(latency_ms, []).extend(late_ms)
    return results


def rows(results: Mapping[str, Heard]) -> list[tuple[str, ...]]:
    """The table of audible errors: how far from the boundary the next track is heard, early or late."""
    table: list[tuple[str, ...]] = [
        ("who", "device’s latency ms", "boundaries", "error p50 / p95 / p99 ms", "not heard")
    ]
    for kind, heard in results.items():
        for latency_ms, late_ms in sorted(heard.items()):
            there = [abs(one) for one in late_ms if not math.isnan(one)]
            figures = " / ".join(f"{percentile(there, percent):,.0f}" for percent in (50, 95, 99))
            table.append((kind, f"{latency_ms:,.0f}", str(len(late_ms)), figures, str(len(late_ms) - len(there))))
    return table


# In real time


async def lateness(minutes: float) -> dict[str, list[float]]:
    """How late commands reach Spotify in ms, alone and in a group, with the processes as they are."""
    with tempfile.TemporaryDirectory() as folder, all_running(Path(folder)) as installation:
        ask(f"{installation.spotify_url}/sim/profile", {"rtt_ms": [0, 0], "stall_probability": 0})
        store = Store(installation.store, "server")
        async with _Guests(installation) as people:
            for person in ALONE:
                installation.put_music_on(person)
                installation.act(person, "set_repeat", repeat="context")
            for guest in people.values():
                await guest.call("PUT", "/api/me/interval", SHORT)
            singly = await _watch(installation, store, people, "", minutes)
            for guest in people.values():
                await guest.call("POST", "/api/me/interval", {"action": "reset"})
            group = await _group(people)
            await people[HOST].call("PUT", f"/api/groups/{group}/session", {"state": "running"})
            await asyncio.sleep(15)
            await people[HOST].call("PUT", f"/api/groups/{group}/interval", SHORT)
            return {"alone": singly, "in a group": await _watch(installation, store, people, group, minutes)}


class _Guests:
    """People with browsers, logged in for as long as the block lasts."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._browsers: list[Any] = []

    async def __aenter__(self) -> dict[str, Guest]:
        people = {}
        for person in ALONE:
            browser = a_browser()
            self._browsers.append(browser)
            people[person] = Guest(await browser.__aenter__(), self._installation.url)
            await log_in(people[person].browser, self._installation, person)
        return people

    async def __aexit__(self, *_: object) -> None:
        for browser in self._browsers:
            await browser.__aexit__(None, None, None)


async def _group(people: Mapping[str, Guest]) -> str:
    made = await people[HOST].call("POST", "/api/groups", {"name": "Measured"})
    for person in ALONE[1:]:
        await people[person].call("POST", f"/api/groups/{made['id']}/members", {"invite": made["invite_url"]})
    group: str = made["id"]
    return group


async def _watch(
    installation: Installation, store: Store, people: Mapping[str, Guest], group: str, minutes: float
) -> list[float]:
    """Note what the worker reckons with at each boundary, then compare with the calls as they arrived."""
    names = {person: (await guest.call("GET", "/api/me"))["id"] for person, guest in people.items()}
    driven: dict[tuple[str, int], float] = {}
    ends_s = time.monotonic() + minutes * 60
    while time.monotonic() < ends_s:
        await asyncio.sleep(LOOK_S)
        for person, account in names.items() if not group else ((HOST, names[HOST]),):
            timer, night = _seen(store, account, group)
            told = night.driven if night is not None else None
            if timer is None or told is None or told.boundary is None or timer.started_at_ms is None:
                continue
            due_ms = timer.started_at_ms + rules.boundary_ms(timer, told.boundary) - told.latency_ms
            driven[person, told.boundary] = due_ms
    sent = [call for call in installation.calls() if call["path"] == "/v1/me/player/next"]
    late = []
    for (person, _), due_ms in driven.items():
        offs = [call["time_s"] * 1000 - due_ms for call in sent if call["person"] == person]
        late.append(min(offs, key=abs))
    return late


def _seen(store: Store, account: str, group: str) -> tuple[Interval | None, Night | None]:
    if group:
        return store.read(GROUP_INTERVAL, group), store.read(NIGHT, group)
    ticks = store.read(TICKS, account)
    return store.read(INTERVAL, account), ticks.night if ticks else None


# Telling


def aligned(table: Sequence[Sequence[str]]) -> str:
    """The table for a terminal."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def markdown(table: Sequence[Sequence[str]]) -> str:
    """The table for the README."""
    head, *body = ("| " + " | ".join(row) + " |" for row in table)
    return "\n".join([head, "| --- | --: | --: | --: | --: |", *body])


def lateness_words(late: Mapping[str, Sequence[float]]) -> str:
    """One line for each way."""
    return "\n".join(
        f"{kind}: {len(one)} commands, p50 {percentile(one, 50):.1f} ms, p95 {percentile(one, 95):.1f} ms, "
        f"p99 {percentile(one, 99):.1f} ms, latest {max(one):.1f} ms, earliest {min(one):.1f} ms"
        for kind, one in late.items()
    )


def main(arguments: list[str]) -> int:
    """Measure, print, write bench/interval.txt and the README's table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.interval", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=3.0, help="in real time, of each kind")
    minutes: float = parser.parse_args(arguments).minutes
    table = rows(audible())
    late = asyncio.run(lateness(minutes))
    text = (
        "How far from its boundary the next track is heard (ms, early or late alike): work 40 s, rest 20 s, "
        f"{ROUNDS} rounds,\n{len(SEEDS)} seeds, in virtual time. Latencies vary by 15 %, 2 % of the commands stall for "
        "1 to 3 s; nothing is known of a device at first.\n\n"
        f"{aligned(table)}\n\n"
        "How late commands reach Spotify in real time, after their boundary less the learned latency; a boundary\n"
        f"every {SHORT_S} s, {len(ALONE)} people, {minutes:g} minutes each:\n\n"
        f"{lateness_words(late)}\n\n"
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}.\n"
    )
    print(text, end="")
    FILE.write_text(text, encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    if BEGIN in readme:
        before, _, rest = readme.partition(BEGIN)
        README.write_text(f"{before}{BEGIN}\n\n{markdown(table)}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
