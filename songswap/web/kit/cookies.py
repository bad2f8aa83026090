"""The cookies SongSwap sets: what they are called, and what browsers may do with them."""

from collections.abc import Mapping
from typing import Final

from quart import Response
from werkzeug.wrappers import Response as WerkzeugResponse

from songswap.config import Config

AnyResponse = Response | WerkzeugResponse
"""Quart's own, or the one its helpers such as `redirect` make."""

SESSION: Final = "songswap"
"""Keeps a browser logged in."""
LOGIN: Final = "songswap_login"
"""The log-ins a browser has begun, sealed."""
APP: Final = "songswap_app"
"""Which of the operator's apps this browser used last: the person has a seat there."""


def is_secure(config: Config) -> bool:
    """Whether cookies are for https only."""
    return config.server.url.startswith("https://")


def name_of(config: Config, cookie: str) -> str:
    """What `cookie` is called in browsers.

    With https that begins with `__Host-`, which no other host of the domain and no page without https can plant
    [RFC 6265bis, 4.1.3.2].
    """
    return f"__Host-{cookie}" if is_secure(config) else cookie


def read(config: Config, cookies: Mapping[str, str], cookie: str) -> str:
    """What a browser shows as `cookie`; empty where it shows nothing."""
    return cookies.get(name_of(config, cookie), "")


def keep(config: Config, response: AnyResponse, cookie: str, value: str, life_s: int) -> None:
    """Have the browser keep `value` for `life_s`, out of reach for scripts and for other sites' requests."""
    response.set_cookie(
        name_of(config, cookie),
        value,
        max_age=life_s,
        httponly=True,
        samesite="Lax",
        secure=is_secure(config),
        path="/",
    )


def drop(config: Config, response: AnyResponse, cookie: str) -> None:
    """Have the browser forget `cookie`, under the name of before https as well."""
    for name in {cookie, name_of(config, cookie)}:
        response.delete_cookie(name, path="/", secure=is_secure(config), httponly=True, samesite="Lax")
