"""Commanding the player: checked at once, heard after the device's latency."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal, cast

from .. import playback as pb
from ..catalogue import Episode, Track
from ..people import Device
from ..playback import Change
from .call import NO_CONTENT, Answer, ApiError, Call, Endpoint, Handler
from .player import disallows

MAX_URIS = 500


def transfer(call: Call) -> Answer:
    """PUT /me/player."""
    device_ids = call.field("device_ids", list)
    if device_ids is None:
        raise ApiError(400, "Missing required field: device_ids")
    if len(device_ids) != 1 or not isinstance(device_ids[0], str):
        raise ApiError(400, "Invalid device_ids: only one device is supported")
    device = _device(call, device_ids[0])
    play = call.field("play", bool, False)
    return _send(call, partial(pb.transfer, device_id=device.id, play=play), device)


def play(call: Call) -> Answer:
    """PUT /me/player/play: resume, or start a context or a list of uris."""
    uris, context_uri = call.uris(MAX_URIS), call.field("context_uri", str)
    position_ms = call.field("position_ms", int, 0)
    if position_ms < 0:
        raise ApiError(400, "Invalid position_ms")
    if uris and context_uri is not None:
        raise ApiError(400, "Invalid uris: context_uri and uris exclude each other")
    device = _target(call)
    if context_uri is not None:
        return _send(call, _begin_context(call, context_uri, position_ms, device), device)
    if "uris" in call.fields():
        return _send(call, _begin_list(call, uris, position_ms, device), device)
    return _resume(call, device)


def pause(call: Call) -> Answer:
    """PUT /me/player/pause."""
    return _act_on(call, pb.pause, _target(call), "pausing")


def skip_next(call: Call) -> Answer:
    """POST /me/player/next."""
    return _act_on(call, pb.follow, _target(call), "skipping_next")


def skip_previous(call: Call) -> Answer:
    """POST /me/player/previous."""
    return _act_on(call, pb.step_back, _target(call), "skipping_prev")


def seek(call: Call) -> Answer:
    """PUT /me/player/seek."""
    position_ms = call.integer("position_ms", None, 0)
    return _act_on(call, call.player.seeking(position_ms), _target(call), "seeking")


def volume(call: Call) -> Answer:
    """PUT /me/player/volume."""
    percent = call.integer("volume_percent", None, 0, 100)
    device = _target(call)
    if not device.supports_volume:
        raise ApiError(403, "Player command failed: Cannot control device volume", "VOLUME_CONTROL_DISALLOW")
    return _send(call, partial(pb.set_volume, device_id=device.id, percent=percent), device)


def repeat(call: Call) -> Answer:
    """PUT /me/player/repeat."""
    mode = cast(pb.Repeat, call.choice("state", ("track", "context", "off")))
    return _send(call, partial(pb.set_repeat, repeat=mode), _target(call))


def shuffle(call: Call) -> Answer:
    """PUT /me/player/shuffle."""
    on = call.choice("state", ("true", "false")) == "true"
    return _send(call, call.player.shuffling(on), _target(call))


def add_to_queue(call: Call) -> Answer:
    """POST /me/player/queue."""
    uri = call.query.get("uri")
    if uri is None:
        raise ApiError(400, "Missing required field: uri")
    return _send(call, partial(pb.enqueue, uri=_startable(call, uri)), _target(call))


def _device(call: Call, device_id: str) -> Device:
    device = next((d for d in call.person.devices if d.id == device_id and call.player.is_listed(d)), None)
    if device is None:
        raise ApiError(404, "Device not found")
    return _controllable(device)


def _target(call: Call) -> Device:
    """The device a command is for: the named one, else the active one."""
    if "device_id" in call.query:
        return _device(call, call.query["device_id"])
    active_id = call.player.shown().state.device_id
    if active_id is None or not call.player.is_listed(call.person.device(active_id)):
        raise ApiError(404, "Player command failed: No active device found", "NO_ACTIVE_DEVICE")
    return _controllable(call.person.device(active_id))


def _controllable(device: Device) -> Device:
    if device.is_restricted:
        raise ApiError(403, "Player command failed: Restricted device", "DEVICE_NOT_CONTROLLABLE")
    return device


def _send(call: Call, change: Change, device: Device) -> Answer:
    call.player.send(change, device)
    return NO_CONTENT


def _act_on(call: Call, change: Change, device: Device, action: str) -> Answer:
    """Send what makes sense only where something plays: refused if disallowed, lost on a device that is not active."""
    if disallows(call, call.player.shown().state).get(action):
        raise ApiError(403, "Player command failed: Restriction violated", "UNKNOWN")
    return _send(call, lambda state: change(state) if state.device_id == device.id else state, device)


def _resume(call: Call, device: Device) -> Answer:
    state = call.player.shown().state
    if state.is_playing and state.device_id == device.id:
        raise ApiError(403, "Player command failed: Restriction violated", "UNKNOWN")
    if state.uri is None:
        raise ApiError(403, "Player command failed: No specific track", "NO_SPECIFIC_TRACK")
    return _send(call, partial(pb.transfer, device_id=device.id, play=True), device)


def _begin_list(call: Call, uris: list[str], position_ms: int, device: Device) -> Change:
    if not uris:
        raise ApiError(400, "Invalid uris: none given")
    playing = tuple(_relinked(call, _startable(call, uri)) for uri in uris)
    offset = call.field("offset", dict, {})
    if "uri" in offset:
        if offset["uri"] not in uris:
            raise _no_such_item()
        index = uris.index(offset["uri"])
    else:
        index = _position(offset)
    if index >= len(playing):
        raise _no_such_item()
    return call.player.begin(call.player.list_start(playing, index, position_ms, device.id))


def _begin_context(call: Call, context_uri: str, position_ms: int, device: Device) -> Change:
    offset = call.field("offset", dict)
    if offset is not None and context_uri.startswith("spotify:artist:"):
        raise ApiError(400, "Can't have offset for context type: ARTIST")
    where: Any = None if offset is None else offset.get("uri", _position(offset))
    try:
        return call.player.begin(call.player.context_start(context_uri, where, position_ms, device.id))
    except KeyError:
        raise ApiError(404, "Context not found") from None
    except IndexError:
        raise _no_such_item() from None


def _position(offset: dict[str, Any]) -> int:
    position = offset.get("position", 0)
    if not isinstance(position, int) or isinstance(position, bool) or position < 0:
        raise ApiError(400, "Invalid offset: position")
    return position


def _no_such_item() -> ApiError:
    return ApiError(403, "Player command failed: No specific track", "NO_SPECIFIC_TRACK")


def _startable(call: Call, uri: str) -> str:
    """`uri` if it can be started by its uri: tracks and episodes, no local files, no advertisements."""
    try:
        item = call.world.catalogue.item(uri)
    except KeyError:
        raise ApiError(400, f"Invalid track uri: {uri}") from None
    if not isinstance(item, Track | Episode):
        raise ApiError(400, f"Unsupported uri: {uri}")
    return uri


def _relinked(call: Call, uri: str) -> str:
    item = call.world.catalogue.item(uri)
    if isinstance(item, Track) and item.plays_as is not None:
        return call.world.catalogue.tracks[item.plays_as].uri
    return uri


def _command(method: Literal["PUT", "POST"], path: str, handler: Handler) -> Endpoint:
    return Endpoint(method, path, handler, "player", frozenset({"user-modify-playback-state"}), premium=True)


ENDPOINTS = (
    _command("PUT", "/me/player", transfer),
    _command("PUT", "/me/player/play", play),
    _command("PUT", "/me/player/pause", pause),
    _command("POST", "/me/player/next", skip_next),
    _command("POST", "/me/player/previous", skip_previous),
    _command("PUT", "/me/player/seek", seek),
    _command("PUT", "/me/player/volume", volume),
    _command("PUT", "/me/player/repeat", repeat),
    _command("PUT", "/me/player/shuffle", shuffle),
    _command("POST", "/me/player/queue", add_to_queue),
)
