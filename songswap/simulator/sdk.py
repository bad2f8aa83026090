"""What the Web Playback SDK of the embedded Spotify speaks to: one open stream for each page that plays."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web

from .api.call import ApiError
from .api.gate import authenticate, error_response
from .people import Device, Person
from .rendering import page, static_files
from .tabs import change_of, close_tab, open_tab, tab_state
from .wire import Wire
from .world import World

SCOPES = frozenset({"streaming", "user-read-email", "user-read-private"})
"""What the SDK wants of a token [spotify/web-playback-sdk#11]."""
PING_S = 10.0
GRACE_S = 5.0
"""So long after its stream broke without a word a page still counts as there."""
LATEST_MS = 2_000.0
"""What a page says it did longer ago is counted as done so long ago."""
LONGEST_NAME = 200


@dataclass
class _Tab:
    person: Person
    device: Device


def add_sdk(app: web.Application, world: World) -> None:
    """Put the SDK's script, its page and what they speak to at /sdk."""
    desk = _Desk(world)
    app.router.add_get("/sdk/spotify-player.js", static_files()["sdk.js"])
    app.router.add_get("/sdk/player.html", desk.page)
    app.router.add_get("/sdk/clock", desk.clock)
    app.router.add_post("/sdk/connect", _answered(desk.connect))
    app.router.add_post("/sdk/{device_id}/command", _answered(desk.command))
    app.router.add_post("/sdk/{device_id}/leave", desk.leave)


def _answered(
    serve: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await serve(request)
        except ApiError as error:
            return error_response(error)

    return handle


class _Desk:
    def __init__(self, world: World) -> None:
        self._world = world
        self._tabs: dict[str, _Tab] = {}

    async def page(self, _: web.Request) -> web.Response:
        """The hidden page in which the music is made, for anybody to embed."""
        return page("sdk.html", framed=True)

    async def clock(self, _: web.Request) -> web.Response:
        """The time here."""
        return web.json_response({"now_ms": self._now_ms()}, headers={hdrs.CACHE_CONTROL: "no-store"})

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """A page becomes a device for as long as it takes in what is streamed to it."""
        person = self._listener(request)
        body = await _object(request)
        name, volume = _name(body), body.get("volume", 1)
        if not isinstance(volume, int | float) or isinstance(volume, bool) or not 0 <= volume <= 1:
            raise ApiError(400, "volume must be a number from 0 to 1")
        headers = {hdrs.CONTENT_TYPE: "application/x-ndjson", hdrs.CACHE_CONTROL: "no-store"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        tab = _Tab(person, open_tab(self._world, person, name, volume))
        self._tabs[tab.device.id] = tab
        try:
            await self._stream(request, response, tab)
        except ConnectionError:
            pass  # the page is gone, or the network is
        finally:
            asyncio.get_running_loop().call_later(GRACE_S, self._close, tab)
        return response

    async def _stream(self, request: web.Request, response: web.StreamResponse, tab: _Tab) -> None:
        profile, wire = self._world.profile, Wire(self._world.catalogue, str(request.url.origin()))
        local_ms = [profile.here_ms, profile.here_ms * profile.here_jitter]
        await self._send(response, "ready", device_id=tab.device.id, local_ms=local_ms)
        player, changed = self._world.player(tab.person.id), asyncio.Event()
        player.watchers.add(changed.set)
        last: object = tab
        try:
            while tab.device.is_online:
                changed.clear()
                state = tab_state(self._world, wire, tab.person, tab.device)
                if state != last:
                    last = state
                    await self._send(response, "state", state=state)
                wait_s = min(PING_S, max(0.0, (player.changes_at_ms() - self._now_ms()) / 1_000))
                if not await _is_set(changed, wait_s) and wait_s >= PING_S:
                    await self._send(response, "ping")
        finally:
            player.watchers.discard(changed.set)

    async def command(self, request: web.Request) -> web.Response:
        """What the page did by itself: already heard there, at `at_ms`."""
        tab = self._tab(request)
        if self._listener(request) is not tab.person:
            raise ApiError(403, "This device is somebody else's")
        body = await _object(request)
        if body.get("action") == "rename":
            tab.device.name = _name(body)
            return web.Response(status=204)
        now_ms = self._now_ms()
        at_ms = body.get("at_ms", now_ms)
        if not isinstance(at_ms, int | float) or isinstance(at_ms, bool):
            raise ApiError(400, "at_ms must be a number: epoch milliseconds")
        player = self._world.player(tab.person.id)
        try:
            change = change_of(player, tab.device, body)
        except ValueError as error:
            raise ApiError(400, str(error)) from error
        try:
            player.do_here(tab.device.id, change, max(at_ms, now_ms - LATEST_MS))
        except ValueError as error:
            raise ApiError(409, str(error)) from error
        return web.Response(status=204)

    async def leave(self, request: web.Request) -> web.Response:
        """The page goes. Whoever knows the device's name may say so: a page that is being closed sends no log-in."""
        tab = self._tabs.get(request.match_info["device_id"])
        if tab is not None:
            self._close(tab)
        return web.Response(status=204)

    def _close(self, tab: _Tab) -> None:
        if self._tabs.pop(tab.device.id, None) is not None:
            close_tab(self._world, tab.person, tab.device)

    def _tab(self, request: web.Request) -> _Tab:
        tab = self._tabs.get(request.match_info["device_id"])
        if tab is None:
            raise ApiError(404, "Device not found")
        return tab

    def _listener(self, request: web.Request) -> Person:
        """Whose token it is, if it may play in a page."""
        token = authenticate(self._world, request)
        if token.person is None:
            raise ApiError(401, "Valid user authentication required")
        if not SCOPES.issubset(token.scopes):
            raise ApiError(403, "Invalid token scopes.")
        person = self._world.person(token.person)
        if not person.premium:
            raise ApiError(403, "This functionality is restricted to premium users only", "PREMIUM_REQUIRED")
        return person

    async def _send(self, response: web.StreamResponse, kind: str, **fields: Any) -> None:
        line = {"type": kind, "now_ms": self._now_ms(), **fields}
        await response.write(json.dumps(line).encode() + b"\n")

    def _now_ms(self) -> float:
        return self._world.clock() * 1_000


async def _is_set(event: asyncio.Event, wait_s: float) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), wait_s)
    return event.is_set()


def _name(body: dict[str, Any]) -> str:
    name = body.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise ApiError(400, f"name must have 1 to {LONGEST_NAME} characters")
    return name


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "the body must be a JSON object")
    return body
