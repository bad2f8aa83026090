import pytest

from bench.sync.recording import LOST_MS, NOBODY, Event, followed_after_ms, host_events, jumps
from tests.bench.music import LENGTH_MS, hears, recording


@pytest.mark.parametrize(
    ("stretches", "heard"),
    [
        ([("one", 0, 10)], []),
        ([("one", 0, 5), ("", 0, 5)], [(50, "stop")]),
        ([("", 0, 5), ("one", 0, 5)], [(50, "start")]),
        ([("one", 0, 5), ("one", 30_000, 5)], [(50, "seek")]),
        ([("one", 0, 5), ("one", 5_140, 5)], []),
        ([("one", 0, 5), ("two", 0, 5)], [(50, "track")]),
        ([("one", LENGTH_MS - 5_000, 5), ("two", 0, 5)], []),
        ([("one", LENGTH_MS - 5_000, 5), ("two", 2_000, 5)], [(50, "track")]),
        ([("one", LENGTH_MS - 5_000, 5), ("one", 0, 5)], []),
    ],
    ids=["plays on", "stop", "start", "seek", "noise", "skip", "natural change", "too far into the next", "repeated"],
)
def test_what_is_audible_as_a_jump_and_what_is_not(stretches: list, heard: list) -> None:
    made = recording({"ada": hears(*stretches)})
    assert list(jumps(made, made.reference)) == heard


def test_burst_within_a_second_is_one_event() -> None:
    made = recording({"ada": hears(("one", 0, 5), ("two", 0, 0.5), ("three", 0, 5))})
    assert host_events(made) == [Event(5_000.0, "skip")]


def test_another_leader_who_is_elsewhere_in_the_track_is_no_event() -> None:
    ada, bob = hears(("one", 0, 20)), hears(("one", 900, 20))
    made = recording({"ada": ada, "bob": bob}, ["ada"] * 100 + ["bob"] * 100)
    assert [sample.position_ms for sample in made.reference[98:102]] == [9_800, 9_900, 10_900, 11_000]
    assert host_events(made) == []


def test_what_the_new_leader_does_is_an_event() -> None:
    ada, bob = hears(("one", 0, 20)), hears(("one", 0, 15), ("two", 0, 5))
    made = recording({"ada": ada, "bob": bob}, ["ada"] * 100 + ["bob"] * 100)
    assert host_events(made) == [Event(15_000.0, "skip")]


def test_skew_is_known_only_while_both_play_the_same() -> None:
    ada = hears(("one", 1_000, 1), ("one", 2_000, 1), ("", 0, 1))
    bob = hears(("one", 700, 1), ("two", 0, 1), ("one", 0, 1))
    made = recording({"ada": ada, "bob": bob})
    assert [made.skew_ms(place, "bob") for place in (0, 15, 25)] == [300.0, None, None]


def test_skew_across_the_end_of_a_repeated_track_is_the_short_way() -> None:
    made = recording({"ada": hears(("one", 100, 1)), "bob": hears(("one", LENGTH_MS - 200, 0.2), ("one", 0, 0.8))})
    assert [made.skew_ms(place, "bob") for place in (0, 5)] == [300.0, 300.0]


def test_together_is_the_same_track_within_half_a_second_or_the_same_silence() -> None:
    ada = hears(("one", 1_000, 1), ("one", 2_000, 1), ("", 0, 1), ("", 0, 1))
    bob = hears(("one", 1_499, 1), ("one", 2_500, 1), ("", 0, 1), ("one", 0, 1))
    made = recording({"ada": ada, "bob": bob})
    assert [made.is_with(place, "bob") for place in (5, 15, 25, 35)] == [True, False, True, False]


def test_who_leads_is_together_with_themselves() -> None:
    made = recording({"ada": hears(("one", 0, 2)), "bob": hears(("two", 0, 2))}, ["ada"] * 10 + ["bob"] * 10)
    assert made.together("bob") == [False] * 10 + [True] * 10


def test_while_nobody_leads_listeners_are_compared_with_what_would_have_gone_on() -> None:
    ada, bob = hears(("one", 0, 5), ("", 0, 15)), hears(("one", 200, 20))
    made = recording({"ada": ada, "bob": bob}, ["ada"] * 50 + [NOBODY] * 100 + ["bob"] * 50, hears(("one", 0, 20)))
    assert host_events(made) == []
    assert {made.skew_ms(place, "bob") for place in range(150)} == {200.0}
    assert made.unled_s() == [pytest.approx(10)]


def test_each_time_without_a_leader_is_told_by_itself() -> None:
    ada = hears(("one", 0, 10))
    leaders = [NOBODY] * 20 + ["ada"] * 30 + [NOBODY] * 50
    assert recording({"ada": ada}, leaders, ada).unled_s() == pytest.approx([2, 5])


@pytest.mark.parametrize(
    ("together", "late_ms"),
    [
        ([True] * 10, 0),
        ([False] * 7 + [True] * 10, 700),
        ([False] * 7 + [True] * 9 + [False] + [True] * 10, 1_700),
        ([False] * 7 + [True] * 9, LOST_MS),
        ([False] * 700 + [True] * 10, LOST_MS),
    ],
    ids=["at once", "late", "held too briefly at first", "held too briefly", "far too late"],
)
def test_followed_is_who_stays_together_for_a_second(together: list[bool], late_ms: float) -> None:
    assert followed_after_ms(together, 0) == late_ms
