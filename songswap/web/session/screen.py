"""The screen for the TV: what plays, what comes, who listens, how to join; for whoever knows the group's secret."""

from collections.abc import Iterator
from contextlib import contextmanager

from quart import Blueprint, Response, ResponseReturnValue, render_template
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.kit.secret_links import SCREEN_LIFE_MS
from songswap.core.kit.status_text import MemberStatus
from songswap.core.people.screens import opens_screen, renew_screen
from songswap.core.session.requests import coming, wished_by
from songswap.core.session.timeline import advance, same_track
from songswap.documents import GROUP
from songswap.model.interval import TimerState
from songswap.model.music import Track
from songswap.model.nights import Handed, Requests
from songswap.model.people import Group
from songswap.model.session import Timeline
from songswap.model.struct import Struct
from songswap.web.group.game_view import party_state
from songswap.web.group.group_facts import Facts
from songswap.web.group.group_snapshot import facts_of
from songswap.web.group.group_state import GroupState, PartyState, PhaseState
from songswap.web.group.member_state import scenes_of, state_of
from songswap.web.group.timer_view import interval_state, timer_in
from songswap.web.kit.access import me, my_group
from songswap.web.kit.errors import ProblemError, Way
from songswap.web.kit.event_stream import Bell, Gone, Look, feed
from songswap.web.kit.qr import qr_code
from songswap.web.kit.secret_links import invite_of, new_link
from songswap.web.kit.services import Services, current_services
from songswap.web.kit.streams import response_of
from songswap.web.kit.timed import Timed

blueprint = Blueprint("screen", __name__)
tag_blueprint(blueprint, ["groups"])

COMING_SHOWN = 4
DIM_WHITE = "#cfccd8"
"""White would burn itself into a TV that shows it all night; this is bright enough for any camera."""
IN_TIME: dict[MemberStatus, str] = {"in_sync": "good", "catching_up": "wait", "waiting": "wait", "limited": "wait"}


class ScreenSong(Struct, frozen=True):
    """A song in large letters."""

    name: str
    artists: str
    cover_url: str | None
    requested_by: str


class ScreenPlayback(Struct, frozen=True):
    """What everybody hears: at `position_ms` at `at_ms`, moving on while playing."""

    song: ScreenSong
    duration_ms: int
    position_ms: float
    at_ms: float
    is_playing: bool


class ScreenListener(Struct, frozen=True):
    """Somebody who listens: in time (`good`), soon (`wait`), or not (empty)."""

    name: str
    mood: str


class ScreenTimer(Struct, frozen=True):
    """The interval timer, in large figures: all of it follows from the moment it was started."""

    state: TimerState
    phases: tuple[PhaseState, ...]
    repeat: int | None
    rounds: int
    started_at_ms: float | None
    paused_at_ms: float | None


class ScreenState(Timed, frozen=True):
    """All that a screen shows. It says who is there by name only, on which devices and what goes wrong not at all."""

    name: str
    is_running: bool
    playback: ScreenPlayback | None
    coming: tuple[ScreenSong, ...]
    listeners: tuple[ScreenListener, ...]
    join_until_ms: float | None
    timer: ScreenTimer | None
    party: PartyState | None = None


@blueprint.post("/api/groups/<group_id>/screen")
@validate_response(GroupState, 201)
async def renew_screen_link(group_id: str) -> tuple[GroupState, int]:
    """Make a new link to the group's screen for the TV, good for 30 days; the old one is dead (host and co-hosts).

    It ends when I leave the group, or am its host or co-host no more.
    """
    services = current_services()
    group = renew_screen(my_group(group_id), me().id, new_link(services, SCREEN_LIFE_MS))
    services.store.write(GROUP, group, group.id)
    return state_of(services, group, me().id), 201


@blueprint.get("/screen/<group_id>/<secret>")
@hide
async def show(group_id: str, secret: str) -> ResponseReturnValue:
    """The screen."""
    services = current_services()
    group = _shown(services, group_id, secret)
    return await render_template("session/screen.html", state=_state(services, group))


@blueprint.get("/screen/<group_id>/<secret>/events")
@hide
async def events(group_id: str, secret: str) -> Response:
    """Server-sent events: `state` with a whole ScreenState; `gone` when the link was replaced."""
    services = current_services()
    _shown(services, group_id, secret)

    @contextmanager
    def opened(bell: Bell) -> Iterator[Look]:
        with scenes_of(services).watch(group_id, bell.ring) as scene:

            def look() -> ScreenState | Gone:
                facts = scene.facts(services.clock.now_ms())
                is_open = facts is not None and opens_screen(facts.group, secret, facts.now_ms)
                return _picture(facts) if facts and is_open else "link_replaced"

            yield look

    return response_of(feed(services, opened))


@blueprint.get("/screen/<group_id>/<secret>/invite.svg")
@hide
async def invite_code(group_id: str, secret: str) -> ResponseReturnValue:
    """The invite link as a QR code, if the host wants it on the screen."""
    services = current_services()
    group = _shown(services, group_id, secret)
    if not group.has_invite_on_screen:
        raise ProblemError(404, "not_found", "The host does not show the invitation on the screen.")
    return qr_code(invite_of(services, group), light=DIM_WHITE)


def _shown(services: Services, group_id: str, secret: str) -> Group:
    """The group whose screen `secret` opens. Raises ProblemError (404), the same for a wrong secret and no group."""
    group = services.store.read(GROUP, group_id)
    if group is None or not opens_screen(group, secret, services.clock.now_ms()):
        raise ProblemError(
            404,
            "screen_invalid",
            "This link is not valid, its time is over, or it was replaced by a newer one.",
            title="There is no screen here",
            steps=("Ask the host for the present link; it stands on the group's page.",),
            ways=(Way("Go to the start page", "/"),),
        )
    return group


def _state(services: Services, group: Group) -> ScreenState:
    return _picture(facts_of(services.store, group, services.clock.now_ms()))


def _picture(facts: Facts) -> ScreenState:
    session_id, is_running = facts.session.session_id, facts.session.state == "running"
    handed = facts.handed if is_running and facts.handed.session_id == session_id else Handed()
    requests = facts.requests if is_running and facts.requests.session_id == session_id else Requests()
    night, expires_at_ms = facts.tonight, facts.group.invite.expires_at_ms
    timeline = advance(night.timeline, facts.now_ms) if night and night.timeline else None
    return ScreenState(
        name=facts.group.name,
        now_ms=facts.now_ms,
        is_running=facts.session.state == "running",
        playback=_playback(facts, timeline, handed) if timeline else None,
        coming=_coming(facts, timeline, handed, requests),
        listeners=tuple(
            ScreenListener(person.account.display_name, IN_TIME.get(facts.status_of(person), ""))
            for person in facts.people.values()
            if facts.listens(person)
        ),
        join_until_ms=expires_at_ms if facts.group.has_invite_on_screen and facts.now_ms < expires_at_ms else None,
        timer=_timer(facts),
        party=party_state(facts),
    )


def _timer(facts: Facts) -> ScreenTimer | None:
    state = interval_state(timer_in(facts))
    if state.state not in {"running", "paused"}:
        return None
    return ScreenTimer(state.state, state.phases, state.repeat, state.rounds, state.started_at_ms, state.paused_at_ms)


def _playback(facts: Facts, timeline: Timeline, handed: Handed) -> ScreenPlayback | None:
    if timeline.track is None:
        return None
    return ScreenPlayback(
        song=_song(facts, timeline.track, wished_by(handed, timeline.plays)),
        duration_ms=timeline.track.duration_ms,
        position_ms=timeline.position_ms,
        at_ms=timeline.at_ms,
        is_playing=timeline.is_playing,
    )


def _coming(facts: Facts, timeline: Timeline | None, handed: Handed, requests: Requests) -> tuple[ScreenSong, ...]:
    """Requests first, in their order: each is given to the host's player before what is queued there by itself."""
    given = coming(handed)
    wished = [*([given.request] if given else []), *requests.waiting]
    wished = [one for place, one in enumerate(wished) if one.id not in {other.id for other in wished[:place]}]
    done = {item.request.id for item in handed.items} - {given.request.id if given else ""}
    songs = [(one.track, one.by) for one in wished if one.id not in done]
    known = [track for track, _ in songs]
    for track in timeline.upcoming if timeline else ():
        if not any(same_track(track, other) for other in known):
            songs.append((track, ""))
    return tuple(_song(facts, track, by) for track, by in songs[:COMING_SHOWN])


def _song(facts: Facts, track: Track, requested_by: str | None) -> ScreenSong:
    requester = facts.people.get(requested_by or "")
    return ScreenSong(
        name=track.name,
        artists=", ".join(track.artists),
        cover_url=track.cover_url,
        requested_by=requester.account.display_name if requester else "",
    )
