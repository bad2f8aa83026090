"""The pages of the embedded Spotify: who plays what, each person's player, and their data as a download."""

from __future__ import annotations

import asyncio

from aiohttp import hdrs, web

from .covers import draw_cover
from .rendering import page, static_files
from .streaming_history import end_of_day, streaming_history, zipped
from .views import player_view, shelves
from .wire import IMAGE_SIZES, Wire
from .world import World


def add_pages(app: web.Application, world: World) -> None:
    """Put the pages at /, /player/{person} and /covers/{id}.svg, and people's data below their players."""
    pages = _Pages(world)
    app.router.add_get("/", pages.people)
    app.router.add_get("/player/{person}", pages.player)
    app.router.add_get("/player/{person}/my_spotify_data.zip", pages.data)
    app.router.add_get("/covers/{id:[0-9A-Za-z]{12,22}}.svg", pages.cover)
    for name, static_file in static_files().items():
        app.router.add_get(f"/static/{name}", static_file)


class _Pages:
    def __init__(self, world: World) -> None:
        self._world = world

    async def people(self, request: web.Request) -> web.Response:
        """Everybody and what they play."""
        wire = _wire(self._world, request)
        views = [player_view(self._world, wire, person) for person in self._world.people.values()]
        return page("people.html", views=views)

    async def player(self, request: web.Request) -> web.Response:
        """One person's player."""
        person = self._world.people.get(request.match_info["person"])
        if person is None:
            return page("refused.html", status=404, text="There is nobody of that name here.")
        view = player_view(self._world, _wire(self._world, request), person)
        return page("player.html", view=view, groups=shelves(self._world, person))

    async def data(self, request: web.Request) -> web.Response:
        """The extended streaming history, as Spotify sends it; with `until=2026-11-09` up to the end of that day."""
        person = self._world.people.get(request.match_info["person"])
        try:
            until_s = end_of_day(request.query["until"]) if "until" in request.query else None
        except ValueError:
            return web.Response(status=400, text="until is a day like 2026-11-09")
        if person is None:
            return page("refused.html", status=404, text="There is nobody of that name here.")
        world, recent = self._world, list(self._world.player(person.id).history)
        rows = streaming_history(world.seed, person, world.catalogue, recent, world.clock(), until_s)
        headers = {hdrs.CONTENT_DISPOSITION: 'attachment; filename="my_spotify_data.zip"'}
        return web.Response(body=await asyncio.to_thread(zipped, rows), content_type="application/zip", headers=headers)

    async def cover(self, request: web.Request) -> web.Response:
        """The drawn picture of an album, artist, playlist or person."""
        size = request.query.get("size", str(IMAGE_SIZES[0]))
        if size not in {str(known) for known in IMAGE_SIZES}:
            return web.Response(status=404, text="no such size")
        text = draw_cover(self._world.seed, request.match_info["id"], int(size))
        headers = {hdrs.CACHE_CONTROL: "public, max-age=86400", hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*"}
        return web.Response(text=text, content_type="image/svg+xml", headers=headers)


def _wire(world: World, request: web.Request) -> Wire:
    return Wire(world.catalogue, str(request.url.origin()))
