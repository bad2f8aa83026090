"""Finding people and groups by name, as far as the seeker may know of them; and the page to search on."""

from quart import Blueprint, ResponseReturnValue, render_template
from quart_schema import hide

from songswap.core.kit.fuzzy_match import found
from songswap.core.people.audience import sees_profile
from songswap.core.people.group_admission import shows_face
from songswap.documents import Account
from songswap.model.people import Group
from songswap.model.struct import Struct
from songswap.web.group.group_view import picture_url
from songswap.web.kit.services import Services
from songswap.web.people.viewer import Viewer, profile_of, viewer_of

blueprint = Blueprint("finding", __name__)

MOST_FOUND = 10


class PersonHit(Struct, frozen=True):
    """Somebody who was found."""

    id: str
    handle: str
    name: str
    about: str
    image_url: str | None


class GroupHit(Struct, frozen=True):
    """A group that was found; others than mine are listed ones, whose face is at `href`."""

    id: str
    name: str
    description: str
    image_url: str | None
    members: int
    is_member: bool
    href: str


@blueprint.get("/search")
@hide
async def search_page() -> ResponseReturnValue:
    """The page to search on."""
    return await render_template("profiles/search.html")


def people_found(services: Services, account: Account, words: str) -> tuple[PersonHit, ...]:
    """People whose name or handle is like `words`, the best first. Raises StoreError."""
    viewer = viewer_of(services, account)
    seen = ((one, (one.display_name, one.handle)) for one in seen_by(services, viewer))
    return tuple(person_hit(services, one) for one in found(words, seen, MOST_FOUND))


def groups_found(services: Services, account: Account, words: str) -> tuple[GroupHit, ...]:
    """Groups of mine, and listed ones, whose name is like `words`, the best first. Raises StoreError."""
    every = (services.groups.get(name) for name in services.store.names("groups"))
    known = ((group, (group.name,)) for group in every if group and shows_face(group, account.id))
    return tuple(_group_hit(group, account.id) for group in found(words, known, MOST_FOUND))


def seen_by(services: Services, viewer: Viewer) -> list[Account]:
    """Everybody whose profile `viewer` may see, by name. Raises StoreError."""
    seen = []
    for one in services.directory.everybody():
        profile = profile_of(services, one.id)
        if sees_profile(viewer.relation_to(one.id), profile):
            seen.append(one)
    return sorted(seen, key=lambda one: (one.display_name.casefold(), one.id))


def person_hit(services: Services, account: Account) -> PersonHit:
    """Somebody in a list."""
    about = profile_of(services, account.id).about
    return PersonHit(account.id, account.handle, account.display_name, about, account.image_url)


def _group_hit(group: Group, account: str) -> GroupHit:
    is_member = account in group.members
    href = f"/groups/{group.id}" if is_member else f"/groups/{group.id}/about"
    return GroupHit(group.id, group.name, group.description, picture_url(group), len(group.members), is_member, href)
