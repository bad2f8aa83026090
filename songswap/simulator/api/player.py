"""Reading the player: state, devices, queue, history."""

from __future__ import annotations

from typing import Any

from ..catalogue import Episode, Interlude, Track
from ..playback import Playback
from ..showing import Play, Shown
from .call import NO_CONTENT, Answer, ApiError, Call, Endpoint

READ_STATE = frozenset({"user-read-playback-state"})
READ_CURRENT = frozenset({"user-read-currently-playing"})
HISTORY_SHOWN = 50
QUEUE_SHOWN = 20


def playback_state(call: Call) -> Answer:
    """GET /me/player."""
    shown = call.player.shown()
    if shown.state.device_id is None:
        return NO_CONTENT
    state, device = shown.state, call.person.device(shown.state.device_id)
    return Answer(
        body={
            "device": call.wire.device(device, call.person, state),
            "shuffle_state": state.shuffle,
            "smart_shuffle": False,
            "repeat_state": state.repeat,
            **_now_playing(call, shown),
        }
    )


def currently_playing(call: Call) -> Answer:
    """GET /me/player/currently-playing."""
    shown = call.player.shown()
    return NO_CONTENT if shown.state.device_id is None else Answer(body=_now_playing(call, shown))


def devices(call: Call) -> Answer:
    """GET /me/player/devices: those that are awake."""
    player, state = call.player, call.player.shown().state
    listed = [device for device in call.person.devices if player.is_listed(device)]
    return Answer(body={"devices": [call.wire.device(device, call.person, state) for device in listed]})


def queue(call: Call) -> Answer:
    """GET /me/player/queue."""
    state = call.player.shown().state
    if state.device_id is None:
        return Answer(body={"currently_playing": None, "queue": []})
    upcoming = [_item(call, uri) for uri in state.upcoming[:QUEUE_SHOWN]]
    current = None if state.uri is None else _item(call, state.uri)
    return Answer(body={"currently_playing": current, "queue": [item for item in upcoming if item is not None]})


def recently_played(call: Call) -> Answer:
    """GET /me/player/recently-played: of the last 50 plays of tracks, those after or before a moment."""
    limit = call.integer("limit", 20, 1, 50)
    if "after" in call.query and "before" in call.query:
        raise ApiError(400, "Only one of after and before may be specified")
    after_ms, before_ms = call.integer("after", -1, -1), call.integer("before", 2**63, 0)
    rows = [play for play in call.player.plays() if isinstance(call.world.catalogue.item(play.uri), Track)]
    chosen = [play for play in rows[:HISTORY_SHOWN] if after_ms < int(play.ended_at_ms) < before_ms]
    page = chosen[:limit]
    href = f"{call.wire.api_url}/me/player/recently-played"
    cursors = {"after": _cursor(page[0]), "before": _cursor(page[-1])} if page else None
    more = cursors is not None and len(chosen) > limit
    return Answer(
        body={
            "items": [call.wire.play(play) for play in page],
            "next": f"{href}?before={cursors['before']}&limit={limit}" if cursors and more else None,
            "cursors": cursors,
            "limit": limit,
            "href": f"{href}?limit={limit}",
        }
    )


def disallows(call: Call, state: Playback) -> dict[str, bool]:
    """What the player refuses right now, in the words of `actions.disallows`."""
    refused = {"resuming" if state.is_playing else "pausing": True}
    if not state.has_previous:
        refused["skipping_prev"] = True
    if state.uri is not None and isinstance(call.world.catalogue.item(state.uri), Interlude):
        refused |= dict.fromkeys(("seeking", "skipping_next", "skipping_prev"), True)
    return refused


def _cursor(play: Play) -> str:
    return str(int(play.ended_at_ms))


def _item(call: Call, uri: str) -> dict[str, Any] | None:
    return call.wire.item(call.world.catalogue.item(uri))


def _now_playing(call: Call, shown: Shown) -> dict[str, Any]:
    state = shown.state
    item = None if state.uri is None else call.world.catalogue.item(state.uri)
    match item:
        case Episode():
            kind, is_wanted = "episode", "episode" in call.query.get("additional_types", "").split(",")
        case Interlude():
            kind, is_wanted = item.kind, False
        case None:
            kind, is_wanted = "unknown", False
        case _:
            kind, is_wanted = "track", True
    return {
        "timestamp": int(state.changed_at_ms),
        "context": call.wire.context(state.context_uri),
        "progress_ms": shown.progress_ms,
        "item": call.wire.item(item) if item is not None and is_wanted else None,
        "currently_playing_type": kind,
        "actions": {"disallows": disallows(call, state)},
        "is_playing": state.is_playing,
    }


ENDPOINTS = (
    Endpoint("GET", "/me/player", playback_state, "player", READ_STATE),
    Endpoint("GET", "/me/player/currently-playing", currently_playing, "player", READ_CURRENT),
    Endpoint("GET", "/me/player/devices", devices, "player", READ_STATE),
    Endpoint("GET", "/me/player/queue", queue, "player", READ_STATE | READ_CURRENT),
    Endpoint("GET", "/me/player/recently-played", recently_played, "player", frozenset({"user-read-recently-played"})),
)
