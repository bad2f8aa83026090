"""What tests everywhere stand on: virtual time for those that ask for it, a store of their own, a second try."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from songswap.clock import Clock
from songswap.simulator.virtual_time import VirtualTimeLoop
from songswap.store import Store

EPOCH_MS = datetime(2026, 11, 20, 19, 0, tzinfo=UTC).timestamp() * 1000
"""When virtual time begins: a Friday evening."""

TOO_LATE = ("^TimeoutError", "^AssertionError: (Locator|Page).* expected ")
"""How a test fails that has waited for something in vain: by itself, or with Playwright's `expect`."""

settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")  # a slow machine or an unlucky draw fails no test


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


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Let tests in real time try once more if they waited in vain: one in some thousands does, on a busy machine.

    Whatever else they find, such as something lost, counts at once.
    """
    for item in items:
        if item.get_closest_marker("browser") or item.get_closest_marker("processes"):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=TOO_LATE))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why a test had to try once more: what comes too late again and again is a fault."""
    reports = terminalreporter.stats.get("rerun", [])
    if reports:
        terminalreporter.section("failed at first")
    for report in reports:
        terminalreporter.write_line(f"{report.nodeid}\n{report.longreprtext}")


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    """A virtual clock in tests marked `virtual_time`, a real one in all others."""
    return VirtualClock() if request.node.get_closest_marker("virtual_time") else Clock()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store as the server sees it."""
    return Store(tmp_path / "store", "server")
