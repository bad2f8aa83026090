"""Spotify's two walls: a rolling 30 s rate limit for each app, a rolling 24 h quota for each family of endpoints."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Literal

Family = Literal["player", "library", "search", "catalogue", "playlists"]
FAMILIES: tuple[Family, ...] = ("player", "library", "search", "catalogue", "playlists")
RATE_WINDOW_S = 30.0
QUOTA_WINDOW_S = 86_400.0
CLOCK_GRAIN_S = 1e-6
"""Epoch seconds are exact to less than this, so that whoever waits as long as told is let through."""


@dataclass(frozen=True)
class Block:
    """A refusal: how long to stay away, and the reason in the body (None for the plain rate limit)."""

    retry_after_s: int
    reason: str | None


@dataclass
class Limits:
    """The walls of one world. Calls that were refused count towards nothing."""

    rate_per_30s: int | None = 180
    """Calls an app may make in any 30 s; None is no limit."""
    quota_per_24h: dict[Family, int] = field(default_factory=dict)
    """Calls all apps of the developer account together may make in any 24 h; a family not named has no limit."""
    _by_app: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _by_family: dict[Family, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def admit(self, client_id: str, family: Family, now_s: float) -> Block | None:
        """Count one call, or refuse it."""
        app, shared = self._by_app[client_id], self._by_family[family]
        wait_s = _wait_s(shared, self.quota_per_24h.get(family), QUOTA_WINDOW_S, now_s)
        if wait_s is not None:
            return Block(wait_s, "QUOTA_EXCEEDED")
        wait_s = _wait_s(app, self.rate_per_30s, RATE_WINDOW_S, now_s)
        if wait_s is not None:
            return Block(wait_s, None)
        app.append(now_s)
        shared.append(now_s)
        return None


def _wait_s(calls: deque[float], limit: int | None, window_s: float, now_s: float) -> int | None:
    """The whole seconds until there is room again, None if there is room now."""
    while calls and calls[0] + window_s <= now_s + CLOCK_GRAIN_S:
        calls.popleft()
    if limit is None or len(calls) < limit:
        return None
    if limit == 0:
        return math.ceil(window_s)
    return max(1, math.ceil(calls[len(calls) - limit] + window_s - now_s))
