import pytest

from songswap.core.talk.milestones import (
    RENEWAL_PAUSE_MS,
    is_new_favourite,
    is_new_streak,
    is_renewal_told,
    streak_reached,
)


@pytest.mark.parametrize(
    ("days", "reached"),
    [(0, 0), (6, 0), (7, 7), (13, 7), (364, 200), (365, 365), (729, 365), (730, 730)],
)
def test_a_streak_has_reached_the_last_milestone_behind_it(days: int, reached: int) -> None:
    assert streak_reached(days) == reached


def test_each_milestone_of_a_streak_is_told_once() -> None:
    told, news = 0, []
    for days in range(1, 31):
        if is_new_streak(days, told):
            news.append(days)
        told = streak_reached(days)
    assert news == [7, 14, 30]


@pytest.mark.parametrize(
    ("name", "plays", "known", "is_new"),
    [("A", 10, "B", True), ("A", 9, "B", False), ("A", 99, "A", False), ("A", 99, "", False), ("", 0, "B", False)],
)
def test_a_favourite_is_new_after_another_one(name: str, plays: int, known: str, is_new: bool) -> None:
    assert is_new_favourite(name, plays, known) is is_new


def test_a_playlist_renewed_every_day_is_told_of_once_a_week() -> None:
    day_ms, told, times = 86_400_000.0, None, []
    for day in range(15):
        if is_renewal_told(day * day_ms, told):
            told = day * day_ms
            times.append(day)
    assert times == [0, 7, 14]
    assert 7 * day_ms == RENEWAL_PAUSE_MS
    assert not is_renewal_told(None, None)
