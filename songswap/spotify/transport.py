"""How requests travel: one attempt, the gate before it, the error after it, and when to try once more."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec

from songswap.clock import Clock
from songswap.model.music_source import Bearer
from songswap.spotify import wire
from songswap.spotify.answers import Answer, read_refusal, refusal_error
from songswap.spotify.budget import Family
from songswap.spotify.errors import (
    NotPremiumError,
    SpotifyError,
    TooSlowError,
    UnauthorizedError,
    UnavailableError,
)
from songswap.spotify.gate import Gate

T = TypeVar("T")

Query = Mapping[str, str | int | None]
EPISODES_TOO: Query = {"additional_types": "track,episode"}
"""Without this Spotify hides episodes, or dresses them up as tracks."""

TIME_OUT = aiohttp.ClientTimeout(total=10)
RETRY_PAUSE_S = 0.5
LARGEST_BODY = 8 * 1024 * 1024
"""Bytes; the largest real answers are a twentieth of this."""


def open_http() -> aiohttp.ClientSession:
    """A session for all calls to Spotify. It keeps no cookies: they would mix up the people it speaks for."""
    return aiohttp.ClientSession(timeout=TIME_OUT, cookie_jar=aiohttp.DummyCookieJar())


@dataclass(frozen=True)
class Request:
    """One call to the Web API. `urgent` ones don't wait for their turn."""

    method: str
    path: str
    family: Family
    query: Query = field(default_factory=dict)
    body: object = None
    urgent: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Transport:
    """Sends requests to the Web API at `api_url` through the gate."""

    def __init__(self, http: aiohttp.ClientSession, api_url: str, gate: Gate, clock: Clock) -> None:
        self._http = http
        self._api_url = api_url
        self._gate = gate
        self._clock = clock

    async def _read(self, bearer: Bearer, request: Request, kind: type[T]) -> T:
        """The answer to `request` as a `kind` of `wire`. Raises SpotifyError."""
        answer = await self._request(bearer, request)
        return wire.read(answer.body, kind, str(request))

    async def _request(self, bearer: Bearer, request: Request) -> Answer:
        """The successful answer to `request`, tried twice where the first refusal may be a passing one.

        Raises SpotifyError.
        """
        try:
            return await self._attempt(bearer, request)
        except SpotifyError as error:
            if not _may_pass(error, request):
                raise
        await asyncio.sleep(RETRY_PAUSE_S)
        return await self._attempt(bearer, request)

    async def _attempt(self, bearer: Bearer, request: Request) -> Answer:
        await self._gate.enter(request.family, bearer.app, urgent=request.urgent)
        query = {key: str(value) for key, value in request.query.items() if value is not None}
        headers = {"Authorization": f"Bearer {bearer.token}"}
        body = None
        if request.body is not None:
            body = msgspec.json.encode(request.body)
            headers["Content-Type"] = "application/json"
        url = self._api_url + request.path
        answer = await send(self._http, self._clock, request.method, url, params=query, headers=headers, data=body)
        if 200 <= answer.status < 300:
            return answer
        refusal = read_refusal(answer.body)
        if answer.status == 429:
            raise self._gate.limited(request.family, bearer.app, answer.headers.get("Retry-After"), refusal.reason)
        raise refusal_error(str(request), answer.status, refusal)


def _may_pass(error: SpotifyError, request: Request) -> bool:
    """Whether the same request may succeed in a moment, and does no harm if the first one was carried out after all.

    Valid tokens now and then draw a 401 “Access token missing” or a 403 “Premium required” [SpotifyPlus #237]: nothing
    was carried out then. After ten seconds of silence nobody wants to wait ten more. An urgent request is made anew by
    its sender: what it says of a position would be out of date.
    """
    if request.urgent:
        return False
    if isinstance(error, UnauthorizedError | NotPremiumError):
        return True
    return isinstance(error, UnavailableError) and not isinstance(error, TooSlowError) and request.method == "GET"


async def _only_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keeps aiohttp from sending a PUT again by itself when the connection breaks: it may have been carried out."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(str(error)) from None


async def send(http: aiohttp.ClientSession, clock: Clock, method: str, url: str, **arguments: Any) -> Answer:
    """One exchange, whatever the status. Raises UnavailableError when there is no whole answer.

    aiohttp's own errors are not chained: some of them show the request's headers, and with them the token.
    """
    sent_at_ms = clock.now_ms()
    try:
        async with http.request(method, url, allow_redirects=False, middlewares=[_only_once], **arguments) as response:
            body = await _whole_body(response)
            return Answer(response.status, response.headers, body, sent_at_ms, clock.now_ms())
    except TimeoutError:
        raise TooSlowError(f"{method} {urlsplit(url).path}: no answer in time") from None
    except aiohttp.ClientError as error:
        raise UnavailableError(f"{method} {urlsplit(url).path}: {type(error).__name__} {error}") from None


async def _whole_body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise aiohttp.ClientPayloadError("too large")
    return bytes(body)
