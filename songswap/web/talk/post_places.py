"""The places where people write, as whoever asks finds them."""

from dataclasses import dataclass
from typing import Final, get_args

from songswap.core.kit import secret_links
from songswap.core.talk import post_places as rules
from songswap.documents import Account
from songswap.model.people import Group
from songswap.model.posts import Place, PlaceKind, Post
from songswap.model.profiles import Profile, Relation
from songswap.store import UnfitNameError
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services
from songswap.web.people.viewer import Viewer, profile_of, reads_posts, viewer_of

NOT_THERE: Final = "There is no such place, or it is not for you to read."


@dataclass(frozen=True)
class Found:
    """A place that `viewer` may read. `profile` and `relation` are those of the person whose wall it is."""

    place: Place
    viewer: Viewer
    rights: rules.Rights
    relation: Relation = "nobody"
    profile: Profile | None = None
    group: Group | None = None

    def shows(self, post: Post) -> bool:
        """Whether the viewer is to see this post: nothing of people they have blocked or muted, but here."""
        return post.by not in self.viewer.hidden and rules.is_told(post, self.place, self.relation, self.profile)


def place_of(text: str) -> Place:
    """What `wall:ACCOUNT`, `group:GROUP` or `chat:GROUP` names. Raises ProblemError (404)."""
    kind, _, name = text.partition(":")
    known: PlaceKind | None = next((one for one in get_args(PlaceKind) if one == kind), None)
    if known is None or not name:
        raise ProblemError(404, "not_found", NOT_THERE)
    return Place(known, name)


def find_place(services: Services, account: Account | None, text: str, secret: str = "") -> Found:
    """The place, if `account` (None: not logged in, perhaps with the `secret` of a profile's link) may read it.

    Raises ProblemError (404, to tell nobody else).
    """
    return found_by(services, viewer_of(services, account), place_of(text), secret)


def found_by(services: Services, viewer: Viewer, place: Place, secret: str = "") -> Found:
    """The place, if `viewer` may read it. Raises ProblemError (404)."""
    found = _wall(services, viewer, place, secret) if place.kind == "wall" else _of_group(services, viewer, place)
    if found is None or not found.rights.reads:
        raise ProblemError(404, "not_found", NOT_THERE)
    return found


def knows(services: Services, viewer: Viewer, account: Account) -> bool:
    """Whether `viewer` may know of somebody by name: a group has both, their profile or words are for them to read."""
    if viewer.common_groups(account.id) or viewer.sees_profile(account.id, profile_of(services, account.id)):
        return True
    if account.id in viewer.apart:
        return False
    return any(
        _reads(services, viewer, place_of(place)) for place in {one.place for one in services.books.wrote(account.id)}
    )


def _reads(services: Services, viewer: Viewer, place: Place) -> bool:
    try:
        return found_by(services, viewer, place).rights.reads
    except ProblemError:
        return False


def _wall(services: Services, viewer: Viewer, place: Place, secret: str) -> Found | None:
    try:
        owner = services.directory.get(place.id)
    except UnfitNameError:
        return None
    if owner is None:
        return None
    profile = profile_of(services, owner.id)
    holds_link = secret_links.opens(profile.link, secret, services.clock.now_ms())
    relation = viewer.relation_to(owner.id, holds_link=holds_link)
    return Found(place, viewer, rules.rights_on_wall(relation, profile), relation, profile)


def _of_group(services: Services, viewer: Viewer, place: Place) -> Found | None:
    try:
        group = viewer.groups.get(place.id) or services.groups.get(place.id)
    except UnfitNameError:
        return None
    if group is None:
        return None
    rights = rules.rights_in_group(
        viewer.account, group, place, reads_posts=reads_posts(services, group, viewer.account)
    )
    return Found(place, viewer, rights, group=group)
