"""Reports: telling whoever looks after a place of a post or a person, and deciding on what was told."""

from typing import Annotated, Final, Literal

from msgspec import Meta
from quart import Blueprint, ResponseReturnValue, render_template
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.people.audience import sees_profile
from songswap.core.talk import reports as rules
from songswap.core.talk.reports import ReportError
from songswap.documents import REPORTS, Account
from songswap.model.people import Group
from songswap.model.posts import Card, Place, Post
from songswap.model.reports import Report, Reports
from songswap.model.struct import Struct
from songswap.web.kit import audit_log
from songswap.web.kit.access import me, my_group
from songswap.web.kit.authors import AuthorState, author_state
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.ids import new_id
from songswap.web.kit.json_api import Body, body, no_content
from songswap.web.kit.operators import is_operator, operators
from songswap.web.kit.services import Services, current_services
from songswap.web.people.viewer import Viewer, profile_of, viewer_of
from songswap.web.talk.notices import tell_of_report
from songswap.web.talk.post_commands import NO_POST, post_at, take_down
from songswap.web.talk.post_places import NOT_THERE, found_by, place_of
from songswap.web.talk.post_view import id_of, numbers_of

blueprint = Blueprint("reports", __name__)
tag_blueprint(blueprint, ["reports"])

LONGEST_REASON: Final = 5_000
"""Of a reason before it is cleaned; what is too long then is said with its length."""


class NewReport(Body, frozen=True):
    """What is wrong: with `post` of a place, or with `account`, a person in a group or whose profile the place is."""

    place: Annotated[str, Meta(max_length=80)]
    reason: Annotated[str, Meta(max_length=LONGEST_REASON)]
    post: Annotated[str, Meta(max_length=40)] | None = None
    account: Annotated[str, Meta(max_length=64)] | None = None


class Filed(Struct, frozen=True):
    """A report that was made; `goes_to` says who looks at it."""

    id: str
    goes_to: Literal["hosts", "operator"]


class Decision(Body, frozen=True):
    """`remove` the post that was reported, or `dismiss` the report."""

    action: Literal["remove", "dismiss"]


class ReportState(Struct, frozen=True):
    """An open report. `text` and `card` are the post as it was when it was reported; `is_gone` if it is no more.

    `by` is null if whoever made it is gone.
    """

    id: str
    at_ms: float
    by: AuthorState | None
    about: AuthorState | None
    reason: str
    place: str
    place_name: str
    group: str
    post: str
    text: str
    card: Card | None
    is_gone: bool


class ReportList(Struct, frozen=True):
    """Reports nobody has decided on yet, the newest first."""

    items: tuple[ReportState, ...]


@blueprint.post("/api/reports")
@body(NewReport)
@validate_response(Filed, 201)
async def report(data: NewReport) -> tuple[Filed, int]:
    """Report a post or a person to the hosts of the group, or to the operator; the one it is about isn't told."""
    services = current_services()
    made = _made(services, me(), data)
    group = services.groups.get(made.group) if made.group else None
    lookers = rules.lookers(made, group, operators(services))
    if not lookers:
        raise ProblemError(
            409, "nobody_to_tell", "There is nobody here who could look at this. Tell whoever runs this SongSwap."
        )
    filed = _filed(services, made)
    if not services.report_pace.allows(me().id, services.clock.up_ms()):
        raise ProblemError(
            429, "too_fast", "That were many reports in an hour. Wait a while.", headers={"Retry-After": "600"}
        )
    services.store.write(REPORTS, filed)
    audit_log.note(
        services,
        "reported",
        me().id,
        whom=made.about,
        group=made.group,
        place=made.place,
        post=made.post,
        detail=made.id,
    )
    tell_of_report(services, made, lookers)
    by_hosts = group is not None and any(one in group.members for one in lookers)
    return Filed(made.id, "hosts" if by_hosts else "operator"), 201


@blueprint.get("/api/groups/<group_id>/reports")
@validate_response(ReportList)
async def get_group_reports(group_id: str) -> ReportList:
    """The open reports of a group (host, co-hosts); not those about oneself."""
    return ReportList(reports_in(current_services(), _looked_after(group_id), me()))


@blueprint.post("/api/reports/<report_id>")
@body(Decision)
@no_content
async def decide(report_id: str, data: Decision) -> ResponseReturnValue:
    """Remove the post that was reported, or dismiss the report (host and co-hosts of its group, the operator)."""
    decide_on(current_services(), me(), report_id, data.action)
    return "", 204


@blueprint.get("/groups/<group_id>/reports")
@hide
async def group_reports_page(group_id: str) -> ResponseReturnValue:
    """The open reports of a group, for its host and co-hosts."""
    services, group = current_services(), _looked_after(group_id)
    return await render_template("operator/reports.html", group=group, reports=reports_in(services, group, me()))


def open_reports(services: Services, account: Account) -> tuple[Report, ...]:
    """All open reports that `account` decides on. Raises StoreError."""
    every = (services.store.read(REPORTS) or Reports()).open
    return tuple(one for one in every if _looks_at(services, account, one))


def reports_in(services: Services, group: Group, account: Account) -> tuple[ReportState, ...]:
    """The open reports of a group that `account` decides on. Raises StoreError."""
    return tuple(report_state(services, one) for one in open_reports(services, account) if one.group == group.id)


def decide_on(services: Services, account: Account, report_id: str, action: Literal["remove", "dismiss"]) -> None:
    """Do with an open report what `account` has decided. Raises ProblemError."""
    found = next((one for one in open_reports(services, account) if one.id == report_id), None)
    if found is None:
        raise ProblemError(404, "no_such_report", "There is no such report, or it was decided on already.")
    is_removed = action == "remove"
    if is_removed and not found.post:
        raise ProblemError(
            409, "nothing_to_remove", "This is about a person. Remove them from the group, or dismiss the report."
        )
    post = _post_of(services, found)
    if is_removed and post is not None:
        take_down(services, place_of(found.place), post, account.id)
    before = services.store.read(REPORTS) or Reports()
    services.store.write(REPORTS, rules.close(before, found, is_removed=is_removed))
    kind: Literal["report_removed", "report_dismissed"] = "report_removed" if is_removed else "report_dismissed"
    audit_log.note(
        services,
        kind,
        account.id,
        whom=found.about,
        group=found.group,
        place=found.place,
        post=found.post,
        detail=found.id,
    )


def report_state(services: Services, one: Report) -> ReportState:
    """An open report, with names as they are now. Raises StoreError."""
    place = place_of(one.place)
    group = services.groups.get(place.id) if place.kind != "wall" else None
    owner = services.directory.get(place.id) if place.kind == "wall" else None
    return ReportState(
        id=one.id,
        at_ms=one.at_ms,
        by=author_state(services.directory.get(one.by)) if one.by else None,
        about=author_state(services.directory.get(one.about)),
        reason=one.reason,
        place=one.place,
        place_name=group.name if group else owner.display_name if owner else "",
        group=one.group,
        post=one.post,
        text=one.text,
        card=one.card,
        is_gone=bool(one.post) and _post_of(services, one) is None,
    )


def reports_by(services: Services, account: str) -> tuple[Report, ...]:
    """The open reports that `account` made, for their export. Raises StoreError."""
    return tuple(one for one in (services.store.read(REPORTS) or Reports()).open if one.by == account)


def forget_in_reports(services: Services, account: str) -> None:
    """Let no open report be about `account`, or name it. Raises StoreError."""
    before = services.store.read(REPORTS) or Reports()
    after = rules.without_account(before, account)
    if after != before:
        services.store.write(REPORTS, after)


def _made(services: Services, account: Account, data: NewReport) -> Report:
    """The report that `account` wants to make. Raises ProblemError."""
    viewer, place = viewer_of(services, account), place_of(data.place)
    if (data.post is None) == (data.account is None):
        raise ProblemError(400, "invalid", "Report a post or a person: give `post` or `account`, one of the two.")
    post = _readable_post(services, viewer, place, data.post) if data.post is not None else None
    about = post.by if post else _person(services, viewer, place, data.account or "")
    try:
        reason = rules.checked_reason(data.reason)
    except ReportError as error:
        raise ProblemError(400, error.code, error.message) from error
    return Report(
        id=new_id(),
        at_ms=services.clock.now_ms(),
        by=account.id,
        about=about,
        place=str(place),
        reason=reason,
        post=id_of(place, post) if post else "",
        text=post.text if post else "",
        card=post.card if post else None,
        group=place.id if place.kind != "wall" else "",
    )


def _readable_post(services: Services, viewer: Viewer, place: Place, name: str) -> Post:
    numbers = numbers_of(name)
    if numbers is None:
        raise ProblemError(404, "no_such_post", NO_POST)
    post = post_at(services, found_by(services, viewer, place), numbers)
    if post.removed_by is not None or not post.by:
        raise ProblemError(404, "no_such_post", NO_POST)
    return post


def _person(services: Services, viewer: Viewer, place: Place, account: str) -> str:
    """The id of somebody in my group, or whose profile I may see. Raises ProblemError (404), UnfitNameError."""
    if services.directory.get(account) is None or not _may_report(services, viewer, place, account):
        raise ProblemError(404, "not_found", NOT_THERE)
    return account


def _may_report(services: Services, viewer: Viewer, place: Place, account: str) -> bool:
    if place.kind != "wall":
        group = viewer.groups.get(place.id)
        return group is not None and account in group.members
    profile = profile_of(services, account)
    return account == place.id and sees_profile(viewer.relation_to(account), profile)


def _filed(services: Services, made: Report) -> Reports:
    try:
        return rules.file(services.store.read(REPORTS) or Reports(), made)
    except ReportError as error:
        raise ProblemError(409, error.code, error.message) from error


def _looks_at(services: Services, account: Account, one: Report) -> bool:
    group = services.groups.get(one.group) if one.group else None
    return rules.looks_at(account.id, one, group, (account.id,) if is_operator(services, account) else ())


def _looked_after(group_id: str) -> Group:
    """The group, if the one who asks is its host or a co-host. Raises ProblemError, RefusedError (404, 403)."""
    group = my_group(group_id)
    if group.members[me().id].role == "listener":
        raise ProblemError(403, "not_allowed", "Only the host and co-hosts see what was reported.")
    return group


def _post_of(services: Services, one: Report) -> Post | None:
    """The post it is about, if it is there still."""
    numbers = numbers_of(one.post) if one.post else None
    post = services.books.open(place_of(one.place)).post(*numbers) if numbers else None
    return post if post is not None and post.removed_by is None else None
