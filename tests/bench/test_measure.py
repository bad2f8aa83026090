import math

import pytest

from bench.sync.measure import End, Tally, peak, percentile, tally
from tests.bench.music import all_the_time, hears, recording


def test_skew_is_that_of_listeners_who_hear_the_same_and_the_rest_is_time_off() -> None:
    ada = hears(("one", 1_000, 10))
    bob = hears(("one", 1_200, 6), ("two", 0, 3), ("", 0, 1))
    made = recording({"ada": ada, "bob": bob})
    sums = tally(made, all_the_time(made))
    assert sums.skews_ms == [200.0] * 60
    assert (sums.playing, sums.off) == (100, 40)
    assert sums.hours == pytest.approx(10 / 3_600)


def test_while_the_host_pauses_nobody_is_off() -> None:
    made = recording({"ada": hears(("", 0, 10)), "bob": hears(("one", 0, 10))})
    sums = tally(made, all_the_time(made))
    assert (sums.playing, sums.off, sums.skews_ms) == (0, 0, [])


def test_follow_is_timed_for_each_listener_and_kind_of_event() -> None:
    ada = hears(("one", 0, 10), ("two", 0, 20))
    bob = hears(("one", 0, 13), ("two", 3_100, 17))
    cleo = hears(("one", 0, 10), ("two", 0, 20))
    made = recording({"ada": ada, "bob": bob, "cleo": cleo})
    assert tally(made, all_the_time(made)).follows == [("skip", 3.0), ("skip", 0.0)]


def test_warm_up_is_not_measured() -> None:
    ada, bob = hears(("one", 0, 5), ("two", 0, 15)), hears(("one", 300, 20))
    made = recording({"ada": ada, "bob": bob})
    made.warm_up_ms = 10_000.0
    sums = tally(made, all_the_time(made))
    assert (sums.playing, sums.off, sums.follows, sums.skews_ms) == (100, 100, [], [])


def test_jump_of_a_listener_in_sync_is_a_glitch_unless_the_host_caused_it() -> None:
    ada = hears(("one", 0, 20), ("one", 40_000, 15))
    bob = hears(("one", 0, 10), ("one", 10_400, 11), ("one", 41_000, 14))
    made = recording({"ada": ada, "bob": bob})
    assert tally(made, all_the_time(made)).glitches == 1


def test_who_was_away_is_measured_only_in_the_spans_given() -> None:
    made = recording({"ada": hears(("one", 0, 20)), "bob": hears(("one", 100, 5), ("", 0, 10), ("one", 15_100, 5))})
    sums = tally(made, {"bob": [(0.0, 5_000.0), (15_000.0, 20_000.0)]})
    assert (sums.playing, sums.off) == (100, 0)
    assert tally(made, all_the_time(made)).off == 100


def test_whoever_leads_is_left_out_while_they_do_and_a_listener_otherwise() -> None:
    ada, bob, cleo = hears(("one", 0, 20)), hears(("one", 100, 20)), hears(("one", 300, 20))
    leaders = ["ada"] * 100 + ["bob"] * 100
    made = recording({"ada": ada, "bob": bob, "cleo": cleo}, leaders)
    sums = tally(made, all_the_time(made))
    assert sums.skews_ms == [100.0] * 100 + [100.0] * 100 + [300.0] * 100 + [200.0] * 100
    assert sums.hours == pytest.approx(2 * 20 / 3_600)


def test_event_of_the_new_leader_is_followed_by_the_old_one() -> None:
    ada = hears(("one", 0, 17), ("two", 2_000, 13))
    bob = hears(("one", 0, 15), ("two", 0, 15))
    made = recording({"ada": ada, "bob": bob}, ["ada"] * 100 + ["bob"] * 200)
    assert tally(made, all_the_time(made)).follows == [("skip", 2.0)]


def test_way_back_counts_from_the_end_of_the_fault_for_those_it_left_apart() -> None:
    ada = hears(("one", 0, 40))
    bob = hears(("one", 0, 10), ("", 0, 16.5), ("one", 26_500, 13.5))
    made = recording({"ada": ada, "bob": bob, "cleo": ada})
    ends = [End(20_000.0, ("bob", "cleo")), End(35_000.0, ("bob", "cleo"))]
    assert tally(made, all_the_time(made), ends).backs_s == [6.5]


def test_fault_of_another_is_nobodys_way_back() -> None:
    made = recording({"ada": hears(("one", 0, 40)), "bob": hears(("", 0, 40))})
    assert tally(made, all_the_time(made), [End(10_000.0, ("cleo",))]).backs_s == []


def test_who_never_comes_back_counts_as_lost() -> None:
    made = recording({"ada": hears(("one", 0, 40)), "bob": hears(("", 0, 40))})
    assert tally(made, all_the_time(made), [End(10_000.0, ("bob",))]).backs_s == [60.0]


def test_way_back_after_a_change_of_leaders_is_to_the_new_one() -> None:
    ada, bob = hears(("one", 0, 10), ("", 0, 20)), hears(("one", 0, 30))
    cleo = hears(("one", 800, 12), ("one", 12_000, 18))
    made = recording({"ada": ada, "bob": bob, "cleo": cleo}, ["ada"] * 100 + ["bob"] * 200)
    assert tally(made, all_the_time(made), [End(10_000.0, ("bob", "cleo"))]).backs_s == [2.0]


def test_nights_add_up() -> None:
    one = Tally([1.0], [("skip", 1.0)], 1, 1, 1, 1.0, [1.0])
    one.add(Tally([2.0], [("seek", 2.0)], 10, 10, 10, 10.0, [2.0]))
    assert one == Tally([1.0, 2.0], [("skip", 1.0), ("seek", 2.0)], 11, 11, 11, 11.0, [1.0, 2.0])


@pytest.mark.parametrize(("values", "percent", "value"), [([7.0], 95, 7.0), ([0.0, 100.0], 50, 50.0)])
def test_percentiles(values: list[float], percent: int, value: float) -> None:
    assert percentile(values, percent) == value


def test_percentile_of_nothing_is_no_number() -> None:
    assert math.isnan(percentile([], 50))


def test_peak_is_the_most_within_any_window() -> None:
    assert peak([0, 1, 2, 31, 32, 33, 34, 90], 30) == 4
    assert peak([], 30) == 0
