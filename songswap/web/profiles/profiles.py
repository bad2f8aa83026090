"""Profiles: one's own to edit, others' to look at, following."""

from collections.abc import Callable
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.core.kit.secret_links import PROFILE_LIFE_MS
from songswap.core.people import blocking
from songswap.core.people.blocking import CircleError
from songswap.core.people.handles import HandleError, checked_handle
from songswap.core.people.profiles import TAKEN_HANDLES, ProfileError, checked_about, checked_name
from songswap.documents import ACCOUNT, CIRCLE, PROFILE
from songswap.model.profiles import Audience, Circle, Picture, Profile, Section
from songswap.model.struct import Struct
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body, body
from songswap.web.kit.secret_links import kept
from songswap.web.kit.services import Services, current_services
from songswap.web.people.showing import shown
from songswap.web.people.viewer import find_person, own_circle, profile_of, reads_posts, viewer_of
from songswap.web.profiles.person_view import PersonState, person_state
from songswap.web.profiles.profile_view import ProfileState, profile_state

blueprint = Blueprint("profiles", __name__)
tag_blueprint(blueprint, ["people"])

LONGEST_PROFILE = 2_000


class ProfileWish(Body, frozen=True):
    """What shall be different; what is left out stays.

    `link`: whether there shall be a public link, good for a year from now; taken back and made again, it is another.
    """

    handle: Annotated[str, Meta(max_length=60)] | UnsetType = UNSET
    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    about: Annotated[str, Meta(max_length=LONGEST_PROFILE)] | UnsetType = UNSET
    picture: Picture | UnsetType = UNSET
    audience: Audience | UnsetType = UNSET
    sections: dict[Section, Audience] | UnsetType = UNSET
    link: bool | UnsetType = UNSET


class Following(Struct, frozen=True):
    """Whom (by account) and which groups I follow."""

    people: tuple[str, ...]
    groups: tuple[str, ...]


@blueprint.get("/api/me/profile")
@validate_response(ProfileState)
async def get_my_profile() -> ProfileState:
    """What I show of myself, and to whom."""
    return profile_state(current_services(), me().id)


@blueprint.patch("/api/me/profile")
@body(ProfileWish)
@validate_response(ProfileState)
async def change_my_profile(data: ProfileWish) -> ProfileState:
    """Change what I show of myself, and to whom."""
    services, before = current_services(), profile_of(current_services(), me().id)
    after = _changed(services, before, data)
    person = replace(me(), handle=_handle(services, data.handle))
    if after != before:
        services.store.write(PROFILE, after, person.id)
    if (told := shown(person, after, services.directory.everybody())) != me():
        services.store.write(ACCOUNT, told, person.id)
    return profile_state(services, person.id)


@blueprint.get("/api/people/<handle>")
@validate_response(PersonState)
async def get_person(handle: str) -> PersonState:
    """Somebody's profile, as far as it is for me."""
    services, viewer = current_services(), viewer_of(current_services(), me())
    return await person_state(services, viewer, *find_person(services, viewer, handle))


@blueprint.put("/api/me/follows/<account>")
@validate_response(Following)
async def follow(account: str) -> Following:
    """Follow somebody whose profile I may see: what they post for me is in my feed."""
    services, viewer = current_services(), viewer_of(current_services(), me())
    person = services.directory.get(account)
    find_person(services, viewer, person.handle if person else "")
    return _followed(services, lambda circle: blocking.follow(circle, me().id, account))


@blueprint.delete("/api/me/follows/<account>")
@validate_response(Following)
async def unfollow(account: str) -> Following:
    """Follow somebody no more."""
    return _followed(current_services(), lambda circle: blocking.unfollow(circle, account))


@blueprint.put("/api/me/followed-groups/<group_id>")
@validate_response(Following)
async def follow_group(group_id: str) -> Following:
    """Follow a group whose posts I may read."""
    services, group = current_services(), current_services().groups.get(group_id)
    if group is None or not reads_posts(services, group, me().id):
        raise ProblemError(404, "not_found", "There is no such group, or it is not for you to read.")
    return _followed(services, lambda circle: blocking.follow_group(circle, group_id))


@blueprint.delete("/api/me/followed-groups/<group_id>")
@validate_response(Following)
async def unfollow_group(group_id: str) -> Following:
    """Follow a group no more."""
    return _followed(current_services(), lambda circle: blocking.unfollow_group(circle, group_id))


def _changed(services: Services, before: Profile, data: ProfileWish) -> Profile:
    try:
        texts = {
            **({"name": checked_name(data.name)} if isinstance(data.name, str) else {}),
            **({"about": checked_about(data.about)} if isinstance(data.about, str) else {}),
        }
    except ProfileError as error:
        raise ProblemError(400, "invalid", str(error)) from error
    if data.picture == "own" and not before.picture_id:
        raise ProblemError(409, "no_picture", "Bring a picture of your own first.")
    chosen = {name: value for name in ("picture", "audience") if (value := getattr(data, name)) is not UNSET}
    after = replace(before, **texts, **chosen)
    if isinstance(data.sections, dict):
        after = replace(after, sections={**before.sections, **data.sections})
    if isinstance(data.link, bool):
        after = replace(after, link=kept(services, before.link, PROFILE_LIFE_MS) if data.link else None)
    return after


def _handle(services: Services, wanted: str | UnsetType) -> str:
    """The handle wanted, if nobody else has it; mine, if none is. Raises ProblemError."""
    if wanted is UNSET:
        return me().handle
    try:
        handle = checked_handle(str(wanted))
    except HandleError as error:
        raise ProblemError(400, "invalid", str(error)) from error
    owner = services.directory.by_handle(handle)
    if handle in TAKEN_HANDLES or (owner is not None and owner.id != me().id):
        raise ProblemError(409, "handle_taken", f"“{handle}” is taken. Choose another handle.")
    return handle


def _followed(services: Services, change: Callable[[Circle], Circle]) -> Following:
    before = own_circle(services, me().id)
    try:
        after = change(before)
    except CircleError as error:
        raise ProblemError(409, error.code, error.message) from error
    if after != before:
        services.store.write(CIRCLE, after, me().id)
    return Following(after.follows, after.followed_groups)
