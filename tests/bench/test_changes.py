import pytest

from bench.sync.changes import changes, natural_places
from bench.sync.recording import NOBODY
from songswap.simulator.world import CallRecord
from tests.bench.music import LENGTH_MS, all_the_time, hears, recording

BEFORE_S = 40.0
CHANGE_MS = BEFORE_S * 1000
ADA = hears(("one", LENGTH_MS - CHANGE_MS, BEFORE_S), ("two", 0, 40))


def command(person: str, at_s: float, method: str = "PUT", path: str = "/v1/me/player/play") -> CallRecord:
    return CallRecord(at_s, person, method, path, 204)


def test_change_of_tracks_by_itself_is_found() -> None:
    assert natural_places(recording({"ada": ADA})) == [400]


def test_repeated_track_changes_over_into_itself() -> None:
    assert natural_places(recording({"ada": hears(("one", LENGTH_MS - CHANGE_MS, BEFORE_S), ("one", 0, 40))})) == [400]


@pytest.mark.parametrize(
    "stretches",
    [
        [("one", 0, 40), ("two", 0, 40)],
        [("one", LENGTH_MS - 41_000, 30), ("one", LENGTH_MS - 10_000, 10), ("two", 0, 40)],
        [("one", LENGTH_MS - CHANGE_MS, BEFORE_S), ("two", 0, 5), ("two", 30_000, 35)],
    ],
    ids=["a skip", "a seek shortly before", "a seek shortly after"],
)
def test_change_that_the_host_has_a_hand_in_is_left_out(stretches: list) -> None:
    assert natural_places(recording({"ada": hears(*stretches)})) == []


def test_change_after_an_act_nobody_hears_is_left_out_and_the_next_is_not() -> None:
    ada = hears(("one", LENGTH_MS - CHANGE_MS, BEFORE_S), ("two", 0, 60), ("three", 0, 40))
    assert natural_places(recording({"ada": ada}), [30_000.0]) == [1_000]


def test_change_while_nobody_leads_or_another_takes_over_is_left_out() -> None:
    assert natural_places(recording({"ada": ADA}, [NOBODY] * 800, ADA)) == []
    assert natural_places(recording({"ada": ADA, "bob": ADA}, ["ada"] * 400 + ["bob"] * 400)) == []


def test_listener_who_goes_on_by_themselves_costs_nothing_and_hears_no_gap() -> None:
    made = recording({"ada": ADA, "bob": ADA})
    (change,) = changes(made, all_the_time(made), [command("bob", 10.0), command("bob", 60.0)])
    assert (change.commands, change.gap_ms, change.silence_ms) == (0, 0.0, 0.0)


def test_skew_that_was_there_before_is_no_gap() -> None:
    late = hears(("one", LENGTH_MS - CHANGE_MS - 300, BEFORE_S + 0.3), ("two", 0, 39.7))
    made = recording({"ada": ADA, "bob": late})
    (change,) = changes(made, all_the_time(made), [])
    assert change.gap_ms == 0.0


def test_planted_gap_and_silence_are_measured() -> None:
    bob = hears(("one", LENGTH_MS - CHANGE_MS - 300, BEFORE_S + 0.3), ("", 0, 1.2), ("two", 1_500, 38.5))
    made = recording({"ada": ADA, "bob": bob})
    (change,) = changes(made, all_the_time(made), [])
    assert change.gap_ms == pytest.approx(1_200)
    assert change.silence_ms == pytest.approx(1_200)


def test_commands_to_a_listener_near_the_change_are_its_cost() -> None:
    made = recording({"ada": ADA, "bob": ADA, "cleo": ADA})
    calls = [
        command("bob", 39.0),
        command("bob", 43.0, path="/v1/me/player/seek"),
        command("bob", 43.0, "GET", "/v1/me/player"),
        command("ada", 40.0),
        command("bob", 40.0, path="/v1/me/library"),
    ]
    assert [change.commands for change in changes(made, all_the_time(made), calls)] == [2, 0]


def test_who_heard_something_else_before_the_change_is_not_asked() -> None:
    made = recording({"ada": ADA, "bob": hears(("", 0, 80)), "cleo": hears(("three", 0, 80))})
    assert changes(made, all_the_time(made), []) == []


def test_who_is_away_during_the_change_is_not_asked() -> None:
    made = recording({"ada": ADA, "bob": ADA})
    assert changes(made, {"bob": [(0.0, 41_000.0)]}, []) == []
