"""Keeps a night's diary: compares each saved state of the session with the one before, and adds what happened."""

import contextlib

from songswap.core.session.night_report import happenings
from songswap.documents import DIARY, HANDED, NIGHT, SESSION_WISH, SessionWish
from songswap.jobs.kit.spotify_accounts import Means
from songswap.model.nights import Happening
from songswap.model.session import Night
from songswap.store import StoreError
from songswap.store.moments import moved

COUNT_EVERY_MS = 60_000.0
"""Between two rows that tell the calls spent so far."""
DURABLE = frozenset({"started", "ended", "track", "resumed", "requested", "host"})
"""Of the many others, the last half minute may be lost with the machine."""


class NightLog:
    """One per running session; it goes on from the state that the worker saved last."""

    def __init__(self, means: Means, group: str, session_id: str) -> None:
        self._means = means
        self._names = (group, session_id)
        night = means.store.read(NIGHT, group)
        self._before = night if night and night.session_id == session_id else None
        self._attributed = 0
        self._since_ms = self._wish().since_ms
        self._counted_at_ms = means.clock.now_ms()

    def note(self, night: Night) -> None:
        """Add what happened since the last call. Raises StoreError."""
        now_ms = self._means.clock.now_ms()
        if night != self._before:
            for row in happenings(self._before, night, now_ms, self._wish().actions):
                self._add(row)
            self._before = night
            self._attribute(now_ms)
        if now_ms - self._counted_at_ms >= COUNT_EVERY_MS:
            self._count_calls(now_ms)

    def moved(self, by_ms: float) -> None:
        """Move along what is known, as the clock was set: nothing happened by that."""
        self._before, self._counted_at_ms = moved(self._before, by_ms), self._counted_at_ms + by_ms

    def close(self) -> None:
        """The last rows, if it is the session that ended and not just the worker that stops."""
        with contextlib.suppress(StoreError):  # the group may be gone
            wish = self._wish()
            if wish.state == "running" and wish.session_id == self._names[1]:
                return
            now_ms = self._means.clock.now_ms()
            self._count_calls(now_ms)
            self._add(Happening("ended", now_ms))

    def _attribute(self, now_ms: float) -> None:
        """Tell whose requests were heard since the last look."""
        handed = self._means.store.read(HANDED, self._names[0])
        if handed is None or handed.session_id != self._names[1]:
            return
        heard = [item for item in handed.items if item.heard_in is not None and item.heard_in > self._attributed]
        for item in heard:
            self._add(Happening("requested", now_ms, item.request.by, play=item.heard_in))
        self._attributed = max((item.heard_in or 0 for item in heard), default=self._attributed)

    def _count_calls(self, now_ms: float) -> None:
        self._counted_at_ms = now_ms
        calls = self._means.gate.spent_since(self._since_ms)
        self._add(Happening("calls", now_ms, calls={str(family): count for family, count in calls.items()}))

    def _wish(self) -> SessionWish:
        return self._means.store.read(SESSION_WISH, self._names[0]) or SessionWish()

    def _add(self, row: Happening) -> None:
        self._means.store.append(DIARY, row, *self._names, durable=row.kind in DURABLE)
