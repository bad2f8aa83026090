"""The one gate that every call to Spotify passes, in all processes together: no call while blocked, none too many."""

import asyncio
import logging

from msgspec.structs import replace

from songswap.clock import Clock
from songswap.documents import Call
from songswap.spotify.budget import SENT, Budget, Family, as_error
from songswap.spotify.errors import QuotaExceededError, RateLimitedError
from songswap.spotify.ledger import Ledger
from songswap.store import Store

logger = logging.getLogger(__name__)

PATIENCE_MS = 5_000.0
"""How long a call waits for its turn before it is refused; polls and pages rather come again later."""


class Gate:
    """Rate limit and quota of all apps on `store`, kept over restarts and shared with the other process."""

    def __init__(self, store: Store, clock: Clock, daily_calls: int | None = None) -> None:
        """`daily_calls` is how many calls to the player the operator allows in any 24 h; None: as many as Spotify."""
        self._clock = clock
        self._daily_calls = daily_calls
        self._ledger = Ledger(store)
        self._budget = Budget(map(self._placed, self._ledger.load(clock.now_ms())))
        """All its moments are by the machine's uptime: whoever sets the clock moves no window and no hold."""

    async def enter(self, family: Family, app: str, *, urgent: bool = False) -> None:
        """Let one call through and count it, after a short wait where calls come too fast; `urgent` ones never wait.

        Raises QuotaExceededError or RateLimitedError when the call may not be made yet, StoreError.
        """
        patient_until_ms = self._clock.up_ms() + PATIENCE_MS
        while (free_at_ms := self._free_at_ms(family, app, urgent)) > (now_ms := self._clock.up_ms()):
            if free_at_ms > patient_until_ms:
                raise RateLimitedError(self._epoch_ms(free_at_ms), f"app {app}: too many calls in 30 s")
            await asyncio.sleep((free_at_ms - now_ms) / 1000)
        self._record(Call(now_ms, family, app, SENT))

    def _free_at_ms(self, family: Family, app: str, urgent: bool) -> float:
        now_ms = self._catch_up()
        if hold := self._budget.hold(family, app, now_ms):
            raise as_error(self._as_epoch(hold))
        if self._daily_calls is not None and family == "player":
            self._keep_to(self._daily_calls, now_ms)
        return now_ms if urgent or family == "accounts" else self._budget.free_at_ms(app, now_ms)

    def _keep_to(self, daily_calls: int, now_ms: float) -> None:
        until_ms = self._budget.free_24h_at_ms("player", daily_calls, now_ms)
        if until_ms > now_ms:
            raise QuotaExceededError(
                "player", self._epoch_ms(until_ms), f"player: the {daily_calls} calls of [spotify] daily_calls"
            )

    def limited(self, family: Family, app: str, retry_after: str | None, reason: str) -> RateLimitedError:
        """Note an answer 429 with its Retry-After header and reason; returns the error to raise. Raises StoreError."""
        now_ms = self._catch_up()
        hold = self._budget.limited(family, app, retry_after, reason, now_ms)
        self._record(hold)
        logger.warning(
            "Spotify limits %s of app %s for %.0f s (%s; counted %d)",
            family,
            app,
            ((hold.until_ms or now_ms) - now_ms) / 1000,
            reason or "rate limit",
            hold.counted,
        )
        return as_error(self._as_epoch(hold))

    def held_until_ms(self, family: Family, app: str) -> float | None:
        """Until when calls of `family` with `app` are blocked, or None."""
        hold = self._budget.hold(family, app, self._catch_up())
        return self._as_epoch(hold).until_ms if hold else None

    def spent_24h(self) -> dict[Family, int]:
        """Calls of all apps and processes in the last 24 h by family."""
        return self._budget.spent_24h(self._catch_up())

    def spent_since(self, since_ms: float) -> dict[Family, int]:
        """Calls of all apps and processes from `since_ms` on, at most 24 h back, by family."""
        self._catch_up()
        return self._budget.spent_since(since_ms - self._clock.offset_ms)

    def spent_30s(self, app: str) -> int:
        """Calls of `app` to the Web API in the last 30 s, by all processes."""
        return self._budget.spent_30s(app, self._catch_up())

    def ceiling(self, app: str) -> int:
        """How many calls of `app` in 30 s are thought safe now."""
        return self._budget.ceiling(app, self._catch_up())

    def cap(self, family: Family) -> int | None:
        """How many calls in 24 h used the quota of `family` up the last time, or None when that is not known."""
        self._catch_up()
        return self._budget.cap(family)

    def left(self, family: Family) -> int | None:
        """How many calls of `family` are still allowed in these 24 h; None if no limit is known.

        The limit is that of the configuration, or the quota that was used up the last time if that was smaller.
        """
        configured = self._daily_calls if family == "player" else None
        limits = [limit for limit in (configured, self.cap(family)) if limit is not None]
        return max(0, min(limits) - self.spent_24h()[family]) if limits else None

    def _catch_up(self) -> float:
        up_ms = self._clock.up_ms()
        for row in self._ledger.news(self._epoch_ms(up_ms)):
            self._budget.add(self._placed(row))
        return up_ms

    def _record(self, row: Call) -> None:
        self._budget.add(row)  # first: a full disk must not make us forget a hold
        self._ledger.append(replace(self._as_epoch(row), up_ms=row.at_ms, boot=self._clock.boot))

    def _placed(self, row: Call) -> Call:
        """A row of a ledger by the machine's uptime. What is of an earlier boot can't be of a time to come."""
        up_ms = self._clock.up_ms()
        if row.up_ms is not None and row.boot and row.boot == self._clock.boot:
            return _at(row, row.up_ms)
        return _at(row, min(up_ms, row.at_ms - self._clock.offset_ms))

    def _as_epoch(self, row: Call) -> Call:
        return _at(row, self._epoch_ms(row.at_ms))

    def _epoch_ms(self, up_ms: float) -> float:
        return up_ms + self._clock.offset_ms


def _at(row: Call, at_ms: float) -> Call:
    """The row at another moment; a hold lasts as long."""
    return replace(row, at_ms=at_ms, until_ms=None if row.until_ms is None else at_ms + (row.until_ms - row.at_ms))
