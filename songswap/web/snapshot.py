"""Reads from the store what a page shows."""

import dataclasses
from collections.abc import Mapping

from songswap.documents import (
    ACCOUNT,
    ACCOUNT_SEEN,
    GROUP,
    GROUP_INTERVAL,
    GROUP_TICKS,
    HANDED,
    HEARTBEAT,
    NIGHT,
    PARTY,
    REQUESTS,
    TAB,
    Account,
)
from songswap.model import Group, Handed, Interval, Requests, Ticks
from songswap.store import Store, is_held
from songswap.web.accounts import consent_of
from songswap.web.facts import Facts, Person
from songswap.web.links import invite_of, screen_of
from songswap.web.membership import session_of, wish_of
from songswap.web.resources import Resources
from songswap.web.state import AskingState, GroupState
from songswap.web.view import state_for

WORKER_SILENT_MS = 15_000.0
"""A worker that has not been heard of for so long does not run."""


def person_of(store: Store, account: Account) -> Person:
    """The documents of one person."""
    consent = consent_of(store, account.id)
    return Person(
        account=account,
        wish=wish_of(store, account.id),
        seen=store.read(ACCOUNT_SEEN, account.id),
        consent_id=consent.id if consent else None,
        reported=store.read(TAB, account.id),
    )


def state_of(here: Resources, group: Group, account: str) -> GroupState:
    """The group as its member `account` sees it now."""
    facts = facts_of(here.store, group, here.clock.now_ms())
    session_id = facts.session.session_id
    report = here.diaries.report(group.id, session_id) if session_id else None
    screen = screen_of(here, group)
    facts = dataclasses.replace(
        facts,
        report=report,
        calls_left=here.gate.left("player"),
        asking=named(here, group.asking),
        removed=named(here, group.removed),
        invite_url=invite_of(here, group).url,
        screen_url=screen.url if screen else None,
    )
    return state_for(facts, account)


def named(here: Resources, people: Mapping[str, float]) -> tuple[AskingState, ...]:
    """Those who ask to get into a group, or were removed from it, the first first."""
    known = [(here.directory.get(account), at_ms) for account, at_ms in people.items()]
    return tuple(AskingState(one.id, one.display_name, one.image_url, at_ms) for one, at_ms in known if one)


def facts_of(store: Store, group: Group, now_ms: float) -> Facts:
    """All documents about `group` and its members."""
    accounts = (store.read(ACCOUNT, name) or _unknown(name) for name in group.members)
    people = {account.id: person_of(store, account) for account in accounts}
    others = {person.wish.listening_in for person in people.values()} - {None, group.id}
    return Facts(
        group=group,
        session=session_of(store, group.id),
        night=store.read(NIGHT, group.id),
        people=people,
        running={other: name for other in others if other and (name := running_name(store, other))},
        worker_alive=is_worker_alive(store, now_ms),
        now_ms=now_ms,
        requests=store.read(REQUESTS, group.id) or Requests(),
        handed=store.read(HANDED, group.id) or Handed(),
        interval=store.read(GROUP_INTERVAL, group.id) or Interval(),
        ticks=store.read(GROUP_TICKS, group.id) or Ticks(),
        party=store.read(PARTY, group.id),
    )


def running_name(store: Store, group_id: str | None) -> str | None:
    """The name of the group if a session runs there."""
    group = store.read(GROUP, group_id) if group_id else None
    return group.name if group and session_of(store, group.id).state == "running" else None


def is_worker_alive(store: Store, now_ms: float) -> bool:
    """Whether the worker has been heard of lately."""
    heartbeat = store.read(HEARTBEAT)
    if heartbeat is None or now_ms - heartbeat.beat_at_ms < WORKER_SILENT_MS:
        return heartbeat is not None
    return bool(store.trouble) and is_held(store.root, "worker")  # it lives, and can't tell


def _unknown(account: str) -> Account:
    """Stands in for somebody whose document was broken and set aside: the group goes on without it."""
    return Account(id=account, spotify_id="", user_id="", display_name="Somebody", app="", created_at_ms=0.0)


def is_polling(store: Store) -> bool:
    """Whether one of the two processes looks for changes, as the file system does not tell of them."""
    heartbeat = store.read(HEARTBEAT)
    return store.changes.polls or (heartbeat is not None and heartbeat.polls)
