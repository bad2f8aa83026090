import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.session.latency import KEPT_SAMPLES, LEAST_MS, MOST_MS, UNKNOWN_MS, expected_ms, learned, spread_ms
from songswap.model.session import Latency


def table(*samples_ms: float) -> dict[str, dict[str, Latency]]:
    return {"phone": {"start": Latency(samples_ms)}}


def test_unknown_device_is_given_the_usual_latency() -> None:
    assert expected_ms({}, "phone", "start") == UNKNOWN_MS
    assert spread_ms({}, "phone") is None


def test_first_sample_is_believed() -> None:
    assert expected_ms(table(900), "phone", "start") == 900


def test_another_kind_of_command_is_the_better_guess() -> None:
    assert expected_ms(table(900, 920, 940), "phone", "seek") == pytest.approx(920)


def test_kind_that_is_known_well_speaks_for_itself() -> None:
    known = {"phone": {"start": Latency((900,) * KEPT_SAMPLES), "seek": Latency((600,) * KEPT_SAMPLES)}}
    assert expected_ms(known, "phone", "seek") < 630
    assert expected_ms(known, "phone", "start") > 870


def test_kind_with_few_samples_leans_on_the_others() -> None:
    known = {"phone": {"start": Latency((600,) * 20), "seek": Latency((700,))}}
    assert 600 < expected_ms(known, "phone", "seek") < 630


def test_two_samples_that_agree_are_averaged() -> None:
    assert expected_ms(table(1_200, 1_400), "phone", "start") == pytest.approx(1_300)


def test_stall_teaches_nothing() -> None:
    assert expected_ms(table(600, 620, 580, 610, 2_900), "phone", "start") == pytest.approx(602.5)


def test_stall_among_the_first_samples_is_forgotten_with_the_next() -> None:
    assert expected_ms(table(2_600), "phone", "start") == 2_600
    assert expected_ms(table(2_600, 600), "phone", "start") == 600


def test_slow_device_is_learned_however_far_from_the_guess() -> None:
    assert expected_ms(table(2_600, 2_900, 2_300), "phone", "start") == pytest.approx(2_600)


def test_spread_tells_a_steady_device_from_a_fickle_one() -> None:
    steady, fickle = (
        spread_ms(table(*(600, 620, 590) * 4), "phone"),
        spread_ms(table(*(400, 900, 650) * 4), "phone"),
    )
    assert steady is not None
    assert fickle is not None
    assert steady < 60
    assert fickle > 160


def test_learning_one_device_leaves_the_others_alone() -> None:
    before = table(900)
    after = learned(before, "tv", "seek", 300)
    assert after["phone"] == before["phone"]
    assert after["tv"]["seek"].recent_ms == (300,)
    assert "tv" not in before


def test_old_samples_are_forgotten() -> None:
    known = table()
    for turn in range(KEPT_SAMPLES * 2):
        known = learned(known, "phone", "start", 1_000 if turn < KEPT_SAMPLES else 400)
    assert expected_ms(known, "phone", "start") == 400


@given(
    true_ms=st.floats(100, 2_600),
    noises=st.lists(st.floats(-0.15, 0.15), min_size=KEPT_SAMPLES, max_size=KEPT_SAMPLES),
    stall_ms=st.floats(1_000, 3_000),
)
def test_the_mean_comes_close_to_the_truth_in_spite_of_a_stall(
    true_ms: float, noises: list[float], stall_ms: float
) -> None:
    known = table(*(true_ms * (1 + noise) for noise in noises[:-1]), true_ms + stall_ms)
    assert abs(expected_ms(known, "phone", "start") - true_ms) < 0.15 * true_ms + 100


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_what_is_learned_stays_plausible(samples: list[float]) -> None:
    known: dict[str, dict[str, Latency]] = {}
    for sample_ms in samples:
        known = learned(known, "phone", "start", sample_ms)
        assert LEAST_MS <= expected_ms(known, "phone", "start") <= MOST_MS


def test_few_samples_that_agree_prove_little() -> None:
    few, many = spread_ms(table(*(900,) * 3), "phone"), spread_ms(table(*(900,) * 15), "phone")
    assert few is not None
    assert many is not None
    assert few > 80
    assert many < few
