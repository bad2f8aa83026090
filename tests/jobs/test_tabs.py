"""Sessions of people who listen in pages: pushed instead of polled, ordered instead of commanded."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from songswap.clock import Clock
from songswap.simulator import Profile
from tests.evening import Evening, an_evening
from tests.jobs.conftest import album
from tests.tabs import VirtualTab, listening_in_tabs

pytestmark = pytest.mark.virtual_time

NETWORK = Profile(
    latency_ms=400.0, read_staleness_ms=(200.0, 200.0), rtt_ms=(10.0, 40.0), here_ms=80.0, here_jitter=0.2
)
CLOSE_MS = 120

Tabs = Mapping[str, VirtualTab]


@pytest.fixture
async def evening(tmp_path: Path, clock: Clock) -> AsyncIterator[Evening]:
    """Ada hosts, Bob and Cleo listen; nothing plays yet."""
    async with an_evening(tmp_path / "store", clock, seed=7, profile=NETWORK) as evening:
        evening.form_group("ada", "bob", "cleo")
        yield evening


@pytest.fixture
async def tabs(evening: Evening) -> AsyncIterator[Tabs]:
    """All three listen in pages, and hear what Ada plays in hers."""
    async with listening_in_tabs(evening, "ada", "bob", "cleo") as tabs:
        evening.start_session()
        await asyncio.sleep(5)
        evening.world.player("ada").play_context(album(evening), device_id=tabs["ada"].device.id)
        await asyncio.sleep(20)
        yield tabs


def assert_together(evening: Evening, *listeners: str) -> None:
    for listener in listeners or ("bob", "cleo"):
        skew_ms = evening.skew_ms(listener, "ada")
        assert skew_ms is not None, f"{listener}: {evening.hears(listener)}, ada: {evening.hears('ada')}"
        assert abs(skew_ms) < CLOSE_MS, listener
        assert evening.listener(listener).status == "in_sync"


def calls(evening: Evening) -> int:
    return len(evening.world.calls)


async def test_everybody_hears_what_the_host_plays_in_a_page(evening: Evening, tabs: Tabs) -> None:
    assert_together(evening)
    assert evening.night().host_here is not None


async def test_track_after_track_asks_spotify_nothing(evening: Evening, tabs: Tabs) -> None:
    await asyncio.sleep(700)  # by then everybody holds as much of the album as there is
    before, uri = calls(evening), evening.hears("ada").uri
    await asyncio.sleep(500)
    assert_together(evening)
    assert evening.hears("ada").uri != uri
    asked = [call.path for call in evening.world.calls[before:]]
    assert asked in ([], ["/v1/me/player/queue"])  # whether there is more behind the last two


@pytest.mark.parametrize("action", ["next", "seek", "pause"])
async def test_what_the_host_does_in_the_page_is_followed_without_a_call(
    evening: Evening, tabs: Tabs, action: str
) -> None:
    before = calls(evening)
    player = evening.world.player("ada")
    if action == "seek":
        player.seek(100_000)
    else:
        getattr(player, action)()
    await asyncio.sleep(1.0)
    if action == "pause":
        assert not evening.hears("bob").is_playing
        player.resume()
        await asyncio.sleep(1.0)
    await asyncio.sleep(1.5)  # until the pages have told
    assert_together(evening)
    assert calls(evening) == before, evening.world.calls[before:]


@pytest.mark.parametrize(
    ("action", "fields"),
    [("next", {}), ("previous", {}), ("seek", {"position_ms": 90_000}), ("pause", {})],
)
async def test_clicks_move_everybody_at_once_without_a_call(
    evening: Evening, tabs: Tabs, action: str, fields: dict[str, int]
) -> None:
    evening.world.player("ada").next()
    await asyncio.sleep(12)
    before, uri = calls(evening), evening.hears("ada").uri
    evening.click(action, **fields)
    await asyncio.sleep(2.0)
    if action == "pause":
        assert not evening.hears("ada").is_playing
        assert not evening.hears("cleo").is_playing
        evening.click("play")
        await asyncio.sleep(2.0)
    if action == "next":
        assert evening.hears("ada").uri != uri
    await asyncio.sleep(2.0)  # a song before is started by Spotify, and seen later
    assert_together(evening)
    if action != "previous":  # which nobody holds: it has to be started
        assert calls(evening) == before, evening.world.calls[before:]
