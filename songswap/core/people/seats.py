"""Spotify lets five people use an app in development mode; several apps of one operator add seats."""

from collections import Counter
from collections.abc import Iterable, Sequence

SEATS_PER_APP = 5


def free_seats(apps: Sequence[str], taken: Iterable[str]) -> dict[str, int]:
    """Seats left in each of `apps`, given the app of every account there is."""
    used = Counter(taken)
    return {app: max(0, SEATS_PER_APP - used[app]) for app in apps}


def choose_app(apps: Sequence[str], taken: Iterable[str], known: str | None = None) -> str | None:
    """The app for a log-in: the one used before, else the first with a free seat; None when all are taken."""
    if known in apps:
        return known
    return next((app for app, free in free_seats(apps, taken).items() if free), None)
