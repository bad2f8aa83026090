"""Records what people listen to: asks Spotify every so often what they played recently."""

import logging
import math
import zlib

from msgspec.structs import replace

from songswap.core.history import recently_played
from songswap.core.history.merge import month_of
from songswap.documents import CONSENT, GAPS, PLAYS, POLLED, SHARING, TRACK_NAMES
from songswap.jobs.kit.spotify_accounts import Accounts, Means, NeedsLoginError
from songswap.jobs.kit.subprocess_jobs import is_woken
from songswap.model.history import Gap, GapReason, Play, Polled, TrackName
from songswap.model.library import PlayedTrack
from songswap.model.sharing import Sharing
from songswap.spotify.errors import NoSeatError, RateLimitedError, SpotifyError
from songswap.spotify.oauth import READ_HISTORY

logger = logging.getLogger(__name__)

RETRY_MS = 300_000.0
"""After an answer that made no sense, or none."""
NO_SEAT_MS = 6 * 3_600_000.0
"""After Spotify has said that somebody has no seat: the operator has to see to that."""
LOGIN_TOO_OLD = (
    "Your log-in is from before SongSwap recorded listening. Log in with Spotify again to have yours recorded."
)


class RecentJob:
    """One per account: adds to its logs of the source “recent”, and notes in POLLED how that stands."""

    def __init__(self, means: Means, accounts: Accounts, account: str) -> None:
        self._means = means
        self._store = means.store
        self._accounts = accounts
        self._account = account
        self._spread_ms = zlib.crc32(account.encode()) % recently_played.SPREAD_MS
        self._not_before_ms = 0.0
        self._refused_consent = ""
        self._named: set[int] | None = None
        self._was_recording = False

    async def run(self) -> None:
        """Ask until cancelled; at once where a log-in or the end of a pause makes it possible again."""
        if not self._means.config.history.poll_minutes:
            return
        self._not_before_ms = self._now_ms() + self._spread_ms
        paths = (SHARING.path(self._account), CONSENT.path(self._account))
        with self._store.changes.subscribe(*paths) as changes:
            while True:
                due_ms = self._due_ms()
                if due_ms <= self._now_ms():
                    await self._ask()
                    continue
                await is_woken(changes, (due_ms - self._now_ms()) / 1000)

    def _now_ms(self) -> float:
        return self._means.clock.now_ms()

    def _polled(self) -> Polled:
        return self._store.read(POLLED, self._account) or Polled()

    def _note(self, polled: Polled) -> None:
        if polled != self._polled():
            self._store.write(POLLED, polled, self._account)

    def _due_ms(self) -> float:
        """When to ask next; inf: when the person has done something about it."""
        polled = self._polled()
        if self._is_paused():
            self._pause(polled)
            return math.inf
        self._was_recording = True
        if polled.paused_at_ms is not None:
            polled = self._resume(polled, polled.paused_at_ms)
        consent = self._store.read(CONSENT, self._account)
        if consent is None or READ_HISTORY not in consent.scopes:
            self._note(replace(polled, error=LOGIN_TOO_OLD, why="needs_login", next_at_ms=None))
            return math.inf
        if consent.id == self._refused_consent:
            return math.inf
        return max(self._not_before_ms, polled.next_at_ms or 0.0)

    def _pause(self, polled: Polled) -> None:
        """Whoever paused while no worker ran, may have done so right after the last look."""
        if polled.paused_at_ms is None:
            last_ms = None if self._was_recording else polled.polled_at_ms
            paused_at_ms = self._now_ms() if last_ms is None else last_ms
            self._note(replace(polled, paused_at_ms=round(paused_at_ms), error="", next_at_ms=None))
        self._was_recording = False

    def _resume(self, polled: Polled, paused_at_ms: int) -> Polled:
        pause = Gap(paused_at_ms, round(self._now_ms()), "paused")
        self._store.append(GAPS, pause, self._account)
        resumed = replace(polled, paused_at_ms=None, next_at_ms=None)
        self._note(resumed)
        return resumed

    async def _ask(self) -> None:
        """Ask once, and say when to do so again."""
        client = self._means.client
        consent = self._store.read(CONSENT, self._account)
        try:
            page = await self._accounts.call(self._account, client.recently_played)
        except NeedsLoginError as error:
            self._refused_consent = consent.id if consent else ""
            self._fail(str(error), "needs_login", None)
        except RateLimitedError as error:
            self._fail(str(error), "limited", max(error.until_ms, self._now_ms()) + self._spread_ms)
        except NoSeatError as error:
            self._fail(str(error), "missed", self._now_ms() + NO_SEAT_MS)
        except SpotifyError as error:
            self._fail(str(error), "missed", self._now_ms() + RETRY_MS)
        else:
            if not self._is_paused():  # it may be since we asked
                self._keep(page)

    def _is_paused(self) -> bool:
        return (self._store.read(SHARING, self._account) or Sharing()).is_paused

    def _fail(self, error: str, why: GapReason, next_at_ms: float | None) -> None:
        logger.info("recently played of account %s: %s", self._account, error)
        self._note(replace(self._polled(), error=error, why=why, next_at_ms=next_at_ms))

    def _keep(self, page: tuple[PlayedTrack, ...]) -> None:
        """Names first: so no play is ever without its name, whenever this is interrupted."""
        polled = self._polled()
        taken = recently_played.taken(page, self._known(page), polled, self._store.rows(GAPS, self._account))
        names = [name for name in dict.fromkeys(taken.names) if self._is_new(name)]
        if names:
            self._store.extend(TRACK_NAMES, names, self._account, "recent")
        by_month: dict[str, list[Play]] = {}
        for play in taken.plays:
            by_month.setdefault(month_of(play.at_ms), []).append(play)
        for month, plays in by_month.items():
            self._store.extend(PLAYS, plays, self._account, "recent", month)
        if taken.gap is not None:
            self._store.append(GAPS, taken.gap, self._account)
        now_ms = self._now_ms()
        self._note(
            replace(
                polled,
                polled_at_ms=now_ms,
                next_at_ms=now_ms + self._interval_ms(),
                newest_ms=taken.newest_ms,
                error="",
                why="missed",
            )
        )

    def _interval_ms(self) -> float:
        minutes, accounts = self._means.config.history.poll_minutes, len(self._store.names("accounts"))
        return recently_played.interval_ms(minutes, accounts, self._means.gate.cap("history"))

    def _known(self, page: tuple[PlayedTrack, ...]) -> set[recently_played.Key]:
        """The plays that the logs of the page's months have already."""
        months = {month_of(round(one.played_at_ms)) for one in page}
        rows = (self._store.rows(PLAYS, self._account, "recent", month) for month in months)
        return {(play.at_ms, play.track) for plays in rows for play in plays}

    def _is_new(self, name: TrackName) -> bool:
        """Whether the log does not say so yet. Covers move from address to address: that alone is no news."""
        if self._named is None:
            self._named = {_told(one) for one in self._store.rows(TRACK_NAMES, self._account, "recent")}
        told = _told(name)
        is_new = told not in self._named
        self._named.add(told)
        return is_new


def _told(name: TrackName) -> int:
    return hash((name.id, name.title, name.artist, name.album, name.artists, name.duration_ms))
