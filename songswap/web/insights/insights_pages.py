"""Pages of what people listened to: mine, everybody's, a group's, another person's, and by somebody's secret link."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, cast, get_args

from quart import Blueprint, Quart, Response, ResponseReturnValue, g, make_response, redirect, render_template, request
from quart_schema import hide

from songswap.columns.figures import names, pages, people, times
from songswap.columns.figures.answers import hash_of
from songswap.columns.figures.top import Top, TopKind, top
from songswap.columns.figures.year import Year, year
from songswap.columns.plays import Plays
from songswap.web.insights import insights_scope_url, overview
from songswap.web.insights import insights_text as words
from songswap.web.insights.charts import calendar as calendar_chart
from songswap.web.insights.charts import people as people_charts
from songswap.web.insights.charts import times as time_charts
from songswap.web.insights.charts import tops as top_charts
from songswap.web.insights.charts.parts import Chart
from songswap.web.insights.figure_request import NEVER_HEARD, Answer
from songswap.web.insights.figure_table import CARD_ITEMS
from songswap.web.insights.insights_access import reader_of
from songswap.web.insights.insights_scope_url import Kind, ScopePlace
from songswap.web.insights.insights_url import View, look
from songswap.web.kit import plotly
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError, Way
from songswap.web.kit.secret_links import listening_of
from songswap.web.kit.security_headers import content_policy
from songswap.web.kit.services import current_services

blueprint = Blueprint("insight_pages", __name__)

PREFIXES: Final[Mapping[Kind, str]] = {
    "me": "/insights",
    "everybody": "/insights/everybody",
    "group": "/groups/<group_id>/insights",
    "person": "/insights/people/<account>",
    "link": "/shared/<account>/<secret>",
}
"""Where the addresses of each kind of place begin. The same pages are registered for each: `link_insights.show`, …"""
NAME_END: Final = "_insights"
PLACE_PARTS: Final = ("group_id", "account", "secret")
MANNER: Final = ("zone", "week_start", "rule", "by")
PAGE: Final = 50
LONGEST_START: Final = 9


def register(app: Quart) -> None:
    """Have `app` show these pages for every kind of place."""
    for kind, prefix in PREFIXES.items():
        app.register_blueprint(blueprint, url_prefix=prefix, name=f"{kind}{NAME_END}")


@blueprint.url_value_preprocessor
def take_place(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Keep from the routes whose page it is: that is checked before any of them."""
    g.place_parts = {name: values.pop(name) for name in PLACE_PARTS if name in values} if values else {}


@blueprint.before_request
async def find_place() -> ResponseReturnValue | None:
    """Know whose listening it is about. Raises ProblemError, also where it isn't shared."""
    kind = cast(Kind, (request.blueprint or "").removesuffix(NAME_END))
    if kind == "person" and g.place_parts["account"] == me().id:
        return redirect(insights_scope_url.base_of("me"))
    g.place = insights_scope_url.find(current_services(), kind, g.place_parts)
    return None


@blueprint.get("")
@hide
async def show() -> ResponseReturnValue:
    """All about a period."""
    view = await _look("", "last30")
    summed = await overview.totals_of(view)
    has_plays = summed.totals.plays > 0
    return await render(
        "insights/overview.html",
        view,
        summed=summed,
        all=await overview.overview_of(view, summed) if has_plays else None,
        match=await _match(view) if view.place.kind == "person" and has_plays else None,
    )


@blueprint.get("/top/<kind>")
@hide
async def show_top(kind: str) -> ResponseReturnValue:
    """The tracks, artists, albums or genres heard most, page by page."""
    if kind not in get_args(TopKind):
        raise ProblemError(404, "not_found", "There are lists of tracks, artists, albums and genres.")
    given = request.args.to_dict()
    start = _start(given.pop("start", "0"))
    view = await _look(f"/top/{kind}", "last30", given)
    found = await view.ask(partial(top, kind=cast(TopKind, kind), limit=PAGE, start=start), Top)
    chart = None
    if kind == "artists" and found.items and not start:
        chart = top_charts.artists(found, [view.item(one) for one in found.items])
    return await render("insights/top.html", view, top=found, start=start, chart_first=chart)


@blueprint.get("/artists/<key>")
@hide
async def show_artist(key: str) -> ResponseReturnValue:
    """An artist's own page."""
    view = await _look(f"/artists/{key}", "all")
    found = await _own(view, partial(pages.artist_page, hashed=_hash(key)), pages.ArtistPage)
    return await _item(view, "artists", found, found.heard)


@blueprint.get("/albums/<key>")
@hide
async def show_album(key: str) -> ResponseReturnValue:
    """An album's own page."""
    view = await _look(f"/albums/{key}", "all")
    found = await _own(view, partial(pages.album_page, hashed=_hash(key)), pages.AlbumPage)
    return await _item(view, "albums", found, found.heard)


@blueprint.get("/tracks/<key>")
@hide
async def show_track(key: str) -> ResponseReturnValue:
    """A track's own page."""
    view = await _look(f"/tracks/{key}", "all")
    found = await _own(view, partial(pages.track_page, hashed=_hash(key)), pages.TrackPage)
    return await _item(view, "tracks", found, found.heard)


@blueprint.get("/year/<number>")
@hide
async def show_year(number: str) -> ResponseReturnValue:
    """A year, to show around."""
    if not (number.isascii() and number.isdigit() and len(number) == 4):
        raise ProblemError(404, "not_found", "A year has four digits.")
    manner = {name: text for name, text in request.args.items() if name in MANNER}
    view = await _look(f"/year/{number}", "year", {**manner, "period": "year", "at": f"{number}-01-01"})
    found = await view.ask(year, Year)
    charts: dict[str, Chart] = {}
    if found.totals.plays:
        charts["months"] = time_charts.over_time(found.about, "month", found.months, view, "Month by month")
        charts["clock"] = time_charts.day_clock(await view.ask(times.heatmap, times.Heatmap))
        charts["genres"] = top_charts.genres(await view.ask(partial(top, kind="genres", limit=CARD_ITEMS), Top))
        days = await view.ask(times.calendar, times.Calendar)
        charts["calendar"] = calendar_chart.calendar(days, view.question.week_start, view)
    link = _link(view.place, view.path)
    return await render("insights/year.html", view, year=found, number=int(number), charts=charts, link=link)


async def render(template: str, view: View, **context: Any) -> Response:
    """A page with charts, and with samples where the operator allows them."""
    services = current_services()
    text = await render_template(
        template,
        view=view,
        place=view.place,
        words=words,
        plotly_url=plotly.script_url(),
        has_samples=services.config.features.embed,
        **context,
    )
    response = cast(Response, await make_response(text))
    policy = content_policy(services.config, has_charts=True, has_samples=True)
    response.headers["Content-Security-Policy"] = policy
    return response


async def _look(path: str, usual: Any, given: Mapping[str, str] | None = None) -> View:
    place = cast(ScopePlace, g.place)
    return await look(current_services(), place, path, request.args.to_dict() if given is None else given, usual)


async def _own(view: View, figure: Callable[[Plays], Answer], kind: type[Answer]) -> Answer:
    """What a figure says of one thing. Raises ProblemError; where other plays could count, with a way to them."""
    try:
        return await view.ask(figure, kind)
    except ProblemError as problem:
        if problem.code == NEVER_HEARD and view.question.rule != "all":
            problem.ways = (Way("Count every play", view.href(rule="all")), Way(view.place.title, view.href("")))
        raise


async def _item(view: View, kind: names.Kind, found: Any, heard: pages.ItemPlays) -> Response:
    charts = [time_charts.over_time(found.about, heard.step, heard.over_time, view)] if heard.plays else []
    if len(heard.listeners) > 1:
        charts.append(people_charts.listeners(found.about, heard.listeners))
    return await render("insights/item.html", view, kind=kind, item=found, heard=heard, charts=charts)


async def _match(view: View) -> people.TasteMatch:
    """How alike the reader and the person of this page listen, in the same time."""
    services = current_services()
    place = insights_scope_url.beside(services, reader_of(services, me()), view.place.people[0].account)
    both = await look(services, place, "", view.query, "last30")
    return await both.ask(people.match, people.TasteMatch)


def _link(place: ScopePlace, path: str) -> str:
    """The address of a page of mine for whoever has my secret link; empty if I gave out none."""
    services, sharing = current_services(), place.reader.sharing
    link = listening_of(services, place.reader.account.id, sharing) if place.kind == "me" else None
    is_good = link is not None and link.url is not None and services.clock.now_ms() < link.expires_at_ms
    return f"{link.url}{path}" if link and is_good else ""


def _start(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_START):
        raise ProblemError(400, "invalid", "start is a number: the first place on the page.")
    return int(text)


def _hash(key: str) -> int:
    try:
        return hash_of(key)
    except ValueError as error:
        raise ProblemError(404, "not_found", "There is nothing at this address.") from error
