"""The people who have logged in: finding, linking and forgetting them."""

from msgspec.structs import replace

from songswap.core.people.groups import vanish
from songswap.core.people.handles import handle_for
from songswap.core.people.lookalikes import told_apart, visible
from songswap.core.people.profiles import TAKEN_HANDLES
from songswap.documents import ACCOUNT, CONSENT, PROFILE, Account, Consent
from songswap.model.library import User
from songswap.model.profiles import Profile
from songswap.store import BrokenError, Reads, Store
from songswap.web.kit.ids import new_id
from songswap.web.people.membership import groups_of, keep_group
from songswap.web.people.showing import shown


def everybody(store: Store) -> list[Account]:
    """Every account there is."""
    return [account for name in store.names("accounts") if (account := store.read(ACCOUNT, name))]


def link(accounts: list[Account], user: User) -> Account | None:
    """Whose log-in `user` is: by `account_id`; by the user id where Spotify did not send one, now or then."""
    if user.account_id is None:
        return next((one for one in accounts if one.user_id == user.id), None)
    by_account_id = next((one for one in accounts if one.spotify_id == user.account_id), None)
    return by_account_id or next((one for one in accounts if one.spotify_id == user.id), None)


def _unread(store: Store, there: list[Account]) -> str:
    """The path of an account that can't be read, if there is one: nobody knows whose it is."""
    others = {ACCOUNT.path(name) for name in store.names("accounts")} - {ACCOUNT.path(one.id) for one in there}
    return next((path for path in sorted(others) if path in store.broken), "")


def admit(store: Store, user: User, app: str, now_ms: float) -> Account:
    """Write the account of somebody who logged in with `app`, new or known, as Spotify describes them now.

    Raises BrokenError where they may be known, and it can't be told: they would find nothing of their own.
    """
    there = everybody(store)
    known = link(there, user)
    if known is None and (unread := _unread(store, there)):
        raise BrokenError(f"whether {unread} is of somebody who logs in can't be told, so nobody new can")
    name = visible(user.display_name) or user.id
    if known is None:
        handle = handle_for(name, {*TAKEN_HANDLES, *(one.handle for one in there)})
        known = Account(new_id(), user.account_id or user.id, user.id, name, app, now_ms, handle=handle)
    account = replace(
        known,
        spotify_id=user.account_id or known.spotify_id,
        user_id=user.id,
        app=app,
        spotify_name=name,
        spotify_image_url=user.image_url,
    )
    account = shown(account, store.read(PROFILE, account.id) or Profile(), there)
    store.write(ACCOUNT, account, account.id)
    return account


def tell_apart(store: Store) -> None:
    """Have no two people look the same who did before names were told apart. Raises StoreError."""
    seen: list[tuple[str, str]] = []
    for account in sorted(everybody(store), key=lambda one: one.created_at_ms):
        name = told_apart(account.display_name, account.handle, seen)
        if name != account.display_name:
            store.write(ACCOUNT, replace(account, display_name=name), account.id)
        seen.append((name, account.handle))


def consent_of(store: Reads, account: str) -> Consent | None:
    """What the last log-in of `account` gave us."""
    return store.read(CONSENT, account)


def forget(store: Store, account: str) -> None:
    """Remove `account` and all that is known of it; groups it hosted pass on."""
    for group in groups_of(store, account):
        keep_group(store, group, vanish(group, account))
    store.remove("accounts/{}", account)
