"""Groups as others find them: their public face, and the ways in besides the invite."""

from quart import Blueprint, ResponseReturnValue, redirect, render_template, url_for
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.people import group_admission as rules
from songswap.core.people.audience import sees_section
from songswap.documents import GROUP, Account
from songswap.model.people import Admission, Group
from songswap.model.struct import Struct
from songswap.web.group.group_state import GroupState
from songswap.web.group.group_view import picture_url
from songswap.web.group.member_state import state_of
from songswap.web.kit.access import me, my_group
from songswap.web.kit.authors import AuthorState, author_state
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services, current_services
from songswap.web.people import membership
from songswap.web.people.viewer import circle_of, is_shut_out, profile_of, reads_posts, viewer_of
from songswap.web.profiles.person_view import playlists_of
from songswap.web.talk import milestones
from songswap.web.talk.notices import tell_of_wish_to_join

blueprint = Blueprint("group_places", __name__)
tag_blueprint(blueprint, ["groups"])


class FaceState(Struct, frozen=True):
    """What others may know of a group. `is_asking`: I asked to get in, and nobody has answered yet."""

    id: str
    name: str
    description: str
    picture_url: str | None
    members: int
    admission: Admission
    is_member: bool
    is_asking: bool
    is_followed: bool


class GroupPlaylist(Struct, frozen=True):
    """A playlist of somebody in a group."""

    by: AuthorState
    name: str
    url: str
    tracks: int


class GroupPlaylists(Struct, frozen=True):
    """What members of a group show, by their names."""

    items: tuple[GroupPlaylist, ...]


@blueprint.get("/api/groups/<group_id>/face")
@validate_response(FaceState)
async def get_face(group_id: str) -> FaceState:
    """What everybody here may know of a listed group."""
    return face_of(current_services(), _listed(current_services(), group_id), me())


@blueprint.put("/api/groups/<group_id>/asking")
@validate_response(FaceState)
async def ask_to_join(group_id: str) -> FaceState:
    """Join an open group, or ask to get into one that lets people in by approval."""
    services = current_services()
    return face_of(services, _asked(services, _listed(services, group_id)), me())


@blueprint.delete("/api/groups/<group_id>/asking")
@validate_response(FaceState)
async def take_back(group_id: str) -> FaceState:
    """Ask no more."""
    services, group = current_services(), _listed(current_services(), group_id)
    after = rules.take_back(group, me().id)
    if after != group:
        services.store.write(GROUP, after, group.id)
    return face_of(services, after, me())


@blueprint.put("/api/groups/<group_id>/asking/<account>")
@validate_response(GroupState)
async def let_in(group_id: str, account: str) -> GroupState:
    """Let somebody in who asks (host and co-hosts)."""
    services, group = current_services(), my_group(group_id)
    out = is_shut_out(services, group, account)
    after = rules.answer(group, me().id, account, services.clock.now_ms(), accepts=True, is_shut_out=out)
    membership.demand_room(services.store, account, own=False)
    _joined(services, after, services.directory.get(account))
    return state_of(services, after, me().id)


@blueprint.delete("/api/groups/<group_id>/asking/<account>")
@validate_response(GroupState)
async def turn_away(group_id: str, account: str) -> GroupState:
    """Don't let somebody in who asks (host and co-hosts)."""
    services, group = current_services(), my_group(group_id)
    after = rules.answer(group, me().id, account, services.clock.now_ms(), accepts=False, is_shut_out=False)
    services.store.write(GROUP, after, group.id)
    return state_of(services, after, me().id)


@blueprint.get("/api/groups/<group_id>/playlists")
@validate_response(GroupPlaylists)
async def get_group_playlists(group_id: str) -> GroupPlaylists:
    """The playlists that members of a group show to me, each with whose it is."""
    return playlists_in(current_services(), my_group(group_id), me())


@blueprint.get("/groups/<group_id>/playlists")
@hide
async def playlists_page(group_id: str) -> ResponseReturnValue:
    """The same as a page."""
    group = my_group(group_id)
    shown = playlists_in(current_services(), group, me())
    return await render_template("group/playlists.html", group=group, items=shown.items)


@blueprint.get("/groups/<group_id>/about")
@hide
async def face_page(group_id: str) -> ResponseReturnValue:
    """The page of a listed group for those who are not in it."""
    services, group = current_services(), _listed(current_services(), group_id)
    if me().id in group.members:
        return redirect(url_for("groups.group_page", group_id=group.id))
    reads = reads_posts(services, group, me().id)
    return await render_template(
        "group/about.html", face=face_of(services, group, me()), posts_place=f"group:{group.id}" if reads else None
    )


@blueprint.post("/groups/<group_id>/ask")
@hide
async def ask_page(group_id: str) -> ResponseReturnValue:
    """The button on the page above."""
    services = current_services()
    _asked(services, _listed(services, group_id))
    return redirect(url_for("group_places.face_page", group_id=group_id), 303)


def face_of(services: Services, group: Group, account: Account) -> FaceState:
    """The group as `account`, who may know of it, sees it from outside."""
    return FaceState(
        id=group.id,
        name=group.name,
        description=group.description,
        picture_url=picture_url(group),
        members=len(group.members),
        admission=rules.way_in(group, is_shut_out=is_shut_out(services, group, account.id)),
        is_member=account.id in group.members,
        is_asking=account.id in group.asking,
        is_followed=group.id in circle_of(services, account.id).followed_groups,
    )


def playlists_in(services: Services, group: Group, account: Account) -> GroupPlaylists:
    """The playlists that members of the group show to `account`. Raises StoreError."""
    viewer, found = viewer_of(services, account), []
    for one in sorted(
        filter(None, map(services.directory.get, group.members)), key=lambda one: one.display_name.casefold()
    ):
        profile = profile_of(services, one.id)
        author = author_state(one)
        if author and sees_section(viewer.relation_to(one.id), profile, "playlists"):
            found += [
                GroupPlaylist(author, each.name, each.url, each.tracks) for each in playlists_of(services, one.id)
            ]
    return GroupPlaylists(tuple(found))


def _listed(services: Services, group_id: str) -> Group:
    """The group, if the one who asks may know of it. Raises ProblemError (404, to tell nobody else)."""
    group = services.groups.get(group_id)
    if group is None or not rules.shows_face(group, me().id):
        raise ProblemError(404, "not_found", "There is no such group, or it is hidden.")
    return group


def _asked(services: Services, group: Group) -> Group:
    after = rules.ask(group, me().id, services.clock.now_ms(), is_shut_out=is_shut_out(services, group, me().id))
    if after != group:
        membership.demand_room(services.store, me().id)
    if me().id in after.members and me().id not in group.members:
        _joined(services, after, me())
    elif after != group:
        services.store.write(GROUP, after, group.id)
        tell_of_wish_to_join(services, after, me().id)
    return after


def _joined(services: Services, group: Group, person: Account | None) -> None:
    """Keep the group with `person` in it; where a session runs, they listen at once unless they do so elsewhere."""
    if person is None:
        raise ProblemError(404, "no_such_person", "This person is not here any more.")
    services.store.write(GROUP, group, group.id)
    milestones.joined(services, group, person)
    is_running = membership.session_of(services.store, group.id).state == "running"
    if is_running and membership.is_free_for(services.store, person.id, group.id):
        membership.listen(services.store, person.id, group.id)
