import pytest

from bench.sync.changes import Change
from bench.sync.measure import Tally
from bench.sync.recording import STEP_MS
from bench.sync.results import Outcome, interruptions, pooled, reached_after_s, spread
from bench.sync.stage import Obeyed, Play
from songswap.simulator.world import CallRecord
from tests.bench.music import hears, recording

AT_ONCE_S, LATE_S = 0.1, 0.5


def outcome(**given: object) -> Outcome:
    blank = {"tally": Tally(), "changes": [], "obeyed": [], "unled_s": [], "interruptions": 0, "calls": []}
    return Outcome(**{**blank, "while_blocked": 0, **given})


def call(person: str, at_s: float, action: str = "pause", status: int = 204) -> CallRecord:
    return CallRecord(at_s, person, "PUT", f"/v1/me/player/{action}", status)


def test_nights_are_put_together_before_percentiles_are_taken() -> None:
    quiet = Tally(skews_ms=[0.0] * 99, follows=[("skip", 1.0)] * 3, playing=99, off=1, glitches=1, hours=5.0)
    rough = Tally(skews_ms=[1_000.0], follows=[("pause", 5.0)], playing=1, off=1, glitches=4, hours=5.0)
    result = pooled("a night", 1.0, [outcome(tally=quiet), outcome(tally=rough)])
    assert result.seeds == 2
    assert (result.skew_ms.p95, result.skew_ms.worst, result.skew_ms.count) == (0.0, 1_000.0, 100)
    assert result.follow_s.p50 == 1.0
    assert result.follow_p95_s_by_kind == {"skip": 1.0, "pause": 5.0}
    assert (result.off_percent, result.glitches_per_listener_hour) == (2.0, 0.5)


def test_calls_are_per_listener_and_hour_and_their_peak_is_within_one_night() -> None:
    calls = [call("bob", at_s) for at_s in (0.0, 1.0, 100.0)]
    result = pooled("a night", 2.0, [outcome(calls=calls), outcome(calls=calls, while_blocked=1)])
    assert result.calls_per_listener_hour == 6 / 5 / 2 / 2
    assert (result.calls, result.most_calls, result.peak_30s, result.while_blocked) == (6, 3, 2, 1)
    assert result.calls_by_family == {"PUT player/pause": 6}


def test_natural_changes_count_once_however_many_listen() -> None:
    heard = [Change(400, 0, 100.0, 0.0), Change(400, 2, 900.0, 300.0), Change(800, 0, 0.0, 0.0)]
    result = pooled("a night", 1.0, [outcome(changes=heard), outcome(changes=heard[:1])])
    assert (result.changes.count, result.changes.commands) == (3, 2)
    assert (result.changes.gap_ms.worst, result.changes.longest_silence_ms) == (900.0, 300.0)


def test_pause_is_in_time_if_all_but_the_devices_own_latency_is_less_than_a_round_trip() -> None:
    pauses = [(Obeyed("pause", 0.0, 1_700.0), AT_ONCE_S), (Obeyed("pause", 0.0, 900.0), LATE_S)]
    lost = (Obeyed("pause", 0.0, 60_000.0), None)
    result = pooled("a night", 1.0, [outcome(obeyed=[*pauses, lost, (Obeyed("skip", 0.0, 1_200.0), 0.9)])])
    assert result.clicks is not None
    assert (result.clicks.pause_s.count, result.clicks.pauses_in_time) == (3, 1)
    assert result.clicks.other_s == spread([1.2])


def test_without_anything_measured_there_is_nothing_to_tell() -> None:
    result = pooled("a night", 1.0, [outcome()])
    assert (result.skew_ms, result.follow_s, result.back_s, result.unled_s, result.clicks) == (None,) * 5


def test_click_reached_spotify_with_the_last_command_before_it_was_obeyed() -> None:
    calls = [
        call("ada", 9.0),
        call("bob", 10.05),
        call("ada", 10.1, status=403),
        call("ada", 10.6),
        call("ada", 12.0),
    ]
    assert reached_after_s(Obeyed("pause", 10_000.0, 1_000.0), "ada", calls) == pytest.approx(0.6)
    assert reached_after_s(Obeyed("pause", 10_000.0, 100.0), "ada", calls) is None


def test_interruption_is_a_command_to_whoever_leads_at_the_time() -> None:
    ada = hears(("one", 0, 20))
    play = Play(None, None, recording({"ada": ada, "bob": ada}, ["ada"] * 100 + ["bob"] * 100))
    calls = [call("ada", 5.0), call("bob", 5.0), call("ada", 15.0), call("bob", 15.0), call("bob", 16.0, status=502)]
    assert play.recording.at_ms(100) == 100 * STEP_MS
    assert interruptions(play, calls) == 2
    play.clicks = 1
    assert interruptions(play, calls) == 1
