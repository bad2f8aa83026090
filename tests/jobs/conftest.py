import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from songswap.clock import Clock
from songswap.core.session.latency import UNKNOWN_MS
from tests.evening import Evening, an_evening

ALBUM_TRACKS = 8


@pytest.fixture
async def evening(tmp_path: Path, clock: Clock) -> AsyncIterator[Evening]:
    """Ada hosts, Bob and Cleo listen; nothing plays yet. Devices are as quick as is reckoned at first."""
    async with an_evening(tmp_path / "store", clock, seed=7) as evening:
        for person in evening.world.people.values():
            for device in person.devices:
                device.latency_ms = UNKNOWN_MS
        evening.form_group("ada", "bob", "cleo")
        yield evening


@pytest.fixture
async def playing(evening: Evening) -> Evening:
    """The session runs, Ada plays an album, everybody is in sync."""
    evening.start_session()
    evening.world.player("ada").play_context(album(evening), device_id=evening.device("ada"))
    await asyncio.sleep(20)
    return evening


def album(evening: Evening) -> str:
    """An album with a few tracks."""
    catalogue = evening.world.catalogue
    return next(f"spotify:album:{one.id}" for one in catalogue.albums.values() if len(one.track_ids) >= ALBUM_TRACKS)
