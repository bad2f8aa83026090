"""python -m bench.talk: measure a chat at three lengths and with 200 readers; writes bench/talk.txt."""

import asyncio
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from bench.talk.measure import Live, Sizes, at_size, live

TABLE = Path(__file__).resolve().parents[1] / "talk.txt"
MESSAGES = (100, 10_000, 1_000_000)
READERS, SENT = 200, 150
PROMISED_MS = 200.0
"""p95 from sending a message to having it on another screen, with 200 people connected."""


def main() -> int:
    """Measure, print, write; returns the exit code: 1 where a promise is not kept."""
    began_s, load = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        sizes = [asyncio.run(at_size(Path(folder) / str(count), count)) for count in MESSAGES]
        steady = asyncio.run(live(Path(folder) / "steady", READERS, SENT, breaks=False))
        broken = asyncio.run(live(Path(folder) / "broken", READERS, SENT, breaks=True))
    lines = [*_sizes(sizes), "", *_live(steady, "Connected all the time"), *_live(broken, "Cut off now and then")]
    is_kept = _at(steady.late_ms, 0.95) <= PROMISED_MS and not any(
        one.lost or one.doubled or one.out_of_order for one in (steady, broken)
    )
    lines += [
        "",
        f"Promise (p95 within {PROMISED_MS:.0f} ms, none lost or doubled): {'kept' if is_kept else 'NOT KEPT'}",
    ]
    lines += [
        f"Measured in {time.monotonic() - began_s:.0f} s on {os.cpu_count()} cores, load {load:.1f} before,"
        f" Python {platform.python_version()}; server, readers and writers on one machine."
    ]
    print("\n".join(lines))
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0 if is_kept else 1


def _sizes(sizes: list[Sizes]) -> list[str]:
    head = "messages   files  first page  newest page  any page     writing      memory"
    rows = [
        f"{one.messages:9,}  {one.files:5,}  {one.first_ms:7.1f}     {_pair(one.newest_ms)}  {_pair(one.anywhere_ms)}"
        f"  {_pair(one.write_ms)}  {one.memory_mb[0]:.0f} to {one.memory_mb[1]:.0f} MB"
        for one in sizes
    ]
    about = (
        "A chat over HTTP, median / p95 in ms: its first reading, its newest 30 messages, 30 anywhere, a message kept."
    )
    return [about, "", head, "-" * len(head), *rows]


def _live(one: Live, how: str) -> list[str]:
    late = [f"{name} {_at(one.late_ms, part):.0f}" for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))]
    return [
        f"{how}: {one.readers} readers, {one.messages} messages, ten a second, {one.breaks} breaks: on the screens"
        f" after {', '.join(late)}, longest {max(one.late_ms):.0f} ms; lost {one.lost}, doubled {one.doubled},"
        f" out of order {one.out_of_order} of {one.readers * one.messages:,}; server {one.memory_mb:.0f} MB."
    ]


def _pair(times_ms: list[float]) -> str:
    return f"{_at(times_ms, 0.5):4.1f} / {_at(times_ms, 0.95):4.1f}"


def _at(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


if __name__ == "__main__":
    sys.exit(main())
