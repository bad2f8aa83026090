"""python -m bench.sync [NAME …]: measure all scenarios, or those whose names contain a NAME; all: publish the results.

Published are bench/sync.json, and from it bench/sync.txt, bench/sync.svg and the table in the README.
"""

import asyncio
import logging
import os
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from bench.sync.night import Scenario, measure
from bench.sync.publish import Published, publish
from bench.sync.report import text
from bench.sync.results import Outcome, pooled
from bench.sync.scenarios import SCENARIOS
from songswap.simulator.virtual_time import VirtualTimeLoop


def play(scenario: Scenario, seed: int) -> Outcome:
    """Measure one night of a scenario in a virtual time of its own."""
    logging.disable(logging.ERROR)
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(measure(scenario, seed))


def main(names: list[str]) -> int:
    """Measure, print, publish; returns the exit code."""
    chosen = [one for one in SCENARIOS if not names or any(name in one.name for name in names)]
    if not chosen:
        print(f"No such scenario. There are: {', '.join(one.name for one in SCENARIOS)}", file=sys.stderr)
        return 2
    began_s = time.monotonic()
    nights = [(scenario, seed) for scenario in chosen for seed in scenario.seeds]
    nights.sort(key=lambda night: -night[0].hours)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        played = pool.map(play, [scenario for scenario, _ in nights], [seed for _, seed in nights])
        outcomes = {(one.name, seed): outcome for (one, seed), outcome in zip(nights, played, strict=True)}
    results = [pooled(one.name, one.hours, [outcomes[one.name, seed] for seed in one.seeds]) for one in chosen]
    took_s = time.monotonic() - began_s
    machine = f"Measured in {took_s:.0f} s on {os.cpu_count()} cores, Python {platform.python_version()}."
    print(text(results, machine), end="")
    if not names:
        publish(Published(machine, results))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
