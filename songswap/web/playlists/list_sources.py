"""Lists of tracks out of histories and out of Spotify's own top: which there are, in words, and what is in them now."""

from functools import partial
from typing import Annotated, Final, Literal

from msgspec import Meta
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.columns.figures.lists import ListedTracks, listed, question
from songswap.core.insights.periods import zone_of
from songswap.core.playlists.playlists import MOST_RENEWED, distinct
from songswap.documents import GROUP, TOP, Account
from songswap.model.playlists import Entry, ListKind, ListPeriod, ListSource, Save, TopRange, TopSeen
from songswap.model.sharing import CountingRule
from songswap.model.struct import Struct
from songswap.web.insights.insights_access import reader_of, scope_of
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.ids import new_id
from songswap.web.kit.json_api import Body, body
from songswap.web.kit.names import plain_name
from songswap.web.kit.services import Services, current_services
from songswap.web.playlists import saved_lists
from songswap.web.playlists.saved_lists import SavedState

blueprint = Blueprint("list_sources", __name__)
tag_blueprint(blueprint, ["playlists"])

RANGES: Final[dict[TopRange, str]] = {
    "short_term": "of the last four weeks",
    "medium_term": "of the last half year",
    "long_term": "of the last year",
}
PERIODS: Final[dict[ListPeriod, str]] = {
    "last7": "of the last 7 days",
    "last30": "of the last 30 days",
    "week": "of this week",
    "month": "of this month",
    "year": "of this year",
    "all": "of all time",
}
DESCRIPTION: Final = "Saved by SongSwap."
NOT_LOOKED: Final = "Spotify has not been asked for your top tracks yet. Wait a moment, and try again."


class Source(Body, frozen=True):
    """Which tracks: a `kind`, and what it takes: `range` for `spotify_top`; for the others a `scope` (me, group:ID), a
    `period`, the order `by` plays or minutes, the counting `rule`. `limit` of them at most.
    """

    kind: ListKind
    range: TopRange = "short_term"
    scope: Annotated[str, Meta(max_length=80)] = "me"
    period: ListPeriod = "all"
    by: Literal["plays", "minutes"] = "plays"
    rule: CountingRule | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST_RENEWED)] = 25


class SourceWanted(Body, frozen=True):
    """Which tracks to show."""

    source: Source


class ToSave(Body, frozen=True):
    """Which tracks to save, as a new private playlist of this name."""

    source: Source
    name: Annotated[str, Meta(min_length=1, max_length=100)]


class ListItem(Struct, frozen=True):
    """A track on a list."""

    uri: str
    title: str
    artist: str
    cover_url: str | None


class ListPreview(Struct, frozen=True):
    """What a list holds now, in words and as tracks; Spotify has no id for `left_out` more."""

    title: str
    items: tuple[ListItem, ...]
    left_out: int


@blueprint.post("/api/me/lists/preview")
@body(SourceWanted)
@validate_response(ListPreview)
async def preview_list(data: SourceWanted) -> ListPreview:
    """What a list holds now. It costs no call to Spotify."""
    services, source = current_services(), checked(current_services(), me(), data.source)
    found = await content_of(services, me(), source)
    pairs = zip(found.entries, found.covers, strict=True)
    items = tuple(ListItem(entry.uri, entry.title, entry.artist, cover) for entry, cover in pairs)
    return ListPreview(title_of(services, source, me().id), items, found.left_out)


@blueprint.post("/api/me/lists")
@body(ToSave)
@validate_response(SavedState, 202)
async def save_source(data: ToSave) -> tuple[SavedState, int]:
    """Save what a list holds now as a new private playlist; how that goes is at `/api/me/saves/ID`."""
    services, name = current_services(), plain_name(data.name)
    source = checked(services, me(), data.source)
    found = await content_of(services, me(), source)
    if not found.entries:
        raise ProblemError(409, "nothing_to_save", "There is nothing on this list at the moment.")
    uris = tuple(entry.uri for entry in found.entries)
    return saved_lists.save(services, me().id, new_id(), Save(name, uris, description=DESCRIPTION)), 202


@blueprint.get("/api/me/saves/<save_id>")
@validate_response(SavedState)
async def get_save(save_id: str) -> SavedState:
    """What became of a list I saved."""
    state = saved_lists.state_of(current_services(), me().id, save_id)
    if state is None:
        raise ProblemError(404, "not_found", "There is no such list.")
    return state


def checked(services: Services, account: Account, wanted: Source) -> ListSource:
    """The source somebody wants, counted as they count. Raises ProblemError (400, 404)."""
    reader = reader_of(services, account)
    kind, _, _ = wanted.scope.partition(":")
    if kind not in {"me", "group"}:
        raise ProblemError(400, "invalid", "scope is me or group:ID.")
    scope_of(services, reader, wanted.scope)
    rule = wanted.rule or reader.sharing.rule
    return ListSource(
        kind=wanted.kind,
        range=wanted.range,
        scope=wanted.scope,
        period=wanted.period,
        by=wanted.by,
        rule=rule,
        limit=wanted.limit,
        week_start=reader.sharing.week_start,
    )


async def content_of(services: Services, account: Account, source: ListSource) -> ListedTracks:
    """What the list holds now. Raises ProblemError (404, 409)."""
    if source.kind == "spotify_top":
        return _spotifys_top(services, account, source)
    scope = scope_of(services, reader_of(services, account), source.scope)
    zone = zone_of(account.zone)
    asked = question(source, scope.accounts, zone, services.clock.now_ms(), with_private=scope.with_private)
    return await services.columns.ask(partial(listed, source=source), ListedTracks, asked)


def title_of(services: Services, source: ListSource, account: str) -> str:
    """What is on the list, in words for `account`, who may have left the group whose it is."""
    if source.kind == "spotify_top":
        return f"Your top {source.limit} {RANGES[source.range]}, by Spotify"
    group = services.store.read(GROUP, source.scope.partition(":")[2]) if source.scope != "me" else None
    whose = (
        f" in {group.name}"
        if group and account in group.members
        else " in a group you are not in"
        if source.scope != "me"
        else ""
    )
    match source.kind:
        case "not_heard":
            return f"{source.limit} not heard for a year{whose}"
        case "new":
            period = PERIODS["month" if source.period == "all" else source.period]
            return f"{source.limit} heard for the first time{whose}, {period.removeprefix('of ')}"
    by = "" if source.by == "plays" else ", by time"
    return f"The {source.limit} most played{whose} {PERIODS[source.period]}{by}"


def _spotifys_top(services: Services, account: Account, source: ListSource) -> ListedTracks:
    seen = services.store.read(TOP, account.id) or TopSeen()
    if source.range not in seen.tracks:
        raise ProblemError(409, "not_looked", seen.error or NOT_LOOKED)
    tracks = {track.uri: track for track in seen.tracks[source.range]}
    entries = distinct([Entry(uri, one.name, one.artists[0] if one.artists else "") for uri, one in tracks.items()])
    some = entries[: source.limit]
    return ListedTracks(some, tuple(tracks[entry.uri].cover_url for entry in some))
