"""The day's searches: counted as YouTube counts, never more than there are, shared fairly."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.videos.search_quota import (
    KEPT_MS,
    MARGIN_MS,
    SEARCHES_A_DAY,
    break_ms,
    budget,
    day_name,
    failed_for_ms,
    is_wanted,
    missing,
)
from songswap.core.videos.video_match import key_of
from songswap.model.videos import Search, Song, VideoWish


def ms(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000


@pytest.mark.parametrize(
    ("now", "resets"),
    [
        ("2026-11-26T12:00:00", "2026-11-27T08:02:00"),  # winter: UTC-8
        ("2026-07-01T12:00:00", "2026-07-02T07:02:00"),  # summer: UTC-7
        ("2026-11-27T08:01:59", "2026-11-27T08:02:00"),
        ("2026-11-27T08:02:00", "2026-11-28T08:02:00"),
        ("2026-11-01T07:30:00", "2026-11-02T08:02:00"),  # clocks go back: a day of 25 hours
        ("2026-03-08T09:00:00", "2026-03-09T07:02:00"),  # and one of 23
    ],
)
def test_new_searches_come_a_little_after_midnight_pacific(now: str, resets: str) -> None:
    assert budget((), ms(now)).resets_at_ms == ms(resets)


def test_the_name_of_a_day_is_the_one_it_has_there() -> None:
    assert day_name(ms("2026-11-27T07:00:00")) == "20261126"
    assert day_name(ms("2026-11-27T09:00:00")) == "20261127"
    assert day_name(ms("2026-11-27T09:00:00"), 3) == "20261124"


def test_every_search_counts_and_yesterdays_do_not() -> None:
    now_ms = ms("2026-11-26T20:00:00")
    rows = [Search(now_ms - 86_400_000), Search(now_ms - 1000), Search(now_ms)]
    assert (budget(rows, now_ms).used, budget(rows, now_ms).left) == (2, 98)


def test_when_youtube_says_that_it_is_over_it_is_until_the_next_day() -> None:
    now_ms = ms("2026-11-26T20:00:00")
    rows = [Search(now_ms), Search(now_ms, is_over=True)]
    spent = budget(rows, now_ms)
    assert (spent.used, spent.left, spent.is_over) == (1, 0, True)
    assert budget(rows, spent.resets_at_ms).left == SEARCHES_A_DAY


@given(st.lists(st.tuples(st.integers(0, 7 * 60_000), st.integers(0, 40)), max_size=20), st.integers(0, 30_000))
def test_around_midnight_neither_day_is_overdrawn(rounds: list[tuple[int, int]], late_ms: int) -> None:
    """As many as are left are sent at random moments around midnight; YouTube counts them when they arrive."""
    midnight_ms = ms("2026-11-27T08:00:00")
    rows: list[Search] = []
    counted = {"before": 0, "after": 0}
    now_ms = midnight_ms - 5 * 60_000.0
    for wait_ms, wanted in rounds:
        now_ms += wait_ms
        sent = min(wanted * 5, budget(rows, now_ms).left)
        rows += [Search(now_ms)] * sent
        counted["before" if now_ms + late_ms < midnight_ms else "after"] += sent
        if now_ms > midnight_ms + 2 * 86_400_000:
            break
    assert counted["before"] <= SEARCHES_A_DAY
    assert counted["after"] <= SEARCHES_A_DAY


def test_waits_grow_and_end_growing() -> None:
    for wait in (failed_for_ms, break_ms):
        waits = [wait(tries) for tries in range(1, 12)]
        assert waits == sorted(waits)
        assert 0 < waits[0] < waits[-1] <= 86_400_000


def test_nothing_is_kept_for_longer_than_may_be() -> None:
    assert KEPT_MS + MARGIN_MS < 30 * 86_400_000


def test_a_wish_counts_for_thirty_days() -> None:
    wish = VideoWish(10, 0.0)
    assert is_wanted(wish, 29 * 86_400_000)
    assert not is_wanted(wish, 30 * 86_400_000)


def test_the_first_songs_of_all_lists_come_before_the_second_ones() -> None:
    a, b, c, d = (Song("X", name) for name in "abcd")
    assert list(missing([[a, b], [c, a, d]], set()).values()) == [a, c, b, d]
    assert list(missing([[a, b], [c]], {key_of(a)}).values()) == [c, b]


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=6), max_size=4), st.sets(st.sampled_from("abcdef")))
def test_every_song_that_is_not_known_is_missing_once(lists: list[list[str]], known: set[str]) -> None:
    songs = [[Song("X", name) for name in names] for names in lists]
    found = missing(songs, {key_of(Song("X", name)) for name in known})
    assert {song.title for song in found.values()} == {name for names in lists for name in names} - known
