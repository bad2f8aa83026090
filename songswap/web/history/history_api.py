"""The page of one's listening history: what is kept, where it comes from, who may see it."""

from quart import Blueprint, ResponseReturnValue, render_template
from quart_schema import hide, tag_blueprint, validate_response

from songswap.documents import HEARTBEAT
from songswap.web.history.history import HistoryState, history_of
from songswap.web.insights.sharing import sharing_state
from songswap.web.kit.access import me
from songswap.web.kit.event_stream import own
from songswap.web.kit.request_body import LARGEST_FILE
from songswap.web.kit.services import current_services
from songswap.web.kit.streams import Asking, Events, stream
from songswap.web.people import membership

blueprint = Blueprint("history", __name__)
tag_blueprint(blueprint, ["history"])


@blueprint.get("/api/me/history")
@validate_response(HistoryState)
async def get_history() -> HistoryState:
    """What is kept of my listening, from which sources, with which gaps; how far imports and deletions are."""
    return history_of(current_services(), me())


@stream(blueprint, "/api/me/history/events")
def events(asking: Asking) -> Events:
    """Server-sent events: `state` with a whole HistoryState; `gone` when the browser was logged out."""
    mine = f"accounts/{asking.account.id}/"
    return own(asking, lambda person: history_of(asking.services, person), mine, HEARTBEAT.pattern)


@blueprint.get("/history")
@hide
async def page() -> ResponseReturnValue:
    """The page."""
    services = current_services()
    return await render_template(
        "history/history.html",
        history=history_of(services, me()),
        sharing=sharing_state(services),
        groups=membership.groups_of(services.store, me().id),
        largest_file=LARGEST_FILE,
    )
