"""The interval timer: one's own, and a group's. The server writes what is wanted; the worker keeps the time."""

from typing import Annotated

from msgspec import Meta, structs
from quart import Blueprint, ResponseReturnValue, render_template
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.timer import timer
from songswap.documents import GROUP_INTERVAL, INTERVAL, TICKS, Account
from songswap.model.interval import AtBoundary, AtEnd, Interval, Phase, Press, Ticks
from songswap.model.people import Group
from songswap.spotify.links import link_of
from songswap.store import Reads
from songswap.web.group.device_choice import look_if_old, usable_device
from songswap.web.group.group_events import of_group
from songswap.web.group.group_scenes import Scene
from songswap.web.group.group_snapshot import facts_of, person_of, running_name
from songswap.web.group.group_state import IntervalState
from songswap.web.group.group_view import devices_of
from songswap.web.group.timer_view import Timer, interval_state, remaining_ms, timer_in
from songswap.web.kit.access import me, my_group, my_group_as
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.event_stream import own_read
from songswap.web.kit.json_api import Body, body, no_content
from songswap.web.kit.services import Services, current_services
from songswap.web.kit.streams import Asking, Events, stream
from songswap.web.kit.worker_status import is_worker_alive
from songswap.web.people.membership import wish_of

blueprint = Blueprint("interval", __name__)
tag_blueprint(blueprint, ["interval"])

MOST_ROUNDS = 86_400


class WantedPhase(Body, frozen=True):
    """A stretch of time with a name."""

    name: Annotated[str, Meta(min_length=1, max_length=timer.TIMER_NAME_LENGTH)]
    length_s: Annotated[float, Meta(ge=timer.SHORTEST_S, le=timer.LONGEST_S)]


class WantedInterval(Body, frozen=True):
    """The timer wanted: its phases, and how often they come (null: for a day).

    `context_uri` is the uri or link of a playlist, album or artist to start with it; without one, what plays goes on.
    `device_id` is one of your devices, `shuffle` as it is if left out. At each boundary the next track begins
    (`at_boundary` `skip`), or only the next phase is announced; at the end the music goes on, or pauses. It starts at
    once unless `start` is false.
    """

    phases: Annotated[tuple[WantedPhase, ...], Meta(min_length=1, max_length=timer.MOST_PHASES)]
    repeat: Annotated[int, Meta(ge=1, le=MOST_ROUNDS)] | None
    context_uri: Annotated[str, Meta(max_length=300)] | None = None
    device_id: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    shuffle: bool | None = None
    at_boundary: AtBoundary = "skip"
    at_end: AtEnd = "go_on"
    start: bool = True


class Pressed(Body, frozen=True):
    """What to do with the timer: `start`, `pause`, `resume`, `reset`, or `skip` to the next phase now."""

    action: Press


class IntervalNow(IntervalState, frozen=True):
    """What the timer does now; `remaining_ms` is left of the phase at `now_ms`."""

    remaining_ms: float = 0.0


@blueprint.get("/api/me/interval")
@validate_response(IntervalNow)
async def get_my_interval() -> IntervalNow:
    """What my timer does now.

    The same, live, as server-sent events (`event: state`): `/api/me/interval/events`.
    """
    return _now(_mine(current_services().store, me(), current_services().clock.now_ms()))


@blueprint.put("/api/me/interval")
@body(WantedInterval)
@validate_response(IntervalNow)
async def put_my_interval(data: WantedInterval) -> IntervalNow:
    """Set up a timer of my own in place of the one before, and start it."""
    services = current_services()
    before = services.store.read(INTERVAL, me().id) or Interval()
    services.store.write(INTERVAL, _set_up(services, before, data, me().id), me().id)
    return _now(_mine(services.store, me(), services.clock.now_ms()))


@blueprint.post("/api/me/interval")
@body(Pressed)
@validate_response(IntervalNow)
async def press_my_interval(data: Pressed) -> IntervalNow:
    """Start, pause, resume, reset my timer, or skip to its next phase now."""
    services = current_services()
    before = services.store.read(INTERVAL, me().id) or Interval()
    services.store.write(INTERVAL, timer.press(before, data.action, me().id, services.clock.now_ms()), me().id)
    return _now(_mine(services.store, me(), services.clock.now_ms()))


@blueprint.delete("/api/me/interval")
@no_content
async def delete_my_interval() -> ResponseReturnValue:
    """End my timer. The music goes on."""
    services = current_services()
    before = services.store.read(INTERVAL, me().id) or Interval()
    services.store.write(INTERVAL, timer.set_up(before, Interval()), me().id)
    return "", 204


@blueprint.get("/api/groups/<group_id>/interval")
@validate_response(IntervalNow)
async def get_interval(group_id: str) -> IntervalNow:
    """What the group's timer does now.

    The same, live, as server-sent events (`event: state`): `/api/groups/{group_id}/interval/events`.
    """
    return _now(_ours(current_services(), my_group(group_id)))


@blueprint.put("/api/groups/<group_id>/interval")
@body(WantedInterval)
@validate_response(IntervalNow)
async def put_interval(group_id: str, data: WantedInterval) -> IntervalNow:
    """Set up a timer for the group in place of the one before, and start it (host and co-hosts).

    While a session runs it moves everybody; else it acts on the device of who started it.
    """
    services, group = current_services(), my_group_as(group_id, "playback")
    before = services.store.read(GROUP_INTERVAL, group.id) or Interval()
    services.store.write(GROUP_INTERVAL, _set_up(services, before, data, me().id), group.id)
    return _now(_ours(services, group))


@blueprint.post("/api/groups/<group_id>/interval")
@body(Pressed)
@validate_response(IntervalNow)
async def press_interval(group_id: str, data: Pressed) -> IntervalNow:
    """Start, pause, resume, reset the group's timer, or skip to its next phase now (host and co-hosts)."""
    services, group = current_services(), my_group_as(group_id, "playback")
    before = services.store.read(GROUP_INTERVAL, group.id) or Interval()
    services.store.write(GROUP_INTERVAL, timer.press(before, data.action, me().id, services.clock.now_ms()), group.id)
    return _now(_ours(services, group))


@blueprint.delete("/api/groups/<group_id>/interval")
@no_content
async def delete_interval(group_id: str) -> ResponseReturnValue:
    """End the group's timer (host and co-hosts). The music goes on."""
    services, group = current_services(), my_group_as(group_id, "playback")
    before = services.store.read(GROUP_INTERVAL, group.id) or Interval()
    services.store.write(GROUP_INTERVAL, timer.set_up(before, Interval()), group.id)
    return "", 204


@stream(blueprint, "/api/me/interval/events")
def my_events(asking: Asking) -> Events:
    """Server-sent events: `state` with a whole IntervalState; `gone` when the browser was logged out."""
    services = asking.services
    return own_read(asking, lambda person, store: interval_state(_mine(store, person, services.clock.now_ms())))


@stream(blueprint, "/api/groups/<group_id>/interval/events")
def group_events(asking: Asking, group_id: str) -> Events:
    """Server-sent events: `state` with a whole IntervalState; `gone` with a reason when nothing more is to come."""
    services, account = asking.services, asking.account.id

    def state(scene: Scene) -> IntervalState | None:
        facts = scene.facts(services.clock.now_ms())
        return interval_state(timer_in(facts, account)) if facts and account in facts.group.members else None

    return of_group(asking, group_id, state)


@blueprint.get("/timer")
@hide
async def my_page() -> ResponseReturnValue:
    """The page of one's own timer; opening it looks for devices if the last look is long ago."""
    services = current_services()
    look_if_old(services, me().id)
    return await _page(services, interval_state(_mine(services.store, me(), services.clock.now_ms())), None)


@blueprint.get("/groups/<group_id>/timer")
@hide
async def group_page(group_id: str) -> ResponseReturnValue:
    """The page of a group's timer."""
    services, group = current_services(), my_group(group_id)
    look_if_old(services, me().id)
    return await _page(services, interval_state(_ours(services, group)), group)


async def _page(services: Services, state: IntervalState, group: Group | None) -> ResponseReturnValue:
    devices = devices_of(person_of(services.store, me()))
    return await render_template("timer/timer.html", state=state, group=group, devices=devices)


def _ours(services: Services, group: Group) -> Timer:
    """A group's timer as I see it."""
    return timer_in(facts_of(services.store, group, services.clock.now_ms()), me().id)


def _mine(store: Reads, account: Account, now_ms: float) -> Timer:
    return Timer(
        wanted=store.read(INTERVAL, account.id) or Interval(),
        ticks=store.read(TICKS, account.id) or Ticks(),
        night=None,
        now_ms=now_ms,
        worker_alive=is_worker_alive(store, now_ms),
        by_name=account.display_name,
        elsewhere=running_name(store, wish_of(store, account.id).listening_in) or "",
    )


def _now(timer: Timer) -> IntervalNow:
    return IntervalNow(**structs.asdict(interval_state(timer)), remaining_ms=remaining_ms(timer))


def _set_up(services: Services, before: Interval, data: WantedInterval, account: str) -> Interval:
    """The timer that is wanted, with all that it names looked at. Raises ProblemError, RefusedError."""
    phases = tuple(Phase(_clean(phase.name), phase.length_s) for phase in data.phases)
    timer.check(phases, data.repeat)
    device = usable_device(services, account, data.device_id) if data.device_id is not None else None
    wanted = Interval(
        phases=phases,
        repeat=data.repeat,
        context_uri=_context(data.context_uri),
        device_id=device.id if device else None,
        device_name=device.name if device else "",
        shuffle=data.shuffle,
        at_boundary=data.at_boundary,
        at_end=data.at_end,
        by=account,
    )
    ready = timer.set_up(before, wanted)
    return timer.press(ready, "start", account, services.clock.now_ms()) if data.start else ready


def _clean(text: str) -> str:
    name = " ".join(text.split())
    if not name or not name.isprintable():
        raise ProblemError(400, "bad_name", "Each phase needs a name, made of characters one can see.")
    return name


def _context(text: str | None) -> str | None:
    """The uri that a uri or link names; None for what is playing. Raises ProblemError."""
    if text is None or not text.strip():
        return None
    link = link_of(text, "playlist", "album", "artist")
    if link is None:
        words = "context_uri is no link or URI of a Spotify playlist, album or artist. Copy it from “Share” there."
        raise ProblemError(400, "bad_context", words)
    return link.uri
