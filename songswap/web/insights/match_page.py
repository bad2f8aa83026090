"""How alike another person and I listen, and why."""

from functools import partial
from typing import Final

from quart import Blueprint, ResponseReturnValue, redirect, request
from quart_schema import hide

from songswap.columns.figures import people
from songswap.columns.figures.top import Top, top
from songswap.web.insights import insights_scope_url
from songswap.web.insights.charts import matching
from songswap.web.insights.insights_access import reader_of
from songswap.web.insights.insights_pages import render
from songswap.web.insights.insights_url import look
from songswap.web.kit.access import me
from songswap.web.kit.services import current_services

blueprint = Blueprint("match_page", __name__)

GENRES_ASKED: Final = 50


@blueprint.get("/insights/match/<account>")
@hide
async def show_match(account: str) -> ResponseReturnValue:
    """How alike we listen, what makes it up, and what each hears that the other could try."""
    services, mine = current_services(), me().id
    if account == mine:
        return redirect(insights_scope_url.base_of("me"))
    place = insights_scope_url.beside(services, reader_of(services, me()), account)
    view = await look(services, place, "", request.args.to_dict(), "all")
    found = await view.ask(people.match, people.TasteMatch)
    tops = [
        await view.ask(partial(top, kind="genres", limit=GENRES_ASKED), Top, (one,)) for one in place.scope.accounts
    ]
    charts = [
        *((matching.shared_artists(found, "You", place.name),) if found.artists else ()),
        *filter(None, [matching.tastes(tops[0], tops[1], "You", place.name)]),
    ]
    return await render("insights/match.html", view, match=found, charts=charts)
