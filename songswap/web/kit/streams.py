"""Streams of events: each has an address of its own, and can be had over a page's one connection instead."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec
from quart import Blueprint, Response, request
from quart_schema import hide
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from songswap.documents import Account
from songswap.web.kit.access import cookie, me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body
from songswap.web.kit.services import Services, current_services

HEADERS: Final = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
KEEP_ALIVE_S = 15.0
RETRY_MS: Final = 2_000
STILL_HERE: Final = b": still here\n\n"


@dataclass(frozen=True)
class Asking:
    """Who wants a stream, by which log-in, and the id of the event they saw last.

    `is_paged`: a page of ours, which knows what it was told before and needs to be told only what differs.
    """

    services: Services
    account: Account
    cookie: str
    after: str = ""
    is_paged: bool = False


Events = AsyncGenerator[bytes, None]
"""As they are sent, one or several at once."""
Opener = Callable[..., Events]

_ROUTES: Final = Map()
_OPENERS: Final[dict[str, tuple[Opener, type[Body] | None]]] = {}


def stream(blueprint: Blueprint, path: str, asked: type[Body] | None = None) -> Callable[[Opener], Opener]:
    """Have events come from `path`: what the function gives, to an Asking, the names in the path, and `data`, what
    follows its question mark as an `asked`. It raises ProblemError where there is nothing to be had.
    """

    def decorate(opener: Opener) -> Opener:
        async def answer(**names: str) -> Response:
            asking = Asking(current_services(), me(), cookie(), request.headers.get("Last-Event-ID", ""))
            return response_of(opener(asking, **names, **_data(asked, request.args.to_dict())))

        answer.__name__, answer.__doc__ = opener.__name__, opener.__doc__
        blueprint.get(path)(hide(answer))
        endpoint = f"{blueprint.name}.{opener.__name__}"
        _ROUTES.add(Rule(path, endpoint=endpoint))
        _OPENERS[endpoint] = opener, asked
        return opener

    return decorate


def response_of(events: Events) -> Response:
    """An answer that goes on for as long as there are events."""

    async def with_retry() -> AsyncGenerator[bytes, None]:
        yield f"retry: {RETRY_MS}\n\n".encode()
        async with aclosing(events):
            async for one in events:
                yield one

    response = Response(with_retry(), headers=HEADERS)
    response.timeout = None
    return response


def open_stream(asking: Asking, address: str) -> Events:
    """The events that come from `address`, a path and what follows its question mark. Raises ProblemError."""
    parts = urlsplit(address)
    try:
        endpoint, names = _ROUTES.bind("").match(parts.path, "GET")
    except HTTPException:
        raise ProblemError(404, "not_found", "No events come from this address.") from None
    opener, asked = _OPENERS[endpoint]
    events: Events = opener(asking, **names, **_data(asked, dict(parse_qsl(parts.query, keep_blank_values=True))))
    return events


def event(name: str, number: int, data: object) -> bytes:
    """One event, as it is sent."""
    return b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), number, msgspec.json.encode(data))


def _data(asked: type[Body] | None, given: dict[str, str]) -> dict[str, Any]:
    if asked is None:
        return {}
    try:
        return {"data": msgspec.convert(given, asked, strict=False)}
    except msgspec.ValidationError as error:
        raise ProblemError(400, "invalid", f"The address does not fit: {error}.") from error
