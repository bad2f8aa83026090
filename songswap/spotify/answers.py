"""What came back over the wire, and which error a refusal is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from songswap.spotify.errors import (
    BadRequestError,
    DeviceNotFoundError,
    ForbiddenError,
    MissingScopeError,
    NoActiveDeviceError,
    NoSeatError,
    NotFoundError,
    NotPremiumError,
    OwnerNotPremiumError,
    SpotifyError,
    UnauthorizedError,
    UnavailableError,
)
from songswap.spotify.wire import NOT_READABLE

LONGEST_QUOTE = 200


@dataclass(frozen=True)
class Answer:
    """An answer read to its end, with the moments its request was sent and it was complete."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent_at_ms: float
    received_at_ms: float


@dataclass(frozen=True)
class Refusal:
    """What a body that is no success says: Spotify's `message` and `reason`, or the plain text it is."""

    message: str
    reason: str = ""


class _Error(msgspec.Struct):
    message: str | None = None
    reason: str | None = None


class _ErrorBody(msgspec.Struct):
    error: _Error


class _OAuthErrorBody(msgspec.Struct):
    error: str
    error_description: str | None = None


_ERROR_BODY: Final = msgspec.json.Decoder(_ErrorBody)
_OAUTH_ERROR_BODY: Final = msgspec.json.Decoder(_OAuthErrorBody)

_FORBIDDEN: Final[tuple[tuple[str, type[SpotifyError]], ...]] = (
    ("may not be registered", NoSeatError),
    ("premium subscription required for the owner", OwnerNotPremiumError),
    ("premium required", NotPremiumError),
    ("insufficient client scope", MissingScopeError),
)
"""Some refusals differ in their message alone."""


def read_refusal(body: bytes) -> Refusal:
    """What the body of a refusal says; it may be JSON of the Web API, JSON of the accounts service, or any text."""
    try:
        error = _ERROR_BODY.decode(body).error
        return Refusal(_quote(error.message), _quote(error.reason))
    except NOT_READABLE:
        pass
    try:
        oauth = _OAUTH_ERROR_BODY.decode(body)
        return Refusal(_quote(oauth.error_description), _quote(oauth.error))
    except NOT_READABLE:
        return Refusal(_quote(body.decode("utf-8", errors="replace")))


def _quote(text: str | None) -> str:
    return " ".join((text or "").split())[:LONGEST_QUOTE]


def refusal_error(endpoint: str, status: int, refusal: Refusal) -> SpotifyError:
    """The error for an answer that is no success (429 apart, which is the gate's)."""
    kind = _kind(status, refusal)
    message = f"{endpoint}: {status} {refusal.message} {refusal.reason}".rstrip()
    return kind(message, status=status, reason=refusal.reason)


def _kind(status: int, refusal: Refusal) -> type[SpotifyError]:
    if status == 401:
        return UnauthorizedError
    if status == 403:
        return _forbidden(refusal)
    if status == 404:
        return _not_found(refusal)
    if 400 <= status < 500 and status != 408:
        return BadRequestError
    return UnavailableError


def _forbidden(refusal: Refusal) -> type[SpotifyError]:
    if refusal.reason == "PREMIUM_REQUIRED":
        return NotPremiumError
    message = refusal.message.lower()
    return next((kind for words, kind in _FORBIDDEN if words in message), ForbiddenError)


def _not_found(refusal: Refusal) -> type[SpotifyError]:
    message = refusal.message.lower()
    if refusal.reason == "NO_ACTIVE_DEVICE" or "no active device" in message:
        return NoActiveDeviceError
    return DeviceNotFoundError if "device not found" in message else NotFoundError
