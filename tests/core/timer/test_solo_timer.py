"""A timer on one person's own player: when it is looked at, and what a look or a refusal brings."""

import pytest
from msgspec.structs import replace

from songswap.core.session.boundary import Boundary
from songswap.core.session.commands import at_boundary
from songswap.core.timer import solo_timer
from songswap.model.interval import Interval
from songswap.model.music import Playback
from songswap.model.session import Drive, Failure, Latency, Lead, Night
from tests.core.music import MINUTE_MS, SPEAKER, A, B, night, reading, timeline

NOW_MS = 20_000.0
KNOWN = {"speaker": {"start": Latency((300.0,) * 4)}}
TABLES = {"ada": KNOWN}
TIMER = Interval(context_uri="spotify:playlist:x")


def looked(before: Night, seen: Playback | None, now_ms: float = NOW_MS) -> Night:
    return solo_timer.looked(before, seen, now_ms)


def test_nothing_is_known_at_first_so_the_player_is_looked_at() -> None:
    first = solo_timer.fresh(3, "ada", "phone", NOW_MS)
    assert (first.session_id, first.leader, first.host_choice, first.look_at_ms) == ("3", "ada", "phone", NOW_MS)


def test_after_a_look_comes_the_next_at_a_tracks_end_five_minutes_on() -> None:
    known = replace(solo_timer.fresh(1, "ada", None, 0), timeline=timeline())
    assert looked(known, reading(NOW_MS, NOW_MS)).look_at_ms == 6 * MINUTE_MS + 1_000


@pytest.mark.parametrize(("silent_s", "wait_s"), [(0, 15), (10, 15), (40, 40), (200, 200), (4_000, 300)])
def test_where_nothing_plays_looks_become_rare(silent_s: float, wait_s: float) -> None:
    before = night(lead=Lead(silent_since_ms=NOW_MS - silent_s * 1000) if silent_s else Lead())
    after = looked(before, None)
    assert after.host_status == "no_device"
    assert after.look_at_ms == NOW_MS + wait_s * 1000


def test_player_that_takes_no_commands_stays_so_however_well_it_can_be_read() -> None:
    refused = solo_timer.told_off(night(), Failure("restricted", "No."))
    after = looked(refused, reading(NOW_MS, NOW_MS))
    assert (after.host_status, after.host_message) == ("restricted", "No.")
    accepted = solo_timer.obeyed(replace(after, drives=(Drive("next", 0, 300),)))
    assert (accepted.host_status, accepted.host_message) == ("in_sync", "")


def test_restriction_is_no_trouble() -> None:
    before = night()
    assert solo_timer.told_off(before, Failure("restricted", "No.", is_restriction=True)) == before


@pytest.mark.parametrize(("status", "wait_s"), [("not_premium", 600), ("needs_login", 600), ("trouble", 1)])
def test_what_has_to_be_settled_by_somebody_is_asked_seldom(status: str, wait_s: float) -> None:
    assert solo_timer.look_failed(night(), Failure(status, "No."), NOW_MS).look_at_ms == NOW_MS + wait_s * 1000


def test_new_log_in_is_tried_at_once() -> None:
    assert solo_timer.welcomed(night(host_status="needs_login"), NOW_MS).look_at_ms == NOW_MS


def skip(before: Night, looked_at_ms: float, table: dict[str, dict[str, Latency]] = KNOWN) -> Night:
    after = at_boundary(before, Boundary(1, NOW_MS + 1_000, "skip"), TABLES, NOW_MS)
    return solo_timer.skipped(before, after, table, looked_at_ms, NOW_MS)


def test_skip_on_a_known_device_that_was_seen_lately_needs_no_look() -> None:
    after = skip(night(), NOW_MS - 60_000)
    assert after.timeline is not None
    assert after.timeline.track == B
    assert after.look_at_ms > NOW_MS + 4 * MINUTE_MS


@pytest.mark.parametrize(
    ("before", "looked_at_ms", "table"),
    [
        (night(), NOW_MS - 181_000, KNOWN),
        (night(), NOW_MS, {}),
        (night(timeline=timeline(upcoming=(B,))), NOW_MS, KNOWN),
    ],
)
def test_skip_is_looked_after_where_less_is_known(before: Night, looked_at_ms: float, table: dict) -> None:
    assert skip(before, looked_at_ms, table).look_at_ms == NOW_MS + 1_000 + 1_500


def test_what_only_the_player_can_tell_is_read_when_it_has_settled_and_believed_at_once() -> None:
    after = skip(night(timeline=timeline(upcoming=())), NOW_MS)
    assert after.look_at_ms == NOW_MS + 1_000 + 2_500
    told = solo_timer.obeyed(after)
    assert told.timeline is not None
    assert told.timeline.track == A
    seen = looked(told, reading(2_500, after.look_at_ms, B), after.look_at_ms)
    assert seen.timeline is not None
    assert seen.timeline.track == B


@pytest.mark.parametrize(
    ("of_night", "timer", "starts"),
    [
        ({"host_status": "in_sync"}, TIMER, False),
        ({"host_status": "no_device"}, TIMER, True),
        ({"host_status": "no_device"}, Interval(), False),
        ({"host_status": "in_sync", "timeline": timeline(is_playing=False)}, TIMER, True),
        ({"host_status": "in_sync", "timeline": timeline(is_playing=False, position_ms=50_000)}, TIMER, False),
        ({"host_status": "in_sync", "timeline": None}, TIMER, False),
    ],
)
def test_music_that_ran_out_is_started_again_and_one_that_was_paused_is_not(
    of_night: dict[str, object], timer: Interval, starts: bool
) -> None:
    assert solo_timer.needs_start(night(**of_night), timer, NOW_MS) is starts


def test_restart_forgets_what_was_on_its_way() -> None:
    before = night(drives=(Drive("next", 0, 300, boundary=3),), host_device=SPEAKER)
    after = solo_timer.resumed(before, NOW_MS)
    assert (after.drives, after.driven, after.look_at_ms) == ((), None, NOW_MS)
    assert after.timeline is not None
    assert after.timeline.track == A
