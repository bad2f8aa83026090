"""How alike another person and I listen, and why."""

from functools import partial
from typing import Final

from quart import Blueprint, ResponseReturnValue, redirect, request
from quart_schema import hide

from songswap.columns.figures import people
from songswap.columns.figures.top import Top, top
from songswap.web import insight_places
from songswap.web.charts import matching
from songswap.web.guard import me
from songswap.web.insight_pages import render
from songswap.web.insight_view import look
from songswap.web.readers import reader_of
from songswap.web.resources import resources

blueprint = Blueprint("match_page", __name__)

GENRES_ASKED: Final = 50


@blueprint.get("/insights/match/<account>")
@hide
async def show_match(account: str) -> ResponseReturnValue:
    """How alike we listen, what makes it up, and what each hears that the other could try."""
    here, mine = resources(), me().id
    if account == mine:
        return redirect(insight_places.base_of("me"))
    place = insight_places.beside(here, reader_of(here, me()), account)
    view = await look(here, place, "", request.args.to_dict(), "all")
    found = await view.ask(people.match, people.Match)
    tops = [
        await view.ask(partial(top, kind="genres", limit=GENRES_ASKED), Top, (one,)) for one in place.scope.accounts
    ]
    charts = [
        *((matching.shared_artists(found, "You", place.name),) if found.artists else ()),
        *filter(None, [matching.tastes(tops[0], tops[1], "You", place.name)]),
    ]
    return await render("insights/match.html", view, match=found, charts=charts)
