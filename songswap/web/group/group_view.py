"""What is known of a group, as one of its members sees it. Pure: facts in, state out."""

from dataclasses import dataclass

from songswap.core.kit.status_text import describe, hint
from songswap.core.people.groups import RIGHTS
from songswap.core.session.web_player import is_quiet, known_as
from songswap.documents import AccountSeen, Wish
from songswap.model.music import Device
from songswap.model.people import Group
from songswap.model.session import Listener, Night
from songswap.web.group.game_view import party_state
from songswap.web.group.group_facts import Facts, Person
from songswap.web.group.group_state import (
    CallsState,
    DevicesState,
    DeviceState,
    GroupState,
    MemberState,
    MeState,
    PlaybackState,
    TabState,
    TonightListener,
    TonightState,
    TrimState,
)
from songswap.web.group.requests_view import requests_state
from songswap.web.group.session_view import calls_state, session_state
from songswap.web.group.timer_view import interval_state, timer_in

UPCOMING_SHOWN = 3


@dataclass(frozen=True)
class Common:
    """What all members of a group see alike."""

    members: tuple[MemberState, ...]
    playback: PlaybackState | None
    notice: str
    calls: CallsState | None
    tonight: TonightState | None


def common_of(facts: Facts) -> Common:
    """What all members of the group see alike."""
    night = facts.tonight
    return Common(
        members=tuple(_member(facts, one) for one in _in_order(facts.group)),
        playback=_playback(facts),
        notice=(night.click_error or night.notice) if night else "",
        calls=calls_state(facts),
        tonight=_tonight(facts),
    )


def state_for(facts: Facts, account: str, common: Common | None = None) -> GroupState:
    """The group as its member `account` sees it; `common` is `common_of` the facts, where several look."""
    group, common = facts.group, common or common_of(facts)
    role = group.members[account].role
    may_invite = "invite" in RIGHTS[role]
    return GroupState(
        id=group.id,
        name=group.name,
        now_ms=facts.now_ms,
        me=_me(facts, account),
        members=common.members,
        session=session_state(facts, account),
        playback=common.playback,
        notice=common.notice,
        is_worker_alive=facts.worker_alive,
        calls=common.calls,
        invite_url=facts.invite_url if may_invite else None,
        invite_expires_at_ms=group.invite.expires_at_ms if may_invite else None,
        screen_url=facts.screen_url if may_invite and group.screen else None,
        screen_expires_at_ms=group.screen.expires_at_ms if may_invite and group.screen else None,
        has_invite_on_screen=group.has_invite_on_screen,
        tonight=common.tonight,
        requests=requests_state(facts, account),
        interval=interval_state(timer_in(facts, account)),
        description=group.description,
        picture_url=picture_url(group),
        is_listed=group.is_listed,
        admission=group.admission,
        asking=facts.asking if may_invite else (),
        removed=facts.removed if "manage" in RIGHTS[role] else (),
        party=party_state(facts, account),
    )


def picture_url(group: Group) -> str | None:
    """Where the group's picture is shown, if it has one."""
    return f"/pictures/groups/{group.id}/{group.picture_id}" if group.picture_id else None


def devices_of(person: Person) -> DevicesState:
    """The devices of somebody, usable ones first."""
    seen, wish = person.seen or AccountSeen(""), person.wish
    devices = [_device(device, wish) for device in seen.devices]
    return DevicesState(
        items=tuple(sorted(devices, key=lambda device: (not device.is_usable, device.name.casefold()))),
        chosen_id=None if wish.tab else wish.device_id,
        chosen_name="" if wish.tab else wish.device_name,
        at_ms=seen.devices_at_ms,
        is_looking=wish.look_rev > seen.look_rev,
        follows_volume=wish.follows_volume,
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
        trim=_trim(facts, person),
        tab=_tab(facts, person),
    )


def _tab(facts: Facts, person: Person) -> TabState | None:
    tab = person.tab
    if tab is None:
        return None
    is_here = tab.gone_at_ms is None and not is_quiet(tab, facts.now_ms)
    return TabState(tab.tab, tab.device_name, is_here)


def _trim(facts: Facts, person: Person) -> TrimState | None:
    """The trim of the device in use; none for the leader, whom everybody else follows."""
    listener, wish = facts.listener(person), person.wish
    if facts.led_by(person.account.id):
        return None
    if person.tab is not None:
        name = known_as(person.tab)
        return TrimState(name, person.tab.device_name, wish.trims_ms.get(name, 0))
    device_id = (listener.device_id if listener else None) or wish.device_id
    if device_id is None:
        return None
    device_name = _device_name(person, listener, None)
    return TrimState(device_id, device_name, wish.trims_ms.get(device_id, 0))


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
        handle=person.account.handle,
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


def _tonight(facts: Facts) -> TonightState | None:
    report = facts.report
    if report is None:
        return None
    return TonightState(
        id=facts.session.session_id,
        started_at_ms=report.started_at_ms,
        tracks=len(report.tracks),
        skew_p50_ms=report.skew_p50_ms,
        skew_p95_ms=report.skew_p95_ms,
        corrections=report.corrections,
        calls_spent=report.calls_spent,
        listeners=tuple(
            TonightListener(
                one.account, facts.people[one.account].account.display_name, one.recent_skews_ms, one.corrections
            )
            for one in report.listeners
            if one.account in facts.people
        ),
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
    if person.tab is not None:
        return person.tab.device_name
    return person.wish.device_name


def _device(device: Device, wish: Wish) -> DeviceState:
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
        is_chosen=device.id is not None and device.id == wish.device_id and not wish.tab,
        is_usable=device.can_be_told,
        reason=reason,
        trim_ms=wish.trims_ms.get(device.id or "", 0),
    )


def _in_order(group: Group) -> list[str]:
    ranks = {"host": 0, "co-host": 1, "listener": 2}
    return sorted(group.members, key=lambda one: (ranks[group.members[one].role], group.members[one].joined_at_ms))
