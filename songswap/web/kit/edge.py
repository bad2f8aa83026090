"""Before anything else: who asks, how much of that address is under way already, what is let go when it is over."""

import logging
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any, Final, cast

from quart import Quart, has_websocket_context, request, websocket

from songswap.core.kit.callers import Caller, caller_of
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.held import Held
from songswap.web.kit.request_body import Receive, Send
from songswap.web.kit.security_headers import security_headers
from songswap.web.kit.services import EXTENSION, Services

logger = logging.getLogger(__name__)

CALLER: Final = "songswap.caller"
HELD: Final = "songswap.held"
"""Where a request's scope has who asks, and what is held until it is over."""
TOO_MANY: Final = b'{"error":{"code":"too_many_at_once","message":"Too many requests of this address are under way."}}'


def caller() -> Caller:
    """Who sent the present request, or opened the present connection."""
    return cast(Caller, _scope()[CALLER])


def held() -> ExitStack:
    """What is held until the present request, its answer included, is over."""
    return cast(ExitStack, _scope()[HELD])


def hold_one(of: Held, key: str, code: str, message: str) -> None:
    """Count the present request among those of `key`. Raises ProblemError (429) if there are too many."""
    if not of.take(key, held()):
        raise ProblemError(429, code, message, headers={"Retry-After": "10"})


def register(app: Quart) -> None:
    """Have every request of `app` come by here first."""
    services: Services = app.extensions[EXTENSION]
    inner: Any = app.asgi_app

    async def at_the_edge(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await inner(scope, receive, send)
            return
        asking = caller_of((scope.get("client") or [None])[0], _read(scope), services.config.server.trusted_proxies)
        with ExitStack() as until:
            if asking.is_proxy or services.at_once.take(asking.key, until):
                await inner({**scope, CALLER: asking, HELD: until}, receive, send)
            else:
                logger.info("refused: too many requests under way for %s", asking.key)
                await _refuse(scope, send, security_headers(services.config))

    vars(app)["asgi_app"] = at_the_edge  # as in `bodies`


def _read(scope: Any) -> Iterable[tuple[str, str]]:
    return ((name.decode("latin1").lower(), text.decode("latin1")) for name, text in scope["headers"])


async def _refuse(scope: Any, send: Send, more: Mapping[str, str]) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1013})
        return
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"10"), (b"cache-control", b"no-store")]
    headers += [(name.lower().encode(), text.encode()) for name, text in more.items()]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": TOO_MANY, "more_body": False})


def _scope() -> Any:
    return (websocket if has_websocket_context() else request).scope
