"""python -m bench.realtime [--minutes 10]: the real processes in real time, beside the same script in virtual time."""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from pathlib import Path

from bench.realtime.night import PRECISION_S, measure
from bench.sync.__main__ import play
from bench.sync.night import Scenario
from bench.sync.recording import WARM_UP_MS
from bench.sync.report import text
from bench.sync.results import pooled
from bench.sync.script import Kind, cues

FILE = Path(__file__).resolve().parents[1] / "realtime.txt"
SEED = 5
MINUTES = 10.0
PER_HOUR: dict[Kind, float] = {"skip": 12, "seek": 12, "pause": 6}
"""More than in a usual hour, for ten minutes are short."""


def main(arguments: list[str]) -> int:
    """Measure, print, write bench/realtime.txt; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.realtime", description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    minutes: float = parser.parse_args(arguments).minutes
    hours = minutes / 60
    try:
        script = cues(SEED, hours, PER_HOUR)
    except ValueError as error:
        parser.error(f"{error}: take more minutes")
    virtual = Scenario("virtual time", "both", hours=hours, seeds=(SEED,), precision_s=PRECISION_S, per_hour=PER_HOUR)
    print(f"In real time: {minutes:g} minutes …", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        real = asyncio.run(measure(Path(folder), script, minutes * 60, WARM_UP_MS / 1000, SEED))
    load = os.getloadavg()[0]
    results = [pooled("real time", hours, [real]), pooled("virtual time", hours, [play(virtual, SEED)])]
    machine = f"{os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}."
    told = about(minutes, len(script)) + text(results, machine)
    print(told, end="")
    FILE.write_text(told, encoding="utf-8")
    return 0


def about(minutes: float, cues_played: int) -> str:
    """What the figures are of."""
    return (
        f"{minutes:g} minutes with the embedded Spotify, the server and the worker as processes, and the same script\n"
        f"(seed {SEED}, {cues_played} cues, by turns clicked on our page and done in the app, a look every "
        f"{PRECISION_S:g} s)\nin virtual time. Chance falls differently in the two: devices’ latencies are the same, "
        "single delays are not.\n\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
