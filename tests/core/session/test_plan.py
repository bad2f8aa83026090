import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.session import listener_state
from songswap.core.session.plan import (
    QUEUE_PATIENCE_MS,
    READ_FIRST_MS,
    DriveHost,
    LookAtHost,
    LookAtListener,
    LookAtQueue,
    Step,
    Tell,
    plan,
    resumed,
)
from songswap.core.session.timeline import HELD_TRACKS, held_tracks
from songswap.model.session import Command, Drive, Latency, Night
from tests.core.music import MINUTE_MS, A, B, C, listener, night, timeline, track

END_MS = 3 * MINUTE_MS
TABLE = {
    "bob": {"phone": {"start": Latency((800.0,) * 30), "seek": Latency((800.0,) * 30), "pause": Latency((800.0,) * 30)}}
}


def commands(of: Night, now_ms: float, table: object = TABLE) -> list[Command]:
    steps, _ = plan(of, table, (), now_ms)
    return [step.command for step in steps if isinstance(step, Tell)]


def test_nobody_in_sync_is_told_anything() -> None:
    assert plan(night(listener()), TABLE, (), 10_000) == ([], pytest.approx(1e15))


def test_newcomer_is_started_where_the_music_will_be_when_it_sounds() -> None:
    (command,) = commands(night(listener(told_rev=-1, is_playing=False)), 10_000)
    assert (command.kind, command.position_ms, command.effect_at_ms) == ("start", 10_800, 10_800)
    assert command.uris == (A.uri, B.uri, C.uri)


def test_newcomer_just_before_the_end_gets_the_next_track() -> None:
    (command,) = commands(night(listener(told_rev=-1, is_playing=False)), END_MS - 300)
    assert command.uris == (B.uri, C.uri)
    assert command.position_ms == pytest.approx(500)


def test_a_lone_seek_of_the_host_is_followed_by_a_seek() -> None:
    sought = timeline(rev=2, change="seek", position_ms=60_000.0, at_ms=10_000.0)
    (command,) = commands(night(listener(), timeline=sought), 10_000)
    assert (command.kind, command.position_ms) == ("seek", 60_800)


@pytest.mark.parametrize(
    "behind", [{"told_rev": 0}, {"held_uris": (B.uri,)}, {"is_playing": False}], ids=["two behind", "other", "paused"]
)
def test_a_seek_needs_a_start_where_the_device_may_not_be_on_the_track(behind: dict[str, object]) -> None:
    sought = timeline(rev=2, change="seek", position_ms=60_000.0, at_ms=10_000.0)
    (command,) = commands(night(listener(**behind), timeline=sought), 10_000)
    assert command.kind == "start"


def test_pause_goes_out_at_once() -> None:
    paused = timeline(rev=2, change="paused", is_playing=False, position_ms=9_000.0, at_ms=10_000.0)
    (command,) = commands(night(listener(), timeline=paused), 10_000)
    assert (command.kind, command.effect_at_ms) == ("pause", 10_800)


def test_somebody_who_hears_nothing_from_us_is_not_paused() -> None:
    paused = timeline(rev=2, change="paused", is_playing=False)
    assert commands(night(listener(is_playing=False, told_rev=-1), timeline=paused), 10_000) == []


def test_local_file_of_the_host_pauses_the_others() -> None:
    local = timeline(rev=2, track=track("mine", kind="local"))
    (command,) = commands(night(listener(), timeline=local), 10_000)
    assert command.kind == "pause"


def test_coordinated_change_leaves_early_by_each_latency() -> None:
    table = {**TABLE, "cleo": {"tv": {"start": Latency((1_200.0,) * 3)}}}
    both = night(
        listener(), listener(account="cleo", device_id="tv"), timeline=timeline(rev=2, track=B, at_ms=11_300.0)
    )
    early, wake_at_ms = plan(both, table, (), 10_100)
    assert [step.account for step in early] == ["cleo"]
    assert wake_at_ms == 10_500
    late, _ = plan(both, table, ("cleo",), 10_500)
    assert [step.account for step in late] == ["bob"]
    assert {step.command.effect_at_ms for step in (*early, *late)} == {11_300}
    assert {step.command.position_ms for step in (*early, *late)} == {0}


def test_natural_change_costs_no_command() -> None:
    assert [commands(night(listener()), END_MS + offset_ms) for offset_ms in (-900, -1, 0, 1, 5_000)] == [[]] * 5


def test_surprise_in_the_queue_is_started_to_sound_at_the_boundary() -> None:
    surprised = night(listener(), timeline=timeline(upcoming=(C, B)))
    assert commands(surprised, END_MS - 801) == []
    (command,) = commands(surprised, END_MS - 800)
    assert (command.effect_at_ms, command.position_ms, command.uris) == (END_MS, 0, (C.uri, B.uri))


def test_after_the_changeover_was_told_it_is_not_told_again() -> None:
    surprised = night(listener(held_uris=(C.uri, B.uri), held_plays=2), timeline=timeline(upcoming=(C, B)))
    assert [commands(surprised, at_ms) for at_ms in (END_MS - 500, END_MS, END_MS + 3_000)] == [[], [], []]


def test_listener_whose_last_track_comes_round_again_is_told_once_at_its_end() -> None:
    """The host repeats a short list: what follows stands earlier in the list the device was given as well."""
    round_again = timeline(upcoming=(B, A, B), plays=5)
    at_the_end = listener(held_uris=(A.uri, B.uri, A.uri, B.uri, A.uri), held_plays=1)
    (command,) = commands(night(at_the_end, timeline=round_again), END_MS - 800)
    assert command.uris == (B.uri, A.uri, B.uri)
    after = listener_state.told(at_the_end, command)
    assert [commands(night(after, timeline=round_again), END_MS + late_ms) for late_ms in (-700, -1, 1)] == [[], [], []]


def test_start_waits_a_moment_for_the_queue() -> None:
    unknown = night(listener(), timeline=timeline(rev=2, upcoming=(), at_ms=10_000.0), queue_at_ms=10_000.0)
    steps, wake_at_ms = plan(unknown, TABLE, (), 10_100)
    assert steps == [LookAtQueue("ada")]
    assert wake_at_ms == 10_000 + QUEUE_PATIENCE_MS
    assert len(commands(unknown, 10_000 + QUEUE_PATIENCE_MS)) == 1


@pytest.mark.parametrize("status", ["stepped_out", "needs_login"])
def test_who_stepped_out_or_lapsed_is_left_alone(status: str) -> None:
    assert plan(night(listener(status=status, told_rev=-1, look_at_ms=0.0)), TABLE, (), 10_000)[0] == []


def test_who_waits_for_a_limit_is_told_nothing_before_its_end() -> None:
    limited = night(listener(told_rev=-1, status="limited", retry_at_ms=20_000.0))
    assert plan(limited, TABLE, (), 10_000) == ([], 20_000)
    assert len(commands(limited, 20_000)) == 1


def test_one_at_a_time_for_each_person() -> None:
    assert plan(night(listener(told_rev=-1)), TABLE, ("bob", "ada"), 10_000) == ([], math.inf)


def test_due_reading_of_a_listener_is_taken() -> None:
    steps, _ = plan(night(listener(look_at_ms=9_000.0)), TABLE, (), 10_000)
    assert steps == [LookAtListener("bob")]


def test_clicks_come_before_readings_of_the_host() -> None:
    drive = Drive("pause", send_at_ms=9_000.0, latency_ms=300.0)
    busy_host = night(look_at_ms=9_500.0, drives=(drive,))
    assert plan(busy_host, TABLE, (), 10_000)[0] == [DriveHost("ada", drive, "speaker")]
    assert plan(night(look_at_ms=9_500.0), TABLE, (), 10_000)[0] == [LookAtHost("ada")]


def test_a_device_gets_no_more_tracks_than_spotify_tells_of() -> None:
    many = tuple(track(f"t{number}") for number in range(40))
    assert len(held_tracks(timeline(upcoming=many))) == HELD_TRACKS


def test_a_local_file_ends_what_can_be_held() -> None:
    assert held_tracks(timeline(upcoming=(B, track("mine", kind="local"), C))) == (A.uri, B.uri)


positions = st.floats(0, 3 * END_MS)
listeners = st.builds(
    listener,
    told_rev=st.integers(-1, 3),
    is_playing=st.booleans(),
    held_uris=st.sampled_from([(), (A.uri,), (A.uri, B.uri, C.uri), (C.uri, B.uri)]),
    held_plays=st.integers(0, 2),
    goes_on=st.sampled_from([None, True, False]),
    needs=st.sampled_from([None, "seek", "start"]),
)
timelines = st.builds(
    timeline,
    rev=st.integers(1, 3),
    is_playing=st.booleans(),
    change=st.sampled_from(["track", "seek", "paused", "resumed"]),
    upcoming=st.sampled_from([(), (B,), (B, C), (C, B), (A, A), (B, A, B, A)]),
)


@given(who=listeners, what=timelines, now_ms=positions)
def test_plan_is_idempotent(who: object, what: object, now_ms: float) -> None:
    """Whatever is told at a moment need not be told again at that moment."""
    before = night(who, timeline=what)
    told = {
        step.account: listener_state.told(before.listeners[step.account], step.command)
        for step in plan(before, TABLE, (), now_ms)[0]
        if isinstance(step, Tell)
    }
    after = night(*{**before.listeners, **told}.values(), timeline=what)
    assert commands(after, now_ms) == []


@given(who=listeners, what=timelines, now_ms=positions)
def test_commands_serve_the_present_revision_at_a_place_in_the_track(who: object, what: object, now_ms: float) -> None:
    for command in commands(night(who, timeline=what), now_ms):
        assert command.rev == what.rev
        assert command.effect_at_ms >= now_ms
        assert command.position_ms >= 0


@given(who=listeners, what=timelines, now_ms=positions)
def test_the_next_planning_is_never_in_the_past(who: object, what: object, now_ms: float) -> None:
    steps: list[Step]
    steps, wake_at_ms = plan(night(who, timeline=what), TABLE, (), now_ms)
    assert wake_at_ms > now_ms
    assert len({step.account for step in steps}) == len(steps)


def test_after_a_restart_everybody_is_looked_at_and_nothing_is_sent_twice() -> None:
    before = night(listener(), hush_until_ms=9_000)
    after = resumed(before, 5_000)
    assert (after.look_at_ms, after.hush_until_ms, after.listeners["bob"].look_at_ms) == (5_000, 9_000, 5_000)


def test_after_a_restart_in_the_middle_of_a_click_the_host_is_read_before_anybody_is_told_anything() -> None:
    before = night(listener(told_rev=0), drives=(Drive("next", 4_000, 300),), hush_until_ms=9_000)
    after = resumed(before, 5_000)
    assert (after.drives, after.hush_until_ms) == ((), 0.0)
    assert plan(after, TABLE, (), 5_000)[0] == [LookAtHost("ada")]
    assert [step.account for step in plan(after, TABLE, ("ada",), 5_000 + READ_FIRST_MS)[0]] == ["bob"]
