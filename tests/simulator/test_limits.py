"""The rolling windows."""

from hypothesis import given
from hypothesis import strategies as st

from songswap.simulator.limits import CLOCK_GRAIN_S, RATE_WINDOW_S, Block, Limits

gaps_s = st.lists(st.floats(0, 12), min_size=1, max_size=60)


@given(gaps_s, st.integers(1, 8))
def test_no_window_ever_holds_more_calls_than_the_limit(gaps_s: list[float], limit: int) -> None:
    limits, now_s, admitted = Limits(rate_per_30s=limit), 0.0, []
    for gap_s in gaps_s:
        now_s += gap_s
        if limits.admit("app", "player", now_s) is None:
            admitted.append(now_s)
    for moment in admitted:
        assert sum(moment - RATE_WINDOW_S + CLOCK_GRAIN_S < call <= moment for call in admitted) <= limit


@given(gaps_s, st.integers(1, 8))
def test_retry_after_is_long_enough(gaps_s: list[float], limit: int) -> None:
    limits, now_s = Limits(rate_per_30s=limit), 0.0
    for gap_s in gaps_s:
        now_s += gap_s
        block = limits.admit("app", "player", now_s)
        if block is not None:
            now_s += block.retry_after_s
            assert limits.admit("app", "player", now_s) is None


def test_refused_calls_extend_nothing() -> None:
    limits = Limits(rate_per_30s=1)
    limits.admit("app", "player", 0)
    for second in range(1, 30):
        assert limits.admit("app", "player", second) == Block(30 - second, None)
    assert limits.admit("app", "player", 30) is None


def test_quota_is_shared_by_the_apps_of_the_account_and_kept_by_family() -> None:
    limits = Limits(quota_per_24h={"player": 2})
    assert limits.admit("one", "player", 0) is None
    assert limits.admit("other", "player", 3_600) is None
    assert limits.admit("one", "player", 7_200) == Block(79_200, "QUOTA_EXCEEDED")
    assert limits.admit("one", "search", 7_200) is None
    assert limits.admit("one", "player", 86_400) is None


def test_lowered_limit_counts_what_was_called_before() -> None:
    limits = Limits()
    for second in range(10):
        limits.admit("app", "player", second)
    limits.rate_per_30s = 5
    assert limits.admit("app", "player", 10) == Block(25, None)


def test_limit_of_nothing_lets_nothing_through() -> None:
    assert Limits(quota_per_24h={"search": 0}).admit("app", "search", 0) == Block(86_400, "QUOTA_EXCEEDED")
