"""The page of one's listening history: what is kept, where it comes from, who may see it."""

from quart import Blueprint, Response, ResponseReturnValue, render_template
from quart_schema import hide, tag_blueprint, validate_response

from songswap.web import browsers, membership
from songswap.web import events as live
from songswap.web.bodies import LARGEST_FILE
from songswap.web.guard import cookie, me
from songswap.web.history_view import HistoryState, history_of
from songswap.web.resources import resources
from songswap.web.sharing import sharing_state

blueprint = Blueprint("history", __name__)
tag_blueprint(blueprint, ["history"])


@blueprint.get("/api/me/history")
@validate_response(HistoryState)
async def get_history() -> HistoryState:
    """What is kept of my listening, from which sources, with which gaps; how far imports and deletions are."""
    return history_of(resources(), me())


@blueprint.get("/api/me/history/events")
@hide
async def events() -> Response:
    """Server-sent events: `state` with a whole HistoryState; `gone` when the browser was logged out."""
    here, shown, person = resources(), cookie(), me()

    def look() -> HistoryState | live.Gone:
        if browsers.whose(here.store, shown, here.clock.now_ms()) is None:
            return "logged_out"
        return history_of(here, person)

    return live.feed(here, look)


@blueprint.get("/history")
@hide
async def page() -> ResponseReturnValue:
    """The page."""
    here = resources()
    return await render_template(
        "history.html",
        history=history_of(here, me()),
        sharing=sharing_state(here),
        groups=membership.groups_of(here.store, me().id),
        largest_file=LARGEST_FILE,
    )
