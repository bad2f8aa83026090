import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.session.timeline import advance, halt, observe, residual_ms, same_track
from tests.core.music import MINUTE_MS, A, B, C, reading, timeline, track

END_MS = 3 * MINUTE_MS


def test_position_moves_while_playing_and_stands_while_paused() -> None:
    assert timeline().position_at(2_500) == 2_500
    assert timeline(is_playing=False, position_ms=700.0).position_at(2_500) == 700


def test_a_start_to_come_keeps_its_position_until_then() -> None:
    assert timeline(position_ms=50.0, at_ms=1_000.0).position_at(400) == 50


@pytest.mark.parametrize(
    ("now_ms", "plays", "position_ms"),
    [
        (0, A, 0),
        (END_MS - 1, A, END_MS - 1),
        (END_MS, B, 0),
        (END_MS + 2_000, B, 2_000),
        (2 * END_MS + 3_000, C, 3_000),
        (3 * END_MS + 5_000, C, END_MS + 5_000),  # nothing is known to follow: it stays with the last
    ],
)
def test_tracks_give_way_to_the_next_at_their_end(now_ms: int, plays: object, position_ms: int) -> None:
    then = advance(timeline(), now_ms)
    assert (then.track, then.position_at(now_ms), then.rev) == (plays, position_ms, 1)


def test_a_paused_timeline_never_advances() -> None:
    paused = timeline(is_playing=False)
    assert advance(paused, 10 * END_MS) == paused


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (A, True),
        (B, False),
        (track("relinked", isrc=None), False),
        (msgspec.structs.replace(A, uri="spotify:track:other"), True),  # same name, artist and length
        (msgspec.structs.replace(A, uri="spotify:track:live", duration_ms=400_000), False),
    ],
)
def test_recordings_are_told_apart_by_more_than_their_id(other: object, same: bool) -> None:
    assert same_track(A, other) is same


def test_isrc_decides_where_both_have_one() -> None:
    one, other = track("x", isrc="QZ1"), track("y", isrc="QZ1")
    assert same_track(one, other)
    assert not same_track(one, msgspec.structs.replace(one, uri="spotify:track:z", isrc="QZ2"))


def test_first_reading_begins_the_timeline() -> None:
    first = observe(None, reading(5_000, at_ms=1_000), 100)
    assert (first.rev, first.track, first.position_at(2_000)) == (1, A, 6_000)


def test_small_residual_blends_in_without_a_new_revision() -> None:
    after = observe(timeline(), reading(10_200, at_ms=10_000), 100)
    assert after.rev == 1
    assert after.position_at(10_000) == pytest.approx(10_060)


def test_large_residual_is_a_seek() -> None:
    after = observe(timeline(), reading(95_000, at_ms=10_000), 100)
    assert (after.rev, after.change, after.position_at(10_000)) == (2, "seek", 95_000)


def test_slow_answer_moves_nothing_but_still_tells_a_new_track() -> None:
    slow = {"round_trip_ms": 2_500.0}
    assert observe(timeline(), reading(95_000, at_ms=10_000, **slow), 100) == timeline()
    assert observe(timeline(), reading(0, at_ms=10_000, of=C, **slow), 100).track == C


@pytest.mark.parametrize(("was", "now", "change"), [(True, False, "paused"), (False, True, "resumed")])
def test_play_state_is_an_event_at_once(was: bool, now: bool, change: str) -> None:
    after = observe(timeline(is_playing=was), reading(0, at_ms=100, is_playing=now), 100)
    assert (after.rev, after.change, after.is_playing) == (2, change, now)


def test_skip_to_a_queued_track_keeps_what_follows_it() -> None:
    after = observe(timeline(), reading(300, at_ms=9_000, of=B), 100)
    assert (after.change, after.track, after.upcoming) == ("track", B, (C,))


def test_jump_to_another_album_forgets_what_followed() -> None:
    assert observe(timeline(), reading(300, at_ms=9_000, of=track("elsewhere")), 100).upcoming == ()


@pytest.mark.parametrize(
    ("progress_ms", "of", "at_ms"),
    [
        (END_MS - 100, A, END_MS + 300),  # still at the end of the old track
        (400, B, END_MS - 300),  # already in the next one
        (600, B, END_MS + 500),
    ],
)
def test_natural_change_of_track_is_no_event_however_the_reading_falls(
    progress_ms: int, of: object, at_ms: int
) -> None:
    assert observe(timeline(), reading(progress_ms, at_ms=at_ms, of=of), 100).rev == 1


def test_skip_shortly_before_the_end_but_far_into_the_next_track_is_an_event() -> None:
    assert observe(timeline(), reading(30_000, at_ms=END_MS - 300, of=B), 100).rev == 2


def test_nothing_playing_any_more_halts_once() -> None:
    halted = halt(timeline(), 4_000)
    assert (halted.rev, halted.is_playing, halted.position_ms) == (2, False, 4_000)
    assert halt(halted, 9_000) == halted


@given(
    at_ms=st.floats(0, 3 * END_MS - 1),
    noise_ms=st.floats(-600, 600),
    playing=st.booleans(),
)
def test_an_honest_noisy_reading_is_never_an_event(at_ms: float, noise_ms: float, playing: bool) -> None:
    known = timeline(is_playing=playing)
    true = advance(known, at_ms)
    progress_ms = max(0, true.position_at(at_ms) + noise_ms)
    shown = reading(progress_ms, at_ms=at_ms, of=true.track, is_playing=playing)
    after = observe(known, shown, 100)
    assert after.rev == known.rev
    assert abs(residual_ms(after, shown) or 0) <= abs(residual_ms(known, shown) or 0) + 0.001
