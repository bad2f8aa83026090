"""Invitations: the link, its QR code, and what happens to those who follow it."""

import re
from typing import Annotated

from msgspec import Meta
from quart import Blueprint, ResponseReturnValue, redirect, render_template, request, url_for
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.kit.secret_links import INVITE_LIFE_MS
from songswap.core.people import groups as rules
from songswap.documents import GROUP, Account
from songswap.model.people import Group
from songswap.web.group.group_snapshot import facts_of
from songswap.web.group.group_state import GroupState
from songswap.web.group.member_state import state_of
from songswap.web.kit.access import me, my_group, my_group_as, who
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body, body
from songswap.web.kit.qr import qr_code
from songswap.web.kit.secret_links import invite_of, new_link
from songswap.web.kit.services import Services, current_services
from songswap.web.people import membership
from songswap.web.people.viewer import is_shut_out
from songswap.web.talk import milestones

blueprint = Blueprint("invites", __name__)
tag_blueprint(blueprint, ["groups"])

JOIN_PATH = re.compile(r"/join/([a-z0-9]{1,64})/([A-Za-z0-9_-]{1,64})")


class Invitation(Body, frozen=True):
    """An invite link, or just the secret at its end."""

    invite: Annotated[str, Meta(min_length=1, max_length=500)]


@blueprint.get("/join/<group_id>/<secret>")
@hide
async def invitation(group_id: str, secret: str) -> ResponseReturnValue:
    """Whose group it is, and the way in."""
    services = current_services()
    group, person = _invited_to(services, group_id, secret), who()
    if person and is_shut_out(services, group, person.id):
        raise rules.RefusedError("invite_invalid", rules.NOT_VALID)
    if person and person.id in group.members:
        return redirect(url_for("groups.group_page", group_id=group.id))
    facts = facts_of(services.store, group, services.clock.now_ms())
    host = facts.people[group.host].account
    return await render_template(
        "groups/join.html", group=group, host=host, secret=secret, is_running=facts.session.state == "running"
    )


@blueprint.post("/join")
@hide
async def open_invitation() -> ResponseReturnValue:
    """The field on the start page, into which somebody pasted an invite link."""
    linked = JOIN_PATH.search((await request.form).get("invite", ""))
    if linked is None:
        raise ProblemError(400, "invite_invalid", "An invite link looks like …/join/… and has to be whole.")
    return redirect(url_for("invites.invitation", group_id=linked[1], secret=linked[2]), 303)


@blueprint.post("/join/<group_id>/<secret>")
@hide
async def accept(group_id: str, secret: str) -> ResponseReturnValue:
    """The button on the invitation."""
    join(current_services(), me(), group_id, secret)
    return redirect(url_for("groups.group_page", group_id=group_id), 303)


@blueprint.post("/api/groups/<group_id>/members")
@body(Invitation)
@validate_response(GroupState, 201)
async def join_group(group_id: str, data: Invitation) -> tuple[GroupState, int]:
    """Join a group with its invite."""
    services = current_services()
    linked = JOIN_PATH.search(data.invite)
    if linked and linked[1] != group_id:
        raise ProblemError(403, "invite_invalid", "This is the invitation of another group.")
    group = join(services, me(), group_id, linked[2] if linked else data.invite)
    return state_of(services, group, me().id), 201


@blueprint.post("/api/groups/<group_id>/invite")
@validate_response(GroupState, 201)
async def renew_invite(group_id: str) -> tuple[GroupState, int]:
    """Make a new invite link; the old one is dead (host)."""
    services = current_services()
    group = rules.renew_invite(my_group(group_id), me().id, new_link(services, INVITE_LIFE_MS))
    services.store.write(GROUP, group, group.id)
    return state_of(services, group, me().id), 201


@blueprint.get("/groups/<group_id>/invite.svg")
@hide
async def invite_code(group_id: str) -> ResponseReturnValue:
    """The invite link as a QR code."""
    return qr_code(invite_of(current_services(), my_group_as(group_id, "invite")), light="#fff")


def join(services: Services, person: Account, group_id: str, secret: str) -> Group:
    """Put `person` into the group; where a session runs, they listen at once unless they do so elsewhere.

    Raises RefusedError or ProblemError.
    """
    before = _invited_to(services, group_id, secret)
    group = rules.join(
        before, person.id, secret, services.clock.now_ms(), is_shut_out=is_shut_out(services, before, person.id)
    )
    if person.id not in before.members:
        membership.demand_room(services.store, person.id)
        services.store.write(GROUP, group, group.id)
        milestones.joined(services, group, person)
        is_running = membership.session_of(services.store, group.id).state == "running"
        if is_running and membership.is_free_for(services.store, person.id, group.id):
            membership.listen(services.store, person.id, group.id)
    return group


def _invited_to(services: Services, group_id: str, secret: str) -> Group:
    group = services.store.read(GROUP, group_id)
    if group is None:
        raise rules.RefusedError("invite_invalid", "This invitation is not valid, or its group is gone.")
    rules.check_invite(group, secret, services.clock.now_ms())
    return group
