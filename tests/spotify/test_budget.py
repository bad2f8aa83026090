"""The arithmetic of limits: windows, holds, and what they teach."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.documents import Call
from songswap.model.durations import HOUR_MS
from songswap.spotify.budget import (
    CEILING,
    DEFAULT_BREAK_MS,
    DEFAULT_LOCK_OUT_MS,
    FAMILIES,
    FLOOR,
    LONGEST_AGAIN_MS,
    LONGEST_WAIT_MS,
    QUOTA_EXCEEDED,
    RELAX_MS,
    SENT,
    SHORT_MS,
    Budget,
    Rolling,
    as_error,
    covers,
    retry_after_ms,
)
from songswap.spotify.errors import QuotaExceededError, RateLimitedError

SPAN_MS = 1_000.0
moments = st.lists(st.integers(0, 5_000).map(float), min_size=1, max_size=60)


def sent(at_ms: float, family: str = "player", app: str = "a") -> Call:
    return Call(at_ms, family, app, SENT)


def refused(at_ms: float, until_ms: float, family: str = "player", app: str = "a", reason: str = "") -> Call:
    return Call(at_ms, family, app, 429, until_ms=until_ms, reason=reason)


@given(moments, st.integers(0, 2_000))
def test_window_counts_what_lies_less_than_its_span_back(at_ms: list[float], later_ms: int) -> None:
    rolling, now_ms = Rolling(SPAN_MS), max(at_ms) + later_ms
    for moment_ms in at_ms:
        rolling.add(moment_ms)
    assert rolling.count(now_ms) == sum(moment_ms > now_ms - SPAN_MS for moment_ms in at_ms)


@given(moments, st.integers(1, 20), st.integers(0, 2_000))
def test_turn_comes_as_soon_as_there_is_room_and_no_sooner(at_ms: list[float], limit: int, later_ms: int) -> None:
    rolling, now_ms = Rolling(SPAN_MS), max(at_ms) + later_ms
    for moment_ms in at_ms:
        rolling.add(moment_ms)
    free_at_ms = rolling.free_at_ms(limit, now_ms)
    assert free_at_ms >= now_ms
    assert rolling.count(free_at_ms) < limit
    assert free_at_ms == now_ms or rolling.count(free_at_ms - 1) >= limit


@pytest.mark.parametrize(
    ("header", "wait_ms"),
    [
        ("7", 7_000),
        ("52000", 52_000_000),
        ("86400", 86_400_000),
        ("0", 1_000),
        (None, 5),
        ("", 5),
        ("soon", 5),
        ("-1", 5),
        ("1.5", 5),
        ("²", 5),
        ("Fri, 20 Nov 2026 19:00:00 GMT", 5),
        ("999999999", LONGEST_WAIT_MS),
        ("9" * 5_000, LONGEST_WAIT_MS),
    ],
)
def test_retry_after_is_believed_within_reason(header: str | None, wait_ms: float) -> None:
    assert retry_after_ms(header, 5) == wait_ms


@given(st.text())
def test_any_retry_after_means_some_wait(header: str) -> None:
    assert 0 < retry_after_ms(header, 5) <= LONGEST_WAIT_MS


@pytest.mark.parametrize(
    ("hold", "blocked"),
    [
        (refused(0, 9), {("player", "a"), ("search", "a")}),
        (refused(0, 9, reason="RATE_LIMITED"), {("player", "a"), ("search", "a")}),
        (refused(0, 9, reason=QUOTA_EXCEEDED), {("player", "a"), ("player", "b")}),
        (refused(0, 9, family="accounts"), {("accounts", "a")}),
    ],
)
def test_rate_limit_blocks_an_app_and_quota_a_family(hold: Call, blocked: set[tuple[str, str]]) -> None:
    calls = {(family, app) for family in ("player", "search", "accounts") for app in "ab"}
    assert {call for call in calls if covers(hold, *call)} == blocked


def test_hold_lasts_until_its_end_and_a_shorter_one_after_it_changes_nothing() -> None:
    budget = Budget([refused(0, 100), refused(10, 50)])
    held = budget.hold("search", "a", 99)
    assert held is not None
    assert held.until_ms == 100
    assert budget.hold("search", "a", 100) is None
    assert budget.hold("search", "b", 50) is None


def test_hold_becomes_the_error_that_says_what_is_held() -> None:
    assert type(as_error(refused(0, 9))) is RateLimitedError
    quota = as_error(refused(0, 9, family="search", reason=QUOTA_EXCEEDED))
    assert isinstance(quota, QuotaExceededError)
    assert (quota.family, quota.until_ms) == ("search", 9)


def test_limits_without_a_usable_header_wait_as_long_as_is_usual() -> None:
    budget = Budget()
    assert budget.limited("player", "a", None, "", 0).until_ms == DEFAULT_BREAK_MS
    assert budget.limited("player", "a", "?", QUOTA_EXCEEDED, 0).until_ms == DEFAULT_LOCK_OUT_MS


def test_calls_are_counted_by_family_over_all_apps_and_by_app_over_all_families() -> None:
    budget = Budget([sent(0), sent(1, app="b"), sent(2, "search"), sent(3, "accounts")])
    spent = budget.spent_24h(10)
    assert (spent["player"], spent["search"], spent["accounts"], spent["library"]) == (2, 1, 1, 0)
    assert set(spent) == set(FAMILIES)
    assert (budget.spent_30s("a", 10), budget.spent_30s("b", 10)) == (2, 1)
    assert budget.spent_30s("a", SHORT_MS) == 1
    assert budget.spent_24h(24 * HOUR_MS)["player"] == 1


def test_ceiling_is_lowered_by_a_rate_limit_and_rises_again_slowly() -> None:
    budget = Budget([sent(float(i)) for i in range(41)])
    assert budget.ceiling("a", 41) == CEILING
    budget.add(budget.limited("player", "a", "5", "", 41))
    assert budget.ceiling("a", 41) == 32
    assert budget.ceiling("b", 41) == CEILING
    assert budget.ceiling("a", 41 + 3 * RELAX_MS) == 35
    assert budget.ceiling("a", 41 + 100 * RELAX_MS) == CEILING


def test_ceiling_never_falls_so_low_that_nothing_works() -> None:
    budget = Budget()
    budget.add(budget.limited("player", "a", "5", "", 0))
    assert budget.ceiling("a", 0) == FLOOR


def test_quota_teaches_how_many_calls_it_allowed_and_no_ceiling() -> None:
    budget = Budget([sent(float(i), "search") for i in range(31)])
    assert budget.cap("search") is None
    budget.add(budget.limited("search", "a", "5", QUOTA_EXCEEDED, 40))
    assert budget.cap("search") == 30
    assert budget.cap("player") is None
    assert budget.ceiling("a", 40) == CEILING


rows = st.lists(
    st.builds(
        lambda at_ms, family, app, wait_ms, reason: Call(
            at_ms, family, app, 429 if wait_ms else SENT, until_ms=at_ms + wait_ms if wait_ms else None, reason=reason
        ),
        st.integers(0, 100_000).map(float),
        st.sampled_from(FAMILIES),
        st.sampled_from("ab"),
        st.sampled_from([0, 0, 0, 500, 40_000]),
        st.sampled_from(["", QUOTA_EXCEEDED]),
    ),
    max_size=60,
)


@given(rows, st.integers(0, 150_000))
def test_books_agree_with_the_rows_however_they_are_ordered(calls: list[Call], now: int) -> None:
    now_ms = float(max([now, *(call.at_ms for call in calls)]))
    budget = Budget(calls)
    for family in FAMILIES:
        for app in "ab":
            holding = [c.until_ms for c in calls if c.until_ms and c.until_ms > now_ms and covers(c, family, app)]
            hold = budget.hold(family, app, now_ms)
            assert (hold.until_ms if hold else None) == max(holding, default=None)
        sent_here = [c for c in calls if c.until_ms is None and c.family == family]
        assert budget.spent_24h(now_ms)[family] == len(sent_here)


def test_come_back_at_once_again_and_again_means_longer_each_time() -> None:
    budget, now_ms, waits_ms = Budget(), 1_000_000.0, []
    for _ in range(12):
        hold = budget.limited("player", "a", "0", "", now_ms)
        assert hold.until_ms is not None
        waits_ms.append(hold.until_ms - now_ms)
        budget.add(hold)
        now_ms = hold.until_ms
    assert waits_ms[:4] == [1_000, 2_000, 4_000, 8_000]
    assert waits_ms[-1] == LONGEST_AGAIN_MS
    after_a_while = budget.limited("player", "a", "0", "", now_ms + 2 * LONGEST_AGAIN_MS)
    assert after_a_while.until_ms == now_ms + 2 * LONGEST_AGAIN_MS + 1_000
    asked_for = budget.limited("player", "a", "7", "", now_ms)
    assert asked_for.until_ms == now_ms + 7_000
