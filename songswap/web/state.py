"""What the group page shows, from what people want and what the worker saw. Pure: documents in, state out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from songswap.core.groups import RIGHTS, Right
from songswap.core.words import MemberStatus, describe, hint
from songswap.documents import Account, AccountSeen, SessionWish, Standing, Wish
from songswap.model import Device, Group, Listener, Night, Role, Struct, Track

UPCOMING_SHOWN = 3

STATUS_OF_STANDING: Mapping[Standing, MemberStatus | None] = {
    "ok": None,
    "needs_login": "needs_login",
    "not_premium": "not_premium",
    "no_seat": "no_seat",
}


@dataclass(frozen=True)
class Person:
    """The documents of one member. `seen` only counts for the consent there is now."""

    account: Account
    wish: Wish = field(default_factory=Wish)
    seen: AccountSeen | None = None
    consent_id: str | None = None

    @property
    def fresh(self) -> AccountSeen | None:
        """What the worker saw with the present log-in."""
        return self.seen if self.seen and self.seen.consent_id == self.consent_id else None


@dataclass(frozen=True)
class Facts:
    """All that is known about a group at `now_ms`. `running` names every group with a running session."""

    group: Group
    session: SessionWish
    night: Night | None
    people: Mapping[str, Person]
    running: Mapping[str, str]
    worker_alive: bool
    now_ms: float


class DeviceState(Struct, frozen=True):
    """A device Spotify reports. `reason` says why an unusable one can't be chosen."""

    id: str | None
    name: str
    kind: str
    is_active: bool
    is_chosen: bool
    is_usable: bool
    reason: str


class DevicesState(Struct, frozen=True):
    """The devices as Spotify reported them at `at_ms`; `is_looking` while newer ones are asked for."""

    items: tuple[DeviceState, ...]
    chosen_id: str | None
    chosen_name: str
    at_ms: float | None
    is_looking: bool


class Elsewhere(Struct, frozen=True):
    """Another group, in whose running session the person listens."""

    group: str
    name: str


class MeState(Struct, frozen=True):
    """The one who asks: what they may do, where they listen, on what."""

    account: str
    role: Role
    rights: tuple[Right, ...]
    is_listening: bool
    elsewhere: Elsewhere | None
    devices: DevicesState


class MemberState(Struct, frozen=True):
    """Somebody in the group. `until_ms` is when the status ends by itself, `error` the last thing that went wrong."""

    account: str
    name: str
    image_url: str | None
    role: Role
    is_listening: bool
    status: MemberStatus
    status_words: str
    hint: str
    skew_ms: float | None
    until_ms: float | None
    error: str
    device_name: str


class SessionState(Struct, frozen=True):
    """Whether a session runs, and since when."""

    state: Literal["running", "stopped"]
    id: str
    since_ms: float


class PlaybackState(Struct, frozen=True):
    """What everybody should hear: `track` was at `position_ms` at `at_ms`, and moves on while playing."""

    rev: int
    track: Track | None
    is_playing: bool
    position_ms: float
    at_ms: float
    upcoming: tuple[Track, ...]


class GroupState(Struct, frozen=True):
    """A group at the server's time `now_ms`, as one of its members sees it."""

    id: str
    name: str
    now_ms: float
    me: MeState
    members: tuple[MemberState, ...]
    session: SessionState
    playback: PlaybackState | None
    notice: str
    is_worker_alive: bool
    invite_url: str | None
    invite_expires_at_ms: float | None


def state_for(facts: Facts, account: str, base_url: str) -> GroupState:
    """The group as its member `account` sees it; `base_url` is where invites lead."""
    group = facts.group
    role = group.members[account].role
    may_invite = "invite" in RIGHTS[role]
    night = _night(facts)
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


def standing_of(person: Person) -> MemberStatus | None:
    """What keeps somebody from listening anywhere, if anything does."""
    if person.consent_id is None:
        return "needs_login"
    return STATUS_OF_STANDING[person.fresh.standing] if person.fresh else None


def _me(facts: Facts, account: str) -> MeState:
    person = facts.people[account]
    role = facts.group.members[account].role
    return MeState(
        account=account,
        role=role,
        rights=RIGHTS[role],
        is_listening=_listens(facts, person),
        elsewhere=_elsewhere(facts, person),
        devices=devices_of(person),
    )


def _member(facts: Facts, account: str) -> MemberState:
    person = facts.people[account]
    status, listener = _status(facts, person), _listener(facts, person)
    is_host = account == facts.group.host
    night = _night(facts)
    seen = person.fresh
    skew_ms = listener.skew_ms if listener and status == "in_sync" else None
    return MemberState(
        account=account,
        name=person.account.display_name,
        image_url=person.account.image_url,
        role=facts.group.members[account].role,
        is_listening=_listens(facts, person),
        status=status,
        status_words="sets the pace" if is_host and status == "in_sync" else describe(status, skew_ms),
        hint=hint(status),
        skew_ms=skew_ms,
        until_ms=_until(listener, night if is_host else None, seen),
        error=_error(listener, night if is_host else None, seen),
        device_name=_device_name(person, listener, night if is_host else None),
    )


def _status(facts: Facts, person: Person) -> MemberStatus:
    if standing := standing_of(person):
        return standing
    if facts.session.state == "stopped":
        return _readiness(person)
    if not _listens(facts, person):
        return "elsewhere" if _elsewhere(facts, person) else "stepped_out"
    night = _night(facts)
    if night and night.host == person.account.id:
        return night.host_status
    listener = night.listeners.get(person.account.id) if night else None
    if listener is None:
        return "waiting"
    return listener.status if listener.join_rev == person.wish.join_rev else "catching_up"


def _readiness(person: Person) -> MemberStatus:
    """The status while no session runs. Devices nobody has looked for yet are not missed."""
    seen = person.fresh
    if seen is None or seen.devices_at_ms is None:
        return "ready"
    return "ready" if any(device.can_be_told for device in seen.devices) else "no_device"


def _listens(facts: Facts, person: Person) -> bool:
    return facts.session.state == "running" and person.wish.listening_in == facts.group.id


def _elsewhere(facts: Facts, person: Person) -> Elsewhere | None:
    other = person.wish.listening_in
    if other is None or other == facts.group.id or other not in facts.running:
        return None
    return Elsewhere(other, facts.running[other])


def _night(facts: Facts) -> Night | None:
    """The worker's view of the session that is wished for; one of an earlier session does not count."""
    night = facts.night
    runs = facts.session.state == "running"
    return night if runs and night and night.session_id == facts.session.session_id else None


def _listener(facts: Facts, person: Person) -> Listener | None:
    night = _night(facts)
    return night.listeners.get(person.account.id) if night and _listens(facts, person) else None


def _playback(facts: Facts) -> PlaybackState | None:
    night = _night(facts)
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


def _until(listener: Listener | None, night: Night | None, seen: AccountSeen | None) -> float | None:
    if night:
        return night.host_until_ms
    if listener:
        return listener.until_ms
    return seen.until_ms if seen else None


def _error(listener: Listener | None, night: Night | None, seen: AccountSeen | None) -> str:
    of_session = night.host_message if night else listener.message if listener else ""
    if of_session or seen is None:
        return of_session
    return seen.message or seen.error


def _device_name(person: Person, listener: Listener | None, night: Night | None) -> str:
    if night and night.host_device:
        return night.host_device.name
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
