"""What listening histories say, one route a figure; for people logged in, and for those with somebody's secret link."""

from functools import partial
from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta
from quart import Blueprint, Response, g
from quart_schema import document_response, tag_blueprint

from songswap.columns.figures import listens, names, pages, sittings, skips, times, totals, year
from songswap.columns.figures.answers import hash_of
from songswap.columns.figures.top import MOST_ASKED, Top, TopKind, top
from songswap.core.insights.periods import Step
from songswap.web.insights.figure_request import Asked, Asking, Scoped, Spanned
from songswap.web.insights.insights_access import Reader, reader_by_link, reader_of, scope_of
from songswap.web.kit.access import me, who
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import query
from songswap.web.kit.services import current_services

blueprint = Blueprint("insights", __name__)
tag_blueprint(blueprint, ["insights"])

SHARED = "shared"
"""The name under which the same routes are registered for those who have a link instead of a log-in."""
SHARED_PREFIX = "/api/shared/<account>/<secret>"

Limit = Annotated[int, Meta(ge=1, le=MOST_ASKED)]


class AskedTop(Asked, frozen=True):
    """How many, from which on: `cursor` is the `next` of the answer before."""

    limit: Limit = 50
    cursor: Annotated[str, Meta(pattern="^[0-9]{1,9}$")] = "0"


class AskedOverTime(Asked, frozen=True):
    """In which steps; such that fit the period if none are chosen."""

    step: Step | None = None


class AskedNew(Asked, frozen=True):
    """Of which kind, and how many of them."""

    kind: names.Kind = "artists"
    limit: Limit = 50


class AskedSkips(Asked, frozen=True):
    """Of which kind, and how many of them."""

    kind: skips.SkipKind = "tracks"
    limit: Limit = 50


@blueprint.url_value_preprocessor
def take_link(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Keep the account and the secret of a shared address from the routes: they are checked before any of them."""
    is_link = values is not None and "secret" in values
    g.link = (values.pop("account"), values.pop("secret")) if values is not None and is_link else None


@blueprint.before_request
async def find_reader() -> None:
    """Know who reads: by the link if there is one in the address, else by the log-in. Raises ProblemError."""
    services = current_services()
    g.reader = reader_by_link(services, g.link[0], g.link[1], who()) if g.link else reader_of(services, me())


def asking(data: Scoped | Asked) -> Asking:
    """Whoever reads, and whose figures they ask for. Raises ProblemError."""
    services, reader = current_services(), cast(Reader, g.reader)
    return Asking(services, reader, scope_of(services, reader, data.scope))


@blueprint.get("/totals")
@query(Asked)
@document_response(totals.TotalsAnswer)
async def get_totals(data: Asked) -> Response:
    """Plays, minutes, different tracks, artists and albums; and the change since the period before."""
    return await asking(data).answer(totals.totals, totals.TotalsAnswer, data)


@blueprint.get("/top/<kind>")
@query(AskedTop)
@document_response(Top)
async def get_top(data: AskedTop, kind: str) -> Response:
    """The tracks, artists, albums or genres heard most."""
    try:
        known = msgspec.convert(kind, TopKind)
    except msgspec.ValidationError as error:
        raise ProblemError(404, "not_found", "There are top/tracks, top/artists, top/albums and top/genres.") from error
    figure = partial(top, kind=known, limit=data.limit, start=int(data.cursor))
    return await asking(data).answer(figure, Top, data)


@blueprint.get("/over-time")
@query(AskedOverTime)
@document_response(times.OverTime)
async def get_over_time(data: AskedOverTime) -> Response:
    """How much was heard on each day, or in each week or month, of the period."""
    return await asking(data).answer(partial(times.over_time, step=data.step), times.OverTime, data)


@blueprint.get("/heatmap")
@query(Asked)
@document_response(times.Heatmap)
async def get_heatmap(data: Asked) -> Response:
    """How much was heard in each hour of the week."""
    return await asking(data).answer(times.heatmap, times.Heatmap, data)


@blueprint.get("/calendar")
@query(Asked)
@document_response(times.Calendar)
async def get_calendar(data: Asked) -> Response:
    """How much was heard on each day that has a play."""
    return await asking(data).answer(times.calendar, times.Calendar, data)


@blueprint.get("/streaks")
@query(Asked)
@document_response(times.Streaks)
async def get_streaks(data: Asked) -> Response:
    """On how many days in a row something was heard."""
    return await asking(data).answer(times.streaks, times.Streaks, data)


@blueprint.get("/sessions")
@query(Asked)
@document_response(sittings.Sessions)
async def get_sessions(data: Asked) -> Response:
    """How often and how long somebody listened without a pause of more than half an hour."""
    return await asking(data).answer(sittings.sessions, sittings.Sessions, data)


@blueprint.get("/firsts")
@query(Asked)
@document_response(listens.Firsts)
async def get_firsts(data: Asked) -> Response:
    """The first and the last play of the period."""
    return await asking(data).answer(listens.firsts, listens.Firsts, data)


@blueprint.get("/discoveries")
@query(AskedNew)
@document_response(listens.Discoveries)
async def get_discoveries(data: AskedNew) -> Response:
    """The artists, tracks or albums heard for the first time in the period."""
    figure = partial(listens.discoveries, kind=data.kind, limit=data.limit)
    return await asking(data).answer(figure, listens.Discoveries, data)


@blueprint.get("/skips")
@query(AskedSkips)
@document_response(skips.Skips)
async def get_skips(data: AskedSkips) -> Response:
    """How many plays were skipped, and of which tracks or artists most; whichever rule counts."""
    figure = partial(skips.skips, kind=data.kind, limit=data.limit)
    return await asking(data).answer(figure, skips.Skips, data)


@blueprint.get("/artists/<artist>")
@query(Asked)
@document_response(pages.ArtistPage)
async def get_artist(data: Asked, artist: str) -> Response:
    """How an artist was heard: when, by whom, which tracks and albums most."""
    return await asking(data).answer(partial(pages.artist_page, hashed=_hash_of(artist)), pages.ArtistPage, data)


@blueprint.get("/albums/<album>")
@query(Asked)
@document_response(pages.AlbumPage)
async def get_album(data: Asked, album: str) -> Response:
    """How an album was heard: when, by whom, which tracks most."""
    return await asking(data).answer(partial(pages.album_page, hashed=_hash_of(album)), pages.AlbumPage, data)


@blueprint.get("/tracks/<track>")
@query(Asked)
@document_response(pages.TrackPage)
async def get_track(data: Asked, track: str) -> Response:
    """How a track was heard: when, and by whom."""
    return await asking(data).answer(partial(pages.track_page, hashed=_hash_of(track)), pages.TrackPage, data)


@blueprint.get("/year/<number>")
@query(Scoped)
@document_response(year.Year)
async def get_year(data: Scoped, number: str) -> Response:
    """A year at a glance, to show around."""
    manner = {name: getattr(data, name) for name in ("zone", "week_start", "rule", "by")}
    try:
        spanned = msgspec.convert({**manner, "period": "year", "at": f"{number}-01-01"}, Spanned)
    except msgspec.ValidationError as error:
        raise ProblemError(404, "not_found", "A year has four digits.") from error
    return await asking(data).answer(year.year, year.Year, spanned)


def _hash_of(key: str) -> int:
    try:
        return hash_of(key)
    except ValueError as error:
        raise ProblemError(404, "not_found", "That is no id of this place: 16 digits from 0 to f.") from error
