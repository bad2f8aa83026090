"""Who is in which group, and in whose session they listen, as the store has it."""

from collections.abc import Iterable

from msgspec.structs import replace

from songswap.core.insights.sharing import without_group
from songswap.core.people.groups import check_room
from songswap.documents import GROUP, SESSION_WISH, SHARING, TAB, WISH, SessionWish, Wish
from songswap.model.people import Group
from songswap.store import Reads, Store
from songswap.web.people import learning_consent


def wish_of(store: Reads, account: str) -> Wish:
    """What `account` wants."""
    return store.read(WISH, account) or Wish()


def session_of(store: Reads, group: str) -> SessionWish:
    """Whether a session shall run in `group`."""
    return store.read(SESSION_WISH, group) or SessionWish()


def groups_of(store: Store, account: str) -> list[Group]:
    """The groups that `account` is in, the newest first."""
    return sorted(
        (group for _, group in store.all_of(GROUP).where(_members, account)), key=lambda group: -group.created_at_ms
    )


def _members(group: Group) -> Iterable[str]:
    return group.members


def demand_room(store: Store, account: str, *, own: bool = True) -> None:
    """Raises RefusedError (too_many_groups) if `account`, the one who asks or not their `own`, can be in no more."""
    check_room(len(groups_of(store, account)), own=own)


def keep_group(store: Store, before: Group, after: Group | None) -> None:
    """Write a changed group, or remove it when nobody is left.

    Those who are out of it stop listening there and sharing with it, and nothing that was learnt of them stays; who
    becomes host of a running session listens.
    """
    if after is None:
        store.remove("groups/{}", before.id)
    elif after != before:
        store.write(GROUP, after, after.id)
        if after.host != before.host and session_of(store, after.id).state == "running":
            listen(store, after.host, after.id)
    for account in before.members.keys() - (after.members.keys() if after else ()):
        step_out(store, account, before.id)
        _share_no_more(store, account, before.id)
        learning_consent.left(store, before.id, account, after)


def listen(store: Store, account: str, group: str) -> None:
    """Have `account` listen in the session of `group`, and in no other; once more if it does so already.

    A page that was closed since is not waited for: whoever comes anew listens on a device unless it says hello again.
    """
    wish, tab = wish_of(store, account), store.read(TAB, account)
    is_closed = tab is None or tab.gone_at_ms is not None
    page = "" if is_closed else wish.tab
    store.write(WISH, replace(wish, listening_in=group, join_rev=wish.join_rev + 1, tab=page), account)


def step_out(store: Store, account: str, group: str) -> None:
    """Have `account` not listen in `group`; in another one it goes on."""
    wish = wish_of(store, account)
    if wish.listening_in == group:
        store.write(WISH, replace(wish, listening_in=None), account)


def is_free_for(store: Store, account: str, group: str) -> bool:
    """Whether `account` listens in no running session but that of `group`."""
    elsewhere = wish_of(store, account).listening_in
    return elsewhere is None or elsewhere == group or session_of(store, elsewhere).state == "stopped"


def _share_no_more(store: Store, account: str, group: str) -> None:
    sharing = store.read(SHARING, account)
    if sharing is not None and group in sharing.groups:
        store.write(SHARING, without_group(sharing, group), account)
