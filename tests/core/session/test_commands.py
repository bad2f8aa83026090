import pytest

from songswap.core.session.boundary import AHEAD_MS, Boundary
from songswap.core.session.commands import (
    MOST_LEAD_MS,
    SETTLE_MS,
    STALE_CLICK_MS,
    ahead_ms,
    at_boundary,
    click,
    put_off,
)
from songswap.core.session.host_readings import driven
from songswap.core.session.latency import UNKNOWN_MS
from songswap.core.session.plan import DriveHost, Tell, plan
from songswap.model.session import Action, Failure, Latency, Night, Timeline
from tests.core.music import A, B, C, listener, night, timeline

TABLE = {
    "ada": {"speaker": {"start": Latency((300.0,) * 3)}},
    "bob": {"phone": {"start": Latency((900.0,) * 3)}},
}
NOW_MS = 20_000.0


def act(kind: str, before: Night | None = None, **fields: object) -> Night:
    return click(before or night(listener()), Action(7, "ada", kind, NOW_MS, **fields), TABLE, NOW_MS)


def line(after: Night) -> Timeline:
    assert after.timeline is not None
    return after.timeline


def test_pause_leaves_at_once_and_the_music_rests_where_the_hosts_device_stops() -> None:
    after = act("pause")
    assert (line(after).is_playing, line(after).position_ms, line(after).rev) == (False, NOW_MS + 300, 2)
    steps, _ = plan(after, TABLE, (), NOW_MS)
    assert [type(step) for step in steps] == [DriveHost, Tell]


@pytest.mark.parametrize(
    ("kind", "fields", "position_ms"),
    [("seek", {"position_ms": 60_000}, 60_000), ("play", {}, 0), ("next", {}, 0)],
)
def test_changes_sound_on_all_devices_together(kind: str, fields: dict[str, int], position_ms: int) -> None:
    paused = night(listener(), timeline=timeline(is_playing=False)) if kind == "play" else None
    after = act(kind, paused, **fields)
    assert line(after).at_ms == NOW_MS + 900  # the slowest device sets the time
    assert line(after).position_at(NOW_MS + 1_000) == position_ms + 100
    (drive,) = after.drives
    assert drive.send_at_ms + drive.latency_ms == NOW_MS + 900
    (step,) = (step for step in plan(after, TABLE, (), NOW_MS)[0] if isinstance(step, Tell))
    assert step.command.effect_at_ms == NOW_MS + 900


def test_slow_device_never_holds_the_others_for_long() -> None:
    slow = {**TABLE, "bob": {"phone": {"start": Latency((2_900.0,) * 3)}}}
    after = click(night(listener()), Action(7, "ada", "next", NOW_MS), slow, NOW_MS)
    assert line(after).at_ms == NOW_MS + MOST_LEAD_MS


def test_next_goes_to_the_known_next_track() -> None:
    assert (line(act("next")).track, line(act("next")).upcoming) == (B, (C,))


@pytest.mark.parametrize(("kind", "fields"), [("previous", {}), ("next", {}), ("play", {"uri": "spotify:track:x"})])
def test_where_only_the_host_can_tell_the_timeline_waits_for_a_look(kind: str, fields: dict[str, str]) -> None:
    before = night(listener(), timeline=timeline(upcoming=()))
    after = act(kind, before, **fields)
    assert after.timeline == before.timeline
    assert after.drives[0].send_at_ms == NOW_MS
    assert NOW_MS < after.look_at_ms < NOW_MS + 2_000


def test_seek_while_paused_only_moves_the_place() -> None:
    after = act("seek", night(listener(), timeline=timeline(is_playing=False)), position_ms=5_000)
    assert (line(after).is_playing, line(after).position_ms, line(after).change) == (False, 5_000, "seek")


def test_readings_are_not_believed_until_the_click_has_settled() -> None:
    after = act("next")
    assert after.hush_until_ms == line(after).at_ms + SETTLE_MS
    assert after.look_at_ms >= after.hush_until_ms


def test_each_click_is_handled_once() -> None:
    assert act("pause").handled_action == 7


def test_click_that_waited_for_the_worker_too_long_is_dropped_and_said() -> None:
    before = night(listener())
    late = click(before, Action(7, "ada", "next", NOW_MS - STALE_CLICK_MS - 1), TABLE, NOW_MS)
    assert (late.timeline, late.drives, late.handled_action) == (before.timeline, (), 7)
    assert late.click_error


# Boundaries of the interval timer


def boundary(at_ms: float, act: str = "skip") -> Boundary:
    return Boundary(4, at_ms, act)


def test_boundary_sounds_on_all_devices_at_its_moment() -> None:
    at_ms = NOW_MS + 1_300
    after = at_boundary(night(listener()), boundary(at_ms), TABLE, NOW_MS)
    assert (line(after).track, line(after).at_ms) == (B, at_ms)
    (drive,) = after.drives
    assert (drive.send_at_ms, drive.boundary) == (at_ms - 300, 4)
    steps, wake_at_ms = plan(after, TABLE, (), NOW_MS)
    assert (steps, wake_at_ms) == ([], at_ms - 900)  # the slow listener first
    steps, _ = plan(after, TABLE, (), at_ms - 900)
    assert [type(step) for step in steps] == [Tell]


def test_late_boundary_is_heard_as_soon_as_all_can_make_it_together() -> None:
    after = at_boundary(night(listener()), boundary(NOW_MS - 60_000), TABLE, NOW_MS)
    assert line(after).at_ms == NOW_MS + 900


def test_boundary_has_to_be_known_ahead_of_the_slowest_device_and_its_trim() -> None:
    assert ahead_ms(night(listener()), TABLE, NOW_MS) == 900 + AHEAD_MS
    assert ahead_ms(night(listener(trim_ms=200)), TABLE, NOW_MS) == 1_100 + AHEAD_MS
    assert ahead_ms(night(), {}, NOW_MS) == UNKNOWN_MS + AHEAD_MS


def test_nothing_is_under_way_when_a_boundarys_command_has_to_leave() -> None:
    looking = night(listener(look_at_ms=NOW_MS), look_at_ms=NOW_MS, queue_at_ms=NOW_MS)
    after = at_boundary(looking, boundary(NOW_MS + 1_300), TABLE, NOW_MS)
    assert plan(after, TABLE, (), NOW_MS)[0] == []


def test_pause_at_the_end_is_told_the_others_when_the_host_has_taken_it() -> None:
    after = at_boundary(night(listener()), boundary(NOW_MS + 1_300, "pause"), TABLE, NOW_MS)
    assert line(after).is_playing
    assert plan(after, TABLE, (), NOW_MS)[0] == []
    (step,) = plan(after, TABLE, (), after.drives[0].send_at_ms)[0]
    assert isinstance(step, DriveHost)
    accepted = driven(after)
    assert not line(accepted).is_playing
    assert [type(step) for step in plan(accepted, TABLE, (), NOW_MS + 1_000)[0]] == [Tell]


@pytest.mark.parametrize(("told_rev", "rev"), [(1, 1), (2, 3)])
def test_what_spotify_did_not_do_is_as_if_it_had_not_come_yet(told_rev: int, rev: int) -> None:
    before = night(listener())
    after = at_boundary(before, boundary(NOW_MS + 1_300), TABLE, NOW_MS)
    told = night(listener(told_rev=told_rev), timeline=after.timeline, drives=after.drives)
    back = put_off(told, before.timeline, Failure("limited", "A break.", until_ms=NOW_MS + 9_000), NOW_MS)
    assert (line(back).track, line(back).rev, back.drives) == (A, rev, ())
    assert back.look_at_ms == NOW_MS + 9_000
    assert "A break." in back.click_error
