"""Pages about people: everybody one may see, a profile, one's own to edit."""

from itertools import islice
from typing import Final

from quart import Blueprint, ResponseReturnValue, render_template, request
from quart_schema import hide

from songswap.model.profiles import Relation
from songswap.web.insights.insights_access import all_visible
from songswap.web.kit.access import me, who
from songswap.web.kit.services import Services, current_services
from songswap.web.people.viewer import Viewer, find_person, viewer_of
from songswap.web.profiles.people_search import person_hit, seen_by
from songswap.web.profiles.people_words import AUDIENCES, SECTION_TITLES
from songswap.web.profiles.person_view import person_state
from songswap.web.profiles.profile_view import profile_state
from songswap.web.talk.post_commands import state_of_post
from songswap.web.talk.post_places import found_by, place_of
from songswap.web.talk.post_view import PostState
from songswap.web.talk.posts_api import shown_in

blueprint = Blueprint("people_pages", __name__)

SEEN_AS: Final[tuple[Relation, ...]] = ("group", "here", "link")
POSTS_BY_LINK: Final = 20


@blueprint.get("/people")
@hide
async def people_page() -> ResponseReturnValue:
    """Everybody I may see, and who of them listens like me."""
    services, viewer = current_services(), viewer_of(current_services(), me())
    compared = [one for one in all_visible(services, viewer) if one.id != me().id]
    others = [person_hit(services, one) for one in seen_by(services, viewer) if one.id != me().id]
    return await render_template(
        "profiles/people.html",
        people=others,
        compared=[person_hit(services, one) for one in compared],
        follows=viewer.circle.follows,
    )


@blueprint.get("/people/edit")
@hide
async def edit_page() -> ResponseReturnValue:
    """My profile, to be edited."""
    state = profile_state(current_services(), me().id)
    return await render_template(
        "profiles/profile_edit.html", profile=state, audiences=AUDIENCES, sections=SECTION_TITLES
    )


@blueprint.get("/people/<handle>")
@hide
async def person_page(handle: str) -> ResponseReturnValue:
    """Somebody's profile, as far as it is for me; my own also as others see it."""
    services, viewer = current_services(), viewer_of(current_services(), me())
    account, profile, relation = find_person(services, viewer, handle)
    seen_as = next((one for one in SEEN_AS if relation == "self" and request.args.get("as") == one), None)
    person = await person_state(services, viewer, account, profile, seen_as or relation)
    return await render_template(
        "profiles/person.html", seen=person, seen_as=seen_as, posts_place=person.place, posts=None
    )


@blueprint.get("/people/<handle>/<secret>")
@hide
async def linked_page(handle: str, secret: str) -> ResponseReturnValue:
    """Somebody's profile for whoever holds its link; nothing of it is live."""
    services, viewer = current_services(), viewer_of(current_services(), who())
    account, profile, relation = find_person(services, viewer, handle, secret)
    person = await person_state(services, viewer, account, profile, relation)
    posts = _posts(services, viewer, person.place, secret) if person.place else []
    return await render_template("profiles/person.html", seen=person, seen_as=None, posts_place=None, posts=posts)


def _posts(services: Services, viewer: Viewer, place: str, secret: str) -> list[PostState]:
    found = found_by(services, viewer, place_of(place), secret)
    return [
        state_of_post(services, found.place, post, viewer.hidden)
        for post in islice(shown_in(services, found, None), POSTS_BY_LINK)
    ]
