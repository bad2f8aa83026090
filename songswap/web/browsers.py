"""Which browsers somebody is logged in with: a secret in a cookie, its hash in the store."""

import hashlib
import hmac
import re
import secrets

from quart import Response
from werkzeug.wrappers import Response as WerkzeugResponse

from songswap.documents import ACCOUNT, BROWSERS, Account, Browser, Browsers
from songswap.store import Store

AnyResponse = Response | WerkzeugResponse
"""Quart's own, or the one its helpers such as `redirect` make."""

COOKIE = "songswap"
LIFE_S = 180 * 24 * 3_600
MOST = 20
"""Browsers at once per person; a further one logs the longest-standing out."""

COOKIE_TEXT = re.compile(r"([a-z0-9]{12})\.([A-Za-z0-9_-]{43})")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _credentials(cookie: str) -> tuple[str, str] | None:
    found = COOKIE_TEXT.fullmatch(cookie)
    return (found[1], _hash(found[2])) if found else None


def _live(browsers: Browsers | None, now_ms: float) -> list[Browser]:
    return [one for one in (browsers or Browsers()).logged_in if now_ms < one.since_ms + LIFE_S * 1000]


def whose(store: Store, cookie: str, now_ms: float) -> Account | None:
    """The account that the browser which sent `cookie` is logged in to."""
    credentials = _credentials(cookie)
    if credentials is None:
        return None
    account, fingerprint = credentials
    browsers = _live(store.read(BROWSERS, account), now_ms)
    if not any(hmac.compare_digest(browser.secret_hash, fingerprint) for browser in browsers):
        return None
    return store.read(ACCOUNT, account)


def log_in(store: Store, response: AnyResponse, account: str, now_ms: float, *, secure: bool) -> None:
    """Log the browser that gets `response` in to `account`."""
    secret = secrets.token_urlsafe(32)
    kept = _live(store.read(BROWSERS, account), now_ms)[-(MOST - 1) :]
    store.write(BROWSERS, Browsers((*kept, Browser(_hash(secret), now_ms))), account)
    response.set_cookie(
        COOKIE, f"{account}.{secret}", max_age=LIFE_S, httponly=True, samesite="Lax", secure=secure, path="/"
    )


def log_out(store: Store, cookie: str, now_ms: float) -> None:
    """Forget the browser which sent `cookie`, and no other."""
    if whose(store, cookie, now_ms) is None or (credentials := _credentials(cookie)) is None:
        return
    account, fingerprint = credentials
    kept = tuple(one for one in _live(store.read(BROWSERS, account), now_ms) if one.secret_hash != fingerprint)
    store.write(BROWSERS, Browsers(kept), account)
