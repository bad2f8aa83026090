"""How long after one process wrote a document another one hears of it: `python -m bench.wake [WRITES]`.

Two real processes over one store in a temporary folder: this one writes as the server does, the other follows the store
as the worker does and notes when a subscription to the document wakes. Both read the machine's one monotonic clock.
"""

import asyncio
import multiprocessing
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from songswap.documents import WISH, Wish
from songswap.store import Store, follow_disk

ACCOUNT = "somebody"
WRITES = 200
LEAST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 0.15
"""Between two writes, so that each finds the other process asleep."""


def follow(root: Path, woken: Connection) -> None:
    """The other process: sends the moment of each wake-up and the revision it found."""

    async def hear() -> None:
        store = Store(root, "worker")
        following = asyncio.create_task(follow_disk(store.root, store.changes))
        with store.changes.subscribe("accounts/", endings=("wish.json",)) as changes:
            while not following.done():
                await changes.wait()
                woken_s = time.monotonic()
                wish = store.read(WISH, ACCOUNT)
                woken.send((woken_s, wish.look_rev if wish else 0))

    asyncio.run(hear())


def measure(root: Path, writes: int) -> list[float]:
    """Milliseconds from the beginning of each write (its fsync included) to the wake-up of the other process."""
    store = Store(root, "server")
    store.write(WISH, Wish(), ACCOUNT)
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe()
    follower = context.Process(target=follow, args=(root, its), daemon=True)
    follower.start()
    rev = wake_once(store, ours)
    took_ms = []
    for _ in range(writes):
        time.sleep(random.uniform(LEAST_PAUSE_S, LONGEST_PAUSE_S))
        rev += 1
        began_s = time.monotonic()
        store.write(WISH, Wish(look_rev=rev), ACCOUNT)
        took_ms.append((heard_of(ours, rev) - began_s) * 1000)
    follower.kill()
    follower.join()
    return took_ms


def wake_once(store: Store, woken: Connection) -> int:
    """Write until the other process is there to hear it; returns the revision it heard of."""
    rev = 0
    while not woken.poll(0.1):
        rev += 1
        store.write(WISH, Wish(look_rev=rev), ACCOUNT)
    while woken.poll(0.3):
        woken.recv()
    return rev


def heard_of(woken: Connection, rev: int) -> float:
    """When the other process woke and found `rev`."""
    while True:
        woken_s, found = woken.recv()
        if found == rev:
            return woken_s


def main(argv: list[str]) -> int:
    """Print the figures; returns the exit code."""
    writes = int(argv[0]) if argv else WRITES
    with tempfile.TemporaryDirectory() as folder:
        took_ms = sorted(measure(Path(folder) / "store", writes))
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f},", end=" ")
    print(f"Python {platform.python_version()}, {writes} writes")
    print(f"median {statistics.median(took_ms):.1f} ms", end=", ")
    print(f"p99 {took_ms[round(0.99 * (writes - 1))]:.1f} ms, longest {took_ms[-1]:.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
