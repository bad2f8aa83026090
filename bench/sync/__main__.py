"""python -m bench.sync [NAME …]: measure all scenarios, or those whose names contain a NAME; all: write the table."""

import asyncio
import logging
import os
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from bench.sync import incidents
from bench.sync.baselines import follow_as_the_original, follow_plainly
from bench.sync.night import BASE, Result, Scenario, measure
from bench.sync.report import draw, table
from songswap.documents import LEDGER, Call
from songswap.simulator.virtual_time import VirtualTimeLoop
from songswap.store import Store
from tests.evening import Evening

FOLDER = Path(__file__).resolve().parents[1]
BUDGET = 1_000


def know_the_budget(evening: Evening) -> None:
    """Spotify allows BUDGET player calls a day, and has said so the day before yesterday."""
    evening.world.limits.quota_per_24h = {"player": BUDGET}
    then_ms = evening.clock.now_ms() - 26 * 3_600_000
    lesson = Call(then_ms, "player", "default", 429, until_ms=then_ms + 1, reason="QUOTA_EXCEEDED", counted=BUDGET)
    day = time.strftime("%Y%m%d", time.gmtime(then_ms / 1000))
    Store(evening.store.root, "worker").append(LEDGER, lesson, "worker", day)


SCENARIOS = (
    Scenario("base, from our page", "page", precision_s=None),
    Scenario("base, 5 s poll", "app"),
    Scenario("base, 1,000 calls for 4 h", "app", hours=4.0, prepare=know_the_budget),
    Scenario("slow", "app", replace(BASE, latency_jitter=0.3), slowness=2.0),
    Scenario("flaky", "app", incidents=incidents.flaky),
    Scenario("limited", "app", incidents=incidents.limited),
    Scenario("devices", "app", incidents=incidents.devices),
    Scenario("shuffle", "app", incidents=incidents.shuffle),
    Scenario("baseline: original, 2 s poll", "app", follower=follow_as_the_original),
    Scenario("baseline: plain, 3 s poll", "app", follower=follow_plainly),
)


def play(scenario: Scenario) -> Result:
    """Measure one scenario in a virtual time of its own."""
    logging.disable(logging.ERROR)
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(measure(scenario))


def main(names: list[str]) -> int:
    """Measure, print, write bench/sync.txt and bench/sync.svg; returns the exit code."""
    chosen = [one for one in SCENARIOS if not names or any(name in one.name for name in names)]
    began_s = time.monotonic()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(play, chosen))
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    text = table(results) + f"\nMeasured in {time.monotonic() - began_s:.0f} s on {machine}.\n"
    print(text)
    if not names:
        (FOLDER / "sync.txt").write_text(text, encoding="utf-8")
        (FOLDER / "sync.svg").write_text(draw(results), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
