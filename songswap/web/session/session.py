"""The session of a group: starting it, driving it, listening in it."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.core.session import leadership
from songswap.documents import NIGHT, SESSION_WISH, SessionWish
from songswap.model.durations import DAY_MS
from songswap.model.people import Group
from songswap.model.session import Action
from songswap.model.struct import Struct
from songswap.spotify.links import PLAYABLE_URI
from songswap.web.group.group_state import GroupState
from songswap.web.group.member_state import state_of
from songswap.web.kit.access import me, my_group, my_group_as
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.ids import new_id
from songswap.web.kit.json_api import Body, body
from songswap.web.kit.services import Services, current_services
from songswap.web.people import membership
from songswap.web.talk import milestones

blueprint = Blueprint("session", __name__)
tag_blueprint(blueprint, ["session"])

ACTIONS_KEPT = 50

"""The end keeps out the line end that Python's `$` would let pass."""


class Session(Body, frozen=True):
    """Whether a session shall run, and how: what is left out stays as it is.

    `hours` is how long the calls shall last; `precision_s` the shortest time between two looks at the leader's player,
    or null if everything is done on the page. `lead` is the account that shall lead from now on.
    """

    state: Literal["running", "stopped"]
    hours: Annotated[float, Meta(ge=0.5, le=12)] | UnsetType = UNSET
    precision_s: Annotated[float, Meta(ge=2.5, le=40)] | UnsetType | None = UNSET
    lead: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET

    def options(self) -> dict[str, float | None]:
        """What it says of length and precision."""
        given = {"hours": self.hours, "precision_s": self.precision_s}
        return {name: value for name, value in given.items() if not isinstance(value, UnsetType)}


class PlaybackCommand(Body, frozen=True):
    """What to do with what plays. `seek` needs `position_ms`; `play` may bring a `uri` and where in it to begin."""

    action: Literal["play", "pause", "seek", "next", "previous"]
    position_ms: Annotated[int, Meta(ge=0, le=DAY_MS)] | None = None
    uri: Annotated[str, Meta(pattern=PLAYABLE_URI)] | None = None


class Accepted(Struct, frozen=True):
    """The worker carries it out at once; `rev` grows with each command of a session."""

    rev: int


class Listening(Body, frozen=True):
    """true: listen here, or rejoin. false: step out."""

    listening: bool


@blueprint.put("/api/groups/<group_id>/session")
@body(Session)
@validate_response(GroupState)
async def put_session(group_id: str, data: Session) -> GroupState:
    """Start or stop the session (host and co-hosts), or change its course while it runs.

    At its start everybody listens who doesn't do so elsewhere.
    """
    services, group = current_services(), my_group_as(group_id, "session")
    session = membership.session_of(services.store, group.id)
    if data.state == "stopped":
        _check_stop(data)
        if session.state == "running":
            services.store.write(
                SESSION_WISH, replace(session, state="stopped", since_ms=services.clock.now_ms()), group.id
            )
            milestones.ended(services, group, session.session_id, me())
        return state_of(services, group, me().id)
    if isinstance(data.lead, str):
        running(services, group)
        leadership.demand(group, me().id, data.lead)
        session = _led(services, group, session, data.lead)
    session = replace(session, **data.options())
    is_new = session.state == "stopped"
    if is_new:
        session = _started(services, group, session)
    services.store.write(SESSION_WISH, session, group.id)
    if is_new:
        milestones.started(services, group, me())
    return state_of(services, group, me().id)


@blueprint.post("/api/groups/<group_id>/playback")
@body(PlaybackCommand)
@validate_response(Accepted, 202)
async def post_playback(group_id: str, data: PlaybackCommand) -> tuple[Accepted, int]:
    """Play, pause, seek or skip for everybody (host and co-hosts)."""
    services, group = current_services(), my_group_as(group_id, "playback")
    _check(data)
    session = running(services, group)
    return Accepted(click(services, group, session, me().id, data)), 202


def click(services: Services, group: Group, session: SessionWish, by: str, command: PlaybackCommand) -> int:
    """Have the worker carry out a command once; returns its number."""
    rev = session.actions[-1].rev + 1 if session.actions else 1
    action = Action(
        rev=rev,
        by=by,
        action=command.action,
        at_ms=services.clock.now_ms(),
        position_ms=command.position_ms,
        uri=command.uri,
    )
    actions = (*session.actions, action)[-ACTIONS_KEPT:]
    services.store.write(SESSION_WISH, replace(session, actions=actions), group.id)
    return rev


@blueprint.put("/api/groups/<group_id>/listening")
@body(Listening)
@validate_response(GroupState)
async def put_listening(group_id: str, data: Listening) -> GroupState:
    """Listen in this session, and in no other; or step out of it."""
    services, group = current_services(), my_group(group_id)
    if data.listening:
        running(services, group)
        membership.listen(services.store, me().id, group.id)
    else:
        _step_out(services, group)
    return state_of(services, group, me().id)


def _started(services: Services, group: Group, before: SessionWish) -> SessionWish:
    """A new session, as long and as precise as wanted, in which everybody listens who is free."""
    for account in group.members:
        if account == group.host or membership.is_free_for(services.store, account, group.id):
            membership.listen(services.store, account, group.id)
    return SessionWish("running", new_id(), services.clock.now_ms(), hours=before.hours, precision_s=before.precision_s)


def _led(services: Services, group: Group, session: SessionWish, lead: str) -> SessionWish:
    """The session led by `lead`, who listens in it from now on, if they did not."""
    if membership.wish_of(services.store, lead).listening_in != group.id:
        membership.listen(services.store, lead, group.id)
    return replace(session, lead=lead, lead_rev=session.lead_rev + 1)


def _check_stop(data: Session) -> None:
    if data.options() or isinstance(data.lead, str):
        raise ProblemError(400, "invalid", "The body does not fit: stopped takes no hours, precision_s or lead.")


def _step_out(services: Services, group: Group) -> None:
    session = membership.session_of(services.store, group.id)
    night = services.store.read(NIGHT, group.id)
    leader = night.leader if night and night.session_id == session.session_id else group.host
    if session.state == "running" and me().id == group.host == leader:
        raise ProblemError(
            409, "host_listens", "Everybody hears what the host plays. Stop the session, or hand the group over first."
        )
    membership.step_out(services.store, me().id, group.id)


def running(services: Services, group: Group) -> SessionWish:
    """The group's session. Raises ProblemError (409) when none runs."""
    session = membership.session_of(services.store, group.id)
    if session.state != "running":
        raise ProblemError(409, "no_session", "No session is running. Start one first.")
    return session


def _check(command: PlaybackCommand) -> None:
    if command.action == "seek" and command.position_ms is None:
        raise ProblemError(400, "invalid", "The body does not fit: seek needs position_ms.")
    if command.position_ms is not None and command.action not in {"seek", "play"}:
        raise ProblemError(400, "invalid", f"The body does not fit: {command.action} takes no position_ms.")
    if command.uri is not None and command.action != "play":
        raise ProblemError(400, "invalid", f"The body does not fit: {command.action} takes no uri.")
