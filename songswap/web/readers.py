"""Who reads figures, and whose: only what people share."""

from dataclasses import dataclass

from songswap.columns.figures.answers import Person
from songswap.core import sharing as rules
from songswap.documents import ACCOUNT, GROUP, SHARING, Account
from songswap.model import Group, Sharing
from songswap.store import Store
from songswap.web import accounts, membership
from songswap.web.errors import ProblemError

HIDDEN = "There is no such person here, or they don't share their listening with you."
NO_GROUP = "There is no such group, or you are not in it."


@dataclass(frozen=True)
class Reader:
    """Somebody who is logged in; or, `by_link`, whoever knows the secret link of `account` and sees theirs alone."""

    account: Account
    sharing: Sharing
    by_link: bool = False


@dataclass(frozen=True)
class Scope:
    """Whose figures: `accounts` in the order of their ids. Private sessions are in one's own alone."""

    accounts: tuple[str, ...]
    with_private: bool


def sharing_of(store: Store, account: str) -> Sharing:
    """With whom `account` shares their listening; with nobody unless they said so."""
    return store.read(SHARING, account) or Sharing()


def reader_of(store: Store, account: Account) -> Reader:
    """`account`, who is logged in."""
    return Reader(account, sharing_of(store, account.id))


def reader_by_link(store: Store, account: str, secret: str) -> Reader:
    """Whoever knows the `secret` of a person's link. Raises ProblemError (404), also where there is no such person."""
    known, sharing = store.read(ACCOUNT, account), sharing_of(store, account)
    if not rules.opens_link(sharing, secret) or known is None:
        raise ProblemError(404, "link_invalid", "This link is not valid, or it was taken back.")
    return Reader(known, sharing, by_link=True)


def scope_of(store: Store, reader: Reader, text: str) -> Scope:
    """What `text` (me, everybody, group:ID, account:ID) stands for. Raises ProblemError (400, 404)."""
    me = reader.account.id
    if text in {"me", f"account:{me}"}:
        return Scope((me,), with_private=not reader.by_link)
    if reader.by_link:
        raise ProblemError(404, "not_found", "This link shows one person’s listening only.")
    kind, _, name = text.partition(":")
    match kind:
        case "everybody" if not name:
            sharings = {one: sharing_of(store, one) for one in store.names("accounts")}
            return Scope(rules.seen_by_everybody(me, sharings), with_private=False)
        case "group" if name:
            group = _group(store, me, name)
            sharings = {one: sharing_of(store, one) for one in group.members}
            return Scope(rules.seen_in_group(me, group, sharings), with_private=False)
        case "account" if name:
            return Scope((visible(store, me, name).id,), with_private=False)
    raise ProblemError(400, "invalid", "scope is me, everybody, group:ID or account:ID.")


def visible(store: Store, me: str, other: str) -> Account:
    """The account `other`, if its listening is shared with `me`. Raises ProblemError (404, to tell nobody else)."""
    known = store.read(ACCOUNT, other)
    common = {group.id for group in membership.groups_of(store, other) if me in group.members}
    if known is None or not rules.may_see(me, other, sharing_of(store, other), common):
        raise ProblemError(404, "not_shared", HIDDEN)
    return known


def all_visible(store: Store, me: Account) -> list[Account]:
    """Everybody whose listening `me` may see, oneself first, then by name."""
    groups = membership.groups_of(store, me.id)
    others = [
        one
        for one in accounts.everybody(store)
        if rules.may_see(
            me.id, one.id, sharing_of(store, one.id), {group.id for group in groups if one.id in group.members}
        )
    ]
    return sorted(others, key=lambda one: (one.id != me.id, one.display_name.casefold(), one.id))


def people(store: Store, whose: tuple[str, ...]) -> tuple[Person, ...]:
    """The accounts as people know them."""
    known = [(one, store.read(ACCOUNT, one)) for one in whose]
    return tuple(
        Person(name, account.display_name, account.image_url) if account else Person(name, "Somebody", None)
        for name, account in known
    )


def _group(store: Store, me: str, name: str) -> Group:
    group = store.read(GROUP, name)
    if group is None or me not in group.members:
        raise ProblemError(404, "not_found", NO_GROUP)
    return group
