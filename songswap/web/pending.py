"""Log-ins that have gone to Spotify and not come back yet."""

import hashlib
import hmac
from dataclasses import dataclass

from songswap.config import App

LIFE_MS = 600_000.0
AT_ONCE = 1_000
"""More than anybody's friends start within ten minutes; the oldest give way, so that nobody can fill the memory."""


@dataclass(frozen=True)
class PendingLogin:
    """One log-in under way: `browser` is the hash of the secret in the cookie of the browser that began it."""

    app: App
    verifier: str
    browser: str
    next: str
    expires_at_ms: float


class PendingLogins:
    """By their state, which works once and for ten minutes; in memory, for a restart only costs another click."""

    def __init__(self) -> None:
        self._by_state: dict[str, PendingLogin] = {}

    def add(self, state: str, login: PendingLogin) -> None:
        """Remember `login` until it comes back, or too many others have begun since."""
        while len(self._by_state) >= AT_ONCE:
            del self._by_state[next(iter(self._by_state))]
        self._by_state[state] = login

    def take(self, state: str, now_ms: float) -> PendingLogin | None:
        """The log-in of `state`, the first time it is asked for and before it expires."""
        login = self._by_state.pop(state, None)
        return login if login and now_ms < login.expires_at_ms else None


def browser_hash(secret: str) -> str:
    """What is remembered of a browser's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_from(login: PendingLogin, secret: str) -> bool:
    """Whether the browser with `secret` in its cookie began `login`."""
    return hmac.compare_digest(login.browser, browser_hash(secret))
