"""The control desk under /sim: scripts players, injects faults, tells the truth. Needs no log-in."""

from __future__ import annotations

import csv
import inspect
import io
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from aiohttp import web

from .faults import Fault
from .players import Player
from .profile import Profile
from .streaming_history import end_of_day, shown_as_recent
from .views import player_view
from .wire import Wire
from .world import World

ACTIONS = (
    "play_context",
    "play_uris",
    "pause",
    "resume",
    "seek",
    "next",
    "previous",
    "set_shuffle",
    "set_repeat",
    "set_volume",
    "transfer",
    "add_to_queue",
    "set_device_online",
    "set_private_session",
)
"""The methods of Player that can be called by name."""

WITHOUT_GENRES = 12
"""One artist in so many."""

_TYPES: dict[str, tuple[type, ...]] = {
    "uri": (str,),
    "uris": (list,),
    "offset_uri_or_index": (str, int),
    "position_ms": (int, float),
    "device_id": (str,),
    "on": (bool,),
    "online": (bool,),
    "repeat": (str,),
    "percent": (int,),
}


class BadRequestError(ValueError):
    """Somebody asked for something the desk does not understand."""


def add_control(app: web.Application, world: World) -> None:
    """Put the desk at /sim."""
    desk = _Desk(world)
    app.router.add_get("/sim/truth", desk.truth)
    app.router.add_get("/sim/calls", desk.calls)
    app.router.add_get("/sim/players/{person}", desk.player)
    app.router.add_post("/sim/players/{person}", _checked(desk.act))
    app.router.add_get("/sim/players/{person}/plays", desk.plays)
    app.router.add_get("/sim/genres.csv", desk.genres)
    app.router.add_post("/sim/faults", _checked(desk.add_fault))
    app.router.add_delete("/sim/faults", desk.clear_faults)
    app.router.add_post("/sim/profile", _checked(desk.set_profile))


def _checked(
    act: Callable[[web.Request, dict[str, Any]], web.Response],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Reads the JSON object for `act`, and turns what is wrong with it into an answer."""

    async def handle(request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.read() or b"{}")
            if not isinstance(body, dict):
                raise BadRequestError("the body must be a JSON object")
            return act(request, body)
        except KeyError as error:
            return _refusal(404, str(error.args[0]))
        except (ValueError, IndexError) as error:
            return _refusal(400, str(error))

    return handle


class _Desk:
    def __init__(self, world: World) -> None:
        self._world = world

    async def truth(self, request: web.Request) -> web.Response:
        """What is audible everywhere, and when: now, or at the moment `at_s` that is over."""
        now_s = self._world.clock()
        try:
            at_s = float(request.query.get("at_s", now_s))
        except ValueError:
            return _refusal(400, "at_s must be a number: epoch seconds")
        if not 0 <= at_s <= now_s:
            return _refusal(400, "at_s must lie in the past: nobody knows what will be heard")
        players = {person: asdict(self._world.player(person).truth(at_s)) for person in self._world.people}
        return web.json_response({"now_s": at_s, "players": players})

    async def calls(self, _: web.Request) -> web.Response:
        """Every request so far."""
        calls = [call._asdict() for call in self._world.calls]
        return web.json_response({"items": calls, "while_blocked": self._world.calls_while_blocked})

    async def player(self, request: web.Request) -> web.Response:
        """One person's player for the page that shows it."""
        person = self._world.people.get(request.match_info["person"])
        if person is None:
            return _refusal(404, f"no person {request.match_info['person']!r}")
        wire = Wire(self._world.catalogue, str(request.url.origin()))
        return web.json_response(player_view(self._world, wire, person))

    async def plays(self, request: web.Request) -> web.Response:
        """What recently-played has shown of somebody in the last `days`, up to the end of the day `until`."""
        world, person = self._world, self._world.people.get(request.match_info["person"])
        if person is None:
            return _refusal(404, f"no person {request.match_info['person']!r}")
        try:
            days, until_s = int(request.query["days"]), end_of_day(request.query["until"])
        except (KeyError, ValueError):
            return _refusal(400, "days must be a number, and until a day like 2026-11-09")
        history = list(world.player(person.id).history)
        shown = shown_as_recent(world.seed, person, world.catalogue, history, world.clock(), until_s, days)
        wire = Wire(world.catalogue, str(request.url.origin()))
        return web.json_response({"items": [wire.play(play) for play in shown]})

    async def genres(self, _: web.Request) -> web.Response:
        """The genres of the invented artists, as an operator would load them; of some, nobody knows any."""
        artists = self._world.catalogue.artists.values()
        known = [artist for number, artist in enumerate(artists) if (number + 1) % WITHOUT_GENRES]
        text = io.StringIO()
        csv.writer(text).writerows([("artist", "genres"), *((one.name, ";".join(one.genres)) for one in known)])
        return web.Response(text=text.getvalue(), content_type="text/csv")

    def act(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """Do what the person does in their app."""
        player = self._world.player(request.match_info["person"])
        perform(player, body)
        return web.json_response(asdict(player.truth()))

    def add_fault(self, _: web.Request, body: dict[str, Any]) -> web.Response:
        """Put a fault in force."""
        fault = self._world.faults.add(Fault(**_known(body, [field.name for field in fields(Fault)])))
        return web.json_response(asdict(fault), status=201)

    async def clear_faults(self, _: web.Request) -> web.Response:
        """All is well again."""
        self._world.faults.clear()
        return web.Response(status=204)

    def set_profile(self, _: web.Request, body: dict[str, Any]) -> web.Response:
        """Switch to a profile by `name`, change single delays, or both."""
        names = [field.name for field in fields(Profile)]
        wanted = dict(_known(body, ["name", *names]))
        name = wanted.pop("name", None)
        profile = self._world.profile if name is None else Profile.named(name)
        delays = {key: _delay(key, value) for key, value in wanted.items()}
        self._world.profile = replace(profile, **delays)
        return web.json_response(asdict(self._world.profile))


def perform(player: Player, body: Mapping[str, Any]) -> None:
    """Call the Player method named by `action` with the other fields; BadRequestError names what does not fit."""
    action = body.get("action")
    if action not in ACTIONS:
        raise BadRequestError(f"unknown action {action!r}: one of {', '.join(ACTIONS)}")
    method = getattr(player, action)
    parameters = inspect.signature(method).parameters
    arguments = _known({key: value for key, value in body.items() if key != "action"}, list(parameters))
    for name, parameter in parameters.items():
        if name not in arguments and parameter.default is inspect.Parameter.empty:
            raise BadRequestError(f"{action} needs the field {name!r}")
    for name, value in arguments.items():
        _check_type(name, value, optional=parameters[name].default is None)
    method(**arguments)


def _known(body: Mapping[str, Any], names: list[str]) -> Mapping[str, Any]:
    unknown = [key for key in body if key not in names]
    if unknown:
        raise BadRequestError(f"unknown field {unknown[0]!r}: known are {', '.join(names) or 'none'}")
    return body


def _check_type(name: str, value: Any, *, optional: bool) -> None:
    if value is None and optional:
        return
    if not isinstance(value, _TYPES[name]) or (isinstance(value, bool) and bool not in _TYPES[name]):
        raise BadRequestError(f"the field {name!r} has the wrong type: {value!r}")


def _delay(name: str, value: Any) -> Any:
    """A delay of a profile: a number from 0, or two of them where the profile has a range."""
    if not isinstance(getattr(Profile(), name), tuple):
        if not _is_amount(value):
            raise BadRequestError(f"the field {name!r} must be a number from 0")
        return value
    if not (isinstance(value, list) and len(value) == 2 and all(map(_is_amount, value))):
        raise BadRequestError(f"the field {name!r} must be two numbers from 0")
    return tuple(value)


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _refusal(status: int, message: str) -> web.Response:
    return web.json_response({"error": {"status": status, "message": message}}, status=status)
