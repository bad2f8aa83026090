"""Asking Spotify something in a person's name, while they wait for the page."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from songswap.documents import CONSENT, TOKEN, Token
from songswap.model.music_source import Bearer
from songswap.spotify.errors import NotFoundError, RateLimitedError, SpotifyError, UnauthorizedError
from songswap.vault import UnsealableError
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services
from songswap.web.people.device_refresh import look

T = TypeVar("T")

MARGIN_MS = 5_000.0
PATIENCE_S = 2.0
"""How long a person waits for the worker to renew their token."""


async def ask_spotify(services: Services, account: str, make: Callable[[Bearer], Awaitable[T]]) -> T:
    """What `make` returns for the newest token of `account`.

    The worker renews tokens, not the server: where one has expired, it is asked to, and the call is made once more.
    Raises ProblemError: 404 for what Spotify does not have, 429 while it allows no calls or where this person asks for
    more than their share, 503 for everything else.
    """
    if not services.spotify_pace.allows(account, now_ms := services.clock.up_ms()):
        own_wait_s = services.spotify_pace.wait_s(account, now_ms)
        words = f"You have asked Spotify a lot just now, and others want to ask, too. Try again in {own_wait_s} s."
        raise ProblemError(429, "too_fast", words, headers={"Retry-After": str(own_wait_s)})
    try:
        token = _newest(services, account)
        if token.expires_at_ms - MARGIN_MS < services.clock.now_ms():
            token = await _renewed(services, account, token)
        try:
            return await make(_bearer(services, account, token))
        except UnauthorizedError:
            return await make(_bearer(services, account, await _renewed(services, account, token)))
    except NotFoundError as error:
        raise ProblemError(404, "not_on_spotify", "Spotify has nothing of this name.") from error
    except RateLimitedError as error:
        wait_s = max(1, round((error.until_ms - services.clock.now_ms()) / 1000))
        message = f"{error} Try again in {wait_s} s."
        raise ProblemError(429, "limited", message, headers={"Retry-After": str(wait_s)}) from error
    except SpotifyError as error:
        raise ProblemError(503, "spotify_unavailable", str(error)) from error


async def fresh_token(services: Services, account: str, *, refused: bool) -> tuple[str, float]:
    """The newest token of `account` and when it runs out; renewed first if it has, or if Spotify `refused` it.

    Raises ProblemError (409 while the worker does not renew it).
    """
    token = _newest(services, account)
    if refused or token.expires_at_ms - MARGIN_MS < services.clock.now_ms():
        token = await _renewed(services, account, token, status=409)
    return _bearer(services, account, token).token, token.expires_at_ms


def _newest(services: Services, account: str) -> Token:
    """The token the worker has for the present log-in, else the one that came with it."""
    consent = services.store.read(CONSENT, account)
    if consent is None:
        raise ProblemError(503, "needs_login", "Log in with Spotify again, for Spotify to be asked in your name.")
    token = services.store.read(TOKEN, account)
    if token is not None and token.consent_id == consent.id:
        return token
    return Token(consent.id, consent.access_token, consent.expires_at_ms)


def _bearer(services: Services, account: str, token: Token) -> Bearer:
    consent = services.store.read(CONSENT, account)
    try:
        return Bearer(account, consent.app if consent else "", services.vault.unseal(token.access_token))
    except UnsealableError as error:
        raise ProblemError(503, "needs_login", "Log in with Spotify again: the log-in can't be read.") from error


async def _renewed(services: Services, account: str, old: Token, status: int = 503) -> Token:
    """The token after `old`, once the worker has it: a look at the devices makes it get one."""
    with services.store.changes.subscribe(TOKEN.path(account)) as changes:
        look(services, account)
        try:
            async with asyncio.timeout(PATIENCE_S):
                while (token := _newest(services, account)).access_token == old.access_token:
                    await changes.wait()
                return token
        except TimeoutError:
            raise ProblemError(
                status, "token_expired", "Your log-in with Spotify is being renewed. Try again in a moment."
            ) from None
