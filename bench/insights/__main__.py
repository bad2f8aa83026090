"""python -m bench.insights [ROUNDS]: measure every figure at three sizes of store; writes bench/insights.txt."""

import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from bench.insights.library import Size
from bench.insights.measure import FIGURES, Times, measure, noise, percentile, running

TABLE = Path(__file__).resolve().parents[1] / "insights.txt"
ROUNDS = 40
PERSON_MS, INSTANCE_MS, LATE_MS, MEMORY_MB = 100, 300, 10, 250
"""What is promised: p95 of any figure of one person with 300,000 plays and of everybody's 3,000,000; p99 of the event
loop's delay; the server's memory."""

SIZES = (
    ("one of 2 people, 30 k each", Size(2, 1), "me"),
    ("one of 2 people, 300 k each", Size(2, 10), "me"),
    ("one of 10 people, 300 k each", Size(10, 10), "me"),
    ("everybody, 3 M", Size(10, 10), "everybody"),
)
MALOJA = (
    "Beside it, Maloja 3.2.9 on 300,000 plays (two cores, Python 3.12): top tracks 1,050 ms cold, 230 ms warm; 226 MB."
)


def main(argv: list[str]) -> int:
    """Measure, print, write; returns the exit code: 1 where a promise is not kept."""
    rounds = int(argv[0]) if argv else ROUNDS
    began_s, before = time.monotonic(), f"{noise()}, load {os.getloadavg()[0]:.1f}"
    columns: list[tuple[str, Times]] = []
    memory: list[str] = []
    peaks: list[float] = []
    for size in dict.fromkeys(size for _, size, _ in SIZES):
        with tempfile.TemporaryDirectory() as folder, running(Path(folder), size) as server:
            columns += [(name, measure(server, scope, rounds)) for name, one, scope in SIZES if one == size]
            peaks.append(server.memory_mb())
            memory.append(f"{size.plays:,} plays: {peaks[-1]:.0f} MB")
    lines = table(columns)
    lines += ["", f"The server's memory at its peak: {', '.join(memory)}.", *kept(columns, max(peaks)), "", MALOJA, ""]
    lines += [f"Machine: {before}; afterwards: {noise()}, load {os.getloadavg()[0]:.1f}."]
    lines += [
        f"Measured in {time.monotonic() - began_s:.0f} s, {rounds} times each, on {os.cpu_count()} cores,"
        f" Python {platform.python_version()}."
    ]
    print("\n".join(lines))
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0 if all(": kept" in line for line in lines if line.startswith("Promise")) else 1


def table(columns: list[tuple[str, Times]]) -> list[str]:
    """A line for each figure: median and p95 over HTTP, in ms, of questions not asked before."""
    width = max(map(len, FIGURES))
    heads = [name for name, _ in columns]
    lines = [
        "Median / p95 over HTTP in ms, warm, each question a new one (other days, another rule). In brackets the"
        " processor time of the server, which depends little on what else the machine does.",
        "",
        "  ".join(["figure".ljust(width), *heads]),
        "  ".join(["-" * width, *("-" * len(head) for head in heads)]),
    ]
    for figure in FIGURES:
        cells = [
            _cell(times.asked_ms.get(figure), times.worked_ms.get(figure)).ljust(len(head)) for head, times in columns
        ]
        lines.append("  ".join([figure.ljust(width), *cells]).rstrip())
    again = [_cell(times.again_ms).ljust(len(head)) for head, times in columns]
    late = [f"{percentile(times.late_ms, 0.99):.1f} (p99)".ljust(len(head)) for head, times in columns]
    lines.append("  ".join(["asked again".ljust(width), *again]).rstrip())
    lines.append("  ".join(["event loop's delay".ljust(width), *late]).rstrip())
    return lines


def kept(columns: list[tuple[str, Times]], peak_mb: float) -> list[str]:
    """Each promise, and whether it is kept."""
    by_name = dict(columns)
    person = by_name["one of 2 people, 300 k each"].asked_ms
    everybody = by_name["everybody, 3 M"].asked_ms
    late = max(percentile(times.late_ms, 0.99) for _, times in columns)
    return [
        _promise(
            "a person's figures, p95", max((percentile(ms, 0.95), name) for name, ms in person.items()), PERSON_MS
        ),
        _promise("everybody's, p95", max((percentile(ms, 0.95), name) for name, ms in everybody.items()), INSTANCE_MS),
        _promise("event loop's delay, p99", (late, "all figures"), LATE_MS),
        _promise("memory", (peak_mb, "all figures"), MEMORY_MB, "MB"),
    ]


def _promise(what: str, found: tuple[float, str], limit: float, unit: str = "ms") -> str:
    value, where = found
    return (
        f"Promise: {what} <= {limit:g} {unit}: {'kept' if value <= limit else 'BROKEN'}, at most {value:.0f} ({where})."
    )


def _cell(took_ms: list[float] | None, worked_ms: list[float] | None = None) -> str:
    if not took_ms:
        return "–"
    worked = f" ({percentile(worked_ms, 0.5):.0f})" if worked_ms else ""
    return f"{percentile(took_ms, 0.5):.0f} / {percentile(took_ms, 0.95):.0f}{worked}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
