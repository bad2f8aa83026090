"""Where a timer stands, what buttons make of it, which boundary is due; and that no crash doubles or loses more than
the one skip in flight."""

import math
from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from songswap.core.people.groups import RefusedError
from songswap.core.session.boundary import Boundary
from songswap.core.timer.timer import (
    boundary_ms,
    check,
    due,
    elapsed_ms,
    last,
    next_ms,
    noted,
    press,
    put_off,
    reached,
    rounds,
    set_up,
    skips_at_ms,
    where,
)
from songswap.model.interval import Interval, Phase, Ticks

NOW_MS = 1_795_000_000_000.0
WORKOUT = Interval(phases=(Phase("Work", 40), Phase("Rest", 20)), repeat=8)
ROUNDS = Interval(phases=(Phase("Round", 300),), repeat=None)

lengths = st.integers(1_000, 20_000_000).map(lambda ms: ms / 1000)
timers = st.builds(
    lambda seconds, repeat: Interval(phases=tuple(Phase("x", one) for one in seconds), repeat=repeat),
    st.lists(lengths, min_size=1, max_size=8),
    st.integers(1, 500),
)


def started(timer: Interval = WORKOUT, at_ms: float = NOW_MS) -> Interval:
    return press(timer, "start", "ada", at_ms)


@pytest.mark.parametrize(
    ("after_s", "state", "phase", "round_number", "left_s"),
    [
        (0, "running", 0, 1, 40),
        (39.999, "running", 0, 1, 0.001),
        (40, "running", 1, 1, 20),
        (60, "running", 0, 2, 40),
        (479.5, "running", 1, 8, 0.5),
        (480, "done", 1, 8, 0),
        (1e6, "done", 1, 8, 0),
    ],
)
def test_work_and_rest_eight_times(after_s: float, state: str, phase: int, round_number: int, left_s: float) -> None:
    moment = where(started(), NOW_MS + after_s * 1000)
    assert (moment.state, moment.phase, moment.round, moment.rounds) == (state, phase, round_number, 8)
    assert moment.remaining_ms == pytest.approx(left_s * 1000)
    assert moment.next_at_ms == (None if state == "done" else pytest.approx(NOW_MS + (after_s + left_s) * 1000))


def test_there_is_none_until_it_is_set_up_and_it_waits_until_it_is_started() -> None:
    assert where(Interval(), NOW_MS).state == "none"
    moment = where(WORKOUT, NOW_MS)
    assert (moment.state, moment.remaining_ms, moment.next_at_ms) == ("ready", 40_000, None)


def test_timer_without_an_end_ends_after_a_day() -> None:
    assert rounds(ROUNDS) == 288
    assert where(started(ROUNDS), NOW_MS + 24 * 3_600_000).state == "done"


@given(timers, st.integers(0, 10**9))
def test_boundaries_are_whole_lengths_after_the_start(timer: Interval, passed_ms: int) -> None:
    every = [Fraction(phase.length_s).limit_denominator(1000) * 1000 for phase in timer.phases]
    number = reached(timer, passed_ms)
    exact = sum(every) * (number // len(every)) + sum(every[: number % len(every)])
    assert boundary_ms(timer, number) == exact <= passed_ms or number == last(timer)
    if number < last(timer):
        assert passed_ms < boundary_ms(timer, number + 1)


@given(timers, st.lists(st.integers(0, 5_000_000), max_size=12))
def test_paused_time_does_not_count(timer: Interval, waits_ms: list[int]) -> None:
    running, now_ms, counted = started(timer), NOW_MS, 0
    for place, wait_ms in enumerate(waits_ms):
        is_running = place % 2 == 0
        now_ms += wait_ms
        if where(running, now_ms).state == "done":
            return
        counted += wait_ms * is_running
        running = press(running, "pause" if is_running else "resume", "ada", now_ms)
        assert elapsed_ms(running, now_ms) == counted


@given(timers, st.integers(0, 10**7), st.booleans())
def test_skip_now_brings_the_boundary_here_and_the_next_phase_in_full(
    timer: Interval, passed_ms: int, is_paused: bool
) -> None:
    now_ms = NOW_MS + passed_ms
    running = started(timer)
    before = where(running, now_ms)
    if before.state == "done":
        return
    running = press(running, "pause", "ada", now_ms) if is_paused else running
    number = reached(running, elapsed_ms(running, now_ms))
    after = press(running, "skip", "ada", now_ms)
    assert reached(after, elapsed_ms(after, now_ms)) == number + 1
    moment = where(after, now_ms)
    assert moment.state == ("done" if number + 1 == last(timer) else before.state if not is_paused else "paused")
    if moment.state != "done":
        assert moment.remaining_ms == boundary_ms(timer, number + 2) - boundary_ms(timer, number + 1)


def test_buttons_that_change_nothing_change_nothing() -> None:
    running = started()
    paused = press(running, "pause", "ada", NOW_MS + 5_000)
    assert press(running, "start", "bob", NOW_MS + 1) == running
    assert press(running, "resume", "bob", NOW_MS + 1) == running
    assert press(paused, "pause", "bob", NOW_MS + 9_000) == paused


@pytest.mark.parametrize(
    ("timer", "action", "code"),
    [
        (Interval(), "start", "no_timer"),
        (Interval(), "reset", "no_timer"),
        (WORKOUT, "pause", "not_running"),
        (WORKOUT, "skip", "not_running"),
        (WORKOUT, "resume", "not_running"),
        (started(at_ms=0), "skip", "not_running"),
    ],
)
def test_buttons_that_make_no_sense_are_refused(timer: Interval, action: str, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        press(timer, action, "ada", NOW_MS)
    assert refused.value.code == code


def test_reset_leads_back_to_the_start_and_what_was_done_counts_no_more() -> None:
    ticks = Ticks(run=started().run, done=9)
    again = started(press(started(), "reset", "ada", NOW_MS), NOW_MS + 5)
    assert (again.started_at_ms, due(again, ticks, NOW_MS + 5 + 40_000)) == (
        NOW_MS + 5,
        Boundary(1, NOW_MS + 5 + 40_000, "skip", run=3),
    )


def test_another_timer_is_another_run() -> None:
    assert set_up(started(), WORKOUT).run > started().run
    assert set_up(started(), WORKOUT).started_at_ms is None


@pytest.mark.parametrize(
    ("phases", "repeat", "fits"),
    [((3600.0,), 24, True), ((3600.0,), 25, False), ((86_400.0,), None, True), ((86_400.0, 1.0), 1, False)],
)
def test_all_rounds_together_last_a_day_at_most(phases: tuple[float, ...], repeat: int | None, fits: bool) -> None:
    shape = tuple(Phase("x", one) for one in phases)
    if fits:
        check(shape, repeat)
        return
    with pytest.raises(RefusedError, match="24 hours"):
        check(shape, repeat)


# Which boundary is due


def test_boundary_is_due_by_its_lead_and_not_before() -> None:
    running = started()
    assert due(running, None, NOW_MS + 39_099, 900) is None
    assert due(running, None, NOW_MS + 39_100, 900) == Boundary(1, NOW_MS + 40_000, "skip", run=1)
    assert next_ms(running, None, NOW_MS + 10_000, 900) == NOW_MS + 39_100


def test_boundary_that_was_noted_is_due_no_more() -> None:
    running = started()
    boundary = due(running, None, NOW_MS + 39_500, 900)
    assert boundary is not None
    ticks = noted(running, None, boundary)
    assert due(running, ticks, NOW_MS + 59_000, 900) is None
    assert next_ms(running, ticks, NOW_MS + 39_500, 900) == NOW_MS + 59_100


def test_missed_boundaries_are_one() -> None:
    ticks = Ticks(run=started().run, done=2)
    boundary = due(started(), ticks, NOW_MS + 200_000)
    assert boundary == Boundary(6, NOW_MS + 180_000, "skip", missed=3, run=1)


def test_paused_timer_asks_for_nothing_but_the_skip_that_was_pressed() -> None:
    paused = press(started(), "pause", "ada", NOW_MS + 39_990)
    assert due(paused, None, NOW_MS + 50_000, 900) is None
    assert math.isinf(next_ms(paused, None, NOW_MS + 50_000, 900))
    skipped = press(paused, "skip", "ada", NOW_MS + 60_000)
    assert due(skipped, None, NOW_MS + 60_000) == Boundary(1, NOW_MS + 39_990, "skip", run=1)


@pytest.mark.parametrize(
    ("changes", "after_s", "act"),
    [
        ({}, 0, None),
        ({"context_uri": "spotify:playlist:x"}, 0, "start"),
        ({"device_id": "phone"}, 0, "start"),
        ({"shuffle": False}, 0, "start"),
        ({"context_uri": "spotify:playlist:x"}, 130, "start"),
        ({"at_boundary": "announce"}, 40, None),
        ({"at_boundary": "announce", "at_end": "pause"}, 480, "pause"),
        ({"at_end": "pause"}, 480, "pause"),
        ({}, 480, None),
    ],
)
def test_what_a_boundary_asks_of_the_music(changes: dict[str, object], after_s: float, act: str | None) -> None:
    boundary = due(started(replace(WORKOUT, **changes)), None, NOW_MS + after_s * 1000)
    assert (boundary and boundary.act) == act


def test_end_that_is_long_past_pauses_nothing_any_more() -> None:
    running = started(replace(WORKOUT, at_end="pause"))
    assert due(running, Ticks(running.run, done=15), NOW_MS + 480_000 + 599_000) is not None
    assert due(running, Ticks(running.run, done=15), NOW_MS + 480_000 + 601_000) is None


def test_what_spotify_refused_for_a_while_is_due_when_it_is_over() -> None:
    running = started()
    boundary = due(running, None, NOW_MS + 40_000)
    assert boundary is not None
    ticks = put_off(noted(running, None, boundary), running.run, 1, NOW_MS + 70_000)
    assert due(running, ticks, NOW_MS + 65_000) is None
    assert next_ms(running, ticks, NOW_MS + 65_000) == NOW_MS + 70_000
    assert due(running, ticks, NOW_MS + 70_000) == Boundary(2, NOW_MS + 60_000, "skip", missed=1, run=1)


def test_refusal_of_what_is_long_past_changes_nothing() -> None:
    ticks = Ticks(run=1, done=5)
    assert put_off(ticks, 1, 3, NOW_MS) == ticks
    assert put_off(ticks, 0, 5, NOW_MS) == ticks  # of a timer that was replaced meanwhile


def test_timer_tells_when_it_cuts_the_music_short() -> None:
    running = started()
    assert skips_at_ms(running, NOW_MS + 1) == NOW_MS + 40_000
    assert math.isinf(skips_at_ms(running, NOW_MS + 470_000))  # the end skips nothing
    assert math.isinf(skips_at_ms(replace(running, at_boundary="announce"), NOW_MS))
    assert math.isinf(skips_at_ms(press(running, "pause", "ada", NOW_MS + 1), NOW_MS + 2))
    assert math.isinf(skips_at_ms(None, NOW_MS))


# Crashes


@dataclass
class Machine:
    """A worker over a store in memory. `crash_at` counts the steps until it dies: before the note, after it, after the
    call. What Spotify carried out is in `skipped`, by boundary and run."""

    timer: Interval
    now_ms: float = NOW_MS
    stored: Ticks | None = None
    skipped: list[tuple[int, int]] = field(default_factory=list)
    noted: list[tuple[int, int]] = field(default_factory=list)
    refused: list[tuple[int, int]] = field(default_factory=list)
    crashes: int = 0

    def work(self, crash_at: int | None, is_refused: bool) -> None:
        boundary = due(self.timer, self.stored, self.now_ms, 900)
        if boundary is None or boundary.act != "skip":
            return
        key = (self.timer.run, boundary.number)
        if crash_at == 0:
            self.crashes += 1
            return
        self.stored = noted(self.timer, self.stored, boundary)
        self.noted.append(key)
        if crash_at == 1:
            self.crashes += 1
            return
        if is_refused:
            self.refused.append(key)
            if crash_at != 2:
                self.stored = put_off(self.stored, boundary.run, boundary.number, self.now_ms + 7_000)
            else:
                self.crashes += 1
            return
        self.skipped.append(key)


happenings = st.one_of(
    st.tuples(st.just("pass"), st.integers(1, 90_000)),
    st.tuples(st.just("work"), st.sampled_from([None, None, 0, 1, 2]), st.booleans()),
    st.tuples(st.just("press"), st.sampled_from(["pause", "resume", "skip", "reset", "start"])),
)


@given(st.lists(happenings, max_size=60))
def test_no_sequence_of_crashes_doubles_a_skip_or_loses_more_than_the_one_in_flight(events: list[tuple]) -> None:
    machine = Machine(started(replace(WORKOUT, repeat=200)))
    for kind, *details in events:
        if kind == "pass":
            machine.now_ms += details[0]
        elif kind == "work":
            machine.work(*details)
        else:
            try:
                machine.timer = press(machine.timer, details[0], "ada", machine.now_ms)
            except RefusedError:
                continue
    machine.now_ms += 10_000
    machine.work(None, False)
    assert len(set(machine.skipped)) == len(machine.skipped)
    lost = {key for key in machine.noted if key not in machine.skipped} - set(machine.refused)
    assert len(lost) <= machine.crashes
    by_run: dict[int, list[int]] = {}
    for run, number in machine.skipped:
        by_run.setdefault(run, []).append(number)
    assert all(numbers == sorted(numbers) for numbers in by_run.values())


@given(st.lists(st.integers(1, 400_000), min_size=1, max_size=40))
def test_however_late_somebody_looks_each_boundary_is_skipped_or_counted_as_missed(waits_ms: list[int]) -> None:
    timer, ticks, now_ms, seen = started(replace(WORKOUT, repeat=200)), None, NOW_MS, 0
    for wait_ms in waits_ms:
        now_ms += wait_ms
        boundary = due(timer, ticks, now_ms)
        if boundary is not None:
            ticks = noted(timer, ticks, boundary)
            seen += 1 + boundary.missed
    assert seen == reached(timer, now_ms - NOW_MS)
