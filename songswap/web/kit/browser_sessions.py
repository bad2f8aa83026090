"""Which browsers somebody is logged in with: a secret in a cookie, its hash in the store."""

import contextlib
import hashlib
import hmac
import logging
import re
import secrets
from typing import Final

from msgspec.structs import replace

from songswap.documents import ACCOUNT, BROWSERS, Account, Browser, Browsers
from songswap.store import Store, StoreError

logger = logging.getLogger(__name__)

LIFE_S: Final = 180 * 24 * 3_600
"""A log-in ends then, however often it is used: Spotify's own ends as well."""
IDLE_S: Final = 30 * 24 * 3_600
"""A log-in ends that was not used for so long."""
USED_EVERY_MS: Final = 3_600_000.0
"""That it is used is written down so often at most."""
FRESH_MS: Final = 600_000.0
"""So long after a log-in it is certain enough who sits there to delete all they have."""
MOST: Final = 20
"""Browsers at once per person; a further one logs the longest-standing out."""

COOKIE_TEXT: Final = re.compile(r"([a-z0-9]{12})\.([A-Za-z0-9_-]{43})")
NAME_LENGTH: Final = 16


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _credentials(cookie: str) -> tuple[str, str] | None:
    found = COOKIE_TEXT.fullmatch(cookie)
    return (found[1], _hash(found[2])) if found else None


def _is_live(browser: Browser, now_ms: float) -> bool:
    is_idle = browser.used_at_ms > 0 and now_ms >= browser.used_at_ms + IDLE_S * 1000
    return now_ms < browser.since_ms + LIFE_S * 1000 and not is_idle


def logged_in(store: Store, account: str, now_ms: float) -> tuple[Browser, ...]:
    """The browsers that `account` is logged in with, the longest-standing first. Raises StoreError."""
    known = store.read(BROWSERS, account) or Browsers()
    return tuple(one for one in known.logged_in if _is_live(one, now_ms))


def known(store: Store, cookie: str, now_ms: float) -> tuple[Account, Browser] | None:
    """The browser that sent `cookie`, and the account it is logged in to. Raises StoreError."""
    credentials = _credentials(cookie)
    if credentials is None:
        return None
    account, fingerprint = credentials
    live = logged_in(store, account, now_ms)
    browser = next((one for one in live if hmac.compare_digest(one.secret_hash, fingerprint)), None)
    person = store.read(ACCOUNT, account) if browser else None
    return (person, browser) if person and browser else None


def whose(store: Store, cookie: str, now_ms: float) -> Account | None:
    """The account that the browser which sent `cookie` is logged in to. Raises StoreError."""
    found = known(store, cookie, now_ms)
    return found[0] if found else None


def note_use(store: Store, account: str, browser: Browser, now_ms: float) -> None:
    """Write down that `browser` is in use, now and then; where that fails, the next request tries again."""
    if abs(now_ms - browser.used_at_ms) < USED_EVERY_MS:
        return
    with contextlib.suppress(StoreError):
        _change(store, account, now_ms, browser.secret_hash, replace(browser, used_at_ms=now_ms))


def log_in(store: Store, account: str, browser: Browser) -> str:
    """Log `browser` in to `account`, with a new secret; returns what its cookie is to hold. Raises StoreError."""
    secret = secrets.token_urlsafe(32)
    kept = logged_in(store, account, browser.since_ms)[-(MOST - 1) :]
    store.write(BROWSERS, Browsers((*kept, replace(browser, secret_hash=_hash(secret)))), account)
    way = ", by an address that was pasted" if browser.is_doubtful else ""
    logger.info("account %s: logged in with %s%s", account, browser.name or "a browser", way)
    return f"{account}.{secret}"


def log_out(store: Store, cookie: str, now_ms: float) -> None:
    """Forget the browser which sent `cookie`, and no other. Raises StoreError."""
    if found := known(store, cookie, now_ms):
        _change(store, found[0].id, now_ms, found[1].secret_hash, None)


def name_of(browser: Browser) -> str:
    """What `browser` is called in addresses; it opens nothing."""
    return browser.secret_hash[:NAME_LENGTH]


def end(store: Store, account: str, name: str, now_ms: float) -> None:
    """Log the browser of this name out. Raises StoreError."""
    if found := _named(store, account, name, now_ms):
        _change(store, account, now_ms, found.secret_hash, None)


def end_all(store: Store, account: str) -> None:
    """Log every browser of `account` out. Raises StoreError."""
    store.write(BROWSERS, Browsers(), account)
    logger.info("account %s: every browser is logged out", account)


def vouch(store: Store, account: str, name: str, now_ms: float) -> None:
    """The browser of this name is one's own: somebody says so in another one. Raises StoreError."""
    if found := _named(store, account, name, now_ms):
        _change(store, account, now_ms, found.secret_hash, replace(found, is_doubtful=False))


def is_fresh(browser: Browser, now_ms: float) -> bool:
    """Whether whoever sits at `browser` has logged in just now."""
    return 0 <= now_ms - browser.since_ms < FRESH_MS


def needs_word(browser: Browser) -> bool:
    """Whether somebody has to say in another browser of the account first that `browser` is theirs.

    Ending the others does not spare it that.
    """
    return browser.is_doubtful and not browser.was_only


def _named(store: Store, account: str, name: str, now_ms: float) -> Browser | None:
    return next((one for one in logged_in(store, account, now_ms) if name_of(one) == name), None)


def _change(store: Store, account: str, now_ms: float, secret_hash: str, after: Browser | None) -> None:
    """Put `after` in the place of the browser with `secret_hash`, or nothing."""
    live = logged_in(store, account, now_ms)
    changed = (after if one.secret_hash == secret_hash else one for one in live)
    store.write(BROWSERS, Browsers(tuple(one for one in changed if one is not None)), account)
    if after is None:
        logger.info("account %s: a browser is logged out", account)
