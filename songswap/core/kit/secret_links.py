"""Links that open by a secret: how long each lasts, and which secret opens one."""

import hashlib
import hmac
from typing import Final

from msgspec.structs import replace

from songswap.model.durations import DAY_MS
from songswap.model.links import SecretLink

INVITE_LIFE_MS: Final = 14 * DAY_MS
SCREEN_LIFE_MS: Final = 30 * DAY_MS
LISTENING_LIFE_MS: Final = 90 * DAY_MS
"""Of the link to somebody's figures."""
PROFILE_LIFE_MS: Final = 365 * DAY_MS
"""The longest: it is the one that people put on a page of theirs."""


def made(secret: str, sealed: str, expires_at_ms: float) -> SecretLink:
    """The link that `secret` opens; `sealed` is the same, for its own page alone."""
    return SecretLink(hash_of(secret), expires_at_ms, sealed)


def hash_of(secret: str) -> str:
    """What a secret is known by. It is random and long, so that a plain hash can't be turned back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fits(link: SecretLink | None, secret: str) -> bool:
    """Whether it is the secret of this link, which may be over."""
    if link is None:
        return False
    known = link.secret_hash or (hash_of(link.secret) if link.secret else "")
    return bool(known) and hmac.compare_digest(known, hash_of(secret))


def opens(link: SecretLink | None, secret: str, now_ms: float) -> bool:
    """Whether `secret` opens this link now."""
    return link is not None and now_ms < link.expires_at_ms and fits(link, secret)


def lasting(link: SecretLink, now_ms: float, life_ms: float) -> SecretLink:
    """The same link, good for all of its life from now on."""
    return replace(link, expires_at_ms=now_ms + life_ms)
