"""How many calls Spotify allows: rolling windows, holds and what they teach. Pure: every moment is an argument.

Spotify counts the calls of an app in a rolling 30 s, and those of the developer, over all apps, in a rolling 24 h or so
for each family of endpoints; the sizes are unpublished [developer.spotify.com: rate limits; quota updates, 2026-07-23].
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Final, Literal, get_args

from songswap.documents import Call
from songswap.model.durations import HOUR_MS
from songswap.spotify.errors import QuotaExceededError, RateLimitedError

Family = Literal["player", "search", "catalogue", "library", "playlists", "profile", "history", "accounts"]
FAMILIES: Final[tuple[Family, ...]] = get_args(Family)

QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
SENT = 0
"""Status of a ledger row for a call on its way."""

SECOND_MS = 1_000.0
SHORT_MS = 30 * SECOND_MS
LONG_MS = 24 * HOUR_MS

CEILING = 45
"""Calls of one app in 30 s: half of the “180 a minute” that older clients counted on; a 429 teaches a lower one."""
FLOOR = 20
"""The least a 429 can teach: one event with five listeners, each told and verified, and the host's polls meanwhile.
Where even that is too much, Retry-After paces us."""
LESSON = 0.8
RELAX_MS = 120 * SECOND_MS
"""A learned ceiling rises by one call every two minutes without another 429."""

DEFAULT_BREAK_MS = SHORT_MS
DEFAULT_LOCK_OUT_MS = HOUR_MS
SOON_MS = 10 * SECOND_MS
LONGEST_AGAIN_MS = 5 * 60 * SECOND_MS
"""Between two calls where each is refused with a Retry-After of no time: twice as long each time, up to this."""
LONGEST_WAIT_MS = 7 * 24 * HOUR_MS
"""Real lock-outs last up to a day; a longer Retry-After is not believed in full."""


def retry_after_ms(header: str | None, default_ms: float) -> float:
    """What a Retry-After header (whole seconds) asks for, at least a second; `default_ms` for none or nonsense."""
    if header is None or not header.isdecimal():
        return default_ms
    if len(header) > 9:
        return LONGEST_WAIT_MS
    return min(max(int(header) * SECOND_MS, SECOND_MS), LONGEST_WAIT_MS)


def _again_ms(last: Call | None, now_ms: float) -> float:
    """How long to wait at least where “come back at once” was the answer, and `last` not long ago as well."""
    if last is None or last.until_ms is None:
        return 0.0
    length_ms = last.until_ms - last.at_ms
    is_soon = now_ms - last.until_ms <= max(length_ms, SOON_MS)
    return min(2 * length_ms, LONGEST_AGAIN_MS) if is_soon else 0.0


def covers(hold: Call, family: str, app: str) -> bool:
    """Whether `hold` forbids a call: a used-up quota one family of all apps, a rate limit all families of one app.

    The accounts service is another host: its limit and that of the Web API don't touch each other.
    """
    if hold.reason == QUOTA_EXCEEDED:
        return hold.family == family
    return hold.app == app and (hold.family == "accounts") == (family == "accounts")


def as_error(hold: Call) -> RateLimitedError:
    """The error for whoever wanted to call while `hold` lasts."""
    until_ms = hold.until_ms or hold.at_ms
    if hold.reason == QUOTA_EXCEEDED:
        return QuotaExceededError(hold.family, until_ms, f"{hold.family}: quota exceeded")
    return RateLimitedError(until_ms, f"app {hold.app}: rate limit exceeded", reason=hold.reason)


class Rolling:
    """The moments of the last `span_ms`, whatever order they arrive in."""

    def __init__(self, span_ms: float) -> None:
        self._span_ms = span_ms
        self._moments: list[float] = []

    def add(self, at_ms: float) -> None:
        """Count one more."""
        insort(self._moments, at_ms)
        del self._moments[: bisect_right(self._moments, self._moments[-1] - self._span_ms)]

    def count(self, now_ms: float) -> int:
        """How many lie less than the span back."""
        return len(self._moments) - bisect_right(self._moments, now_ms - self._span_ms)

    def count_from(self, since_ms: float) -> int:
        """How many lie at `since_ms` or later, as far as the span reaches back."""
        return len(self._moments) - bisect_left(self._moments, since_ms)

    def free_at_ms(self, limit: int, now_ms: float) -> float:
        """The first moment from `now_ms` on at which fewer than `limit` lie in the span, if no more are added."""
        if self.count(now_ms) < limit:
            return now_ms
        return max(now_ms, self._moments[-limit] + self._span_ms)


class Budget:
    """What was spent and what is held, from the rows of the ledgers."""

    def __init__(self, rows: Iterable[Call] = ()) -> None:
        self._by_family: defaultdict[str, Rolling] = defaultdict(partial(Rolling, LONG_MS))
        self._by_app: defaultdict[str, Rolling] = defaultdict(partial(Rolling, SHORT_MS))
        self._holds: list[Call] = []
        self._last_break: dict[str, Call] = {}
        self._last_answer: dict[tuple[str, bool], Call] = {}
        self._last_lock_out: dict[str, Call] = {}
        for row in sorted(rows, key=lambda row: row.at_ms):
            self.add(row)

    def add(self, row: Call) -> None:
        """Take a row of a ledger into account."""
        if row.until_ms is not None:
            self._add_hold(row)
            return
        self._by_family[row.family].add(row.at_ms)
        if row.family != "accounts":
            self._by_app[row.app].add(row.at_ms)

    def _add_hold(self, hold: Call) -> None:
        self._holds = [other for other in self._holds if (other.until_ms or 0.0) > hold.at_ms] + [hold]
        if hold.reason == QUOTA_EXCEEDED:
            self._last_lock_out[hold.family] = hold
            return
        self._last_answer[hold.app, hold.family == "accounts"] = hold
        if hold.family != "accounts":
            self._last_break[hold.app] = hold

    def limited(self, family: Family, app: str, retry_after: str | None, reason: str, now_ms: float) -> Call:
        """The hold that an answer 429 at `now_ms` means, given its Retry-After header and reason.

        It counts the calls before the one that was refused.
        """
        if reason == QUOTA_EXCEEDED:
            wait_ms, counted = retry_after_ms(retry_after, DEFAULT_LOCK_OUT_MS), self._by_family[family].count(now_ms)
            last = self._last_lock_out.get(family)
        else:
            wait_ms, counted = retry_after_ms(retry_after, DEFAULT_BREAK_MS), self.spent_30s(app, now_ms)
            last = self._last_answer.get((app, family == "accounts"))
        wait_ms = max(wait_ms, _again_ms(last, now_ms)) if wait_ms <= SECOND_MS else wait_ms
        return Call(now_ms, family, app, 429, until_ms=now_ms + wait_ms, reason=reason, counted=max(0, counted - 1))

    def hold(self, family: Family, app: str, now_ms: float) -> Call | None:
        """The hold that forbids this call for longest, or None when it may be made."""
        covering = [h for h in self._holds if covers(h, family, app) and (h.until_ms or 0.0) > now_ms]
        return max(covering, key=lambda h: h.until_ms or 0.0, default=None)

    def ceiling(self, app: str, now_ms: float) -> int:
        """How many calls of `app` in 30 s are thought safe: less than what last drew a 429, more with time."""
        last = self._last_break.get(app)
        if last is None:
            return CEILING
        learned = max(FLOOR, int(last.counted * LESSON))
        return min(CEILING, learned + int(max(0.0, now_ms - last.at_ms) / RELAX_MS))

    def free_at_ms(self, app: str, now_ms: float) -> float:
        """When `app` may make a call without going over its ceiling: `now_ms` or later."""
        return self._by_app[app].free_at_ms(self.ceiling(app, now_ms), now_ms)

    def free_24h_at_ms(self, family: Family, limit: int, now_ms: float) -> float:
        """When fewer than `limit` calls of `family` lie in the last 24 h: `now_ms` or later."""
        return self._by_family[family].free_at_ms(limit, now_ms)

    def spent_30s(self, app: str, now_ms: float) -> int:
        """Calls of `app` to the Web API in the last 30 s."""
        return self._by_app[app].count(now_ms)

    def spent_24h(self, now_ms: float) -> dict[Family, int]:
        """Calls of all apps in the last 24 h by family."""
        return {family: self._by_family[family].count(now_ms) for family in FAMILIES}

    def spent_since(self, since_ms: float) -> dict[Family, int]:
        """Calls of all apps from `since_ms` on, at most 24 h back, by family; families without any are left out."""
        counts = {family: self._by_family[family].count_from(since_ms) for family in FAMILIES}
        return {family: count for family, count in counts.items() if count}

    def cap(self, family: Family) -> int | None:
        """How many calls in 24 h used the quota of `family` up the last time, or None when that has not happened."""
        last = self._last_lock_out.get(family)
        return last.counted if last else None
