"""The player's arithmetic: where it is at any moment, and what comes next."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.simulator import playback as pb
from songswap.simulator.playback import Playback, Start

LENGTHS_MS = {"a": 100_000, "b": 60_000, "c": 30_000, "q": 10_000}
LIST = ("a", "b", "c")


def duration_of(uri: str) -> int:
    return LENGTHS_MS[uri]


def playing(uris: tuple[str, ...] = LIST, index: int = 0, **changes: object) -> Playback:
    idle = replace(Playback(at_ms=0, changed_at_ms=0), **changes)  # type: ignore[arg-type]
    return pb.begin(idle, Start(uris, index, device_id="here", shuffle_seed=5), duration_of)


def at(state: Playback, now_ms: float) -> tuple[str | None, float, bool]:
    state = pb.advance(state, now_ms, duration_of)
    return state.uri, state.position_at(now_ms), state.is_playing


@pytest.mark.parametrize(
    ("now_ms", "heard"),
    [
        (0, ("a", 0, True)),
        (99_999, ("a", 99_999, True)),
        (100_000, ("b", 0, True)),
        (160_500, ("c", 500, True)),
        (189_999, ("c", 29_999, True)),
        (190_000, ("a", 0, False)),
        (999_999, ("a", 0, False)),
    ],
)
def test_list_plays_through_and_stops_at_its_beginning(now_ms: float, heard: tuple[str, float, bool]) -> None:
    assert at(playing(), now_ms) == heard


@pytest.mark.parametrize(
    ("repeat", "now_ms", "heard"),
    [
        ("context", 190_000, ("a", 0, True)),
        ("context", 190_000 * 7 + 100_100, ("b", 100, True)),
        ("track", 100_000, ("a", 0, True)),
        ("track", 250_000, ("a", 50_000, True)),
    ],
)
def test_repeating_starts_over(repeat: pb.Repeat, now_ms: float, heard: tuple[str, float, bool]) -> None:
    assert at(playing(repeat=repeat), now_ms) == heard


def test_own_queue_comes_before_the_list_and_the_list_goes_on_where_it_was() -> None:
    state = pb.enqueue(playing(), "q")
    assert state.upcoming == ("q", "b", "c")
    assert at(state, 105_000) == ("q", 5_000, True)
    assert at(state, 110_000) == ("b", 0, True)


def test_queue_survives_the_start_of_another_list() -> None:
    state = pb.begin(pb.enqueue(playing(), "q"), Start(("c",), device_id="here"), duration_of)
    assert at(state, 30_000) == ("q", 0, True)


def test_previous_from_a_queued_song_returns_to_the_list() -> None:
    queued = pb.follow(pb.enqueue(playing(index=1), "q"))
    assert queued.uri == "q"
    assert pb.step_back(queued).uri == "b"


@pytest.mark.parametrize(
    ("index", "repeat", "expected"), [(1, "off", "a"), (0, "off", "a"), (0, "context", "c"), (2, "context", "b")]
)
def test_previous_goes_one_back(index: int, repeat: pb.Repeat, expected: str) -> None:
    assert pb.step_back(playing(index=index, repeat=repeat)).uri == expected


@pytest.mark.parametrize(
    ("position_ms", "heard"), [(0, ("b", 0)), (59_999, ("b", 59_999)), (60_000, ("c", 0)), (10**9, ("c", 0))]
)
def test_position_beyond_the_end_starts_the_next_song(position_ms: float, heard: tuple[str, float]) -> None:
    sought = pb.seek(playing(index=1), position_ms, duration_of)
    assert (sought.uri, sought.position_ms) == heard


def test_skipping_the_last_song_stops_at_the_first() -> None:
    stopped = pb.follow(playing(index=2))
    assert (stopped.uri, stopped.position_ms, stopped.is_playing) == ("a", 0, False)


def test_pause_holds_and_resume_goes_on() -> None:
    held = pb.pause(pb.rebase(playing(), 30_000))
    assert at(held, 500_000) == ("a", 30_000, False)
    resumed = pb.resume(pb.rebase(held, 500_000))
    assert at(resumed, 510_000) == ("a", 40_000, True)


def test_transfer_keeps_the_song_and_whether_it_plays() -> None:
    state = pb.rebase(playing(), 10_000)
    assert pb.transfer(state, "there", play=False).is_playing
    assert not pb.transfer(pb.pause(state), "there", play=False).is_playing
    assert pb.transfer(pb.pause(state), "there", play=True).is_playing
    assert pb.transfer(state, "there", play=True).position_ms == 10_000


def test_shuffle_keeps_the_current_song_and_plays_every_other_once() -> None:
    state = pb.set_shuffle(playing(index=1), on=True, seed=3)
    assert state.uri == "b"
    assert sorted(state.upcoming) == ["a", "c"]
    back = pb.set_shuffle(state, on=False, seed=3)
    assert back.upcoming == ("c",)


def test_timestamp_is_the_moment_of_the_last_change() -> None:
    assert playing().changed_at_ms == 0
    assert pb.advance(playing(), 130_000, duration_of).changed_at_ms == 100_000
    assert pb.pause(pb.rebase(playing(), 7_000)).changed_at_ms == 7_000


moments = st.floats(0, 400_000, allow_nan=False)


@given(first=moments, later=moments, repeat=st.sampled_from(["off", "context", "track"]))
def test_looking_in_between_changes_nothing(first: float, later: float, repeat: pb.Repeat) -> None:
    first, later = sorted((first, later))
    state = playing(repeat=repeat)
    in_two_steps = pb.advance(pb.advance(state, first, duration_of), later, duration_of)
    assert in_two_steps == pb.advance(state, later, duration_of)


@given(start=moments, step=st.floats(0, 50_000))
def test_position_moves_exactly_with_time_within_a_song(start: float, step: float) -> None:
    before = pb.advance(playing(repeat="context"), start, duration_of)
    after = pb.advance(before, start + step, duration_of)
    if after.serial == before.serial:
        assert after.position_at(start + step) - before.position_at(start) == pytest.approx(step, abs=1e-3)
    else:
        assert after.position_at(start + step) < before.position_at(start) + step


@given(now_ms=moments, repeat=st.sampled_from(["off", "context", "track"]), queued=st.lists(st.just("q"), max_size=3))
def test_position_is_always_within_the_song(now_ms: float, repeat: pb.Repeat, queued: list[str]) -> None:
    state = pb.advance(playing(repeat=repeat, queued=tuple(queued)), now_ms, duration_of)
    assert state.uri is not None
    assert 0 <= state.position_at(now_ms) < duration_of(state.uri)


@given(seed=st.integers(0, 2**32 - 1), index=st.integers(0, 2))
def test_shuffled_list_is_a_permutation_that_begins_with_the_chosen_song(seed: int, index: int) -> None:
    idle = Playback(at_ms=0, changed_at_ms=0, shuffle=True)
    state = pb.begin(idle, Start(LIST, index, device_id="here", shuffle_seed=seed), duration_of)
    assert state.uri == LIST[index]
    assert sorted((state.uri, *state.upcoming)) == sorted(LIST)


@given(now_ms=moments)
def test_rebasing_is_inaudible(now_ms: float) -> None:
    state = playing(repeat="context")
    rebased = pb.rebase(pb.advance(state, now_ms, duration_of), now_ms)
    assert at(rebased, now_ms + 5_000) == pytest.approx(at(state, now_ms + 5_000))
