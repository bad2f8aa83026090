"""Pages that play: what the Web Playback SDK makes a device of, and what it is told of its player.

Each time such a page connects it is a new device, which is gone for good once the page is.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from . import playback as pb
from .catalogue import Episode, Interlude, Item, LocalFile, Track
from .people import Device, Person
from .playback import Change, Playback
from .players import Player
from .wire import Wire
from .world import World

NEIGHBOURS = 2
"""So many tracks before and after the current one a page is told of [Web Playback SDK reference]."""
REPEAT_MODES = {"off": 0, "context": 1, "track": 2}
KEPT_S = 600.0
"""So long after it left a page is remembered: longer than anything that still shows it."""

_PLAIN: dict[str, Change] = {
    "pause": pb.pause,
    "resume": pb.resume,
    "toggle": lambda state: pb.pause(state) if state.is_playing else pb.resume(state),
    "next": pb.follow,
    "previous": pb.step_back,
}


def open_tab(world: World, person: Person, name: str, volume: float) -> Device:
    """A new device of this person, at `volume` (0 to 1)."""
    now_ms = world.clock() * 1_000
    gone = [one for one in person.devices if one.is_tab and not one.is_online]
    for device in gone:
        if device.idle_since_ms is not None and now_ms - device.idle_since_ms > KEPT_S * 1_000:
            person.devices.remove(device)
    device = Device(f"{world.rng.getrandbits(160):040x}", name, "Computer", latency_factor=0.8, is_tab=True)
    device.first_volume_percent = round(volume * 100)
    world.player(person.id).plug_in(device)
    return device


def close_tab(world: World, person: Person, device: Device) -> None:
    """The page is gone: what it played falls silent, and Spotify knows at once."""
    player = world.player(person.id)
    if device.is_online and player.state().device_id == device.id:
        player.pause()
    player.set_device_online(device.id, False)
    device.idle_since_ms = world.clock() * 1_000


def change_of(player: Player, device: Device, body: dict[str, Any]) -> Change:
    """What a command of the page does to its player; ValueError that says what does not fit."""
    match body.get("action"):
        case "seek":
            return player.seeking(_number(body, "position_ms", 86_400_000.0))
        case "volume":
            percent = round(_number(body, "volume_percent", 100.0))
            return partial(pb.set_volume, device_id=device.id, percent=percent)
        case str() as action if action in _PLAIN:
            return _PLAIN[action]
    raise ValueError(f"unknown action {body.get('action')!r}")


def tab_state(world: World, wire: Wire, person: Person, device: Device) -> dict[str, Any] | None:
    """What the page is told of its player; None while another device is the active one, or none."""
    state = world.player(person.id).state()
    item = None if state.uri is None else world.catalogue.item(state.uri)
    if state.device_id != device.id or item is None:
        return None
    return {
        "at_ms": state.at_ms,
        "position_ms": state.position_ms,
        "is_playing": state.is_playing,
        "duration_ms": item.duration_ms,
        "volume_percent": state.volume_percents.get(device.id, 100),
        "serial": state.serial,
        "sdk": _sdk_state(world, wire, state, item),
    }


def _sdk_state(world: World, wire: Wire, state: Playback, item: Item) -> dict[str, Any]:
    """WebPlaybackState as the SDK's reference has it."""
    before = [state.uris[place] for place in state.order[: state.index]][-NEIGHBOURS:]
    after = state.upcoming[:NEIGHBOURS]
    context = wire.context(state.context_uri)
    refuses = isinstance(item, Interlude)
    return {
        "context": {"uri": context["uri"] if context else "", "metadata": {}},
        "disallows": {
            "resuming" if state.is_playing else "pausing": True,
            **({"skipping_prev": True} if not state.has_previous or refuses else {}),
            **({"seeking": True, "skipping_next": True} if refuses else {}),
        },
        "duration": item.duration_ms,
        "paused": not state.is_playing,
        "position": round(state.position_ms),
        "timestamp": round(state.at_ms),
        "repeat_mode": REPEAT_MODES[state.repeat],
        "shuffle": state.shuffle,
        "track_window": {
            "current_track": _track(world, wire, item),
            "previous_tracks": [_track(world, wire, world.catalogue.item(uri)) for uri in before],
            "next_tracks": [_track(world, wire, world.catalogue.item(uri)) for uri in after],
        },
    }


def _track(world: World, wire: Wire, item: Item) -> dict[str, Any]:
    """WebPlaybackTrack."""
    body = wire.item(item) or {}
    match item:
        case Track():
            album, artists = body["album"], body["artists"]
        case Episode():
            show = world.catalogue.shows[item.show_id]
            album, artists = {"uri": show.uri, "name": show.name, "images": body["images"]}, []
        case LocalFile():
            album, artists = body["album"], body["artists"]
        case Interlude():
            album, artists = {"uri": "", "name": "", "images": []}, []
    return {
        "id": body.get("id"),
        "uri": body.get("uri") or item.uri,
        "type": "episode" if isinstance(item, Episode) else "ad" if isinstance(item, Interlude) else "track",
        "media_type": "audio",
        "name": body.get("name", ""),
        "duration_ms": item.duration_ms,
        "is_playable": True,
        "album": {key: album.get(key) for key in ("uri", "name", "images")},
        "artists": [{"uri": one.get("uri"), "name": one["name"]} for one in artists],
        "linked_from": body.get("linked_from") or {"uri": None, "id": None},
    }


def _number(body: dict[str, Any], name: str, most: float) -> float:
    value = body.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(f"{name} must be a number from 0 to {most:g}")
    return float(value)
