"""python -m bench.catalogue: how long a catalogue takes to load, in how much memory, and how soon it answers.

Made files of 19,829, 114,000 and 1,000,000 rows: as large as public ones, and ten times the largest of these. Loading
runs in a process of its own, as an operator's does, and once more as the worker has it done, whose loop is watched;
questions are put to the answering side, as the server does. Writes bench/catalogue.txt.
"""

import asyncio
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from songswap.catalogue import query, recommending
from songswap.catalogue.catalogue import Catalogue
from songswap.catalogue.query import SongFilter
from songswap.catalogue.shelf import Shelf
from songswap.catalogue.similar import near
from songswap.core.discovery import recommend
from songswap.core.discovery.audio_attributes import NAMES
from songswap.core.discovery.recommend import Seed
from songswap.documents import CATALOGUE_LOADING, CATALOGUE_WISH
from songswap.jobs.catalogue import CataloguingJob
from songswap.model.cataloguing import CatalogueLoading, CatalogueWish
from songswap.store import Store
from tests.jobs.history import at_work

SIZES = (19_829, 114_000, 1_000_000)
ROUNDS = 200
K = 20
LENGTH = 30
TARGET = Path(__file__).with_suffix(".txt")
ROOT = Path(__file__).parents[1]
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
WEIGHTS = dict.fromkeys(NAMES, 1.0)
HEADER = (
    "track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,loudness,mode,"
    "speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,track_genre"
)


def make_file(path: Path, rows: int) -> None:
    """A file in the shape of public ones: some ten songs to an artist, one row in twenty a song under another id."""
    rng = random.Random(rows)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(3, 9))).title() for _ in range(5_000)]
    artists = [f"{rng.choice(words)} {rng.choice(words)}" for _ in range(max(1, rows // 10))]
    chance = rng.random
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        for number in range(rows):
            if number % 20 != 1:
                song = f"{rng.choice(artists)},{rng.choice(words)},{' '.join(rng.choices(words, k=3))}"
            track_id = "".join(rng.choices(ALPHABET, k=22))
            known = f"{rng.randrange(101)},{rng.randrange(90_000, 400_000)},False"
            sound = ",".join(f"{chance():.4f}" for _ in range(5))
            file.write(
                f"{track_id},{song},{known},{chance():.3f},{chance():.3f},{rng.randrange(12)},{-30 * chance():.3f},"
                f"{rng.randrange(2)},{sound},{60 + 140 * chance():.3f},4,{rng.choice(words)}\n"
            )


def load(path: Path, store: Path) -> tuple[float, float, float, str]:
    """Seconds on the clock and of the processors, peak MB of the process, and its last line."""
    began_at_s = time.perf_counter()
    command = [sys.executable, "-c", LOAD, "catalogue", "load", str(path), "--store", str(store)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    took_s = time.perf_counter() - began_at_s
    *_, said, used = ended.stdout.splitlines()
    cpu_s, peak_mb = map(float, used.split())
    return took_s, cpu_s, peak_mb, said


LOAD = """
import resource, sys
from songswap.commands import main
code = main(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(code)
"""


STEP_S = 0.005


async def watch_worker(root: Path, path: Path) -> tuple[float, list[float]]:
    """Seconds until the worker has loaded the file, and by how much its loop was late meanwhile, in ms."""
    upload = root / "catalogue" / "uploads" / "one"
    upload.parent.mkdir(parents=True)
    upload.write_bytes(path.read_bytes())
    server = Store(root, "server")
    late: list[float] = []
    async with at_work(root, lambda means: CataloguingJob(means).run):
        server.write(CATALOGUE_WISH, CatalogueWish("one", path.name, path.stat().st_size, 1.0))
        began_s = time.perf_counter()
        while (server.read(CATALOGUE_LOADING) or WAITING).state == "working":
            step_began_s = time.perf_counter()
            await asyncio.sleep(STEP_S)
            late.append(max(0.0, time.perf_counter() - step_began_s - STEP_S) * 1000)
    return time.perf_counter() - began_s, late


WAITING = CatalogueLoading("one", "working", 0.0)


def timed(ask: Callable[[int], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Milliseconds, p50 and p95, after a first time that nobody measures."""
    ask(0)
    took_ms = []
    for number in range(rounds):
        began_at_s = time.perf_counter()
        ask(number)
        took_ms.append((time.perf_counter() - began_at_s) * 1000)
    return statistics.median(took_ms), statistics.quantiles(took_ms, n=20)[-1]


def preview(shelf: Shelf, number: int) -> list[recommend.Candidate]:
    """What a preview costs: two seeds, two targets, thirty songs chosen and told of."""
    rng = random.Random(number)
    seeds = [Seed("track", uri=f"spotify:track:{shelf.ids[rng.randrange(len(shelf.ids))].decode()}") for _ in range(2)]
    known = recommending.known_seeds(shelf, seeds)
    without = recommending.songs_of(shelf, known)
    found = recommending.candidates(shelf, known, {"energy": 0.8, "tempo": 120.0}, LENGTH, without)
    return recommend.choose(found, LENGTH, rng.random)


def questions(store: Path) -> list[tuple[str, float, float]]:
    """What is asked, with p50 and p95 in ms."""
    catalogue = Catalogue(store)
    shelf = catalogue.answer(lambda _, there: there)
    rows = random.Random(1).choices(range(shelf.manifest.rows), k=ROUNDS)
    words = [shelf.entry(row).title.split()[0][:5] for row in rows[:20]]
    asked: list[tuple[str, Callable[[int], object], int]] = [
        (
            f"{K} nearest, with their names",
            lambda n: [shelf.entry(one) for one, _ in shelf.nearest(rows[n], K)],
            ROUNDS,
        ),
        (
            f"{K} nearest by others, by three attributes",
            lambda n: shelf.nearest(
                rows[n], K, dict.fromkeys(("energy", "valence", "tempo"), 1.0), without_artist=True
            ),
            ROUNDS,
        ),
        ("a preview: 2 seeds, 2 targets, 30 songs", lambda n: preview(shelf, n), ROUNDS),
        (
            "20 nearest with their reasons, as a page asks",
            lambda n: near(shelf, rows[n], K, WEIGHTS, without_artist=False),
            ROUNDS,
        ),
        (
            "suggestions for what was typed: songs",
            lambda n: catalogue.answer(lambda cursor, there: query.first(cursor, there, SongFilter(words[n]), 7)),
            len(words),
        ),
        (
            "suggestions for what was typed: artists",
            lambda n: catalogue.answer(lambda cursor, there: query.artists(cursor, there, words[n], 3)),
            len(words),
        ),
    ]
    found = [(name, *timed(ask, rounds)) for name, ask, rounds in asked]
    catalogue.close()
    return found


def measure(rows: int, folder: Path) -> list[str]:
    """The lines of one size."""
    path, store = folder / f"{rows}.csv", folder / f"store-{rows}"
    make_file(path, rows)
    took_s, cpu_s, peak_mb, said = load(path, store)
    on_disk = sum(one.stat().st_size for one in store.rglob("*") if one.is_file()) / 1e6
    lines = [
        f"{rows:,} rows, a file of {path.stat().st_size / 1e6:.0f} MB ({said})",
        f"  {'loading':46} {took_s:8.1f} s (CPU {cpu_s:.1f} s), {peak_mb:.0f} MB at most, {on_disk:.0f} MB on disk",
    ]
    lines += [f"  {name:46} {p50:8.1f} {p95:8.1f} ms (p50, p95)" for name, p50, p95 in questions(store)]
    by_worker_s, late = asyncio.run(watch_worker(folder / f"worker-{rows}", path))
    p99_ms = statistics.quantiles(late, n=100)[-1]
    lines.append(
        f"  {'brought on the page, until it is loaded':46} {by_worker_s:8.1f} s; the worker's loop was late by "
        f"{p99_ms:.1f} ms (p99), {max(late):.0f} ms at most"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines.append(f"  {'memory of the process that answers, at most':46} {peak:8.0f} MB, the mapped arrays included")
    return lines


def main() -> None:
    """Measure all sizes and write the results down."""
    if len(sys.argv) > 1:  # one size in a process of its own, so that its memory is its own
        with tempfile.TemporaryDirectory() as name:
            print("\n".join(measure(int(sys.argv[1]), Path(name))))
        return
    parts = [
        subprocess.run(
            [sys.executable, "-m", "bench.catalogue", str(rows)], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for rows in SIZES
    ]
    head = (
        f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores. python -m bench.catalogue\n"
    )
    text = "\n".join([head, *parts])
    TARGET.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
