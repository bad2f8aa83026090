"""Reads from the store what a page shows."""

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
from songswap.model.interval import Interval, Ticks
from songswap.model.nights import Handed, Requests
from songswap.model.people import Group
from songswap.store import Reads, Store
from songswap.web.group.group_facts import Facts, Person
from songswap.web.group.group_state import AskingState
from songswap.web.kit.worker_status import is_worker_alive
from songswap.web.people.accounts import consent_of
from songswap.web.people.membership import session_of, wish_of


def person_of(store: Reads, account: Account) -> Person:
    """The documents of one person."""
    consent = consent_of(store, account.id)
    return Person(
        account=account,
        wish=wish_of(store, account.id),
        seen=store.read(ACCOUNT_SEEN, account.id),
        consent_id=consent.id if consent else None,
        reported=store.read(TAB, account.id),
    )


def named(store: Reads, people: Mapping[str, float]) -> tuple[AskingState, ...]:
    """Those who ask to get into a group, or were removed from it, the first first."""
    known = [(store.read(ACCOUNT, account), at_ms) for account, at_ms in people.items()]
    return tuple(AskingState(one.id, one.display_name, one.image_url, at_ms) for one, at_ms in known if one)


def facts_of(store: Reads, group: Group, now_ms: float) -> Facts:
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


def running_name(store: Reads, group_id: str | None) -> str | None:
    """The name of the group if a session runs there."""
    group = store.read(GROUP, group_id) if group_id else None
    return group.name if group and session_of(store, group.id).state == "running" else None


def _unknown(account: str) -> Account:
    """Stands in for somebody whose document was broken and set aside: the group goes on without it."""
    return Account(id=account, spotify_id="", user_id="", display_name="Somebody", app="", created_at_ms=0.0)


def is_polling(store: Store) -> bool:
    """Whether one of the two processes looks for changes, as the file system does not tell of them."""
    heartbeat = store.read(HEARTBEAT)
    return store.changes.polls or (heartbeat is not None and heartbeat.polls)
