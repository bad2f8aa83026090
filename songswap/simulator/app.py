"""The simulator as a web application, and as a server for as long as one needs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from .api.gate import add_api
from .control import add_control
from .oauth import add_accounts
from .pages import add_pages
from .reccobeats import add_reccobeats
from .sdk import add_sdk
from .world import World
from .youtube import add_youtube


def create_app(world: World) -> web.Application:
    """The Web API at /v1, the accounts service at /authorize and /api/token, the control desk at /sim, the pages.

    At /sdk is what the Web Playback SDK speaks to. Beside it all, at /reccobeats, what stands in for ReccoBeats, and at
    /youtube/v3 for the YouTube Data API.
    """
    app = web.Application()
    add_api(app, world)
    add_accounts(app, world)
    add_control(app, world)
    add_reccobeats(app, world)
    add_youtube(app, world)
    add_pages(app, world)
    add_sdk(app, world)
    return app


@asynccontextmanager
async def serve(world: World, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve a world; yields its address. Port 0 takes a free one; OSError if the port is taken."""
    runner = web.AppRunner(create_app(world), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield f"http://{_authority(host, runner.addresses[0][1])}"
    finally:
        await runner.cleanup()


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
