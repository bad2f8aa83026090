"""A session on a slow disk: `python -m bench.disk`; writes bench/disk.txt.

The real worker, with the embedded Spotify, in real time; every fsync takes as long as said. Measured are how late the
event loop is, how long a skip of the host's takes to be heard at two listeners, and the worker's longest silence.
"""

import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from songswap.clock import Clock
from songswap.documents import ACCOUNT, HEARTBEAT, PROFILE
from songswap.model.profiles import Profile
from songswap.store import Behind
from tests.evening import Evening, an_evening

FSYNCS_S = (0.0, 0.3, 3.0)
SKIPS = 10
STEP_S = 0.005
LISTENERS = ("bob", "cleo")
RESULTS = Path(__file__).with_name("disk.txt")


async def lateness(late_ms: list[float]) -> None:
    """Note again and again how late the loop came back."""
    while True:
        due_s = time.monotonic() + STEP_S
        await asyncio.sleep(STEP_S)
        late_ms.append((time.monotonic() - due_s) * 1000)


async def others(evening: Evening) -> None:
    """What keeps the disk busy besides: five durable writes a second."""
    number = 0
    while True:
        number += 1
        evening.store.write(PROFILE, Profile(line=str(number)), f"somebody{number % 5}")
        await asyncio.sleep(0.2)


async def silence(evening: Evening, silent_ms: list[float]) -> None:
    """Note how old the heartbeat is."""
    while True:
        await asyncio.sleep(0.1)
        if beat := evening.store.read(HEARTBEAT):
            silent_ms.append(evening.clock.now_ms() - beat.beat_at_ms)


async def skip(evening: Evening, act: Callable[[], object]) -> float:
    """Seconds from a skip of the host's until both listeners hear the next song."""
    before = evening.hears("ada").uri
    began_s = time.monotonic()
    act()
    while any(evening.hears(one).uri in {before, None} for one in ("ada", *LISTENERS)):
        await asyncio.sleep(0.01)
        if time.monotonic() - began_s > 60:
            break
    return time.monotonic() - began_s


async def measure(root: Path, fsync_s: float) -> str:
    """A line of the table."""
    fsync = os.fsync

    def slow(descriptor: int) -> None:
        time.sleep(fsync_s)
        fsync(descriptor)

    late_ms: list[float] = []
    silent_ms: list[float] = []
    async with an_evening(root, Clock(), seed=7) as evening:
        evening.form_group("ada", *LISTENERS)
        for number in range(5):
            account = evening.store.read(ACCOUNT, "ada")
            assert account is not None
            evening.store.write(ACCOUNT, account, f"somebody{number}")
        await evening.stop_worker()
        os.fsync = slow
        with Behind() as syncing:
            evening.syncing = evening.store.syncing = syncing
            await evening.start_worker()
            tasks = [
                asyncio.create_task(one) for one in (lateness(late_ms), silence(evening, silent_ms), others(evening))
            ]
            evening.start_session(precision_s=1.0)
            catalogue = evening.world.catalogue
            album = next(f"spotify:album:{one.id}" for one in catalogue.albums.values() if len(one.track_ids) >= SKIPS)
            evening.world.player("ada").play_context(album, device_id=evening.device("ada"))
            await asyncio.sleep(15)
            by_hand, by_page = [], []
            for number in range(SKIPS):
                if number % 2:
                    by_hand.append(await skip(evening, evening.world.player("ada").next))
                else:
                    by_page.append(await skip(evening, lambda: evening.click("next")))
                await asyncio.sleep(3)
            for task in tasks:
                task.cancel()
            os.fsync = fsync
            await evening.stop_worker()
    late_ms.sort()
    return (
        f"{fsync_s * 1000:>7.0f} ms {late_ms[int(0.99 * len(late_ms))]:>9.1f} ms {late_ms[-1]:>9.1f} ms"
        f" {statistics.median(by_page):>9.2f} s {statistics.median(by_hand):>9.2f} s {max(silent_ms) / 1000:>9.1f} s"
    )


def main() -> int:
    """Measure and write; returns the exit code."""
    lines = [
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        f"{SKIPS} skips of the host's, two listeners, five more durable writes a second",
        "",
        "     each     loop late               heard by both after a skip     longest silence",
        "    fsync       p99       longest    on the page   at the player       of the worker",
    ]
    for fsync_s in FSYNCS_S:
        with tempfile.TemporaryDirectory() as folder:
            lines.append(asyncio.run(measure(Path(folder) / "store", fsync_s)))
            print(lines[-1], flush=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
