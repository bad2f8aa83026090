"""The plan: what has to be told and read now to keep everybody in time with the host, and when to think again."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from songswap.core.session import leadership
from songswap.core.session.latency import LatencyTable, expected_ms, spread_ms
from songswap.core.session.timeline import advance, held_tracks, trimmed
from songswap.core.session.web_player import TOLD_OF, Way, heard, learned_under, way_to
from songswap.model.music import PlayerCommand, Track
from songswap.model.nights import SongRequest
from songswap.model.session import Command, Drive, Listener, Night, Timeline

QUEUE_PATIENCE_MS = 700.0
"""How long a start waits for the host's queue, so that the listener gets the next tracks along with this one."""
READ_FIRST_MS = 700.0
VOLUME_ROOM_MS = 2_000.0
"""With less until the next step of a listener a volume waits: it may never make a command late."""
DEAF = frozenset({"stepped_out", "needs_login"})
"""Who is left alone until they come back by themselves."""


@dataclass(frozen=True)
class LookAtHost:
    """Read the host's player."""

    account: str


@dataclass(frozen=True)
class LookAtQueue:
    """Read what comes next at the host's."""

    account: str


@dataclass(frozen=True)
class DriveHost:
    """Tell the host's own device what was clicked on the page."""

    account: str
    drive: Drive
    device_id: str | None


@dataclass(frozen=True)
class MoveHost:
    """Bring the host's music to the page in which the host wants to listen."""

    account: str
    device_id: str


@dataclass(frozen=True)
class LookAtListener:
    """Read a listener's player to see what became of a command."""

    account: str


@dataclass(frozen=True)
class Tell:
    """Send a command to a listener's device.

    `spread_ms` is how far off such commands usually are, None while that is not known.
    """

    account: str
    command: Command
    spread_ms: float | None = None


@dataclass(frozen=True)
class SetVolume:
    """Have a listener's device be as loud as the host's."""

    account: str
    device_id: str
    percent: int
    is_here: bool


@dataclass(frozen=True)
class HandOver:
    """Give a request to the host's player: into its queue, or at once where the music has run out."""

    account: str
    request: SongRequest
    device_id: str | None
    at_once: bool


@dataclass(frozen=True)
class GoOn:
    """Start the fallback playlist on the host's device, whose music has run out."""

    account: str
    context_uri: str
    device_id: str | None


@dataclass(frozen=True)
class Begin:
    """Start what an interval timer is to be filled with, on the device it was set up for."""

    account: str
    run: int
    boundary: int
    context_uri: str | None
    device_id: str | None
    shuffle: bool | None


Step = LookAtHost | LookAtQueue | DriveHost | MoveHost | LookAtListener | Tell | SetVolume | HandOver | GoOn | Begin


class ScheduledStep(NamedTuple):
    """What is to be done next for somebody, and when; without a step it is only thought about again then."""

    at_ms: float = math.inf
    step: Step | None = None


NOTHING = ScheduledStep()


def resumed(night: Night, now_ms: float) -> Night:
    """The night after a restart: everybody is looked at, and what was about to be sent is not sent again.

    Where that was something, nobody knows whether the host was told: the others wait until the host was read.
    """
    is_uncertain = bool(night.drives)
    listeners = {
        account: msgspec.structs.replace(
            listener,
            look_at_ms=now_ms if listener.is_playing else None,
            retry_at_ms=max(listener.retry_at_ms, now_ms + READ_FIRST_MS if is_uncertain else 0.0),
        )
        for account, listener in night.listeners.items()
    }
    return msgspec.structs.replace(
        night,
        listeners=listeners,
        look_at_ms=now_ms,
        drives=(),
        driven=None,
        hush_until_ms=0.0 if is_uncertain else night.hush_until_ms,
    )


def looked_at_anew(night: Night, now_ms: float) -> Night:
    """The night with everybody looked at now: whether what is known of them holds, nobody can say."""
    listeners = {
        account: msgspec.structs.replace(one, look_at_ms=now_ms if one.is_playing else one.look_at_ms)
        for account, one in night.listeners.items()
    }
    return msgspec.structs.replace(night, listeners=listeners, look_at_ms=now_ms)


def plan(
    night: Night,
    latencies: Mapping[str, LatencyTable],
    busy: Collection[str],
    now_ms: float,
    turn: ScheduledStep = NOTHING,
) -> tuple[list[Step], float]:
    """Steps due at `now_ms` for everybody who is not `busy` with one, and the time to plan again at the latest.

    `latencies` holds each account's learned latencies, `turn` what people wished for. Nobody gets two steps at once.
    """
    due = [_host_step(night, turn)] if night.leader not in busy else []
    for listener in night.listeners.values():
        if listener.account not in busy and listener.status not in DEAF:
            step = _listener_step(night, listener, latencies.get(listener.account, {}), now_ms)
            due.append(_volume_step(night, listener, step, now_ms))
    steps = [one.step for one in due if one.step is not None and one.at_ms <= now_ms]
    moments = (*(one.at_ms for one in due), leadership.away_at_ms(night))
    wake_at_ms = min((at_ms for at_ms in moments if at_ms > now_ms), default=math.inf)
    return steps, wake_at_ms


def _host_step(night: Night, turn: ScheduledStep) -> ScheduledStep:
    leader = night.leader
    if night.drives:  # nothing may be under way when it has to leave; what a look would show is about to change
        device_id = night.host_device.id if night.host_device else night.host_choice
        drive, here = night.drives[0], night.host_here
        ahead_ms = here.ahead_ms if here is not None and drive.is_here else 0.0
        return ScheduledStep(drive.send_at_ms - ahead_ms, DriveHost(leader, drive, device_id))
    if night.move is not None and not night.move.is_asked:
        return ScheduledStep(night.move.at_ms, MoveHost(leader, night.move.device_id))
    steps = [ScheduledStep(night.look_at_ms, LookAtHost(leader)), turn]
    if night.queue_at_ms is not None:
        steps.append(ScheduledStep(night.queue_at_ms, LookAtQueue(leader)))
    return min(steps, key=lambda step: step.at_ms)


def _listener_step(night: Night, listener: Listener, table: LatencyTable, now_ms: float) -> ScheduledStep:
    if now_ms < listener.retry_at_ms:
        return ScheduledStep(listener.retry_at_ms)
    at_ms, command = _next_command(night, listener, table, now_ms)
    is_to_come = night.timeline is not None and night.timeline.at_ms > now_ms  # a look would only be in its way
    if command is not None and (listener.look_at_ms is None or at_ms <= listener.look_at_ms or is_to_come):
        spread = spread_ms(table, learned_under(command)) if at_ms <= now_ms else None
        return ScheduledStep(at_ms, Tell(listener.account, command, spread))
    if listener.look_at_ms is not None:
        return ScheduledStep(listener.look_at_ms, LookAtListener(listener.account))
    return NOTHING


def _volume_step(night: Night, listener: Listener, otherwise: ScheduledStep, now_ms: float) -> ScheduledStep:
    """The host's volume for a listener who wants it: once for each change, while nothing else is about to be due."""
    percent = night.host_device.volume_percent if night.host_device is not None else None
    is_wanted = listener.follows_volume and listener.has_volume and percent != listener.volume_percent
    if percent is None or listener.device_id is None or not (is_wanted and listener.is_playing):
        return otherwise
    if otherwise.at_ms < now_ms + VOLUME_ROOM_MS or now_ms < listener.retry_at_ms:
        return otherwise
    is_here = heard(listener.here, now_ms) is not None
    return ScheduledStep(now_ms, SetVolume(listener.account, listener.device_id, percent, is_here))


def _next_command(night: Night, listener: Listener, table: LatencyTable, now_ms: float) -> tuple[float, Command | None]:
    if night.timeline is None or listener.device_id is None:
        return math.inf, None
    timeline = advance(trimmed(night.timeline, listener.trim_ms), now_ms)
    if not timeline.is_playing or timeline.track is None or not timeline.track.can_be_started:
        return _pause(listener, table, timeline, now_ms)
    kind = wanted_kind(timeline, listener)
    if kind is not None:
        return _join_in(night, timeline, listener, table, kind, now_ms)
    return _change_over(timeline, listener, table, now_ms)


def wanted_kind(timeline: Timeline, listener: Listener) -> PlayerCommand | None:
    """The command that a listener of a playing timeline still has to get; a lone seek need not start the track anew."""
    if listener.told_rev >= timeline.rev:
        return listener.needs
    only_sought = timeline.change == "seek" and listener.told_rev == timeline.rev - 1
    holds_it = timeline.track is not None and timeline.track.uri in listener.held_uris
    return "seek" if only_sought and holds_it and listener.is_playing else "start"


def _pause(listener: Listener, table: LatencyTable, timeline: Timeline, now_ms: float) -> tuple[float, Command | None]:
    if not listener.is_playing or listener.device_id is None:
        return math.inf, None
    way = way_to(listener, table, "pause", "", now_ms)
    effect_at_ms = now_ms + way.ahead_ms + way.latency_ms
    if way.is_here:  # it is heard when the host's pause is, which may be a moment ahead
        effect_at_ms = max(effect_at_ms, timeline.at_ms)
    return effect_at_ms - way.latency_ms - way.ahead_ms, Command(
        account=listener.account,
        kind="pause",
        rev=timeline.rev,
        device_id=listener.device_id,
        effect_at_ms=effect_at_ms,
        latency_ms=way.latency_ms,
        is_here=way.is_here,
    )


def _join_in(
    night: Night, timeline: Timeline, listener: Listener, table: LatencyTable, kind: PlayerCommand, now_ms: float
) -> tuple[float, Command | None]:
    """Start or seek so that the device is where the timeline will be once the command takes effect."""
    way = way_to(listener, table, kind, timeline.track.uri if timeline.track else "", now_ms)
    if not way.is_here and kind == "start" and night.queue_at_ms is not None and len(timeline.upcoming) <= TOLD_OF:
        patience_ends_ms = night.queue_at_ms + QUEUE_PATIENCE_MS
        if night.queue_at_ms <= now_ms < patience_ends_ms:
            return patience_ends_ms, _command(timeline, listener, way, patience_ends_ms)
    send_at_ms = max(now_ms + way.ahead_ms, timeline.at_ms - way.latency_ms)
    return send_at_ms - way.ahead_ms, _command(timeline, listener, way, send_at_ms)


def _change_over(
    timeline: Timeline, listener: Listener, table: LatencyTable, now_ms: float
) -> tuple[float, Command | None]:
    """At a track's end, a start for those whose device would not go on with the host's next track by itself."""
    ends_at_ms = timeline.ends_at_ms
    if ends_at_ms is None or not timeline.upcoming or not timeline.upcoming[0].can_be_started:
        return math.inf, None
    if timeline.track is None or _is_served(listener, timeline.plays, timeline.track, timeline.upcoming[0], now_ms):
        return math.inf, None
    following = timeline.upcoming[0].uri
    if following == timeline.track.uri:  # begun anew where the page would go on to another, from then on by itself
        way = Way("start", expected_ms(table, listener.device_id or "", "start"))
    else:
        way = way_to(listener, table, "start", following, now_ms)
    send_at_ms = max(now_ms + way.ahead_ms, ends_at_ms - way.latency_ms)
    return send_at_ms - way.ahead_ms, _command(timeline, listener, way, send_at_ms)


def _is_served(listener: Listener, plays: int, current: Track, following: Track, now_ms: float) -> bool:
    """Whether the device was told to change over, or holds `following` behind `current` and goes on by itself."""
    here = heard(listener.here, now_ms)
    if here is not None and here.uris[:2] == (current.uri, following.uri):
        return True
    place = plays - listener.held_plays
    if place == -1:
        return listener.held_uris[:1] == (following.uri,)
    held = listener.held_uris[place : place + 2] if place >= 0 else ()
    return held == (current.uri, following.uri) and listener.goes_on is not False


def _command(timeline: Timeline, listener: Listener, way: Way, send_at_ms: float) -> Command | None:
    if listener.device_id is None:
        return None
    effect_at_ms = send_at_ms + way.latency_ms
    then = advance(timeline, effect_at_ms)
    if then.track is None:
        return None
    is_other = then.track != timeline.track and way.kind != "next"
    return Command(
        account=listener.account,
        kind="start" if is_other else way.kind,
        rev=timeline.rev,
        device_id=listener.device_id,
        effect_at_ms=effect_at_ms,
        latency_ms=way.latency_ms,
        position_ms=then.position_at(effect_at_ms),
        uris=held_tracks(then),
        plays=then.plays,
        trim_ms=listener.trim_ms,
        is_here=way.is_here and not is_other,
    )
