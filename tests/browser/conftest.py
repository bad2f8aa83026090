"""A real Chromium, and people with browsers of their own in front of one running SongSwap."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, StorageState, expect

from tests.browser.people import PATIENCE_MS, GameNight, Street, create_group, invite_link, row_of
from tests.chromium import AFTER_A_TAP, a_chromium, demand_chromium
from tests.processes import Installation, all_running, ask

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests of a worker: each person has a context of their own, with nothing in it."""
    demand_chromium()
    async with a_chromium(AFTER_A_TAP) as browser:
        yield browser


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The three processes, shared by the tests of a file.

    Spotify shows at once what is so in truth, for a test to wait for; reads that lag are tried in virtual time.
    """
    with all_running(tmp_path_factory.mktemp("songswap")) as running:
        ask(f"{running.spotify_url}/sim/profile", {"read_staleness_ms": [0, 0], "stall_probability": 0})
        yield running


@pytest.fixture(scope="module")
def cookies(installation: Installation) -> dict[str, StorageState]:
    """Of those who have logged in to the installation, by name."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def street(
    chromium: Browser, installation: Installation, cookies: dict[str, StorageState]
) -> AsyncIterator[Street]:
    """Where people with browsers come from; when the test ends, no page of theirs may have complained."""
    street = Street(chromium, installation, cookies)
    yield street
    await street.close()
    assert street.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def game_night(street: Street) -> AsyncIterator[GameNight]:
    """Ada and Bob on the page of a new group; a session that runs when the test ends is stopped."""
    ada, bob = await asyncio.gather(street.person("Ada"), street.person("Bob", "phone"))
    await create_group(ada, "Game night")
    await bob.goto(await invite_link(ada))
    await bob.get_by_role("button", name="Join the group").click()
    await expect(row_of(ada, "Bob")).to_be_visible()
    night = GameNight(street.installation, ada, bob)
    yield night
    if await ada.get_by_role("button", name="Stop session").is_visible():
        await night.stop()
