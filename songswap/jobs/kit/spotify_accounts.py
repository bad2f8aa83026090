"""Using people's accounts: valid tokens, one refresh when Spotify asks for it, and what became of the log-in."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakValueDictionary

import msgspec

from songswap.clock import Clock
from songswap.config import Config
from songswap.documents import ACCOUNT_SEEN, CONSENT, TOKEN, AccountSeen, Consent, Standing, Token
from songswap.jobs.kit.subprocess_jobs import Beside, run_beside
from songswap.model.music_source import Bearer, MusicSource, Player
from songswap.spotify.client import Client
from songswap.spotify.errors import (
    InvalidGrantError,
    MissingScopeError,
    NoSeatError,
    NotPremiumError,
    SpotifyError,
    UnauthorizedError,
)
from songswap.spotify.gate import Gate
from songswap.spotify.oauth import OAuth
from songswap.store import Store
from songswap.vault import UnsealableError, Vault
from songswap.youtube import YouTubeClient

T = TypeVar("T")
logger = logging.getLogger(__name__)

MARGIN_MS = 60_000.0
"""A token is renewed so long before it expires."""
SECOND_OPINION_S = 0.5


class NeedsLoginError(Exception):
    """The account can't be used until its owner logs in again."""


@dataclass(frozen=True)
class Means:
    """What the worker works with, the same for every job."""

    config: Config
    store: Store
    vault: Vault
    client: Client
    oauth: OAuth
    gate: Gate
    clock: Clock
    beside: Beside = run_beside
    """How work is done in a process of its own."""
    youtube: YouTubeClient | None = None
    """None while the operator has set no key."""

    @property
    def music(self) -> MusicSource:
        """Where songs, albums and playlists are found."""
        return self.client

    @property
    def player(self) -> Player:
        """What plays for people, and is told what to play."""
        return self.client


class Accounts:
    """Calls to Spotify in the name of people. Each account's documents TOKEN and ACCOUNT_SEEN are written here only."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._store = means.store
        self._refreshing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Each is there for as long as somebody holds it or waits."""

    async def call(self, account: str, make: Callable[[Bearer], Awaitable[T]]) -> T:
        """What `make` returns for the account's token.

        `make` is called once more with a new token where the old one is not accepted, and after a moment where a 403
        says "Premium required": both are seen with valid tokens. Raises NeedsLoginError, SpotifyError; notes what the
        answer says about the account.
        """
        consent = self._consent(account)
        try:
            try:
                answer = await make(await self._bearer(account, consent, stale=None))
            except UnauthorizedError:
                stale = self._token(account, consent).access_token
                answer = await make(await self._bearer(account, consent, stale=stale))
            except NotPremiumError:
                await asyncio.sleep(SECOND_OPINION_S)
                answer = await make(await self._bearer(account, consent, stale=None))
        except (UnauthorizedError, InvalidGrantError, MissingScopeError) as error:
            self._note(account, consent, "needs_login", str(error))
            raise NeedsLoginError(str(error)) from error
        except NotPremiumError as error:
            self._note(account, consent, "not_premium", str(error))
            raise
        except NoSeatError as error:
            self._note(account, consent, "no_seat", str(error))
            raise
        self._note(account, consent, "ok", "")
        return answer

    async def prepare(self, account: str) -> None:
        """Renew the token now if the next call would have to: one that may not be late is about to be made."""
        with contextlib.suppress(SpotifyError, NeedsLoginError):
            await self._bearer(account, self._consent(account), stale=None)

    def seen(self, account: str) -> AccountSeen:
        """What is known of the account, if it belongs to its present log-in."""
        consent = self._store.read(CONSENT, account)
        seen = self._store.read(ACCOUNT_SEEN, account)
        if consent is None:
            return AccountSeen(consent_id="", standing="needs_login", message="Not logged in with Spotify.")
        if seen is None or seen.consent_id != consent.id:
            return AccountSeen(consent_id=consent.id)
        return seen

    async def look(self, account: str, look_rev: int) -> None:
        """Ask Spotify for the account's devices and note them, or why that failed."""
        error, until_ms, devices = "", None, self.seen(account).devices
        try:
            devices = tuple(await self.call(account, self._means.player.devices))
        except (SpotifyError, NeedsLoginError) as problem:
            error, until_ms = str(problem), getattr(problem, "until_ms", None)
        now_ms = self._means.clock.now_ms()
        seen = msgspec.structs.replace(
            self.seen(account), devices=devices, devices_at_ms=now_ms, look_rev=look_rev, error=error, until_ms=until_ms
        )
        self._store.write(ACCOUNT_SEEN, seen, account)

    def _consent(self, account: str) -> Consent:
        seen = self.seen(account)
        consent = self._store.read(CONSENT, account)
        if consent is None or seen.standing == "needs_login":
            raise NeedsLoginError(seen.message)
        return consent

    def _token(self, account: str, consent: Consent) -> Token:
        """The newest token of this consent: the worker's own, else the one that came with the log-in."""
        token = self._store.read(TOKEN, account)
        if token is not None and token.consent_id == consent.id:
            return token
        return Token(consent.id, consent.access_token, consent.expires_at_ms)

    async def _bearer(self, account: str, consent: Consent, stale: str | None) -> Bearer:
        """A bearer that is valid for a while; renewed if it expires soon or is the `stale` one."""
        async with self._refreshing.setdefault(account, asyncio.Lock()):
            token = self._token(account, consent)
            try:
                if token.expires_at_ms - MARGIN_MS < self._means.clock.now_ms() or token.access_token == stale:
                    token = await self._refresh(account, consent, token)
                return Bearer(account, consent.app, self._means.vault.unseal(token.access_token))
            except UnsealableError as error:
                raise UnauthorizedError(str(error)) from error

    async def _refresh(self, account: str, consent: Consent, token: Token) -> Token:
        app = self._means.config.spotify.app(consent.app)
        if app is None:
            raise UnauthorizedError(f"the app [spotify.{consent.app}] is no longer in the configuration")
        vault = self._means.vault
        old_refresh_token = token.refresh_token or consent.refresh_token
        fresh = await self._means.oauth.refresh(app, vault.unseal(old_refresh_token))
        token = Token(
            consent_id=consent.id,
            access_token=vault.seal(fresh.access_token),
            expires_at_ms=fresh.expires_at_ms,
            refresh_token=vault.seal(fresh.refresh_token) if fresh.refresh_token else token.refresh_token,
        )
        self._store.write(TOKEN, token, account)
        return token

    def _note(self, account: str, consent: Consent, standing: Standing, message: str) -> None:
        seen = self.seen(account)
        if seen.consent_id != consent.id or (seen.standing, seen.message) == (standing, message):
            return
        logger.info("account %s: %s %s", account, standing, message)
        self._store.write(ACCOUNT_SEEN, msgspec.structs.replace(seen, standing=standing, message=message), account)
