"""Logging in with Spotify: Authorization Code with PKCE (S256), and the client secret as well where there is one."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlencode

import aiohttp
import msgspec

from songswap.clock import Clock
from songswap.config import App
from songswap.model.durations import DAY_MS
from songswap.spotify.answers import Refusal, read_refusal, refusal_error
from songswap.spotify.errors import (
    BadRequestError,
    InvalidClientError,
    InvalidGrantError,
    SpotifyError,
    UnavailableError,
)
from songswap.spotify.gate import Gate
from songswap.spotify.transport import send
from songswap.spotify.wire import NOT_READABLE

MAKE_PLAYLISTS: Final = "playlist-modify-private"
"""The right to make private playlists; log-ins of before it was asked for lack it, as they do those below."""
MAKE_PUBLIC_PLAYLISTS: Final = "playlist-modify-public"
"""The right to add to playlists that are public."""
READ_PLAYLISTS: Final = "playlist-read-private"
"""The right to list somebody's playlists, and to see whether one is still there."""
READ_TOP: Final = "user-top-read"
"""The right to read somebody's top tracks and artists."""
READ_HISTORY: Final = "user-read-recently-played"
"""The right to read what somebody played lately."""
PLAY_HERE: Final = ("streaming", "user-read-email", "user-read-private")
"""The rights without which Spotify's Web Playback SDK refuses a token ("Invalid token scopes")
[spotify/web-playback-sdk#11]. Neither address nor subscription is ever read here."""
SCOPES: Final = (
    "user-read-playback-state",
    "user-modify-playback-state",
    "user-read-currently-playing",
    READ_HISTORY,
    READ_TOP,
    READ_PLAYLISTS,
    MAKE_PLAYLISTS,
    MAKE_PUBLIC_PLAYLISTS,
    *PLAY_HERE,
)
"""The rights asked for: no more than what there is needs."""

CONSENT_LIFETIME_MS: Final = 181 * DAY_MS
"""Six months (the shortest there are) from the log-in, however often refreshed [Spotify's blog, 2026-06-18]."""

TOKEN_PATH = "/api/token"  # noqa: S105  # a path, no secret


@dataclass(frozen=True)
class LoginStart:
    """Where to send the browser, and the `verifier` for the exchange when it is back."""

    url: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Tokens:
    """What a log-in or refresh gave. `refresh_token` is None where none was sent: the old one stays good."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    scopes: tuple[str, ...]
    expires_at_ms: float


class _TokenBody(msgspec.Struct):
    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str | None = None
    scope: str | None = None


_REFUSED: Final[Mapping[str, type[SpotifyError]]] = {
    "invalid_grant": InvalidGrantError,
    "invalid_client": InvalidClientError,
    "unauthorized_client": InvalidClientError,
}


class OAuth:
    """Log-ins at `accounts_url` that come back to `redirect_uri`."""

    def __init__(
        self, http: aiohttp.ClientSession, accounts_url: str, redirect_uri: str, gate: Gate, clock: Clock
    ) -> None:
        self._http = http
        self._accounts_url = accounts_url
        self._redirect_uri = redirect_uri
        self._gate = gate
        self._clock = clock

    def begin(self, app: App, state: str, *, asks: bool = False) -> LoginStart:
        """Begin a log-in with `app`; the browser is to bring `state` back.

        With `asks`, people who agreed before are asked again; else Spotify sends them straight back.
        """
        verifier = secrets.token_urlsafe(64)
        query = {
            "client_id": app.client_id,
            "response_type": "code",
            "redirect_uri": self._redirect_uri,
            "scope": " ".join(SCOPES),
            "state": state,
            "code_challenge_method": "S256",
            "code_challenge": challenge(verifier),
            **({"show_dialog": "true"} if asks else {}),
        }
        return LoginStart(f"{self._accounts_url}/authorize?{urlencode(query)}", verifier)

    async def exchange(self, app: App, code: str, verifier: str) -> Tokens:
        """The tokens for the code a browser brought back.

        Raises InvalidGrantError for a code that is wrong, late or used, UnavailableError, other SpotifyErrors.
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._redirect_uri}
        tokens = await self._tokens(app, {**form, "code_verifier": verifier})
        if tokens.refresh_token is None:
            raise UnavailableError(f"POST {TOKEN_PATH}: no refresh token for a new log-in")
        return tokens

    async def refresh(self, app: App, refresh_token: str) -> Tokens:
        """A fresh access token. Raises InvalidGrantError when only a new log-in helps; other SpotifyErrors."""
        return await self._tokens(app, {"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def _tokens(self, app: App, form: dict[str, str]) -> Tokens:
        """Asked once only: a code is used up by the first answer, even one that got lost."""
        await self._gate.enter("accounts", app.name)
        form = {**form, "client_id": app.client_id}
        url, headers = self._accounts_url + TOKEN_PATH, _client_proof(app)
        answer = await send(self._http, self._clock, "POST", url, data=form, headers=headers)
        if answer.status == 200:
            return _read_tokens(answer.body, answer.sent_at_ms)
        refusal = read_refusal(answer.body)
        if answer.status == 429:
            raise self._gate.limited("accounts", app.name, answer.headers.get("Retry-After"), refusal.reason)
        raise _refused(answer.status, refusal)


def _client_proof(app: App) -> dict[str, str]:
    if not app.client_secret:
        return {}
    return {"Authorization": aiohttp.encode_basic_auth(app.client_id, app.client_secret)}


def _refused(status: int, refusal: Refusal) -> SpotifyError:
    if status >= 500 or status < 400:
        return refusal_error(f"POST {TOKEN_PATH}", status, refusal)
    kind = _REFUSED.get(refusal.reason, BadRequestError)
    return kind(f"POST {TOKEN_PATH}: {status} {refusal.reason} {refusal.message}", status=status, reason=refusal.reason)


def _read_tokens(body: bytes, sent_at_ms: float) -> Tokens:
    try:
        read = msgspec.json.decode(body, type=_TokenBody)
    except NOT_READABLE:
        raise UnavailableError(f"POST {TOKEN_PATH}: not the answer expected") from None
    if not read.access_token or read.token_type.lower() != "bearer" or read.expires_in <= 0:
        raise UnavailableError(f"POST {TOKEN_PATH}: no usable token")
    return Tokens(
        access_token=read.access_token,
        refresh_token=read.refresh_token or None,
        scopes=SCOPES if read.scope is None else tuple(read.scope.split()),
        expires_at_ms=sent_at_ms + read.expires_in * 1000.0,
    )


def challenge(verifier: str) -> str:
    """The S256 challenge for a PKCE verifier [RFC 7636]."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def relogin_notice(granted_at_ms: float, now_ms: float) -> Literal["month", "week", "expired"] | None:
    """Whether somebody who logged in at `granted_at_ms` should hear that they soon must again."""
    left_ms = granted_at_ms + CONSENT_LIFETIME_MS - now_ms
    if left_ms <= 0:
        return "expired"
    if left_ms <= 7 * DAY_MS:
        return "week"
    return "month" if left_ms <= 30 * DAY_MS else None
