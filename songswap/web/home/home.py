"""Pages that show posts: the start page of somebody who is logged in, and a group's posts."""

from quart import Blueprint, ResponseReturnValue, render_template
from quart_schema import hide

from songswap.documents import Account
from songswap.model.struct import Struct
from songswap.web.groups.groups import summaries
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services, current_services
from songswap.web.people.viewer import viewer_of
from songswap.web.talk.chat import unread_in
from songswap.web.talk.feed import sources
from songswap.web.talk.post_places import Found, find_place

blueprint = Blueprint("post_pages", __name__)


class PlaceState(Struct, frozen=True):
    """A place whose posts are in a feed: what it is called and where its page is."""

    place: str
    name: str
    href: str
    may_write: bool


@blueprint.get("/groups/<group_id>/posts")
@hide
async def group_posts(group_id: str) -> ResponseReturnValue:
    """What was written in a group, by its members and for them."""
    found = find_place(current_services(), me(), f"group:{group_id}")
    if found.group is None:
        raise ProblemError(404, "not_found", "There is no such group, or you are not in it.")
    return await render_template("group/posts.html", group=found.group, posts_place=str(found.place))


async def home(services: Services, person: Account) -> str:
    """The start page: groups, with what is new in their chats, and the feed."""
    viewer = viewer_of(services, person)
    places = [place_state(services, found) for found in sources(services, viewer)]
    mine = [one for one in places if one.may_write and one.place.startswith("group:")]
    return await render_template(
        "home/home.html",
        groups=summaries(services, person),
        unread={group: unread_in(services, person.id, group, viewer.hidden) for group in viewer.groups},
        posts_place="feed",
        posts_title="What is new",
        posts_empty="Nothing yet. What you and your friends write, and what your groups do, stands here.",
        posts_to=[*mine, PlaceState(f"wall:{person.id}", "My profile", "", may_write=True)],
        posts_places={one.place: one for one in places},
    )


def place_state(services: Services, found: Found) -> PlaceState:
    """A place as a feed names it."""
    if found.group is not None:
        href = f"/groups/{found.group.id}/posts"
        return PlaceState(str(found.place), found.group.name, href, found.rights.writes)
    owner = services.directory.get(found.place.id)
    name, handle = (owner.display_name, owner.handle) if owner else ("Somebody", "")
    return PlaceState(str(found.place), f"{name}’s profile", f"/people/{handle}", found.rights.writes)
