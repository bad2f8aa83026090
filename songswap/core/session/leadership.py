"""Whose player everybody follows: the host's, or a co-host's while the host is away, or because somebody chose so."""

import math
from collections.abc import Collection

from msgspec.structs import replace

from songswap.core.people.groups import RefusedError, role_of
from songswap.core.session.timeline import held_tracks
from songswap.model.music import Device
from songswap.model.people import Group
from songswap.model.session import Lead, LeadReason, Listener, ListenerStatus, Night

SILENCE_MS = 90_000.0
"""A leader at whose player nothing can be read for so long is away: Spotify itself shows a lost device as playing for
as long."""
COMPARE_AFTER_MS = 4_000.0
"""From a change of leader to a look at the listeners: by then the new leader's player was read."""
SILENT: frozenset[ListenerStatus] = frozenset({"no_device", "needs_login", "not_premium", "no_seat", "trouble"})
AT_HAND: frozenset[ListenerStatus] = frozenset({"in_sync", "catching_up"})


def demand(group: Group, by: str, whom: str) -> None:
    """Raises RefusedError unless `by` may have `whom` lead: the host any co-host, a co-host only themselves."""
    role = role_of(group, by)
    if role == "listener" or (role == "co-host" and by != whom):
        raise RefusedError("not_allowed", "Only the host says who leads; co-hosts may take the lead themselves.")
    if whom not in group.members:
        raise RefusedError("no_such_member", "This person is not in the group.")
    if role_of(group, whom) == "listener":
        raise RefusedError("cannot_lead", "Only the host and co-hosts can lead. Make this person a co-host first.")


def heard(night: Night) -> Night:
    """The night when the leader's player could be read."""
    return replace(night, lead=replace(night.lead, silent_since_ms=None))


def silent(night: Night, now_ms: float) -> Night:
    """The night when it could not, for the reason in `host_status`; a limit is nobody's silence."""
    if night.host_status not in SILENT or night.lead.silent_since_ms is not None:
        return night
    return replace(night, lead=replace(night.lead, silent_since_ms=now_ms))


def can_be_succeeded(night: Night) -> bool:
    """Whether somebody is there to take over, now or in a moment."""
    return any(night.listeners[one].status in AT_HAND for one in night.lead.heirs if one in night.listeners)


def away_at_ms(night: Night) -> float:
    """From when on the leader counts as away; infinite while they don't."""
    since_ms = night.lead.silent_since_ms
    if since_ms is None:
        return math.inf
    return since_ms if night.host_status == "needs_login" else since_ms + SILENCE_MS


def succeeded(night: Night, now_ms: float) -> Night:
    """The night led by the next in line who is in sync, if its leader is away; the timeline goes on."""
    heir = _ready_heir(night)
    if heir is None or now_ms < away_at_ms(night):
        return night
    return _handed(night, heir, "logged_out" if night.host_status == "needs_login" else "silent", now_ms)


def settled(night: Night, group: Group, listening: Collection[str], wish: tuple[str, int], now_ms: float) -> Night:
    """The night of `group` as it is now, `listening` being who wants to listen in it.

    `wish` is who was asked to lead last, and the number of that wish: each counts once.
    """
    if night.host != group.host:
        night = replace(_handed(night, group.host, "host", now_ms), host=group.host)
    night = _lined_up(night, group, listening)
    if not _may_go_on(night, group, listening):
        night = _handed(night, _ready_heir(night) or group.host, night.lead.why, now_ms)
    account, rev = wish
    if rev > night.lead.rev:
        if account != night.leader and account in {*night.lead.heirs, group.host}:
            night = _handed(night, account, "chosen", now_ms)
        night = replace(night, lead=replace(night.lead, rev=rev))
    return _lined_up(night, group, listening)


def former(night: Night, account: str, join_rev: int, consent_id: str) -> Listener | None:
    """Who led until now as a listener, if that is `account`: somebody in sync, who need not be told anything."""
    listener = night.lead.former
    if listener is None or listener.account != account:
        return None
    return replace(listener, join_rev=join_rev, consent_id=consent_id)


def words(night: Night, leader: str, host: str) -> str:
    """Who leads and why, given their names; empty where the host does, as usual."""
    if night.leader == night.host:
        return ""
    match night.lead.why:
        case "silent":
            return f"{leader} leads while {host} is away."
        case "logged_out":
            return f"{leader} leads: {host} has to log in again."
    return f"{leader} leads."


def _lined_up(night: Night, group: Group, listening: Collection[str]) -> Night:
    """With everybody but the leader who may lead, in their order: the host, then the longest-standing co-hosts."""
    able = [one for one, member in group.members.items() if member.role != "listener" and one in listening]
    able.sort(key=lambda one: (one != group.host, group.members[one].joined_at_ms))
    return replace(night, lead=replace(night.lead, heirs=tuple(one for one in able if one != night.leader)))


def _may_go_on(night: Night, group: Group, listening: Collection[str]) -> bool:
    if night.leader == group.host:
        return True
    member = group.members.get(night.leader)
    return member is not None and member.role == "co-host" and night.leader in listening


def _ready_heir(night: Night) -> str | None:
    ready = (one for one in night.lead.heirs if one in night.listeners and night.listeners[one].status == "in_sync")
    return next(ready, None)


def _handed(night: Night, to: str, why: LeadReason, now_ms: float) -> Night:
    """The night led by `to`, whose player is to be read at once. What is under way for the one before is forgotten."""
    heir = night.listeners.get(to)
    why = "host" if to == night.host else why
    has_device = heir is not None and heir.device_id is not None
    return replace(
        night,
        lead=Lead(to, why, night.lead.rev, former=_as_listener(night, now_ms)),
        listeners={one: _compared(listener, now_ms) for one, listener in night.listeners.items() if one != to},
        host_status="waiting",
        host_message="",
        host_until_ms=None,
        host_device=Device(heir.device_id, heir.device_name, "Unknown") if heir is not None and has_device else None,
        notice="",
        look_at_ms=now_ms,
        queue_at_ms=now_ms if night.timeline is not None and night.timeline.is_playing else None,
        quick_looks=0,
        hush_until_ms=0.0,
        drives=(),
        driven=None,
        round_trips_ms=(),
        failures=0,
    )


def _compared(listener: Listener, now_ms: float) -> Listener:
    """The listener, looked at once the new leader was: both may have been off, in different directions."""
    if not listener.is_playing or listener.status != "in_sync":
        return listener
    look_at_ms = now_ms + COMPARE_AFTER_MS
    return replace(listener, look_at_ms=min(look_at_ms, listener.look_at_ms or look_at_ms))


def _as_listener(night: Night, now_ms: float) -> Listener | None:
    timeline, device = night.timeline, night.host_device
    if night.host_status != "in_sync" or timeline is None or device is None or device.id is None:
        return None
    return Listener(
        account=night.leader,
        device_id=device.id,
        device_name=device.name,
        status="in_sync",
        told_rev=timeline.rev,
        held_uris=held_tracks(timeline),
        held_plays=timeline.plays,
        is_playing=timeline.is_playing,
        look_at_ms=now_ms,
    )
