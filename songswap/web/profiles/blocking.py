"""Muting and blocking: whom I do not want to hear of, and whom I want nothing to do with."""

import contextlib
from collections.abc import Callable
from typing import Final

from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.core.kit.secret_links import INVITE_LIFE_MS, SCREEN_LIFE_MS
from songswap.core.people import blocking as rules
from songswap.core.people.blocking import CircleError
from songswap.core.people.group_admission import take_back
from songswap.core.people.groups import with_new_links
from songswap.documents import CIRCLE, GROUP, Account
from songswap.model.people import Group
from songswap.model.profiles import Circle
from songswap.model.struct import Struct
from songswap.store import BrokenError
from songswap.web.kit.access import me
from songswap.web.kit.authors import AuthorState
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.secret_links import new_link
from songswap.web.kit.services import Services, current_services
from songswap.web.people.viewer import Viewer, circle_of, own_circle, reads_posts, viewer_of
from songswap.web.talk.post_places import knows

blueprint = Blueprint("circles", __name__)
tag_blueprint(blueprint, ["me"])

UNNAMED: Final = "Somebody"


class NamedGroup(Struct, frozen=True):
    """A group as it is named in a list."""

    id: str
    name: str


class CircleState(Struct, frozen=True):
    """Whom and which groups I have muted, and whom I have blocked; nobody else learns of it."""

    muted: tuple[AuthorState, ...]
    muted_groups: tuple[NamedGroup, ...]
    blocked: tuple[AuthorState, ...]


@blueprint.get("/api/me/circle")
@validate_response(CircleState)
async def get_circle() -> CircleState:
    """Whom and which groups I have muted, and whom I have blocked."""
    return circle_state(current_services(), me().id)


@blueprint.put("/api/me/muted/<account>")
@validate_response(CircleState)
async def mute(account: str) -> CircleState:
    """Hear no more of somebody; they don't learn of it, and go on reading what I write."""
    whom = _somebody(current_services(), account)
    return _changed(lambda circle: rules.mute(circle, me().id, whom))


@blueprint.delete("/api/me/muted/<account>")
@validate_response(CircleState)
async def unmute(account: str) -> CircleState:
    """Hear of somebody again."""
    return _changed(lambda circle: rules.unmute(circle, account))


@blueprint.put("/api/me/muted-groups/<group_id>")
@validate_response(CircleState)
async def mute_group(group_id: str) -> CircleState:
    """Hear no more of a group: it is in my feed no more, and makes me no notices. I stay in it."""
    services, group = current_services(), current_services().groups.get(group_id)
    if group is None or not reads_posts(services, group, me().id):
        raise ProblemError(404, "not_found", "There is no such group, or it is not for you to read.")
    return _changed(lambda circle: rules.mute_group(circle, group.id))


@blueprint.delete("/api/me/muted-groups/<group_id>")
@validate_response(CircleState)
async def unmute_group(group_id: str) -> CircleState:
    """Hear of a group again."""
    return _changed(lambda circle: rules.unmute_group(circle, group_id))


@blueprint.put("/api/me/blocked/<account>")
@validate_response(CircleState)
async def block(account: str) -> CircleState:
    """Have nothing to do with somebody: neither of us reads the other, or follows them. They are not told.

    The groups I am host of have a new invite, and a new link to their screen: they may know the old ones.
    """
    services, whom = current_services(), _somebody(current_services(), account)
    state = _changed(lambda circle: rules.block(circle, me().id, whom))
    with contextlib.suppress(BrokenError):  # while theirs can't be told, they are apart from everybody
        _keep(services, whom, rules.unfollow(own_circle(services, whom), me().id))
    for group in viewer_of(services, me()).groups.values():
        if group.host == me().id:
            _shut_out(services, group, whom)
    return state


@blueprint.delete("/api/me/blocked/<account>")
@validate_response(CircleState)
async def unblock(account: str) -> CircleState:
    """Have to do with somebody again."""
    return _changed(lambda circle: rules.unblock(circle, account))


def _shut_out(services: Services, group: Group, whom: str) -> None:
    """Let somebody the host has blocked come in by nothing they know."""
    after = with_new_links(
        take_back(group, whom), new_link(services, INVITE_LIFE_MS), new_link(services, SCREEN_LIFE_MS)
    )
    services.store.write(GROUP, after, group.id)


def circle_state(services: Services, account: str) -> CircleState:
    """Whom `account` has muted and blocked, but what is gone. Raises StoreError.

    Who is not for them to see has no name in it: it tells no more than was known when they were put there.
    """
    viewer, circle = _viewer(services, services.directory.get(account)), Circle()
    with contextlib.suppress(BrokenError):  # while it can't be told they are apart from everybody, which is no list
        circle = own_circle(services, account)
    groups = (group for one in circle.muted_groups if (group := services.groups.get(one)))
    return CircleState(
        muted=_named(services, viewer, circle.muted),
        muted_groups=tuple(
            NamedGroup(group.id, group.name) for group in groups if group and reads_posts(services, group, account)
        ),
        blocked=_named(services, viewer, circle.blocked),
    )


def _viewer(services: Services, account: Account | None) -> Viewer:
    """`account` as they look at their own list: what they blocked themselves they still know the name of."""
    viewer = viewer_of(services, account)
    blocking = (one for one in viewer.apart if viewer.account in circle_of(services, one).blocked)
    return viewer.without_own_blocks(frozenset(blocking))


def _named(services: Services, viewer: Viewer, accounts: tuple[str, ...]) -> tuple[AuthorState, ...]:
    found = (known for account in accounts if (known := services.directory.get(account)))
    return tuple(
        AuthorState(one.id, one.display_name, one.handle, one.image_url)
        if knows(services, viewer, one)
        else AuthorState(one.id, UNNAMED, "", None)
        for one in found
    )


def _somebody(services: Services, account: str) -> str:
    """The id of that account, if I may know of it. Raises ProblemError (404, to tell nothing else), UnfitNameError."""
    found = services.directory.get(account)
    if found is None or (found.id != me().id and not knows(services, _viewer(services, me()), found)):
        raise ProblemError(404, "no_such_person", "There is no such person here, or they are not for you to see.")
    return found.id


def _changed(change: Callable[[Circle], Circle]) -> CircleState:
    services = current_services()
    try:
        _keep(services, me().id, change(own_circle(services, me().id)))
    except CircleError as error:
        raise ProblemError(409, error.code, error.message) from error
    return circle_state(services, me().id)


def _keep(services: Services, account: str, circle: Circle) -> None:
    if circle != own_circle(services, account):
        services.store.write(CIRCLE, circle, account)
