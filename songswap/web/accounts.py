"""The people who have logged in: finding, linking and forgetting them."""

import secrets
import string

from msgspec.structs import replace

from songswap.core.groups import vanish
from songswap.documents import ACCOUNT, CONSENT, GROUP, SESSION_WISH, WISH, Account, Consent, SessionWish, Wish
from songswap.model import Group, User
from songswap.store import Store

ID_ALPHABET = string.ascii_lowercase + string.digits
ID_LENGTH = 12


def new_id() -> str:
    """A random name for an account or a group."""
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))


def everybody(store: Store) -> list[Account]:
    """Every account there is."""
    return [account for name in store.names("accounts") if (account := store.read(ACCOUNT, name))]


def link(accounts: list[Account], user: User) -> Account | None:
    """Whose log-in `user` is: by `account_id`; by the user id where Spotify did not send one, now or then."""
    if user.account_id is None:
        return next((one for one in accounts if one.user_id == user.id), None)
    by_account_id = next((one for one in accounts if one.spotify_id == user.account_id), None)
    return by_account_id or next((one for one in accounts if one.spotify_id == user.id), None)


def admit(store: Store, user: User, app: str, now_ms: float) -> Account:
    """Write the account of somebody who logged in with `app`, new or known, as Spotify describes them now."""
    known = link(everybody(store), user)
    if known is None:
        account = Account(
            id=new_id(),
            spotify_id=user.account_id or user.id,
            user_id=user.id,
            display_name=user.display_name or user.id,
            app=app,
            created_at_ms=now_ms,
            image_url=user.image_url,
        )
    else:
        account = replace(
            known,
            spotify_id=user.account_id or known.spotify_id,
            user_id=user.id,
            display_name=user.display_name or user.id,
            app=app,
            image_url=user.image_url,
        )
    store.write(ACCOUNT, account, account.id)
    return account


def consent_of(store: Store, account: str) -> Consent | None:
    """What the last log-in of `account` gave us."""
    return store.read(CONSENT, account)


def wish_of(store: Store, account: str) -> Wish:
    """What `account` wants."""
    return store.read(WISH, account) or Wish()


def session_of(store: Store, group: str) -> SessionWish:
    """Whether a session shall run in `group`."""
    return store.read(SESSION_WISH, group) or SessionWish()


def groups_of(store: Store, account: str) -> list[Group]:
    """The groups that `account` is in, the newest first."""
    every = (store.read(GROUP, name) for name in store.names("groups"))
    mine = [group for group in every if group and account in group.members]
    return sorted(mine, key=lambda group: -group.created_at_ms)


def keep_group(store: Store, before: Group, after: Group | None) -> None:
    """Write a changed group, or remove it when nobody is left; those who are out of it stop listening there."""
    if after is None:
        store.remove("groups/{}", before.id)
    elif after != before:
        store.write(GROUP, after, after.id)
    for account in before.members.keys() - (after.members.keys() if after else ()):
        wish = wish_of(store, account)
        if wish.listening_in == before.id:
            store.write(WISH, replace(wish, listening_in=None), account)


def forget(store: Store, account: str) -> None:
    """Remove `account` and all that is known of it; groups it hosted pass on."""
    for group in groups_of(store, account):
        keep_group(store, group, vanish(group, account))
    store.remove("accounts/{}", account)
