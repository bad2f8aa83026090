"""How long listening history takes to come in, and what it costs the rest: `python -m bench.history [ROUNDS]`.

Writes bench/history.txt. Files as Spotify sends them are invented, and imported as people import them: on the command
line, and by the worker, whose event loop is watched meanwhile.
"""

import asyncio
import contextlib
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from songswap.core.history.merge import month_of
from songswap.documents import ACCOUNT, IMPORTED, IMPORTS, PLAYS, TRACK_NAMES, UPLOAD, Account
from songswap.jobs.history.columns import KeeperJob
from songswap.jobs.history.imports import ImportsJob
from songswap.model.history import Play, TrackName
from songswap.model.imports import Imports, ImportsSeen, Upload
from songswap.store import Store
from songswap.store.files import fill
from tests.jobs.history import at_work

TABLE = Path(__file__).parent / "history.txt"
ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5
WHO = "ada"
SIZES = (30_000, 300_000, 3_000_000)
PROMISED = 300_000
IMPORT_S, IMPORT_MB, APPEND_MS, LATE_MS = 10, 250, 5, 10
"""What is promised: seconds and memory for 300,000 rows; a poll's rows on the disk; the worker's loop's delay, p99."""
TRACKS, ARTISTS, ALBUMS, YEARS = 60_000, 6_000, 15_000, 10
ROWS_A_FILE = 16_000
"""Spotify's files have some 12 MB."""
APPENDS, ROWS_A_POLL = 200, 8
STEP_S = 0.005
"""Between two looks at the clock while the loop is watched."""
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Import:
    """What one import took."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def invent(path: Path, rows: int, rng: random.Random) -> None:
    """A zip with an extended streaming history of so many rows over ten years."""
    ids = ["".join(rng.choices(LETTERS, k=22)) for _ in range(TRACKS)]
    chosen = rng.choices(range(TRACKS), [1 / (place + 10) for place in range(TRACKS)], k=rows)
    moment, mean_s = datetime(2016, 1, 1, tzinfo=UTC), YEARS * 365 * 86_400 / rows
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for first in range(0, rows, ROWS_A_FILE):
            told = []
            for track in chosen[first : first + ROWS_A_FILE]:
                moment += timedelta(seconds=rng.expovariate(1 / mean_s))
                told.append(row(moment, track, ids[track], rng))
            name = f"Spotify Extended Streaming History/Streaming_History_Audio_{first // ROWS_A_FILE}.json"
            archive.writestr(name, json.dumps(told, ensure_ascii=False))


def row(moment: datetime, track: int, track_id: str, rng: random.Random) -> dict[str, object]:
    """A row with everything that Spotify tells."""
    reason = rng.choice(("trackdone", "trackdone", "fwdbtn", "endplay"))
    return {
        "ts": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "platform": rng.choice(("ios", "Android OS 11 API 30 (samsung, SM-G991B)", "web_player linux")),
        "ms_played": rng.randrange(1_000, 300_000),
        "conn_country": "IS",
        "ip_addr": "203.0.113.7",
        "master_metadata_track_name": f"Song number {track} of mine",
        "master_metadata_album_artist_name": f"Artist {track % ARTISTS} and friends",
        "master_metadata_album_album_name": f"Album {track % ALBUMS} (Deluxe)",
        "spotify_track_uri": f"spotify:track:{track_id}",
        **dict.fromkeys(("episode_name", "episode_show_name", "spotify_episode_uri", "audiobook_title")),
        **dict.fromkeys(("audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title")),
        "reason_start": "trackdone",
        "reason_end": reason,
        "shuffle": rng.random() < 0.5,
        "skipped": reason == "fwdbtn",
        "offline": False,
        "offline_timestamp": round(moment.timestamp()),
        "incognito_mode": False,
    }


@contextlib.contextmanager
def a_store() -> Iterator[Path]:
    """A store with one account."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "store"
        Store(root, "server").write(ACCOUNT, Account(WHO, WHO, WHO, "Ada", "default", 0.0), WHO)
        yield root


def bring_in(root: Path, file: Path) -> Import:
    """Import on the command line, columns included."""
    command = [sys.executable, "-m", "songswap", "import", "--store", str(root), "--account", WHO, str(file)]
    began_s = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return Import(time.monotonic() - began_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def append(root: Path) -> list[float]:
    """Milliseconds that a poll's rows took to the disk, names and plays, in a history of ten years."""
    store, took_ms = Store(root, "worker"), []
    for number in range(APPENDS):
        at_ms = round(time.time() * 1000)
        plays = [Play(at_ms + place, f"{number:018}{place:04}") for place in range(ROWS_A_POLL)]
        names = [TrackName(play.track, "A song", "Somebody", "An album", duration_ms=200_000) for play in plays]
        began_s = time.perf_counter()
        store.extend(TRACK_NAMES, names, WHO, "recent")
        store.extend(PLAYS, plays, WHO, "recent", month_of(at_ms))
        took_ms.append((time.perf_counter() - began_s) * 1000)
    return took_ms


async def delays_ms(is_over: asyncio.Event) -> list[float]:
    """By how much the loop was late, again and again, until it is over."""
    late = []
    while not is_over.is_set():
        began_s = time.perf_counter()
        await asyncio.sleep(STEP_S)
        late.append(max(0.0, time.perf_counter() - began_s - STEP_S) * 1000)
    return late


async def watch_worker(root: Path, file: Path) -> list[float]:
    """The delays of the worker's loop in ms while it has a file imported and the columns made."""
    server = Store(root, "server")
    path = root / fill(UPLOAD, (WHO, "upload"))
    path.parent.mkdir()
    path.write_bytes(file.read_bytes())
    async with at_work(root, lambda means: ImportsJob(means).run) as means:
        keeper = asyncio.create_task(KeeperJob(means).run())
        over = asyncio.Event()
        watching = asyncio.create_task(delays_ms(over))
        server.write(IMPORTS, Imports((Upload("upload", file.name, path.stat().st_size, 0.0),)), WHO)
        while (server.read(IMPORTED, WHO) or ImportsSeen()).imports.get("upload") is None or not is_done(server):
            await asyncio.sleep(0.2)
        over.set()
        keeper.cancel()
        return await watching


def is_done(store: Store) -> bool:
    """Whether the upload has been imported."""
    seen = store.read(IMPORTED, WHO) or ImportsSeen()
    assert seen.imports["upload"].state in {"working", "done"}, seen.imports["upload"].error
    return seen.imports["upload"].state == "done"


async def idle() -> list[float]:
    """The delays of a loop that has nothing to do."""
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(5, over.set)
    return await delays_ms(over)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so large a share of them does not exceed."""
    return sorted(values)[round(share * (len(values) - 1))]


def noise() -> str:
    """What the machine did to a loop that is always the same."""
    took_ms = []
    for _ in range(200):
        began_s = time.perf_counter()
        sum(range(100_000))
        took_ms.append((time.perf_counter() - began_s) * 1000)
    middle = statistics.median(took_ms)
    return f"the same loop 200 times: median {middle:.1f} ms, p95 {percentile(took_ms, 0.95) / middle:.2f} times that"


def verdict(what: str, measured: float, promised: float, unit: str) -> str:
    """Whether a promise was kept."""
    kept = "kept" if measured <= promised else "BROKEN"
    return f"Promise: {what} <= {promised} {unit}: {kept}, {measured:.1f}."


@dataclass
class Measured:
    """All that was measured of histories of one size."""

    rows: int
    file_mb: float
    first: list[Import] = field(default_factory=list)
    again: list[Import] = field(default_factory=list)
    appends_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)

    def line(self) -> str:
        """A row of the table."""
        wall_s, cpu_s, peak_mb = (
            statistics.median(getattr(one, name) for one in self.first) for name in ("wall_s", "cpu_s", "peak_mb")
        )
        again_s = statistics.median(one.wall_s for one in self.again)
        cells = (f"{self.rows:,}", f"{self.file_mb:.1f}", f"{wall_s:.1f}", f"{cpu_s:.1f}", f"{peak_mb:.0f}")
        return "  ".join(cell.rjust(9) for cell in (*cells, f"{again_s:.1f}", str(len(self.first))))


def measure(rows: int, rounds: int, rng: random.Random) -> Measured:
    """Import histories of that size; for the promised one, all the rest as well."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "my_spotify_data.zip"
        invent(file, rows, rng)
        measured = Measured(rows, file.stat().st_size / 1e6)
        for _ in range(rounds):
            with a_store() as root:
                measured.first.append(bring_in(root, file))
                measured.again.append(bring_in(root, file))
                measured.appends_ms += append(root) if rows == PROMISED else []
            if rows == PROMISED:
                with a_store() as root:
                    measured.late_ms += asyncio.run(watch_worker(root, file))
    return measured


def promises(of: Measured) -> Iterator[str]:
    """Whether each was kept."""
    wall_s = statistics.median(one.wall_s for one in of.first)
    yield verdict(f"{of.rows:,} rows imported", wall_s, IMPORT_S, "s")
    yield verdict("memory for it, at most", max(one.peak_mb for one in of.first), IMPORT_MB, "MB")
    yield verdict("a poll's rows on the disk, median", statistics.median(of.appends_ms), APPEND_MS, "ms")
    yield verdict("delay of the worker's loop meanwhile, p99", percentile(of.late_ms, 0.99), LATE_MS, "ms")


def report(every: Sequence[Measured], still_ms: Sequence[float]) -> Iterator[str]:
    """What is said of it all."""
    yield "Extended streaming history as a zip, imported on the command line, columns included; medians."
    yield ""
    yield "  ".join(name.rjust(9) for name in ("rows", "zip MB", "wall s", "CPU s", "peak MB", "again s", "rounds"))
    yield from (measured.line() for measured in every)
    of = next(measured for measured in every if measured.rows == PROMISED)
    yield ""
    median_ms, p99_ms = statistics.median(of.appends_ms), percentile(of.appends_ms, 0.99)
    yield f"A poll's {ROWS_A_POLL} rows, with their names, on the disk: median {median_ms:.2f} ms, p99 {p99_ms:.2f} ms."
    median_ms, p99_ms = statistics.median(of.late_ms), percentile(of.late_ms, 0.99)
    yield f"Delay of the worker's event loop while {of.rows:,} rows come in: median {median_ms:.1f} ms,"
    yield f"p99 {p99_ms:.1f} ms, longest {max(of.late_ms):.0f} ms; of a loop with nothing to do: "
    yield f"p99 {percentile(still_ms, 0.99):.1f} ms."
    yield from promises(of)
    yield "Beside it, Maloja 3.2.9 imports 300,000 rows in 175.6 s (two cores, Python 3.12)."
    yield ""


def main(argv: list[str]) -> int:
    """Measure, print, write; returns the exit code: 1 where a promise is not kept."""
    rounds = int(argv[0]) if argv else ROUNDS
    began_s, before, rng = time.monotonic(), noise(), random.Random(1)
    still_ms = asyncio.run(idle())
    every = [measure(rows, rounds if rows <= PROMISED else 1, rng) for rows in SIZES]
    took_s = time.monotonic() - began_s
    said = [*report(every, still_ms), f"Machine: {before}; afterwards: {noise()}; load {os.getloadavg()[0]:.1f}."]
    said.append(f"Measured in {took_s:.0f} s on {os.cpu_count()} cores, Python {platform.python_version()}.")
    print(*said, sep="\n")
    TABLE.write_text("\n".join(said) + "\n", encoding="utf-8")
    return int(any("BROKEN" in line for line in said))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
