"""WebSockets: what pages may send over one, and how it ends."""

from quart.wrappers import base as quart_base

LARGEST = 16 * 1024
"""Bytes of one message."""


THROWN_OUT, GOING, ELSEWHERE = 1008, 1001, 1000
"""Close codes [RFC 6455, 7.4]: against the rules, the server stops, all is well."""


GONE: type[Exception] = getattr(quart_base, "ClientDisconnectedError", ConnectionError)
"""How Quart from 0.23 on says that the page is gone; before, it calls off whoever waits for it."""


class Flow:
    """How many messages a page may send: some at once, fewer in the long run."""

    def __init__(self, burst: int, per_s: float) -> None:
        self._most = float(burst)
        self._per_ms = per_s / 1000
        self._left = float(burst)
        self._at_ms: float | None = None

    def allows(self, now_ms: float) -> bool:
        """Whether one more is fine; if so it counts."""
        if self._at_ms is not None:
            self._left = min(self._most, self._left + max(0.0, now_ms - self._at_ms) * self._per_ms)
        self._at_ms = now_ms
        if self._left < 1:
            return False
        self._left -= 1
        return True
