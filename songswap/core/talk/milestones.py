"""Which of a person's doings are worth telling those who may see them."""

from typing import Final

STREAKS: Final = (7, 14, 30, 50, 100, 200, 365)
"""Days listened in a row that are told of; after a year each further one is."""
YEAR: Final = 365
FEWEST_PLAYS: Final = 10
"""Of a favourite in four weeks; fewer are a whim."""
RENEWAL_PAUSE_MS: Final = 7 * 86_400_000.0
"""A playlist that renews itself every day is told of once a week."""
SHORTEST_NIGHT_TRACKS: Final = 3
"""Heard in a session that is told of afterwards: fewer were a try."""


def streak_reached(days: int) -> int:
    """The milestone that a streak of so many days has reached; 0 for none."""
    if days >= YEAR:
        return days // YEAR * YEAR
    return max((one for one in STREAKS if one <= days), default=0)


def is_new_streak(days: int, told: int) -> bool:
    """Whether a streak of so many days has reached more than what was `told` of it."""
    return streak_reached(days) > told


def is_new_favourite(name: str, plays: int, known: str) -> bool:
    """Whether the most heard artist is another than the one known before, if one was."""
    return bool(name) and bool(known) and name != known and plays >= FEWEST_PLAYS


def is_renewal_told(changed_at_ms: float | None, told_ms: float | None) -> bool:
    """Whether the latest change of a renewed playlist is worth telling, after the one last told of."""
    return changed_at_ms is not None and (told_ms is None or changed_at_ms >= told_ms + RENEWAL_PAUSE_MS)
