"""What tests everywhere stand on: virtual time for those that ask for it, a store of their own, who goes first."""

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from songswap.clock import Clock
from songswap.simulator.virtual_time import VirtualTimeLoop
from songswap.store import Store

EPOCH_MS = datetime(2026, 11, 20, 19, 0, tzinfo=UTC).timestamp() * 1000
"""When virtual time begins: a Friday evening."""

MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
"""Bytes. All stores of a whole run take a tenth."""
FIRST = ("browser", "processes", "long")
"""Marks of those that begin first: the last file to run is a short one then, and no core waits for it."""

settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("nightly", settings.get_profile("house"), max_examples=1_000)
settings.load_profile("nightly" if os.environ.get("SONGSWAP_NIGHTLY") == "1" else "house")
# a slow machine or an unlucky draw fails no test


class VirtualClock(Clock):
    """A clock that reads EPOCH_MS when its loop reads 0 s, and moves with it. For tests marked `virtual_time`."""

    def now_ms(self) -> float:
        return EPOCH_MS + asyncio.get_running_loop().time() * 1000


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Gives tests marked `virtual_time` a loop in virtual time, all others a usual one."""
    if item.get_closest_marker("virtual_time"):
        return {"virtual": VirtualTimeLoop}
    return {"real": asyncio.new_event_loop}


def pytest_configure() -> None:
    """Let what tests write lie in memory where there is room: a store waits for its disk with each write."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: tests with a browser or processes wait for most of their time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + cores // 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests, files that take long begin first."""
    if hasattr(config, "workerinput"):
        long = {item.path for item in items if any(item.get_closest_marker(mark) for mark in FIRST)}
        items.sort(key=lambda item: item.path not in long)


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    """A virtual clock in tests marked `virtual_time`, a real one in all others."""
    return VirtualClock() if request.node.get_closest_marker("virtual_time") else Clock()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store as the server sees it."""
    return Store(tmp_path / "store", "server")
