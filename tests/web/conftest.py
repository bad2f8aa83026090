"""A running SongSwap for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from songswap.simulator import World
from tests.web.friends import Friends, make_friends
from tests.web.site import Site, open_site


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def site(tmp_path: Path, world: World) -> AsyncIterator[Site]:
    async with open_site(tmp_path / "store", world) as opened:
        yield opened


@pytest.fixture
async def friends(site: Site) -> Friends:
    return await make_friends(site)
