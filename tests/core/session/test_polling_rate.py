import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.session.polling_rate import LONGEST_INTERVAL_S, Means, choose, hours_at, other_calls_per_hour


def test_without_a_known_bound_the_host_gets_the_precision_asked_for() -> None:
    assert choose(5.0, Means(None, 4.0, 5)).interval_s == 5


def test_host_who_does_everything_on_the_page_is_not_polled() -> None:
    assert choose(None, Means(50, 4.0, 5)).interval_s is None


@pytest.mark.parametrize(
    ("calls_left", "hours_left", "least_s", "most_s"),
    [(20_000, 4.0, 5, 5), (1_000, 4.0, 15, 40), (1_000, 1.0, 5, 5), (0, 4.0, 60, 60), (1_000, 0.0, 5, 5)],
)
def test_interval_follows_what_is_left(calls_left: int, hours_left: float, least_s: float, most_s: float) -> None:
    interval_s = choose(5.0, Means(calls_left, hours_left, 5)).interval_s
    assert interval_s is not None
    assert least_s <= interval_s <= most_s


def test_scarce_calls_are_not_spent_on_verifying_what_is_known() -> None:
    rich, poor = choose(5.0, Means(None, 4.0, 5)), choose(5.0, Means(1_000, 4.0, 5))
    assert rich.unverified_ms < poor.unverified_ms


def test_quick_looks_are_spent_where_the_next_look_is_far_but_calls_are_not_scarce() -> None:
    assert choose(5.0, Means(None, 4.0, 5)).quick_looks == 0
    assert choose(6.0, Means(None, 4.0, 5)).quick_looks == 1
    assert choose(5.0, Means(1_000, 4.0, 5)).quick_looks == 0


@given(
    calls_left=st.integers(0, 10_000),
    hours_left=st.floats(0.25, 12),
    listeners=st.integers(1, 9),
    precision_s=st.sampled_from([2.5, 5.0, 10.0, 20.0]),
)
def test_a_planned_night_fits_what_is_left(
    calls_left: int, hours_left: float, listeners: int, precision_s: float
) -> None:
    pace = choose(precision_s, Means(calls_left, hours_left, listeners))
    assert pace.interval_s is not None
    assert precision_s <= pace.interval_s <= max(precision_s, LONGEST_INTERVAL_S)
    if pace.interval_s < LONGEST_INTERVAL_S:
        cost = 3_600 / pace.interval_s + other_calls_per_hour(listeners, pace.unverified_ms)
        assert cost * hours_left <= calls_left


def test_forecast_tells_how_long_the_calls_last() -> None:
    fine, coarse = choose(5.0, Means(None, 4.0, 5)), choose(20.0, Means(None, 4.0, 5))
    assert 0.9 < hours_at(fine, 900, 5) < 1.2
    assert hours_at(coarse, 900, 5) > 2 * hours_at(fine, 900, 5)
