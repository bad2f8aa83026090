"""What whoever looks is to everybody else, as the store has it at one moment."""

from dataclasses import dataclass, replace

from songswap.core.kit import secret_links
from songswap.core.people import audience, group_admission
from songswap.documents import CIRCLE, SHARING, Account
from songswap.model.people import Group
from songswap.model.profiles import Circle, Profile, Relation
from songswap.model.sharing import Sharing
from songswap.store import BrokenError
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services
from songswap.web.people.membership import groups_of


@dataclass(frozen=True)
class Viewer:
    """Whoever looks; `account` is empty for somebody who is not logged in.

    `groups` are those they are in, by id; of `apart` they read nothing, as one of the two has blocked the other, and
    of `hidden` neither, as they have muted them besides.
    """

    account: str
    groups: dict[str, Group]
    circle: Circle
    apart: frozenset[str]
    hidden: frozenset[str]

    def without_own_blocks(self, blocking: frozenset[str]) -> "Viewer":
        """They, as if they had blocked nobody themselves: only those `blocking` them are kept apart."""
        return replace(self, apart=blocking)

    def common_groups(self, owner: str) -> frozenset[str]:
        """The groups in which they are together with `owner`."""
        return frozenset(group.id for group in self.groups.values() if owner in group.members)

    def relation_to(self, owner: str, *, holds_link: bool = False) -> Relation:
        """What they are to `owner`, the link to whose profile they may hold."""
        return audience.relation(
            self.account,
            owner,
            have_common_group=bool(self.common_groups(owner)),
            is_blocked=owner in self.apart,
            holds_link=holds_link,
        )

    def sees_profile(self, owner: str, profile: Profile) -> bool:
        """Whether they may see that `owner`, who has this profile, is here."""
        return audience.sees_profile(self.relation_to(owner), profile)

    def sees_listening(self, owner: str, sharing: Sharing) -> bool:
        """Whether they may see the listening of `owner`, who shares it so."""
        return audience.sees_listening(self.relation_to(owner), sharing, self.common_groups(owner))


def profile_of(services: Services, account: str) -> Profile:
    """What `account` shows; to their groups that they are here, and nothing more, unless they said so."""
    return services.profiles.get(account) or Profile()


def circle_of(services: Services, account: str) -> Circle:
    """Whom `account` follows, does not hear of, and has blocked; everybody while that can't be told."""
    try:
        return own_circle(services, account)
    except BrokenError:
        return Circle(blocked=tuple(services.store.names("accounts")))


def own_circle(services: Services, account: str) -> Circle:
    """The same, to be changed. Raises BrokenError while it can't be told."""
    return services.circles.get(account) or Circle()


def sharing_of(services: Services, account: str) -> Sharing:
    """With whom `account` shares their listening; with nobody unless they said so, nor while that can't be told."""
    try:
        return own_sharing(services, account)
    except BrokenError:
        return Sharing()


def own_sharing(services: Services, account: str) -> Sharing:
    """The same, to be changed. Raises BrokenError while it can't be told."""
    return services.store.read(SHARING, account) or Sharing()


def is_shut_out(services: Services, group: Group, account: str) -> bool:
    """Whether `account` may not come into the group: the host has removed or blocked them. Raises StoreError."""
    return group_admission.is_shut_out(group, account, circle_of(services, group.host))


def reads_posts(services: Services, group: Group, account: str) -> bool:
    """Whether the group's posts are for `account`. Raises StoreError."""
    return group_admission.reads_posts(group, account, is_shut_out=is_shut_out(services, group, account))


def find_person(services: Services, viewer: Viewer, handle: str, secret: str = "") -> tuple[Account, Profile, Relation]:
    """Whoever has this handle, if `viewer` may see that they are here. Raises ProblemError (404, also for nobody)."""
    account = services.directory.by_handle(handle)
    if account is not None:
        profile = profile_of(services, account.id)
        holds_link = secret_links.opens(profile.link, secret, services.clock.now_ms())
        relation = viewer.relation_to(account.id, holds_link=holds_link)
        if audience.sees_profile(relation, profile):
            return account, profile, relation
    raise ProblemError(404, "no_such_person", "There is no such person here, or their profile is not for you.")


def viewer_of(services: Services, account: Account | None) -> Viewer:
    """Whoever looks, as of now. Raises StoreError."""
    if account is None:
        return Viewer("", {}, Circle(), frozenset(), frozenset())
    mine, circles = circle_of(services, account.id), services.store.all_of(CIRCLE)
    blocking = [name for name, _ in circles.where(_blocked, account.id)]
    others = sorted({*mine.blocked, *blocking, *circles.unread})
    apart = audience.apart_from(account.id, mine, [(one, circle_of(services, one)) for one in others])
    return Viewer(
        account=account.id,
        groups={group.id: group for group in sorted(groups_of(services.store, account.id), key=lambda one: one.id)},
        circle=mine,
        apart=apart,
        hidden=apart | ({*mine.muted} - {account.id}),
    )


def _blocked(circle: Circle) -> tuple[str, ...]:
    return circle.blocked
