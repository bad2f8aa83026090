"""What is known of a group, as one of its members sees it. Pure: facts in, state out."""

from songswap.core.groups import RIGHTS
from songswap.core.words import describe, hint
from songswap.documents import AccountSeen
from songswap.model import Device, Group, Listener, Night
from songswap.web.facts import Facts, Person
from songswap.web.state import (
    DevicesState,
    DeviceState,
    GroupState,
    MemberState,
    MeState,
    PlaybackState,
    SessionState,
)

UPCOMING_SHOWN = 3


def state_for(facts: Facts, account: str, base_url: str) -> GroupState:
    """The group as its member `account` sees it; `base_url` is where invites lead."""
    group = facts.group
    role = group.members[account].role
    may_invite = "invite" in RIGHTS[role]
    night = facts.tonight
    return GroupState(
        id=group.id,
        name=group.name,
        now_ms=facts.now_ms,
        me=_me(facts, account),
        members=tuple(_member(facts, one) for one in _in_order(group)),
        session=SessionState(facts.session.state, facts.session.session_id, facts.session.since_ms),
        playback=_playback(facts),
        notice=(night.click_error or night.notice) if night else "",
        is_worker_alive=facts.worker_alive,
        invite_url=invite_url(base_url, group) if may_invite else None,
        invite_expires_at_ms=group.invite.expires_at_ms if may_invite else None,
    )


def invite_url(base_url: str, group: Group) -> str:
    """The link that lets people join."""
    return f"{base_url}/join/{group.id}/{group.invite.secret}"


def devices_of(person: Person) -> DevicesState:
    """The devices of somebody, usable ones first."""
    seen, wish = person.seen or AccountSeen(""), person.wish
    devices = [_device(device, wish.device_id) for device in seen.devices]
    return DevicesState(
        items=tuple(sorted(devices, key=lambda device: (not device.is_usable, device.name.casefold()))),
        chosen_id=wish.device_id,
        chosen_name=wish.device_name,
        at_ms=seen.devices_at_ms,
        is_looking=wish.look_rev > seen.look_rev,
    )


def _me(facts: Facts, account: str) -> MeState:
    person = facts.people[account]
    role = facts.group.members[account].role
    return MeState(
        account=account,
        role=role,
        rights=RIGHTS[role],
        is_listening=facts.listens(person),
        elsewhere=facts.elsewhere(person),
        devices=devices_of(person),
    )


def _member(facts: Facts, account: str) -> MemberState:
    person = facts.people[account]
    status, listener = facts.status_of(person), facts.listener(person)
    led = facts.led_by(account)
    seen = person.fresh
    skew_ms = listener.skew_ms if listener and status == "in_sync" else None
    return MemberState(
        account=account,
        name=person.account.display_name,
        image_url=person.account.image_url,
        role=facts.group.members[account].role,
        is_listening=facts.listens(person),
        status=status,
        status_words="sets the pace" if led and status == "in_sync" else describe(status, skew_ms),
        hint=hint(status),
        skew_ms=skew_ms,
        until_ms=_until(listener, led, seen),
        error=_error(listener, led, seen),
        device_name=_device_name(person, listener, led),
    )


def _playback(facts: Facts) -> PlaybackState | None:
    night = facts.tonight
    timeline = night.timeline if night else None
    if timeline is None:
        return None
    return PlaybackState(
        rev=timeline.rev,
        track=timeline.track,
        is_playing=timeline.is_playing,
        position_ms=timeline.position_ms,
        at_ms=timeline.at_ms,
        upcoming=timeline.upcoming[:UPCOMING_SHOWN],
    )


def _until(listener: Listener | None, led: Night | None, seen: AccountSeen | None) -> float | None:
    if led:
        return led.host_until_ms
    if listener:
        return listener.until_ms
    return seen.until_ms if seen else None


def _error(listener: Listener | None, led: Night | None, seen: AccountSeen | None) -> str:
    of_session = led.host_message if led else listener.message if listener else ""
    if of_session or seen is None:
        return of_session
    return seen.message or seen.error


def _device_name(person: Person, listener: Listener | None, led: Night | None) -> str:
    if led and led.host_device:
        return led.host_device.name
    if listener and listener.device_name:
        return listener.device_name
    return person.wish.device_name


def _device(device: Device, chosen_id: str | None) -> DeviceState:
    reason = ""
    if device.is_private_session:
        reason = "In a private session Spotify hides what plays."
    if not device.can_be_told:
        reason = "Spotify lets nobody control this device from outside."
    return DeviceState(
        id=device.id,
        name=device.name,
        kind=device.kind,
        is_active=device.is_active,
        is_chosen=device.id is not None and device.id == chosen_id,
        is_usable=device.can_be_told,
        reason=reason,
    )


def _in_order(group: Group) -> list[str]:
    ranks = {"host": 0, "co-host": 1, "listener": 2}
    return sorted(group.members, key=lambda one: (ranks[group.members[one].role], group.members[one].joined_at_ms))
