import pytest

from songswap.core.clicks import MOST_LEAD_MS, SETTLE_MS, STALE_CLICK_MS, click
from songswap.core.steps import DriveHost, Tell
from songswap.core.sync import plan
from songswap.model import Action, Latency, Night, Timeline
from tests.core.music import B, C, listener, night, timeline

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
