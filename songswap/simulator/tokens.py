"""Codes and tokens: self-describing and signed, so that log-ins outlive the process that gave them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from typing import Literal

ACCESS_LIFETIME_S = 3_600
CODE_LIFETIME_S = 600
REFRESH_LIFETIME_S = 365 * 86_400 // 2
"""Six months from the consent; refreshing does not extend it (Spotify, June 2026)."""

Kind = Literal["code", "access", "refresh"]


@dataclass(frozen=True)
class Token:
    """What a code or token says about itself. `person` is None for client credentials."""

    kind: Kind
    client_id: str
    person: str | None
    scopes: tuple[str, ...]
    issued_at_s: float
    number: int
    expires_at_s: float
    pkce: bool = False
    redirect_uri: str | None = None
    code_challenge: str | None = None


class Mint:
    """Makes and reads tokens with one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def write(self, token: Token) -> str:
        """The token as it travels."""
        payload = base64.urlsafe_b64encode(json.dumps(asdict(token), separators=(",", ":")).encode()).rstrip(b"=")
        return f"{payload.decode()}.{self._signature(payload)}"

    def read(self, text: str, kind: Kind) -> Token | None:
        """The token, or None for a forgery, something else, or another kind."""
        payload, _, signature = text.partition(".")
        if not (text.isascii() and hmac.compare_digest(signature, self._signature(payload.encode()))):
            return None
        fields = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        token = Token(**{**fields, "scopes": tuple(fields["scopes"])})
        return token if token.kind == kind else None

    def _signature(self, payload: bytes) -> str:
        digest = hmac.new(self._secret, payload, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def s256(verifier: str) -> str:
    """The PKCE challenge of a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
