"""The worker never waits for the disk while it keeps a session in time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from songswap.clock import Clock
from songswap.documents import HEARTBEAT
from songswap.store import Behind
from tests.evening import Evening, an_evening
from tests.jobs.conftest import album
from tests.store.disks import Disk


@pytest.fixture
async def evening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Evening, Disk]]:
    """As in `conftest`, with the disk behind a thread, which can take its time."""
    disk = Disk()
    monkeypatch.setattr("os.fsync", disk.fsync)
    async with an_evening(tmp_path / "store", Clock(), seed=7) as evening:
        await evening.stop_worker()
        evening.form_group("ada", "bob")
        with Behind() as syncing:
            evening.syncing = syncing
            disk.flushed_here = 0
            await evening.start_worker()
            yield evening, disk
            await evening.stop_worker()
            disk.takes.set()


async def test_a_session_goes_on_while_the_disk_takes_nothing(evening: tuple[Evening, Disk]) -> None:
    night, disk = evening
    disk.takes.clear()
    night.store.syncing = night.syncing  # the clicks on the page as well
    night.start_session(precision_s=1.0)
    night.world.player("ada").play_context(album(night), device_id=night.device("ada"))
    while night.skew_ms("bob", "ada") is None:
        await asyncio.sleep(0.01)
    first = night.hears("bob").uri
    night.click("next")
    while night.hears("bob").uri in {first, None}:
        await asyncio.sleep(0.01)
    assert night.store.read(HEARTBEAT) is not None
    assert disk.flushed_here == 0
