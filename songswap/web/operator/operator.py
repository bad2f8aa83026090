"""The operator's page and what it is made of; for nobody else it is there."""

from typing import Annotated

from msgspec import Meta
from quart import Blueprint, ResponseReturnValue, render_template, request
from quart_schema import hide, tag_blueprint, validate_response

from songswap.web.account.parting import part
from songswap.web.kit import audit_log
from songswap.web.kit.audit_log import AuditPage
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.fresh_login import demand_fresh, stale
from songswap.web.kit.json_api import Body, no_content, query
from songswap.web.kit.operators import operator
from songswap.web.kit.services import Services, current_services
from songswap.web.moderation.reports import ReportList, open_reports, report_state
from songswap.web.operator.operation import OperatorState, state_of_all

blueprint = Blueprint("operator", __name__)
tag_blueprint(blueprint, ["operation"])

OPERATOR_PAGE = "/operator"


class AskedAudit(Body, frozen=True):
    """How many rows, and older than which: `cursor` is the `next` of the answer before."""

    cursor: Annotated[str, Meta(max_length=20)] | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = audit_log.ENTRIES_A_PAGE


@blueprint.get("/api/operator")
@validate_response(OperatorState)
async def get_operation() -> OperatorState:
    """How everything stands (operator)."""
    operator(current_services())
    return await state_of_all(current_services())


@blueprint.get("/api/operator/reports")
@validate_response(ReportList)
async def get_all_reports() -> ReportList:
    """All open reports but those about oneself (operator)."""
    services = current_services()
    operator(services)
    return _reports(services)


@blueprint.get("/api/operator/audit")
@query(AskedAudit)
@validate_response(AuditPage)
async def get_audit_log(data: AskedAudit) -> AuditPage:
    """Who did what to whom, the newest first (operator)."""
    services = current_services()
    operator(services)
    return audit_log.page(services, data.cursor, data.limit)


@blueprint.delete("/api/operator/accounts/<account>")
@no_content
async def disconnect_account(account: str) -> ResponseReturnValue:
    """Disconnect somebody: everything stored about them is deleted (operator). It takes a log-in of a moment ago."""
    services = current_services()
    me = operator(services)
    known = services.directory.get(account)
    if known is None:
        raise ProblemError(404, "no_such_person", "There is no such person here.")
    if known.id == me.id:
        raise ProblemError(409, "yourself", "Disconnect your own account on your account page.")
    demand_fresh(services, OPERATOR_PAGE)
    part(services, known.id, by=me.id)
    return "", 204


@blueprint.get(OPERATOR_PAGE)
@hide
async def operator_page() -> ResponseReturnValue:
    """Everything the operator looks after; the audit log from the cursor `audit` on."""
    services = current_services()
    me = operator(services)
    state = await state_of_all(services)
    cursor = request.args.get("audit")
    rows = audit_log.page(services, cursor)
    return await render_template(
        "operator/operator.html",
        state=state,
        reports=_reports(services).items,
        audit=rows,
        is_first=cursor is None,
        me=me,
        problem=stale(services, OPERATOR_PAGE),
    )


def _reports(services: Services) -> ReportList:
    return ReportList(tuple(report_state(services, one) for one in open_reports(services, operator(services))))
