import asyncio

import pytest

from songswap.core.session.commands import STALE_CLICK_MS
from songswap.simulator import Fault, Profile
from tests.evening import Evening
from tests.jobs.conftest import album

pytestmark = pytest.mark.virtual_time

IDLE_S = 600
"""After so long somebody who was told nothing is looked at."""
CLOSE_MS = 150
"""Where devices are just as quick as reckoned, only the rounding of positions and the blending are left."""


def assert_together(evening: Evening, *listeners: str) -> None:
    for listener in listeners or ("bob", "cleo"):
        skew_ms = evening.skew_ms(listener, "ada")
        assert skew_ms is not None, f"{listener}: {evening.hears(listener)}, ada: {evening.hears('ada')}"
        assert abs(skew_ms) < CLOSE_MS, listener
        assert evening.listener(listener).status == "in_sync"


async def test_listeners_hear_what_the_host_plays(playing: Evening) -> None:
    assert_together(playing)
    assert playing.night().host_status == "in_sync"


async def test_natural_changes_of_track_cost_no_command(playing: Evening) -> None:
    before = playing.commands("bob")
    first = playing.hears("ada").uri
    await asyncio.sleep(900)
    assert playing.hears("ada").uri != first
    assert_together(playing)
    assert playing.commands("bob") == before


async def test_the_host_is_only_ever_read(playing: Evening) -> None:
    playing.world.player("ada").next()
    await asyncio.sleep(30)
    assert playing.commands("ada") == []


@pytest.mark.parametrize("action", ["next", "previous", "seek", "playlist"])
async def test_what_the_host_does_in_the_app_is_followed(playing: Evening, action: str) -> None:
    player = playing.world.player("ada")
    await asyncio.sleep(30)
    match action:
        case "next":
            player.next()
        case "previous":
            player.next()
            player.previous()
        case "seek":
            player.seek(100_000)
        case "playlist":
            player.play_context(f"spotify:playlist:{next(iter(playing.world.playlists))}")
    await asyncio.sleep(10)
    assert_together(playing)


async def test_pause_and_resume_of_the_host_are_followed(playing: Evening) -> None:
    playing.world.player("ada").pause()
    await asyncio.sleep(6)
    assert not playing.hears("bob").is_playing
    assert playing.listener("bob").status == "in_sync"
    playing.world.player("ada").resume()
    await asyncio.sleep(16)
    assert_together(playing)


@pytest.mark.parametrize(
    ("action", "fields"), [("next", {}), ("previous", {}), ("seek", {"position_ms": 90_000}), ("pause", {})]
)
async def test_clicks_on_the_page_move_everybody(playing: Evening, action: str, fields: dict[str, int]) -> None:
    playing.world.player("ada").next()  # so that there is one before, too
    await asyncio.sleep(12)
    playing.click(action, **fields)
    await asyncio.sleep(4)
    assert playing.commands("ada") == [action]
    if action == "pause":
        assert not any(playing.hears(person).is_playing for person in ("ada", "bob", "cleo"))
        playing.click("play")
    await asyncio.sleep(4)
    assert_together(playing)


async def test_play_by_click_wakes_the_hosts_chosen_device_where_none_is_active(evening: Evening) -> None:
    evening.start_session()
    await asyncio.sleep(5)
    assert evening.night().host_status == "no_device"
    evening.click("play", uri=evening.world.context_uris(album(evening))[0])
    await asyncio.sleep(15)
    assert evening.hears("ada").device_id == evening.device("ada")
    assert_together(evening)


async def test_click_on_previous_where_there_is_none_is_said(playing: Evening) -> None:
    playing.click("previous")
    await asyncio.sleep(6)
    assert "did not follow" in playing.night().click_error
    assert_together(playing)


async def test_seek_by_click_is_heard_at_the_chosen_place(playing: Evening) -> None:
    playing.click("seek", position_ms=90_000)
    await asyncio.sleep(3)
    assert 91_000 < playing.hears("bob").position_ms < 93_500


async def test_late_joiner_is_in_the_middle_of_the_song_within_seconds(playing: Evening) -> None:
    await asyncio.sleep(60)
    playing.form_group("ada", "bob", "cleo", "edda")
    await asyncio.sleep(6)
    assert_together(playing, "bob", "cleo", "edda")
    assert playing.commands("bob") == ["play"]


async def test_who_leaves_the_group_is_left_alone(playing: Evening) -> None:
    before = playing.commands("cleo")
    playing.form_group("ada", "bob")
    playing.world.player("ada").next()
    await asyncio.sleep(10)
    assert playing.commands("cleo") == before
    assert "cleo" not in playing.night().listeners


async def test_who_listens_elsewhere_is_left_alone(playing: Evening) -> None:
    before = playing.commands("cleo")
    playing.wish("cleo", listening_in="another")
    playing.world.player("ada").next()
    await asyncio.sleep(10)
    assert playing.commands("cleo") == before


async def test_who_pauses_on_purpose_steps_out_and_is_back_after_rejoining(playing: Evening) -> None:
    playing.world.player("bob").pause()
    await asyncio.sleep(IDLE_S + 20)
    assert playing.listener("bob").status == "stepped_out"
    before = playing.commands("bob")
    playing.world.player("ada").next()
    await asyncio.sleep(10)
    assert playing.commands("bob") == before
    playing.rejoin("bob")
    await asyncio.sleep(5)
    assert_together(playing)


async def test_who_plays_something_else_is_not_fought(playing: Evening) -> None:
    own = album(playing)
    playing.world.player("bob").play_context(own, 5)
    await asyncio.sleep(IDLE_S + 20)
    assert playing.listener("bob").status == "stepped_out"
    assert playing.hears("bob").uri != playing.hears("ada").uri


async def test_device_that_vanishes_is_said_and_taken_up_again(playing: Evening) -> None:
    device = playing.device("bob")
    assert device is not None
    playing.world.player("bob").set_device_online(device, False)
    playing.world.player("ada").next()
    await asyncio.sleep(10)
    assert playing.listener("bob").status == "no_device"
    assert_together(playing, "cleo")
    playing.world.player("bob").set_device_online(device, True)
    await asyncio.sleep(10)
    assert_together(playing)


async def test_another_device_is_one_wish_away(playing: Evening) -> None:
    other = [device.id for device in playing.world.person("bob").devices if device.is_online][1]
    playing.wish("bob", device_id=other)
    await asyncio.sleep(5)
    assert playing.hears("bob").device_id == other
    assert_together(playing)


async def test_free_account_is_said_and_stops_nobody_else(evening: Evening) -> None:
    evening.form_group("ada", "bob", "finn")
    evening.start_session()
    evening.world.player("ada").play_context(album(evening))
    await asyncio.sleep(20)
    assert evening.listener("finn").status == "not_premium"
    assert_together(evening, "bob")


async def test_device_that_takes_no_commands_is_said(evening: Evening) -> None:
    evening.form_group("ada", "bob", "gus")
    evening.start_session()
    evening.world.player("ada").play_context(album(evening))
    await asyncio.sleep(20)
    assert evening.listener("gus").status == "restricted"


async def test_nobody_has_a_device(evening: Evening) -> None:
    evening.form_group("ada", "hana")
    evening.start_session()
    await asyncio.sleep(10)
    assert evening.listener("hana").status == "no_device"
    assert evening.night().host_status == "no_device"


async def test_revoked_login_is_said_once_and_not_retried(playing: Evening) -> None:
    playing.world.revoke("bob")
    playing.world.player("ada").next()
    await asyncio.sleep(10)
    assert playing.listener("bob").status == "needs_login"
    calls = len([call for call in playing.world.calls if call.person == "bob" or call.path == "/api/token"])
    await asyncio.sleep(600)
    playing.world.player("ada").next()
    await asyncio.sleep(10)
    assert len([call for call in playing.world.calls if call.person == "bob" or call.path == "/api/token"]) == calls
    playing.log_in("bob")
    await asyncio.sleep(5)
    assert_together(playing)


async def test_expired_access_token_is_renewed_without_anybody_noticing(playing: Evening) -> None:
    playing.world.player("ada").set_repeat("context")
    await asyncio.sleep(3_700)
    assert_together(playing)
    playing.world.player("ada").next()
    await asyncio.sleep(12)
    assert_together(playing)


async def test_token_refused_before_its_time_is_renewed(playing: Evening) -> None:
    playing.world.expire_tokens("bob")
    playing.world.player("ada").next()
    await asyncio.sleep(10)
    assert_together(playing)


@pytest.mark.parametrize("kind", ["false_401", "false_403"])
async def test_intermittent_false_errors_declare_nobody_logged_out(playing: Evening, kind: str) -> None:
    playing.world.faults.add(Fault(kind=kind, person="bob", times=1))
    playing.world.player("ada").next()
    await asyncio.sleep(10)
    assert_together(playing)


@pytest.mark.parametrize("kind", ["drop", "garbage", "empty"])
async def test_broken_answers_are_overcome(playing: Evening, kind: str) -> None:
    playing.world.faults.add(Fault(kind=kind, person="bob", times=2))
    playing.world.faults.add(Fault(kind=kind, person="ada", times=2))
    playing.world.player("ada").next()
    await asyncio.sleep(20)
    assert_together(playing)


async def test_server_errors_are_waited_out(playing: Evening) -> None:
    playing.world.faults.add(Fault(status=502, until_s=25))
    playing.world.player("ada").next()
    await asyncio.sleep(24)
    assert playing.listener("bob").message or playing.night().host_message
    await asyncio.sleep(21)
    assert_together(playing)


async def test_limit_is_kept_and_said_with_its_end(playing: Evening) -> None:
    playing.world.faults.add(Fault(status=429, times=1, retry_after=30, person="ada"))
    await asyncio.sleep(8)
    until_ms = playing.night().host_until_ms
    assert until_ms is not None
    assert playing.night().host_status == "limited"
    limited_at = len(playing.world.calls)
    playing.world.player("ada").next()
    await asyncio.sleep((until_ms - playing.clock.now_ms()) / 1000 - 1)
    assert len(playing.world.calls) == limited_at
    await asyncio.sleep(11)
    assert_together(playing)


async def test_host_with_nothing_active_pauses_the_others_and_is_told_what_to_do(playing: Evening) -> None:
    for device in playing.world.person("ada").devices:
        playing.world.player("ada").set_device_online(device.id, False)
    await asyncio.sleep(120)
    assert playing.night().host_status == "no_device"
    assert not playing.hears("bob").is_playing


async def test_podcast_is_shared(playing: Evening) -> None:
    show = next(iter(playing.world.catalogue.shows.values()))
    playing.world.player("ada").play_context(show.uri)
    await asyncio.sleep(12)
    assert playing.hears("ada").uri in {f"spotify:episode:{one}" for one in show.episode_ids}
    assert_together(playing)


@pytest.mark.parametrize("what", ["local_file", "ad", "talk"])
async def test_what_only_the_host_can_hear_is_said_and_the_others_wait(playing: Evening, what: str) -> None:
    playing.world.player("ada").play_uris([getattr(playing.world.catalogue, what).uri])
    await asyncio.sleep(8)
    assert "others wait" in playing.night().notice
    assert not playing.hears("bob").is_playing
    playing.world.player("ada").play_context(album(playing))
    await asyncio.sleep(12)
    assert playing.night().notice == ""
    assert_together(playing)


async def test_private_session_of_the_host_is_said(playing: Evening) -> None:
    playing.world.player("ada").set_private_session(True)
    await asyncio.sleep(8)
    assert "private session" in playing.night().notice


async def test_track_on_repeat_is_heard_again_by_everybody(playing: Evening) -> None:
    playing.world.player("ada").set_repeat("track")
    uri = playing.hears("ada").uri
    await asyncio.sleep(500)
    assert playing.hears("ada").uri == uri
    assert_together(playing)


async def test_song_queued_by_the_host_is_heard_by_everybody_next(playing: Evening) -> None:
    wanted = next(uri for uri in playing.world.context_uris(f"spotify:playlist:{next(iter(playing.world.playlists))}"))
    playing.world.player("ada").add_to_queue(wanted)
    while playing.hears("ada").uri != wanted:
        await asyncio.sleep(1)
    await asyncio.sleep(5)
    assert_together(playing)


async def test_worker_restarted_in_the_middle_goes_on_from_the_store(playing: Evening) -> None:
    before = playing.commands("bob")
    await playing.stop_worker()
    await asyncio.sleep(30)
    await playing.start_worker()
    await asyncio.sleep(8)
    assert_together(playing)
    assert playing.commands("bob") == before


async def test_click_while_the_worker_restarts_is_carried_out_once(playing: Evening) -> None:
    await playing.stop_worker()
    playing.click("next")
    await asyncio.sleep(1)
    await playing.start_worker()
    await asyncio.sleep(6)
    await playing.stop_worker()
    await playing.start_worker()
    await asyncio.sleep(6)
    assert playing.commands("ada") == ["next"]
    assert_together(playing)


async def test_click_that_waited_too_long_is_dropped(playing: Evening) -> None:
    await playing.stop_worker()
    playing.click("next")
    await asyncio.sleep(STALE_CLICK_MS / 1000 + 1)
    await playing.start_worker()
    await asyncio.sleep(6)
    assert playing.commands("ada") == []


async def test_click_the_hosts_device_refuses_is_said(playing: Evening) -> None:
    playing.world.faults.add(Fault(status=404, reason="NO_ACTIVE_DEVICE", person="ada", method="POST", times=1))
    playing.click("next")
    await asyncio.sleep(1.5)
    assert "did not follow" in playing.night().click_error
    await asyncio.sleep(12)
    assert_together(playing)


@pytest.mark.parametrize(("first", "then"), [("pause", "play"), ("next", "previous"), ("play", "pause")])
async def test_clicks_in_a_quick_row_are_all_carried_out_though_spotify_lags(
    evening: Evening, first: str, then: str
) -> None:
    evening.world.profile = Profile(read_staleness_ms=(600.0, 900.0))
    evening.start_session()
    evening.world.player("ada").play_context(album(evening), 2, device_id=evening.device("ada"))
    await asyncio.sleep(40)
    if first == "play":
        evening.click("pause")
        await asyncio.sleep(5)
    before = evening.hears("ada").uri
    evening.click(first)
    await asyncio.sleep(0.4)
    evening.click(then)
    await asyncio.sleep(15)
    assert evening.hears("ada").uri == before
    assert evening.hears("ada").is_playing == (then != "pause")
    for listener in ("bob", "cleo"):
        assert evening.hears(listener).is_playing == (then != "pause")
    if then != "pause":
        assert_together(evening)


async def test_host_handed_over_is_followed(playing: Evening) -> None:
    playing.world.player("bob").pause()
    playing.world.player("cleo").pause()
    playing.form_group("bob", "ada", "cleo")
    playing.rejoin("cleo")
    playing.rejoin("ada")
    playing.world.player("bob").play_context(album(playing), 4)
    await asyncio.sleep(20)
    for listener in ("ada", "cleo"):
        skew_ms = playing.skew_ms(listener, "bob")
        assert skew_ms is not None
        assert abs(skew_ms) < CLOSE_MS


async def test_stopped_session_tells_nobody_anything(playing: Evening) -> None:
    await asyncio.sleep(1)  # between two looks
    playing.stop_session()
    calls = len(playing.world.calls)
    playing.world.player("ada").next()
    await asyncio.sleep(120)
    assert len(playing.world.calls) == calls


async def test_host_alone_is_hardly_polled(evening: Evening) -> None:
    evening.form_group("ada")
    evening.start_session()
    evening.world.player("ada").play_context(album(evening))
    await asyncio.sleep(600)
    assert len(evening.world.calls) < 40


async def test_what_is_learned_of_a_device_survives_the_worker(playing: Evening) -> None:
    from songswap.documents import LATENCIES

    learned = playing.store.read(LATENCIES, "bob")
    assert learned is not None
    assert learned.devices[playing.device("bob") or ""]["start"].recent_ms == pytest.approx((500,), abs=5)
