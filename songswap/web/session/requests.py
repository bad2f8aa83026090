"""Songs people wish for in a session, and votes to skip what plays."""

from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace
from quart import Blueprint, ResponseReturnValue
from quart_schema import tag_blueprint, validate_response

from songswap.core.session import requests as rules
from songswap.documents import HANDED, NIGHT, REQUESTS
from songswap.model.library import Playlist
from songswap.model.music import Track
from songswap.model.nights import Handed, Requests, RequestSettings, SongRequest
from songswap.model.people import Group
from songswap.spotify.links import TRACK_URI, link_of
from songswap.web.group.group_snapshot import facts_of
from songswap.web.group.group_state import GroupState, RequestState
from songswap.web.group.member_state import state_of
from songswap.web.group.requests_view import listeners_of, request_state
from songswap.web.kit.access import me, my_group, my_group_as
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.ids import new_id
from songswap.web.kit.json_api import Body, body, no_content
from songswap.web.kit.services import Services, current_services
from songswap.web.people.spotify_calls import ask_spotify
from songswap.web.search.search import track_of
from songswap.web.session.session import PlaybackCommand, click, running
from songswap.web.talk import milestones

blueprint = Blueprint("requests", __name__)
tag_blueprint(blueprint, ["requests"])

MOST_EACH = 20

Id = Annotated[str, Meta(max_length=64)]


class Wanted(Body, frozen=True):
    """The song wished for."""

    uri: Annotated[str, Meta(pattern=TRACK_URI)]


class Order(Body, frozen=True):
    """The ids of all waiting requests, in the order they shall play."""

    ids: Annotated[tuple[Id, ...], Meta(max_length=rules.MOST_WAITING)]


class Taking(Body, frozen=True):
    """How the group takes requests; `fallback` is a playlist's link or uri, empty for none."""

    is_calm: bool
    limit_each: Annotated[int, Meta(ge=1, le=MOST_EACH)]
    fallback: Annotated[str, Meta(max_length=300)] = ""


class Skip(Body, frozen=True):
    """The play to be skipped, as the group's state names it."""

    play: Annotated[str, Meta(max_length=64)]


@blueprint.post("/api/groups/<group_id>/requests")
@body(Wanted)
@validate_response(RequestState, 201)
async def request_song(group_id: str, data: Wanted) -> tuple[RequestState, int]:
    """Wish for a song: it plays in turn, at the host's and so at everybody's."""
    services, account = current_services(), me()
    running(services, my_group(group_id))
    track = await track_of(services, account.id, data.uri)
    group = my_group(group_id)
    request = SongRequest(new_id(), account.id, track, services.clock.now_ms())
    requests = rules.ask(_requests(services, group), group, request, _heard(services, group))
    services.store.write(REQUESTS, requests, group.id)
    return request_state(request, account.display_name, group, account.id), 201


@blueprint.delete("/api/groups/<group_id>/requests/<request_id>")
@no_content
async def take_back_request(group_id: str, request_id: str) -> ResponseReturnValue:
    """Take a request back, or veto somebody else's (host and co-hosts)."""
    services, group = current_services(), my_group(group_id)
    requests = rules.take_back(_requests(services, group), group, me().id, request_id)
    services.store.write(REQUESTS, requests, group.id)
    return "", 204


@blueprint.put("/api/groups/<group_id>/requests")
@body(Order)
@validate_response(GroupState)
async def order_requests(group_id: str, data: Order) -> GroupState:
    """Put the waiting requests in another order (host and co-hosts)."""
    services, group = current_services(), my_group(group_id)
    requests = rules.reorder(_requests(services, group), group, me().id, data.ids)
    services.store.write(REQUESTS, requests, group.id)
    return state_of(services, group, me().id)


@blueprint.put("/api/groups/<group_id>/request-settings")
@body(Taking)
@validate_response(GroupState)
async def set_requests(group_id: str, data: Taking) -> GroupState:
    """Say how requests are taken, and what goes on when the music ends (host and co-hosts)."""
    services, group = current_services(), my_group_as(group_id, "playback")
    before = (services.store.read(REQUESTS, group.id) or Requests()).settings
    uri, name = await _fallback(services, group, data.fallback, before)
    group = my_group_as(group_id, "playback")
    requests = services.store.read(REQUESTS, group.id) or Requests()
    settings = RequestSettings(data.is_calm, data.limit_each, uri, name)
    services.store.write(REQUESTS, replace(requests, settings=settings), group.id)
    return state_of(services, group, me().id)


@blueprint.post("/api/groups/<group_id>/votes")
@body(Skip)
@validate_response(GroupState)
async def vote(group_id: str, data: Skip) -> GroupState:
    """Vote to skip what plays; half of those who listen, rounded up, are enough."""
    services, group, account = current_services(), my_group(group_id), me().id
    session = running(services, group)
    now_ms = services.clock.now_ms()
    facts = facts_of(services.store, group, now_ms)
    before = _requests(services, group)
    play = rules.play_of(facts.tonight, now_ms)
    after = rules.vote(before, group, account, data.play, play, listeners_of(facts))
    services.store.write(REQUESTS, after, group.id)
    if after.votes.is_passed and not rules.votes_for(before, play).is_passed:
        click(services, group, session, account, PlaybackCommand("next"))
        milestones.skip_passed(services, group, len(after.votes.by), len(listeners_of(facts)))
    return state_of(services, group, account)


def _requests(services: Services, group: Group) -> Requests:
    """What waits in the running session. Raises ProblemError when none runs."""
    session = running(services, group)
    return rules.in_session(services.store.read(REQUESTS, group.id), session.session_id, _handed(services, group))


def _handed(services: Services, group: Group) -> Handed:
    return services.store.read(HANDED, group.id) or Handed()


def _heard(services: Services, group: Group) -> tuple[Track, ...]:
    """What plays now, and the request that comes next."""
    session_id = running(services, group).session_id
    night, handed = services.store.read(NIGHT, group.id), _handed(services, group)
    now = rules.present(night, services.clock.now_ms()) if night and night.session_id == session_id else None
    coming = rules.coming(handed) if handed.session_id == session_id else None
    return tuple(track for track in (now and now.track, coming and coming.request.track) if track)


async def _fallback(services: Services, group: Group, text: str, before: RequestSettings) -> tuple[str | None, str]:
    """Uri and name of the playlist that `text` names, which the host must be able to play. Raises ProblemError."""
    if not text.strip():
        return None, ""
    link = link_of(text, "playlist")
    if link is None:
        raise ProblemError(400, "bad_playlist", "That is no link of a Spotify playlist. Copy it from “Share” there.")
    if link.uri == before.fallback_uri:
        return link.uri, before.fallback_name
    playlist: Playlist = await ask_spotify(
        services, group.host, lambda bearer: services.music.playlist(bearer, link.id)
    )
    return link.uri, playlist.name
