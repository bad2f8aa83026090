"""The gate every call goes through: travel time, faults, log-in, limits, seat, scope, Premium."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from ..faults import Caller, Fault
from ..tokens import Token
from ..wire import Wire
from ..world import CallRecord, World
from . import catalogue, closed, commands, library, player, playlists, recommendations, search
from .call import Answer, ApiError, Call, Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *player.ENDPOINTS,
    *commands.ENDPOINTS,
    *catalogue.ENDPOINTS,
    *search.ENDPOINTS,
    *recommendations.ENDPOINTS,
    *playlists.ENDPOINTS,
    *library.ENDPOINTS,
)
NOT_REGISTERED = "Check settings on developer.spotify.com/dashboard, the user may not be registered."
OWNER_NEEDS_PREMIUM = "Active premium subscription required for the owner of the app."
FALSE_401 = ApiError(401, "Access token missing")
FALSE_403 = ApiError(403, "Player command failed: Premium required", "PREMIUM_REQUIRED")

Serve = Callable[[web.Request], Awaitable[web.Response]]


def add_api(app: web.Application, world: World) -> None:
    """Put the Web API under /v1, closed and unknown paths included."""
    for endpoint in ENDPOINTS:
        for path in (endpoint.path, f"{endpoint.path}/"):
            app.router.add_route(endpoint.method, f"/v1{path}", guarded(world, _served(world, endpoint)))
    refusal = guarded(world, _refused(world, ApiError(403, "Forbidden")))
    for path in closed.CLOSED_PATHS:
        app.router.add_route("*", f"/v1{path}", refusal)
    for method, path in closed.CLOSED_METHODS:
        app.router.add_route(method, f"/v1{path}", refusal)
    app.router.add_route("*", "/v1/{tail:.*}", guarded(world, _refused(world, ApiError(404, "Service not found"))))


def guarded(world: World, serve: Serve) -> Serve:
    """`serve` as it looks from afar: with travel times, faults and Spotify's error bodies, and written down."""

    async def handle(request: web.Request) -> web.Response:
        await asyncio.sleep(world.chance.travel_s())
        caller, arrived_at_s = _caller(world, request), world.clock()
        fault = world.faults.meet(caller)
        response = await _answered(serve, request, fault)
        status = 0 if fault is not None and fault.kind == "drop" else response.status
        world.calls.append(CallRecord(arrived_at_s, caller.person, request.method, _template(request), status))
        await asyncio.sleep(world.chance.travel_s())
        return response

    return handle


def _served(world: World, endpoint: Endpoint) -> Serve:
    async def serve(request: web.Request) -> web.Response:
        raw_body = await request.read()
        if request.method in ("PUT", "POST") and not _declares_length(request):
            return web.Response(status=411, text="Length Required")
        token = authenticate(world, request)
        _admit(world, endpoint, token)
        call = Call(
            world=world,
            wire=Wire(world.catalogue, str(request.url.origin())),
            someone=None if token.person is None else world.person(token.person),
            scopes=frozenset(token.scopes),
            path=request.match_info,
            query=request.query,
            raw_body=raw_body,
        )
        _authorize(call, endpoint)
        return _response(endpoint.handler(call))

    return serve


def _refused(world: World, error: ApiError) -> Serve:
    async def serve(request: web.Request) -> web.Response:
        authenticate(world, request)
        raise error

    return serve


async def _answered(serve: Serve, request: web.Request, fault: Fault | None) -> web.Response:
    """The answer, or what a fault makes of it."""
    if fault is not None and fault.delay_s:
        await asyncio.sleep(fault.delay_s)
    if fault is None or fault.kind == "slow":
        return await _understood(serve, request)
    if fault.executed:
        await _understood(serve, request)
    return _spoiled(request, fault)


async def _understood(serve: Serve, request: web.Request) -> web.Response:
    try:
        return await serve(request)
    except ApiError as error:
        return error_response(error)


def _spoiled(request: web.Request, fault: Fault) -> web.Response:
    match fault.kind:
        case "garbage":
            return web.Response(text="<html>upstream connect error</html>", content_type="text/html")
        case "empty":
            return web.Response()
        case "false_401":
            return error_response(FALSE_401)
        case "false_403":
            return error_response(FALSE_403)
        case "drop":
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        case _:
            return _status_response(fault)


def _status_response(fault: Fault) -> web.Response:
    status = fault.status or 500
    headers = dict(fault.headers)
    if fault.retry_after is not None:
        headers[hdrs.RETRY_AFTER] = str(fault.retry_after)
    if fault.body is None:
        return error_response(ApiError(status, fault.message or "Simulated fault", fault.reason, headers))
    if isinstance(fault.body, str):
        return web.Response(status=status, text=fault.body, headers=headers)
    return web.json_response(fault.body, status=status, headers=headers)


def _caller(world: World, request: web.Request) -> Caller:
    token = world.grants.access_token(_bearer(request) or "")
    person, client_id = (token.person, token.client_id) if token else (None, None)
    return Caller(request.method, request.path, person, client_id)


def _template(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return request.path if resource is None or "tail" in request.match_info else resource.canonical.rstrip("/")


def _bearer(request: web.Request) -> str | None:
    scheme, _, text = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else None


def _declares_length(request: web.Request) -> bool:
    return hdrs.CONTENT_LENGTH in request.headers or hdrs.TRANSFER_ENCODING in request.headers


def authenticate(world: World, request: web.Request) -> Token:
    """Who asks; ApiError (400, 401) for no token, or one that is not valid."""
    if hdrs.AUTHORIZATION not in request.headers:
        raise ApiError(401, "No token provided")
    text = _bearer(request)
    if not text:
        raise ApiError(400, "Only valid bearer authentication supported")
    token = world.grants.access_token(text)
    if token is None or token.client_id not in world.apps or (token.person or "ada") not in world.people:
        raise ApiError(401, "Invalid access token")
    if world.grants.is_expired(token):
        raise ApiError(401, "The access token expired")
    return token


def _admit(world: World, endpoint: Endpoint, token: Token) -> None:
    """The app's own hurdles: its limits, its owner's Premium, its seats."""
    if endpoint.old and not world.app(token.client_id).is_old:
        raise ApiError(403, "Forbidden")
    block = world.limits.admit(token.client_id, endpoint.family, world.clock())
    if block is not None:
        world.calls_while_blocked += 1
        raise ApiError(429, "API rate limit exceeded", block.reason, {"Retry-After": str(block.retry_after_s)})
    app = world.app(token.client_id)
    if not app.owner_premium:
        raise ApiError(403, OWNER_NEEDS_PREMIUM)
    if token.person is not None:
        app.take_seat(token.person)
        if token.person not in app.seats:
            raise ApiError(403, NOT_REGISTERED)


def _authorize(call: Call, endpoint: Endpoint) -> None:
    if endpoint.scopes and call.person and not endpoint.scopes <= call.scopes:
        raise ApiError(403, "Insufficient client scope")
    if endpoint.premium and not call.person.premium:
        raise ApiError(403, "Player command failed: Premium required", "PREMIUM_REQUIRED")


def _response(answer: Answer) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status)
    return web.json_response(answer.body, status=answer.status)


def error_response(error: ApiError) -> web.Response:
    """A refusal as Spotify writes it."""
    return web.json_response(error.body, status=error.status, headers=error.headers)
