"""Nights that were: the report of each, its tracks as a table, and saving it as a playlist."""

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from quart import Blueprint, Response, ResponseReturnValue, render_template, request
from quart_schema import document_response, hide, tag_blueprint, validate_response

from songswap.core.kit.csv_cells import disarmed
from songswap.core.session.night_report import Report, playlist_uris
from songswap.documents import ACCOUNT
from songswap.model.music import Track
from songswap.model.people import Group
from songswap.model.playlists import Save
from songswap.model.struct import Struct
from songswap.web.kit.access import me, my_group
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body, body
from songswap.web.kit.names import plain_name
from songswap.web.kit.services import Services, current_services
from songswap.web.people.membership import session_of
from songswap.web.playlists import saved_lists
from songswap.web.playlists.saved_lists import SavedState

blueprint = Blueprint("nights", __name__)
tag_blueprint(blueprint, ["nights"])

DESCRIPTION = "What we heard together, saved by SongSwap."
CSV_COLUMNS = ("heard_at", "title", "artists", "album", "length_s", "requested_by", "url")


class NightSummary(Struct, frozen=True):
    """A night in a list."""

    id: str
    started_at_ms: float
    length_ms: float
    is_running: bool
    tracks: int
    listeners: int
    skew_p95_ms: float | None


class NightList(Struct, frozen=True):
    """Nights, the newest first."""

    items: tuple[NightSummary, ...]


class NightTrack(Struct, frozen=True):
    """A track, when it began to be heard, and who requested it."""

    at_ms: float
    track: Track
    requested_by: str | None


class NightListener(Struct, frozen=True):
    """How well somebody was kept in time: of `verified` skews half were within p50, 95 % within p95."""

    name: str
    skew_p50_ms: float | None
    skew_p95_ms: float | None
    verified: int
    corrections: int


class NightReport(Struct, frozen=True):
    """A night, so far if it `is_running`. `calls` counts all calls to Spotify meanwhile, by family."""

    id: str
    group: str
    group_name: str
    started_at_ms: float
    ended_at_ms: float | None
    length_ms: float
    is_running: bool
    tracks: tuple[NightTrack, ...]
    listeners: tuple[NightListener, ...]
    skew_p50_ms: float | None
    skew_p95_ms: float | None
    verified: int
    corrections: int
    clicks: int
    calls: Mapping[str, int]
    calls_spent: int
    playlist: SavedState | None


class NewPlaylist(Body, frozen=True):
    """What the playlist shall be called."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]


@blueprint.get("/api/groups/<group_id>/nights")
@validate_response(NightList)
async def list_nights(group_id: str) -> NightList:
    """The nights of a group."""
    services, group = current_services(), my_group(group_id)
    return NightList(_summaries(services, group))


@blueprint.get("/api/groups/<group_id>/nights/<session_id>")
@document_response(NightReport)
async def get_night(group_id: str, session_id: str) -> ResponseReturnValue:
    """A night: what was heard, how well everybody was kept in time, what it cost. `?format=csv`: its tracks only."""
    services, group = current_services(), my_group(group_id)
    report = _report(services, group, session_id)
    match request.args.get("format", "json"):
        case "json":
            return Response(msgspec.json.encode(report), mimetype="application/json")
        case "csv":
            return _as_csv(report)
    raise ProblemError(400, "invalid", "format is json or csv.")


@blueprint.post("/api/groups/<group_id>/nights/<session_id>/playlist")
@body(NewPlaylist)
@validate_response(SavedState, 202)
async def save_night(group_id: str, session_id: str, data: NewPlaylist) -> tuple[SavedState, int]:
    """Save a night as a private playlist of my own, once; or try again. How it goes stands in the night's report."""
    services, group = current_services(), my_group(group_id)
    report = _known(services, group, session_id)
    name = plain_name(data.name)
    if _is_running(services, group, session_id):
        raise ProblemError(409, "still_running", "The night is not over. Save it when the session has stopped.")
    uris = playlist_uris(report.tracks)
    if not uris:
        raise ProblemError(409, "nothing_to_save", "Nothing was heard that fits into a playlist.")
    wish = Save(name, uris, description=DESCRIPTION, group=group.id)
    return saved_lists.save(services, me().id, session_id, wish), 202


@blueprint.get("/groups/<group_id>/nights")
@hide
async def nights_page(group_id: str) -> ResponseReturnValue:
    """The list of past nights."""
    services, group = current_services(), my_group(group_id)
    return await render_template("session/nights.html", group=group, nights=_summaries(services, group))


@blueprint.get("/groups/<group_id>/nights/<session_id>")
@hide
async def night_page(group_id: str, session_id: str) -> ResponseReturnValue:
    """The report of a night."""
    services, group = current_services(), my_group(group_id)
    report = _report(services, group, session_id)
    furthest_ms = max((one.skew_p95_ms or 0.0 for one in report.listeners), default=0.0)
    return await render_template(
        "session/night.html",
        group=group,
        night=report,
        furthest_ms=furthest_ms or 1.0,
        may_save=saved_lists.may_save(services, me().id),
    )


def _known(services: Services, group: Group, session_id: str) -> Report:
    report = services.diaries.report(group.id, session_id)
    if report is None:
        raise ProblemError(404, "not_found", "There is no such night.")
    return report


def _is_running(services: Services, group: Group, session_id: str) -> bool:
    session = session_of(services.store, group.id)
    return session.state == "running" and session.session_id == session_id


def _summaries(services: Services, group: Group) -> tuple[NightSummary, ...]:
    return tuple(
        NightSummary(
            id=session_id,
            started_at_ms=report.started_at_ms,
            length_ms=report.length_ms,
            is_running=_is_running(services, group, session_id),
            tracks=len(report.tracks),
            listeners=len(report.listeners),
            skew_p95_ms=report.skew_p95_ms,
        )
        for session_id, report in services.diaries.nights(group.id)
    )


def _report(services: Services, group: Group, session_id: str) -> NightReport:
    report = _known(services, group, session_id)
    return NightReport(
        id=session_id,
        group=group.id,
        group_name=group.name,
        started_at_ms=report.started_at_ms,
        ended_at_ms=report.ended_at_ms,
        length_ms=report.length_ms,
        is_running=_is_running(services, group, session_id),
        tracks=tuple(
            NightTrack(one.at_ms, one.track, _name(services, one.requested_by) if one.requested_by else None)
            for one in report.tracks
        ),
        listeners=tuple(
            NightListener(_name(services, one.account), one.skew_p50_ms, one.skew_p95_ms, one.verified, one.corrections)
            for one in report.listeners
        ),
        skew_p50_ms=report.skew_p50_ms,
        skew_p95_ms=report.skew_p95_ms,
        verified=report.verified,
        corrections=report.corrections,
        clicks=report.clicks,
        calls=report.calls,
        calls_spent=report.calls_spent,
        playlist=saved_lists.state_of(services, me().id, session_id),
    )


def _name(services: Services, account: str) -> str:
    known = services.store.read(ACCOUNT, account)
    return known.display_name if known else "Somebody"


def _as_csv(report: NightReport) -> Response:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(CSV_COLUMNS)
    for one in report.tracks:
        heard_at = datetime.fromtimestamp(one.at_ms / 1000, UTC).isoformat(timespec="seconds")
        track = one.track
        row = (heard_at, track.name, ", ".join(track.artists), track.album, str(track.duration_ms // 1000))
        table.writerow([disarmed(cell) for cell in (*row, one.requested_by or "", track.url or "")])
    started = datetime.fromtimestamp(report.started_at_ms / 1000, UTC)
    headers = {"Content-Disposition": f'attachment; filename="night-{started:%Y-%m-%d}.csv"'}
    return Response(text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
