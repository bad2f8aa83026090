"""Sessions of people who listen in pages: pushed instead of polled, ordered instead of commanded."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from songswap.clock import Clock
from songswap.core.session.web_player import QUIET_MS, known_as
from songswap.documents import TAB
from songswap.model.tabs import Tab
from songswap.simulator import Profile
from tests.evening import Evening, an_evening
from tests.jobs.conftest import album
from tests.jobs.session.test_timer import playlist, until
from tests.jobs.timers import Ear, Timer
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
    await asyncio.sleep(2.0 if action != "previous" else 4.0)
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


@pytest.mark.parametrize("gap_s", [0.15, 0.3, 0.45, 0.7])
async def test_clicks_in_quick_succession_leave_nobody_behind(evening: Evening, tabs: Tabs, gap_s: float) -> None:
    before, tabs["bob"].is_hasty = calls(evening), True
    for action in ("next", "pause", "play", "pause", "play", "pause", "play"):
        evening.click(action)
        await asyncio.sleep(gap_s)
    await asyncio.sleep(3.0)
    assert_together(evening)
    assert calls(evening) == before, evening.world.calls[before:]


# What pages are spared, and what goes wrong with them


async def test_host_in_the_app_moves_to_a_page_and_nobody_else_notices(evening: Evening) -> None:
    evening.start_session()
    evening.world.player("ada").play_context(album(evening), device_id=evening.device("ada"))
    await asyncio.sleep(20)
    held = evening.commands("bob")
    async with listening_in_tabs(evening, "ada") as tabs:
        await asyncio.sleep(5)
        assert evening.hears("ada").device_id == tabs["ada"].device.id
        assert evening.hears("ada").is_playing
        assert evening.commands("ada").count("player") == 1  # one transfer, and the rest is the page's
        await asyncio.sleep(5)
        assert evening.commands("bob") == held
        assert evening.skew_ms("bob", "ada") is not None


async def test_page_that_does_not_obey_in_the_middle_of_a_song_is_told_by_spotify(evening: Evening, tabs: Tabs) -> None:
    before = evening.commands("bob")
    tabs["bob"].is_deaf = True
    evening.world.player("ada").seek(90_000)
    await asyncio.sleep(4)
    assert evening.commands("bob")[len(before) :] == ["seek"]
    assert_together(evening, "cleo")
    await asyncio.sleep(4)
    tabs["bob"].is_deaf = False
    skew_ms = evening.skew_ms("bob", "ada")
    assert skew_ms is not None
    assert abs(skew_ms) < 300


async def test_click_that_the_hosts_page_does_not_obey_goes_to_spotify(evening: Evening, tabs: Tabs) -> None:
    tabs["ada"].is_deaf = True
    before = evening.commands("ada")
    evening.click("pause")
    await asyncio.sleep(3)
    assert evening.commands("ada")[len(before) :] == ["pause"]
    assert not evening.hears("ada").is_playing
    assert not evening.hears("bob").is_playing


async def test_page_that_goes_quiet_while_it_plays_is_polled_as_any_device(evening: Evening, tabs: Tabs) -> None:
    for tab in tabs.values():
        tab.is_asleep = True
    before = len(evening.world.calls)
    await asyncio.sleep(QUIET_MS / 1000 + 5)
    asked = {(call.person, call.path) for call in evening.world.calls[before:]}
    assert ("ada", "/v1/me/player") in asked
    assert ("bob", "/v1/me/player") in asked
    evening.world.player("ada").seek(100_000)
    await asyncio.sleep(10)
    assert evening.night().host_here is None
    skew_ms = evening.skew_ms("bob", "ada")
    assert skew_ms is not None
    assert abs(skew_ms) < 500
    for tab in tabs.values():
        tab.is_asleep = False
    await asyncio.sleep(12)
    assert evening.night().host_here is not None
    assert_together(evening)


async def test_listener_whose_lid_was_closed_for_an_hour_is_back_as_soon_as_it_is_open(
    evening: Evening, tabs: Tabs
) -> None:
    bob = tabs["bob"]
    bob.is_asleep = True
    bob.player.pause()
    await asyncio.sleep(60)
    assert evening.listener("bob").status == "no_device"
    assert "quiet" in evening.listener("bob").message
    before = calls(evening)
    await asyncio.sleep(900)
    assert [call for call in evening.world.calls[before:] if call.person == "bob"] == []  # nobody asks for it meanwhile
    bob.is_asleep = False
    await asyncio.sleep(5)
    assert_together(evening, "bob", "cleo")


async def test_page_that_died_without_a_word_is_not_asked_for_again_and_again(evening: Evening, tabs: Tabs) -> None:
    await tabs["bob"].close(says_bye=False)
    before = len(evening.world.calls)
    await asyncio.sleep(60)
    evening.world.player("ada").next()
    await asyncio.sleep(300)
    evening.rejoin("bob")
    await asyncio.sleep(300)
    assert evening.listener("bob").status == "no_device"
    assert len([call for call in evening.world.calls[before:] if call.person == "bob"]) <= 4
    assert_together(evening, "cleo")


@pytest.mark.parametrize("person", ["ada", "bob"])
async def test_reload_costs_one_call_and_nobody_else_notices(evening: Evening, tabs: Tabs, person: str) -> None:
    before, rev = calls(evening), evening.night().timeline
    assert rev is not None
    await tabs[person].reload(away_s=2.0)
    await asyncio.sleep(8)
    assert_together(evening)
    after = evening.night().timeline
    assert after is not None
    assert after.rev == rev.rev
    assert calls(evening) - before == 1, evening.world.calls[before:]


async def test_host_who_closes_the_page_leaves_the_others_in_silence_after_a_while(
    evening: Evening, tabs: Tabs
) -> None:
    await tabs["ada"].close()
    await asyncio.sleep(5)
    assert evening.hears("bob").is_playing  # it may be a reload
    await asyncio.sleep(20)
    assert not evening.hears("bob").is_playing


async def test_listener_who_closes_the_page_is_told_what_to_do(evening: Evening, tabs: Tabs) -> None:
    before = calls(evening)
    await tabs["bob"].close()
    await asyncio.sleep(60)
    assert evening.listener("bob").status == "no_device"
    assert [call for call in evening.world.calls[before:] if call.person == "bob"] == []
    assert "Listen here" in evening.listener("bob").message
    assert_together(evening, "cleo")


async def test_browser_that_holds_the_sound_back_is_waited_for(evening: Evening, tabs: Tabs) -> None:
    tabs["bob"].block(on=True)
    await asyncio.sleep(5)
    assert "Start the sound" in evening.listener("bob").message
    before = calls(evening)
    tabs["bob"].block(on=False)
    await asyncio.sleep(3)
    assert_together(evening)
    assert calls(evening) == before  # the page still holds the song


async def test_who_pauses_in_the_page_steps_out_and_is_not_fought(evening: Evening, tabs: Tabs) -> None:
    before = evening.commands("bob")
    evening.world.player("bob").pause()
    await asyncio.sleep(5)
    assert evening.listener("bob").status == "stepped_out"
    assert not evening.hears("bob").is_playing
    assert evening.commands("bob") == before
    evening.rejoin("bob")
    await asyncio.sleep(5)
    assert_together(evening)


async def test_second_page_of_a_person_takes_over(evening: Evening, tabs: Tabs) -> None:
    second = VirtualTab(evening, "bob", "Another page")
    second.open()
    await asyncio.sleep(10)  # started anew, and put right once that was heard
    assert evening.hears("bob").device_id == second.device.id
    assert_together(evening)
    assert evening.listener("bob").device_name == "Another page"
    await second.close(says_bye=False)


async def test_page_and_phone_sound_together(evening: Evening) -> None:
    evening.start_session()
    async with listening_in_tabs(evening, "ada", "bob") as tabs:
        evening.world.player("ada").play_context(album(evening), device_id=tabs["ada"].device.id)
        await asyncio.sleep(30)
        evening.click("seek", position_ms=60_000)
        await asyncio.sleep(12)
        for listener in ("bob", "cleo"):
            skew_ms = evening.skew_ms(listener, "ada")
            assert skew_ms is not None
            assert abs(skew_ms) < 300, listener
        assert evening.commands("bob").count("play") == 1
        assert evening.commands("cleo")[-1] == "seek"


async def test_worker_that_starts_anew_goes_on_with_the_pages_there_are(evening: Evening, tabs: Tabs) -> None:
    await evening.stop_worker()
    evening.world.player("ada").next()
    await asyncio.sleep(3)
    await evening.start_worker()
    await asyncio.sleep(12)
    assert_together(evening)
    assert evening.night().host_here is not None


async def test_track_that_the_host_repeats_begins_anew_everywhere_for_one_call(evening: Evening, tabs: Tabs) -> None:
    evening.world.player("ada").set_repeat("track")
    await asyncio.sleep(15)
    before, uri = evening.commands("bob"), evening.hears("ada").uri
    for _ in range(2):
        await asyncio.sleep(evening.world.catalogue.duration_ms(uri or "") / 1000)
        assert evening.hears("ada").uri == uri
        assert_together(evening)
    assert evening.commands("bob") == [*before, "play"]


async def test_interval_timer_moves_all_pages_at_its_boundaries(evening: Evening, tabs: Tabs) -> None:
    evening.world.player("ada").play_context(playlist(evening), device_id=tabs["ada"].device.id)
    await asyncio.sleep(30)
    ears = {person: Ear(evening, person) for person in tabs}
    for ear in ears.values():
        ear.start()
    before = len(evening.world.calls)
    timer = Timer(evening, is_group=True)
    timer.set_up(phases=timer.workout, repeat=8)
    await until(evening, timer.boundary_at_ms(4) + 5_000)
    for number in range(1, 5):
        for ear in ears.values():
            at_ms = timer.boundary_at_ms(number)
            assert min(abs(heard_ms - at_ms) for heard_ms, _ in ear.heard) < CLOSE_MS, (ear.person, number)
    told = [call.person for call in evening.world.calls[before:] if call.method != "GET"]
    assert sorted(told) in ([], ["bob", "cleo"])  # started once more at most: at first only three songs were known


async def test_trim_of_a_page_is_its_browsers_and_survives_a_reload(evening: Evening, tabs: Tabs) -> None:
    evening.wish("bob", trims_ms={known_as(browser_of(evening, "bob")): 200})
    await asyncio.sleep(5)
    skew_ms = evening.skew_ms("bob", "ada")
    assert skew_ms == pytest.approx(200, abs=CLOSE_MS)
    await tabs["bob"].reload()
    await asyncio.sleep(8)
    assert evening.skew_ms("bob", "ada") == pytest.approx(200, abs=CLOSE_MS)


def browser_of(evening: Evening, person: str) -> Tab:
    tab = evening.store.read(TAB, person)
    assert tab is not None
    return tab


async def test_pages_of_people_far_away_are_kept_together_too(tmp_path: Path, clock: Clock) -> None:
    far = replace(NETWORK, rtt_ms=(150.0, 400.0), here_ms=150.0, here_jitter=0.4, latency_ms=900.0)
    async with an_evening(tmp_path / "store", clock, seed=7, profile=far) as evening:
        evening.form_group("ada", "bob", "cleo")
        async with listening_in_tabs(evening, "ada", "bob", "cleo") as tabs:
            evening.start_session()
            evening.world.player("ada").play_context(album(evening), device_id=tabs["ada"].device.id)
            await asyncio.sleep(30)
            evening.world.player("ada").next()
            await asyncio.sleep(6)
            for listener in ("bob", "cleo"):
                skew_ms = evening.skew_ms(listener, "ada")
                assert skew_ms is not None
                assert abs(skew_ms) < 300


async def test_in_a_page_the_volume_follows_by_an_order_and_costs_no_call(evening: Evening, tabs: Tabs) -> None:
    evening.wish("bob", follows_volume=True)
    evening.world.player("ada").set_volume(35, tabs["ada"].device.id)
    await asyncio.sleep(20)
    assert [order.volume_percent for order in tabs["bob"].orders_done if order.kind == "volume"] == [60, 35]
    assert [order for order in tabs["cleo"].orders_done if order.kind == "volume"] == []
    assert "volume" not in evening.commands("bob")
    assert_together(evening)
