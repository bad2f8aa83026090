"""Songs of the catalogue: looked up, and the songs like one of them, with reasons and a radar chart."""

from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from msgspec.structs import replace
from quart import Blueprint, Response, ResponseReturnValue, make_response, render_template
from quart_schema import hide, tag_blueprint, validate_response

from songswap.catalogue import query as catalogue_query
from songswap.catalogue.catalogue import Ask, NoCatalogueError
from songswap.catalogue.schema import CatalogueManifest
from songswap.catalogue.shelf import Shelf
from songswap.catalogue.similar import called_like, near, row_of
from songswap.core.discovery.audio_attributes import ATTRIBUTES
from songswap.model.struct import Struct
from songswap.web.discovery.song_query import MOST_PAGES, PAGE, AskedSimilar, AskedSongs, wanted_of, weights_of
from songswap.web.discovery.song_view import SimilarState, SongState, like_state, song_state
from songswap.web.insights.charts.radar import radar
from songswap.web.kit import plotly
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import query
from songswap.web.kit.security_headers import content_policy
from songswap.web.kit.services import Services, current_services
from songswap.web.people import membership

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

blueprint = Blueprint("songs", __name__)
tag_blueprint(blueprint, ["songs"])

T = TypeVar("T")

NO_SONG: Final = "The catalogue has no audio features of this track. Songs by name are at /api/songs?q=…"


class SongPage(Struct, frozen=True):
    """Songs, the best known first, and how many there are in all; `next` is the cursor of what follows."""

    items: tuple[SongState, ...]
    total: int
    next: str | None


class RadarState(Struct, frozen=True):
    """A chart as plotly.js takes it (colours are tokens of the style sheet), in words, and as a table."""

    figure: dict[str, Any]
    summary: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@blueprint.get("/api/songs")
@query(AskedSongs)
@validate_response(SongPage)
async def find_songs(data: AskedSongs) -> SongPage:
    """Songs of the catalogue by words, artist, genre and attributes, page by page."""
    return await _page_of(current_services(), data)


@blueprint.get("/api/songs/<track_id>")
@validate_response(SongState)
async def get_song(track_id: str) -> SongState:
    """A song, with its attributes."""
    found = await _known(current_services(), track_id, AskedSimilar())
    if found.song is None:
        raise ProblemError(404, "no_features", NO_SONG)
    return found.song


@blueprint.get("/api/songs/<track_id>/similar")
@query(AskedSimilar)
@validate_response(SimilarState)
async def get_similar(track_id: str, data: AskedSimilar) -> SimilarState:
    """The songs nearest to one by their audio features, each with the reasons.

    A track the catalogue does not know is found by `title` and `artist`, if they are given; if it is not, `song` is
    null and `offers` are those called most like it.
    """
    found = await _similar(current_services(), track_id, data)
    if found.song is None and not (data.title or data.artist):
        raise ProblemError(404, "no_features", NO_SONG)
    return found


@blueprint.get("/api/songs/<track_id>/radar")
@query(AskedSimilar)
@validate_response(RadarState)
async def get_radar(track_id: str, data: AskedSimilar) -> RadarState:
    """The song beside the mean of those like it, as a radar chart: a figure for plotly.js, and as a table."""
    found = await _similar(current_services(), track_id, data)
    if found.song is None:
        raise ProblemError(404, "no_features", NO_SONG)
    chart = radar(found.song.title, found.song.features, [one.song.features for one in found.items])
    rows = tuple(tuple(cell.text for cell in row) for row in chart.table.rows)
    return RadarState(chart.figure, chart.summary, chart.table.columns, rows)


@blueprint.get("/songs")
@query(AskedSongs)
@hide
async def show_songs(data: AskedSongs) -> ResponseReturnValue:
    """Looking songs up."""
    services = current_services()
    there, found = await _manifest(services), None
    if there is not None and (data.q or data.artist or data.genre):
        found = await _page_of(services, data)
    return await render_template("discovery/songs.html", catalogue=there, found=found, asked=data)


@blueprint.get("/songs/<track_id>")
@query(AskedSimilar)
@hide
async def show_song(track_id: str, data: AskedSimilar) -> ResponseReturnValue:
    """A song, and those like it."""
    services = current_services()
    there = await _manifest(services)
    if there is None:
        return await render_template("discovery/songs.html", catalogue=None, found=None, asked=AskedSongs())
    found = await _known(services, track_id, data)
    weights = weights_of(data, there.attributes)
    text = await render_template(
        "discovery/song.html",
        found=found,
        asked=data,
        attributes=[ATTRIBUTES[name] for name in there.attributes],
        weights=weights,
        nights=_nights(services),
        plotly_url=plotly.script_url(),
        track_id=track_id,
    )
    response = cast(Response, await make_response(text, 200 if found.song else 404))
    response.headers["Content-Security-Policy"] = content_policy(services.config, has_charts=True)
    return response


class RunningSession(Struct, frozen=True):
    """A group of mine whose session runs."""

    id: str
    name: str


def _nights(services: Services) -> list[RunningSession]:
    groups = membership.groups_of(services.store, me().id)
    return [
        RunningSession(one.id, one.name)
        for one in groups
        if membership.session_of(services.store, one.id).state == "running"
    ]


async def _manifest(services: Services) -> CatalogueManifest | None:
    try:
        return await services.catalogue.ask(lambda _, shelf: shelf.manifest)
    except NoCatalogueError:
        return None


async def _page_of(services: Services, data: AskedSongs) -> SongPage:
    start, wanted = int(data.cursor or 0), wanted_of(data)
    found = await _asked(services, lambda cursor, shelf: catalogue_query.find(cursor, shelf, wanted, data.limit, start))
    end = start + len(found.items)
    has_more = end < found.total and end < MOST_PAGES * PAGE
    return SongPage(tuple(map(song_state, found.items)), found.total, str(end) if has_more else None)


async def _known(services: Services, track_id: str, data: AskedSimilar) -> SimilarState:
    """The song, without those like it, or what is called like it."""
    return await _asked(services, lambda cursor, shelf: _look_up(cursor, shelf, track_id, data)[0])


async def _similar(services: Services, track_id: str, data: AskedSimilar) -> SimilarState:
    """The song and those like it, or what is called like it."""

    def look(cursor: "DuckDBPyConnection", shelf: Shelf) -> SimilarState:
        found, row = _look_up(cursor, shelf, track_id, data)
        if row is None:
            return found
        weights = weights_of(data, shelf.attributes)
        items = near(shelf, row, data.k, weights, without_artist=data.without_artist)
        return replace(found, items=tuple(map(like_state, items)), weights=weights)

    return await _asked(services, look)


def _look_up(
    cursor: "DuckDBPyConnection", shelf: Shelf, track_id: str, data: AskedSimilar
) -> tuple[SimilarState, int | None]:
    row = row_of(shelf, track_id, data.title, data.artist)
    if row is not None:
        return SimilarState(song_state(shelf.entry(row)), by_name=shelf.row_of(track_id) is None), row
    offers = called_like(cursor, shelf, data.title, data.artist) if data.title or data.artist else ()
    return SimilarState(None, offers=tuple(map(song_state, offers))), None


async def _asked(services: Services, question: Ask[T]) -> T:
    """What the catalogue answers. Raises ProblemError (409) where there is none."""
    try:
        return await services.catalogue.ask(question)
    except NoCatalogueError as error:
        raise ProblemError(409, "no_catalogue", str(error)) from error
