"""Who reads figures, and whose: only what people share."""

from dataclasses import dataclass

from songswap.columns.figures.answers import FigurePerson
from songswap.core.kit import secret_links
from songswap.core.people import audience
from songswap.documents import ACCOUNT, Account
from songswap.model.people import Group
from songswap.model.sharing import Sharing
from songswap.store import Store
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services
from songswap.web.people.viewer import Viewer, sharing_of, viewer_of

HIDDEN = "There is no such person here, or they don't share their listening with you."
NO_GROUP = "There is no such group, or you are not in it."


@dataclass(frozen=True)
class FigureReader:
    """Somebody who is logged in; or, `by_link`, whoever knows the secret link of `account` and sees theirs alone."""

    account: Account
    sharing: Sharing
    by_link: bool = False


@dataclass(frozen=True)
class Scope:
    """Whose figures: `accounts` in the order of their ids. Private sessions are in one's own alone."""

    accounts: tuple[str, ...]
    with_private: bool


def reader_of(services: Services, account: Account) -> FigureReader:
    """`account`, who is logged in."""
    return FigureReader(account, sharing_of(services, account.id))


def reader_by_link(services: Services, account: str, secret: str, who: Account | None) -> FigureReader:
    """Whoever knows the `secret` of a person's link; `who` they are, if they are logged in.

    Raises ProblemError (404), also where there is no such person, or one of the two has blocked the other.
    """
    known, sharing = services.store.read(ACCOUNT, account), sharing_of(services, account)
    is_kept_apart = who is not None and account in viewer_of(services, who).apart
    if not secret_links.opens(sharing.link, secret, services.clock.now_ms()) or known is None or is_kept_apart:
        raise ProblemError(404, "link_invalid", "This link is not valid, its time is over, or it was taken back.")
    return FigureReader(known, sharing, by_link=True)


def scope_of(services: Services, reader: FigureReader, text: str, viewer: Viewer | None = None) -> Scope:
    """What `text` (me, everybody, group:ID, account:ID) stands for; `viewer` is the reader, if they are known already.

    Raises ProblemError (400, 404).
    """
    me = reader.account.id
    if text in {"me", f"account:{me}"}:
        return Scope((me,), with_private=not reader.by_link)
    if reader.by_link:
        raise ProblemError(404, "not_found", "This link shows one person’s listening only.")
    viewer = viewer or viewer_of(services, reader.account)
    kind, _, name = text.partition(":")
    match kind:
        case "everybody" if not name:
            sharings = {one: sharing_of(services, one) for one in services.store.names("accounts")}
            return Scope(audience.seen_by_everybody(me, sharings, viewer.apart), with_private=False)
        case "group" if name:
            group = _group(viewer, name)
            sharings = {one: sharing_of(services, one) for one in group.members}
            return Scope(audience.seen_in_group(me, group, sharings, viewer.apart), with_private=False)
        case "account" if name:
            return Scope((visible(services, viewer, name).id,), with_private=False)
    raise ProblemError(400, "invalid", "scope is me, everybody, group:ID or account:ID.")


def visible(services: Services, viewer: Viewer, other: str) -> Account:
    """The account `other`, if its listening is for `viewer`. Raises ProblemError (404, to tell nobody else)."""
    known = services.directory.get(other)
    if known is None or not viewer.sees_listening(other, sharing_of(services, other)):
        raise ProblemError(404, "not_shared", HIDDEN)
    return known


def all_visible(services: Services, viewer: Viewer) -> list[Account]:
    """Everybody whose listening `viewer` may see, they themselves first, then by name."""
    seen = [
        one for one in services.directory.everybody() if viewer.sees_listening(one.id, sharing_of(services, one.id))
    ]
    return sorted(seen, key=lambda one: (one.id != viewer.account, one.display_name.casefold(), one.id))


def people(store: Store, whose: tuple[str, ...]) -> tuple[FigurePerson, ...]:
    """The accounts as people know them."""
    known = [(one, store.read(ACCOUNT, one)) for one in whose]
    return tuple(
        FigurePerson(name, account.display_name, account.image_url) if account else FigurePerson(name, "Somebody", None)
        for name, account in known
    )


def _group(viewer: Viewer, name: str) -> Group:
    group = viewer.groups.get(name)
    if group is None:
        raise ProblemError(404, "not_found", NO_GROUP)
    return group
