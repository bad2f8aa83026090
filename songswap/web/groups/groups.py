"""Groups: making and naming them, who is in, in which role."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType
from quart import Blueprint, ResponseReturnValue, make_response, redirect, render_template, request, url_for
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.kit.secret_links import INVITE_LIFE_MS, SCREEN_LIFE_MS
from songswap.core.people import group_admission
from songswap.core.people import groups as rules
from songswap.core.people.screens import put_invite_on_screen
from songswap.documents import GROUP, Account
from songswap.model.people import Admission, Group, Role
from songswap.model.posts import ReadUpTo
from songswap.model.struct import Struct
from songswap.web.group.device_choice import look_if_old
from songswap.web.group.group_state import GroupState
from songswap.web.group.group_view import picture_url
from songswap.web.group.member_state import state_of
from songswap.web.kit import audit_log
from songswap.web.kit.access import me, my_group, my_group_as
from songswap.web.kit.ids import new_id
from songswap.web.kit.json_api import Body, body, no_content
from songswap.web.kit.secret_links import new_link
from songswap.web.kit.security_headers import content_policy
from songswap.web.kit.services import Services, current_services
from songswap.web.moderation.reports import reports_in
from songswap.web.people import membership
from songswap.web.talk import milestones

blueprint = Blueprint("groups", __name__)
tag_blueprint(blueprint, ["groups"])


class GroupName(Body, frozen=True):
    """What a group shall be called."""

    name: Annotated[str, Meta(min_length=1, max_length=rules.NAME_LENGTH)]


class GroupWish(Body, frozen=True):
    """What shall be different about a group; what is left out stays.

    `is_listed`: others here find it. `admission`: besides the invite, people get in by approval, or by themselves.
    `has_invite_on_screen`: the screen for the TV shows the invite as a code to scan.
    """

    name: Annotated[str, Meta(min_length=1, max_length=rules.NAME_LENGTH)] | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=2_000)] | UnsetType = UNSET
    is_listed: bool | UnsetType = UNSET
    admission: Admission | UnsetType = UNSET
    has_invite_on_screen: bool | UnsetType = UNSET


class MemberRole(Body, frozen=True):
    """What somebody shall be in a group; making somebody host hands the group over."""

    role: Role


class GroupSummary(Struct, frozen=True):
    """A group in a list."""

    id: str
    name: str
    role: Role
    members: int
    is_running: bool
    picture_url: str | None


class GroupList(Struct, frozen=True):
    """Groups, the newest first."""

    items: tuple[GroupSummary, ...]


def summaries(services: Services, account: Account) -> tuple[GroupSummary, ...]:
    """The groups `account` is in."""
    return tuple(
        GroupSummary(
            id=group.id,
            name=group.name,
            role=group.members[account.id].role,
            members=len(group.members),
            is_running=membership.session_of(services.store, group.id).state == "running",
            picture_url=picture_url(group),
        )
        for group in membership.groups_of(services.store, account.id)
    )


@blueprint.get("/api/groups")
@validate_response(GroupList)
async def list_groups() -> GroupList:
    """The groups I am in."""
    return GroupList(summaries(current_services(), me()))


@blueprint.post("/api/groups")
@body(GroupName)
@validate_response(GroupState, 201)
async def create_group(data: GroupName) -> tuple[GroupState, int]:
    """Make a group; I am its host."""
    services = current_services()
    return state_of(services, _create(services, data.name), me().id), 201


@blueprint.get("/api/groups/<group_id>")
@validate_response(GroupState)
async def get_group(group_id: str) -> GroupState:
    """A group: its members, its session, what plays.

    The same, live, as server-sent events (`event: state`): `/api/groups/{group_id}/events`.
    """
    return state_of(current_services(), my_group(group_id), me().id)


@blueprint.patch("/api/groups/<group_id>")
@body(GroupWish)
@validate_response(GroupState)
async def change_group(group_id: str, data: GroupWish) -> GroupState:
    """Change a group's name, its description, whether others find it, and how they get in (host)."""
    services, group = current_services(), my_group_as(group_id, "manage")
    after = group
    if isinstance(data.name, str):
        after = rules.rename(after, me().id, data.name)
    if isinstance(data.description, str):
        after = group_admission.describe(after, me().id, data.description)
    if data.is_listed is not UNSET or data.admission is not UNSET:
        after = group_admission.open_up(
            after,
            me().id,
            is_listed=after.is_listed if isinstance(data.is_listed, UnsetType) else data.is_listed,
            admission=after.admission if isinstance(data.admission, UnsetType) else data.admission,
        )
    if isinstance(data.has_invite_on_screen, bool):
        after = put_invite_on_screen(after, me().id, is_shown=data.has_invite_on_screen)
    return _keep(services, group, after)


@blueprint.patch("/api/groups/<group_id>/members/<account>")
@body(MemberRole)
@validate_response(GroupState)
async def assign_role(group_id: str, account: str, data: MemberRole) -> GroupState:
    """Make somebody co-host or listener, or hand the group over (host)."""
    services, group = current_services(), my_group(group_id)
    after = rules.assign(group, me().id, account, data.role)
    state = _keep(services, group, after)
    if after != group:
        audit_log.note(services, "role_changed", me().id, whom=account, group=group.id, detail=data.role)
    return state


@blueprint.delete("/api/groups/<group_id>/members/<account>")
@no_content
async def remove_member(group_id: str, account: str) -> ResponseReturnValue:
    """Leave a group, or remove somebody from it (host). When nobody is left, the group is gone.

    Who was removed gets in again when the host lets them; the group has a new invite and a new link to its screen.
    """
    services, group = current_services(), my_group(group_id)
    if account == me().id:
        _leave(services, group)
    else:
        gone = services.directory.get(account)
        invite, screen = new_link(services, INVITE_LIFE_MS), new_link(services, SCREEN_LIFE_MS)
        after = rules.remove(group, me().id, account, invite, screen, services.clock.now_ms())
        membership.keep_group(services.store, group, after)
        audit_log.note(services, "member_removed", me().id, whom=account, group=group.id)
        if gone is not None:
            milestones.left(services, group, gone)
    return "", 204


@blueprint.delete("/api/groups/<group_id>/removed/<account>")
@validate_response(GroupState)
async def let_back(group_id: str, account: str) -> GroupState:
    """Let somebody who was removed come in again, by the invite or as the group lets people in (host)."""
    services, group = current_services(), my_group(group_id)
    return _keep(services, group, rules.let_back(group, me().id, account))


@blueprint.post("/groups")
@hide
async def create_group_page() -> ResponseReturnValue:
    """The form on the start page."""
    group = _create(current_services(), (await request.form).get("name", ""))
    return redirect(url_for("groups.group_page", group_id=group.id), 303)


@blueprint.get("/groups/<group_id>")
@hide
async def group_page(group_id: str) -> ResponseReturnValue:
    """The group page; opening it looks for devices if the last look is long ago."""
    services, group = current_services(), my_group(group_id)
    look_if_old(services, me().id)
    response = await make_response(
        await render_template(
            "group/group.html",
            state=state_of(services, group, me().id),
            read_up_to=(services.reading.get(me().id) or ReadUpTo()).chats.get(group.id, 0),
            reports_open=_reports(services, group),
            sdk_url=services.config.spotify.sdk_url,
        )
    )
    response.headers["Content-Security-Policy"] = content_policy(services.config, has_player=True)
    return response


@blueprint.post("/groups/<group_id>/leave")
@hide
async def leave_page(group_id: str) -> ResponseReturnValue:
    """The form on the group page."""
    _leave(current_services(), my_group(group_id))
    return redirect(url_for("pages.landing"), 303)


def _leave(services: Services, group: Group) -> None:
    after = rules.leave(group, me().id)
    membership.keep_group(services.store, group, after)
    if after is not None:
        milestones.left(services, group, me())


def _reports(services: Services, group: Group) -> int | None:
    """How many open reports of the group wait for the one who asks; None if they don't decide on them."""
    return None if group.members[me().id].role == "listener" else len(reports_in(services, group, me()))


def _create(services: Services, name: str) -> Group:
    membership.demand_room(services.store, me().id)
    group = rules.found(new_id(), name, me().id, new_link(services, INVITE_LIFE_MS), services.clock.now_ms())
    services.store.write(GROUP, group, group.id)
    return group


def _keep(services: Services, before: Group, after: Group) -> GroupState:
    membership.keep_group(services.store, before, after)
    return state_of(services, after, me().id)
