"""Clicks on the group page: the timeline changes at once, and every device is told so that all sound together."""

from collections.abc import Mapping

import msgspec

from songswap.core.hosting import SETTLE_MS
from songswap.core.latency import LatencyTable, expected_ms
from songswap.core.timeline import advance, halt
from songswap.model import Action, Change, ClickKind, CommandKind, Drive, Night, Timeline

LOOK_AFTER_MS = 500.0
"""Where only the host's player can tell what a click brought, it is read so long after."""
MOST_LEAD_MS = 1_300.0
"""A coordinated change is never put off longer for the sake of a slow device."""
STALE_CLICK_MS = 15_000.0
"""A click that the worker finds later than this (it was down) is dropped: nobody expects it any more."""

KINDS: Mapping[ClickKind, CommandKind] = {"seek": "seek", "pause": "pause"}


def click(night: Night, action: Action, latencies: Mapping[str, LatencyTable], now_ms: float) -> Night:
    """The night after a click by somebody who may: the new timeline, and what the host's device is to be told when."""
    night = msgspec.structs.replace(night, handled_action=action.rev, click_error="")
    if now_ms - action.at_ms > STALE_CLICK_MS:
        return msgspec.structs.replace(night, click_error="A click came while the worker was away and was dropped.")
    kind = KINDS.get(action.action, "start")
    latency_ms = _host_latency_ms(night, kind, latencies)
    lead_ms = latency_ms if kind == "pause" else _lead_ms(night, latencies)  # a pause is never put off
    timeline = _after(night.timeline, action, now_ms, now_ms + lead_ms)
    send_at_ms = now_ms if timeline is None else max(now_ms, now_ms + lead_ms - latency_ms)
    drive = Drive(action.action, send_at_ms, kind, latency_ms, action.position_ms, action.uri)
    effect_at_ms = send_at_ms + latency_ms
    night = msgspec.structs.replace(night, drives=(*night.drives, drive), quick_looks=0)
    if timeline is None:
        look_at_ms = effect_at_ms + LOOK_AFTER_MS
        return msgspec.structs.replace(night, hush_until_ms=effect_at_ms, look_at_ms=look_at_ms)
    settled_at_ms = effect_at_ms + SETTLE_MS
    return msgspec.structs.replace(
        night,
        timeline=timeline,
        hush_until_ms=settled_at_ms,
        look_at_ms=settled_at_ms,
        queue_at_ms=night.queue_at_ms if timeline.upcoming else settled_at_ms,
    )


def _host_latency_ms(night: Night, kind: CommandKind, latencies: Mapping[str, LatencyTable]) -> float:
    device_id = night.host_device.id if night.host_device else None
    return expected_ms(latencies.get(night.leader, {}), device_id or "", kind)


def _lead_ms(night: Night, latencies: Mapping[str, LatencyTable]) -> float:
    devices = [(listener.account, listener.device_id) for listener in night.listeners.values() if listener.device_id]
    if night.host_device and night.host_device.id:
        devices.append((night.leader, night.host_device.id))
    longest_ms = max((expected_ms(latencies.get(who, {}), device, "start") for who, device in devices), default=0.0)
    return min(longest_ms, MOST_LEAD_MS)


def _after(timeline: Timeline | None, action: Action, now_ms: float, start_ms: float) -> Timeline | None:
    """The timeline a click leads to; None where only the host's player can tell (a track we know nothing of)."""
    if timeline is None:
        return None
    now = advance(timeline, now_ms)
    wanted_ms = float(action.position_ms or 0)
    match action.action:
        case "pause":
            return halt(timeline, start_ms)
        case "play" if action.uri is None:
            return _jump(now, "resumed", now.position_at(now_ms), start_ms)
        case "seek":
            return _jump(now, "seek", wanted_ms, start_ms if now.is_playing else now_ms)
        case "next" if now.upcoming:
            following = msgspec.structs.replace(
                now, track=now.upcoming[0], upcoming=now.upcoming[1:], plays=now.plays + 1
            )
            return _jump(following, "track", 0.0, start_ms)
    return None


def _jump(timeline: Timeline, change: Change, position_ms: float, at_ms: float) -> Timeline:
    return msgspec.structs.replace(
        timeline,
        rev=timeline.rev + 1,
        change=change,
        is_playing=timeline.is_playing or change != "seek",
        position_ms=position_ms,
        at_ms=at_ms,
    )
