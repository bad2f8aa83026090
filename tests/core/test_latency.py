import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.latency import LEAST_MS, MOST_MS, UNKNOWN_MS, expected_ms, learn, learned
from songswap.model import Latency

GUESS = Latency(UNKNOWN_MS, 0)


def test_unknown_device_is_given_the_usual_latency() -> None:
    assert expected_ms({}, "phone", "start") == UNKNOWN_MS


def test_another_kind_of_command_is_the_better_guess() -> None:
    assert expected_ms({"phone": {"start": Latency(900.0, 4)}}, "phone", "seek") == 900


def test_first_samples_count_much_and_later_ones_little() -> None:
    first = learn(GUESS, 1_000)
    assert first == Latency(pytest.approx(900.0), 1, 0.0)
    late = learn(Latency(800.0, 30), 1_000)
    assert late.mean_ms == pytest.approx(820)


def test_stall_hardly_counts() -> None:
    assert learn(Latency(600.0, 10), 3_000).mean_ms == pytest.approx(648)


def test_learning_one_device_leaves_the_others_alone() -> None:
    table = {"phone": {"start": Latency(900.0, 4)}}
    after = learned(table, "tv", "seek", 300)
    assert after["phone"] == table["phone"]
    assert after["tv"]["seek"].samples == 1
    assert "tv" not in table


@given(true_ms=st.floats(100, 1_800), samples=st.lists(st.floats(-150, 150), min_size=25, max_size=40))
def test_the_mean_comes_close_to_the_truth(true_ms: float, samples: list[float]) -> None:
    known = GUESS
    for noise_ms in samples:
        known = learn(known, true_ms + noise_ms)
    assert abs(known.mean_ms - true_ms) < 200


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_what_is_learned_stays_plausible(samples: list[float]) -> None:
    known = GUESS
    for sample_ms in samples:
        known = learn(known, sample_ms)
        assert LEAST_MS <= known.mean_ms <= MOST_MS


def test_spread_tells_a_steady_device_from_a_fickle_one() -> None:
    steady = fickle = GUESS
    for turn in range(20):
        steady = learn(steady, 600 + (-1) ** turn * 20)
        fickle = learn(fickle, 600 + (-1) ** turn * 300)
    assert steady.spread_ms < 60
    assert fickle.spread_ms > 200
