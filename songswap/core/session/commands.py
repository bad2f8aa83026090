"""Clicks on the group page: the timeline changes at once, and every device is told so that all sound together."""

from collections.abc import Mapping

import msgspec

from songswap.core.session.boundary import AHEAD_MS, Boundary
from songswap.core.session.host_readings import SETTLE_MS
from songswap.core.session.latency import LatencyTable, expected_ms
from songswap.core.session.timeline import advance, halt
from songswap.core.session.web_player import SETTLE_HERE_MS, Way, heard, here_latency_ms, learned_as
from songswap.model.music import PlayerCommand
from songswap.model.session import Action, Change, Drive, Failure, Listener, Night, Timeline

LOOK_AFTER_MS = 500.0
"""Where only the host's player can tell what a click brought, it is read so long after."""
MOST_LEAD_MS = 1_300.0
"""A coordinated change is never put off longer for the sake of a slow device."""
STALE_CLICK_MS = 15_000.0
"""A click that the worker finds later than this (it was down) is dropped: nobody expects it any more."""

UNSEEN_HERE_MS = 2_500.0
"""A page that has not told by then what became of a click is looked at through Spotify."""


def click(night: Night, action: Action, latencies: Mapping[str, LatencyTable], now_ms: float) -> Night:
    """The night after a click by somebody who may: the new timeline, and what the host's device is to be told when."""
    night = msgspec.structs.replace(night, handled_action=action.rev, click_error="")
    if now_ms - action.at_ms > STALE_CLICK_MS:
        return msgspec.structs.replace(night, click_error="A click came while the worker was away and was dropped.")
    if action.action == "play":
        action = msgspec.structs.replace(action, action="resume" if action.uri is None else "start")
    return _carried_out(night, action, latencies, now_ms, now_ms)


def at_boundary(night: Night, boundary: Boundary, latencies: Mapping[str, LatencyTable], now_ms: float) -> Night:
    """The night after the interval timer's boundary was taken in: to be heard at that moment, or as soon as can be."""
    night = msgspec.structs.replace(night, click_error="")
    if boundary.act == "pause":  # the others are told when the host is: the music goes on until then
        way = _host_way(night, "pause", latencies, now_ms)
        send_at_ms = max(now_ms + way.ahead_ms, boundary.at_ms - way.latency_ms)
        drive = Drive(
            "pause",
            send_at_ms,
            way.latency_ms,
            boundary=boundary.number,
            run=boundary.run,
            is_here=way.is_here,
        )
        return msgspec.structs.replace(night, drives=(*night.drives, drive), quick_looks=0)
    action = Action(night.handled_action, "", "next", now_ms)
    return _carried_out(night, action, latencies, now_ms, boundary.at_ms, boundary)


def put_off(night: Night, before: Timeline | None, failure: Failure, now_ms: float) -> Night:
    """The night after Spotify refused a boundary's command for a while, and did nothing: as if it had not come yet.

    `before` is the timeline as it was. Who was told something all the same is told anew.
    """
    now = night.timeline
    was_told = now is not None and any(one.told_rev >= now.rev for one in night.listeners.values())
    if now is not None and before is not None and was_told:
        before = msgspec.structs.replace(before, rev=now.rev + 1)
    look_at_ms = max(now_ms, failure.until_ms or 0.0)
    return msgspec.structs.replace(
        night,
        timeline=before,
        drives=night.drives[1:],
        click_error=f"The host's device did not follow: {failure.message}",
        hush_until_ms=now_ms,
        look_at_ms=look_at_ms,
    )


def _carried_out(
    night: Night,
    action: Action,
    latencies: Mapping[str, LatencyTable],
    now_ms: float,
    heard_at_ms: float,
    boundary: Boundary | None = None,
) -> Night:
    """The night after `action`, which is to be heard no sooner than `heard_at_ms`."""
    way = _host_way(night, action.action, latencies, now_ms)
    lead_ms = way.latency_ms + way.ahead_ms
    if way.kind != "pause":  # that is not put off
        lead_ms = max(lead_ms, _lead_ms(night, latencies, now_ms))
    lead_ms = max(lead_ms, heard_at_ms - now_ms)
    timeline = _after(night.timeline, action, now_ms, now_ms + lead_ms)
    position_ms = action.position_ms
    if way.is_here and way.kind == "resume" and timeline is not None:  # Spotify knows by itself where to go on
        position_ms = round(timeline.position_ms)
    is_uncertain = timeline is None and heard_at_ms <= now_ms
    earliest_ms = now_ms + way.ahead_ms
    send_at_ms = earliest_ms if is_uncertain else max(earliest_ms, now_ms + lead_ms - way.latency_ms)
    number, run = (boundary.number, boundary.run) if boundary else (None, 0)
    drive = Drive(
        action.action,
        send_at_ms,
        way.latency_ms,
        position_ms,
        action.uri,
        boundary=number,
        run=run,
        is_here=way.is_here,
    )
    effect_at_ms = send_at_ms + way.latency_ms
    night = msgspec.structs.replace(night, drives=(*night.drives, drive), quick_looks=0)
    if timeline is None:
        look_at_ms = effect_at_ms + (UNSEEN_HERE_MS if way.is_here else LOOK_AFTER_MS)
        hush_until_ms = send_at_ms if way.is_here else effect_at_ms
        return msgspec.structs.replace(night, hush_until_ms=hush_until_ms, look_at_ms=look_at_ms)
    settled_at_ms = effect_at_ms + (SETTLE_HERE_MS if way.is_here else SETTLE_MS)
    return msgspec.structs.replace(
        night,
        timeline=timeline,
        hush_until_ms=settled_at_ms,
        look_at_ms=effect_at_ms + UNSEEN_HERE_MS if way.is_here else settled_at_ms,
        queue_at_ms=night.queue_at_ms if timeline.upcoming else settled_at_ms,
    )


def _host_way(
    night: Night,
    command: PlayerCommand,
    latencies: Mapping[str, LatencyTable],
    now_ms: float,
) -> Way:
    """How the host's device is told: by the page it is in, if it is, and does not have to start a given track."""
    device_id = (night.host_device.id if night.host_device else None) or ""
    table, here = latencies.get(night.leader, {}), heard(night.host_here, now_ms)
    if here is not None and command != "start":
        return Way(command, here_latency_ms(table, device_id, command), here.ahead_ms, is_here=True)
    return Way(command, expected_ms(table, device_id, learned_as(command, is_here=False)))


def ahead_ms(night: Night, latencies: Mapping[str, LatencyTable], now_ms: float) -> float:
    """How long before it is heard a boundary has to be taken in, so that even the slowest device makes it in time."""
    own = _host_way(night, "next", latencies, now_ms)
    leads_ms = _leads_ms(night, latencies, now_ms, is_trimmed=True)
    return max([own.latency_ms + own.ahead_ms, *leads_ms]) + AHEAD_MS


def _lead_ms(night: Night, latencies: Mapping[str, LatencyTable], now_ms: float) -> float:
    return min(max(_leads_ms(night, latencies, now_ms), default=0.0), MOST_LEAD_MS)


def _leads_ms(
    night: Night, latencies: Mapping[str, LatencyTable], now_ms: float, *, is_trimmed: bool = False
) -> list[float]:
    leads_ms = [
        _listener_ms(one, latencies.get(one.account, {}), now_ms) + max(0, one.trim_ms) * is_trimmed
        for one in night.listeners.values()
        if one.device_id
    ]
    if night.host_device and night.host_device.id:
        own = _host_way(night, "next", latencies, now_ms)
        leads_ms.append(own.latency_ms + own.ahead_ms)
    return leads_ms


def _listener_ms(listener: Listener, table: LatencyTable, now_ms: float) -> float:
    """How soon a listener can be anywhere in what is known to play."""
    here = heard(listener.here, now_ms)
    if here is not None:
        return here_latency_ms(table, listener.device_id or "", "next") + here.ahead_ms
    return expected_ms(table, listener.device_id or "", "start")


def _after(timeline: Timeline | None, action: Action, now_ms: float, start_ms: float) -> Timeline | None:
    """The timeline a click leads to; None where only the host's player can tell (a track we know nothing of)."""
    if timeline is None:
        return None
    now = advance(timeline, now_ms)
    wanted_ms = float(action.position_ms or 0)
    match action.action:
        case "pause":
            return halt(timeline, start_ms)
        case "resume":
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
