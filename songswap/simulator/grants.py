"""What people allowed apps to do: codes, tokens, their ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from .tokens import ACCESS_LIFETIME_S, CODE_LIFETIME_S, REFRESH_LIFETIME_S, Kind, Mint, Token

_LIFETIMES_S: dict[Kind, float] = {
    "code": CODE_LIFETIME_S,
    "access": ACCESS_LIFETIME_S,
    "refresh": REFRESH_LIFETIME_S,
}


class Grants:
    """Issues and judges codes and tokens. All but the used codes and revocations is in the tokens themselves."""

    def __init__(self, secret: bytes, clock: Callable[[], float]) -> None:
        self.rotate_refresh_tokens = False
        """Whether a refresh answers with a new refresh token; Spotify normally does not since June 2026."""
        self._mint = Mint(secret)
        self._clock = clock
        self._number = 0
        self._used_codes: set[str] = set()
        self._revoked_up_to: dict[str, tuple[float, int]] = {}
        self._expired_up_to: dict[str, tuple[float, int]] = {}

    def code(
        self, person_id: str, client_id: str, scopes: Iterable[str], redirect_uri: str, code_challenge: str | None
    ) -> str:
        """The code that a consent sends back."""
        token = self._new("code", person_id, client_id, scopes)
        pkce = code_challenge is not None
        return self._mint.write(replace(token, redirect_uri=redirect_uri, code_challenge=code_challenge, pkce=pkce))

    def redeem(self, code: str) -> Token | None:
        """What a code says, once; None if it is forged, expired, used or revoked."""
        token = self._mint.read(code, "code")
        if token is None or code in self._used_codes or not self._is_alive(token):
            return None
        self._used_codes.add(code)
        return token

    def answer(
        self, person_id: str | None, client_id: str, scopes: Iterable[str], *, pkce: bool = False
    ) -> dict[str, Any]:
        """The token endpoint's answer; for nobody (None: client credentials) it has no refresh token."""
        scopes = tuple(scopes)
        answer = self._access_answer(person_id, client_id, scopes)
        if person_id is not None:
            answer["refresh_token"] = self._mint.write(
                replace(self._new("refresh", person_id, client_id, scopes), pkce=pkce)
            )
        return answer

    def refresh_token(self, text: str) -> Token | None:
        """What a refresh token says; None if it is forged, older than six months, or revoked."""
        token = self._mint.read(text, "refresh")
        return token if token is not None and self._is_alive(token) else None

    def refreshed(self, refresh: Token) -> dict[str, Any]:
        """The answer of a refresh. A rotated refresh token ends when the first one would have."""
        answer = self._access_answer(refresh.person, refresh.client_id, refresh.scopes)
        if self.rotate_refresh_tokens:
            fresh = self._new("refresh", refresh.person, refresh.client_id, refresh.scopes)
            answer["refresh_token"] = self._mint.write(
                replace(fresh, expires_at_s=refresh.expires_at_s, pkce=refresh.pkce)
            )
        return answer

    def access_token(self, text: str) -> Token | None:
        """What an access token says, expired or not; None if it is forged or revoked."""
        token = self._mint.read(text, "access")
        return None if token is None or self._is_revoked(token) else token

    def is_expired(self, access: Token) -> bool:
        """Whether an access token's hour is over, by the clock or on request."""
        return access.expires_at_s <= self._clock() or _is_up_to(access, self._expired_up_to)

    def revoke(self, person_id: str) -> None:
        """Every token and code of this person is dead."""
        self._revoked_up_to[person_id] = (self._clock(), self._number)

    def expire(self, person_id: str) -> None:
        """Every access token of this person is over; their refresh tokens live."""
        self._expired_up_to[person_id] = (self._clock(), self._number)

    def _new(self, kind: Kind, person_id: str | None, client_id: str, scopes: Iterable[str]) -> Token:
        self._number += 1
        now_s = self._clock()
        return Token(kind, client_id, person_id, tuple(scopes), now_s, self._number, now_s + _LIFETIMES_S[kind])

    def _access_answer(self, person_id: str | None, client_id: str, scopes: tuple[str, ...]) -> dict[str, Any]:
        return {
            "access_token": self._mint.write(self._new("access", person_id, client_id, scopes)),
            "token_type": "Bearer",
            "expires_in": ACCESS_LIFETIME_S,
            "scope": " ".join(scopes),
        }

    def _is_alive(self, token: Token) -> bool:
        return token.expires_at_s > self._clock() and not self._is_revoked(token)

    def _is_revoked(self, token: Token) -> bool:
        return _is_up_to(token, self._revoked_up_to)


def _is_up_to(token: Token, marks: dict[str, tuple[float, int]]) -> bool:
    mark = marks.get(token.person or "")
    return mark is not None and (token.issued_at_s, token.number) <= mark
