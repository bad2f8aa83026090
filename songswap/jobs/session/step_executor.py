"""Carrying out the steps of a plan: one call to Spotify each, or an order to a web player."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace

from songswap.core.session import host_readings, host_web_player, listener_state, web_player
from songswap.core.session.plan import (
    Begin,
    DriveHost,
    GoOn,
    HandOver,
    LookAtHost,
    LookAtListener,
    LookAtQueue,
    MoveHost,
    Step,
    Tell,
)
from songswap.jobs.kit.spotify_accounts import Means
from songswap.jobs.session.latency_store import LatencyStore
from songswap.jobs.session.request_queue import RequestQueue
from songswap.jobs.session.timer_boundaries import Timing
from songswap.jobs.session.web_player_orders import WebPlayers
from songswap.model.music import Playback, Queue
from songswap.model.music_source import Bearer, Player
from songswap.model.session import ClickKind, Command, CommandKind, Drive, Failure, Listener, Night
from songswap.model.tabs import OrderKind
from songswap.spotify.errors import DeviceNotFoundError, NoActiveDeviceError

Update = Callable[[Night], Night]
"""What a step brought, for the state of the session as it is by then: it may have changed during the call."""

ORDERS: Mapping[ClickKind, OrderKind] = {
    "play": "resume",
    "pause": "pause",
    "seek": "seek",
    "next": "next",
    "previous": "previous",
}
"""What the page in which the leader listens is told for a click."""
ORDERS_OF: Mapping[CommandKind, OrderKind] = {"seek": "seek", "pause": "pause", "resume": "resume", "next": "next"}
"""What a listener's page is told for a command; `start` is Spotify's."""


@dataclass
class StepExecutor:
    """Makes the calls of one session: a method for each kind of step, and one for what the session becomes by it."""

    means: Means
    web_players: WebPlayers
    latencies: LatencyStore
    requests: RequestQueue
    timer: Timing

    async def execute(self, step: Step, state: Night, bearer: Bearer) -> Update:
        """Carry out a step planned in `state`; returns what came of it. Raises SpotifyError."""
        player = self.means.player
        update: Update = _nothing
        match step:
            case Tell():
                update = await self._tell(step, bearer)
            case LookAtHost():
                update = partial(self._host_read, await player.playback(bearer))
            case LookAtQueue():
                update = partial(self._queue_read, await player.queue(bearer))
            case LookAtListener():
                update = partial(self._listener_read, step.account, await player.playback(bearer))
            case DriveHost():
                update = await self._drive_host(step, bearer)
            case MoveHost():
                await player.transfer(bearer, step.device_id, play=False)
                update = partial(host_web_player.moved, device_id=step.device_id, now_ms=self._now_ms())
            case Begin():
                await begin(player, bearer, step)
                update = partial(host_readings.begun, now_ms=self._now_ms())
            case HandOver() | GoOn():
                update = await self.requests.give(step, bearer, state)
        return update

    def failed(self, step: Step, failure: Failure) -> Update:
        """What the session becomes when a step could not be carried out."""
        now_ms = self._now_ms()
        update: Update = _nothing
        match step:
            case Tell():
                update = partial(self._refused, step.command, failure)
            case LookAtHost() | LookAtQueue():
                update = partial(host_readings.host_failed, failure=failure, now_ms=now_ms)
            case LookAtListener():
                update = partial(self._not_read, step.account, failure)
            case DriveHost():
                update = self.timer.not_driven(step.drive, failure)
            case MoveHost():
                update = partial(host_web_player.move_failed, device_id=step.device_id, failure=failure, now_ms=now_ms)
            case Begin():
                update = self.timer.not_begun(step, failure)
            case HandOver() | GoOn():
                update = self.requests.put_off(step, failure)
        return update

    async def _tell(self, step: Tell, bearer: Bearer) -> Update:
        """Tell a listener's device: by the page it is in, if it can, else by Spotify."""
        command, spread_ms = step.command, step.spread_ms
        if command.is_here:
            if await self._order_listener(command):
                return partial(self._told, command, spread_ms)
            command = web_player.by_spotify(command, self.latencies.table(command.account), self._now_ms())
            spread_ms = self.latencies.spread_ms(command)
        await tell(self.means.player, bearer, command, self.means.clock.now_ms())
        return partial(self._told, command, spread_ms)

    async def _order_listener(self, command: Command) -> bool:
        tab = self.web_players.tab_of(command.account)
        if tab is None:
            return False
        at_ms, uri = command.effect_at_ms - command.latency_ms, command.uris[0] if command.uris else ""
        kind = ORDERS_OF[command.kind]
        return await self.web_players.order(command.account, tab.tab, kind, at_ms, command.position_ms, uri)

    async def _drive_host(self, step: DriveHost, bearer: Bearer) -> Update:
        """Tell the leader's device what was clicked: by the page it is in, if it can, else by Spotify."""
        wanted, tab = step.drive, self.web_players.tab_of(step.account) if step.drive.is_here else None
        if tab is not None:
            kind, position_ms = ORDERS[wanted.action], wanted.position_ms or 0
            if await self.web_players.order(step.account, tab.tab, kind, wanted.send_at_ms, position_ms):
                return host_readings.driven
        await drive(self.means.player, bearer, wanted, step.device_id)
        return host_readings.driven

    def _host_read(self, reading: Playback | None, state: Night) -> Night:
        now_ms = self._now_ms()
        if web_player.heard(state.host_here, now_ms) is not None:
            return state  # the page has told meanwhile, and knows better
        if reading is not None and reading.device is not None:
            self.latencies.learn_driven(state, reading.device.id, host_readings.driven_sample_ms(state, reading))
        state = host_web_player.move_ended(state, now_ms)
        after = host_readings.host_read(state, reading, now_ms)
        self.requests.host_read(state, after, reading)
        return after

    def _queue_read(self, queue: Queue, state: Night) -> Night:
        return self.requests.queue_read(host_readings.queue_read(state, queue, self._now_ms()))

    def _listener_read(self, account: str, reading: Playback | None, state: Night) -> Night:
        listener, timeline, now_ms = state.listeners.get(account), state.timeline, self._now_ms()
        if listener is None or timeline is None:
            return state
        if listener.here is not None and (listener.look_at_ms is None or listener.look_at_ms > now_ms):
            return state  # the page has told meanwhile, and knows better
        spread_ms = self.latencies.spread_ms(listener.command)
        after, sample_ms = listener_state.seen(listener, timeline, reading, now_ms, state.pace, spread_ms)
        self.latencies.learn_told(listener.command, sample_ms)
        if after.status == "stepped_out" and self.web_players.is_quiet(account):
            return _with(state, listener_state.lost(listener, now_ms))
        return _with(state, self.latencies.note_seen(listener, after))

    def _told(self, command: Command, spread_ms: float | None, state: Night) -> Night:
        listener = state.listeners.get(command.account)
        if listener is None:
            return state
        told = listener_state.told(listener, command, state.pace, spread_ms, state.timeline)
        return replace(state, listeners={**state.listeners, command.account: told})

    def _refused(self, command: Command, failure: Failure, state: Night) -> Night:
        listener, now_ms = state.listeners.get(command.account), self._now_ms()
        if listener is None:
            return state
        if self._is_lost(command.account, failure):
            return _with(state, listener_state.lost(listener, now_ms))
        return _with(state, listener_state.refused(listener, command, failure, now_ms))

    def _not_read(self, account: str, failure: Failure, state: Night) -> Night:
        listener, now_ms = state.listeners.get(account), self._now_ms()
        if listener is None:
            return state
        if self._is_lost(account, failure):
            return _with(state, listener_state.lost(listener, now_ms))
        return _with(state, listener_state.failed(listener, failure, now_ms))

    def _is_lost(self, account: str, failure: Failure) -> bool:
        """Whether a device is gone that is a page not heard of for a while: it says so itself when it is back."""
        return failure.status == "no_device" and self.web_players.is_quiet(account)

    def _now_ms(self) -> float:
        return self.means.clock.now_ms()


def _nothing(state: Night) -> Night:
    return state


def _with(state: Night, listener: Listener) -> Night:
    return replace(state, listeners={**state.listeners, listener.account: listener})


async def tell(player: Player, bearer: Bearer, command: Command, now_ms: float) -> None:
    """One command, one call; one that leaves late begins so much further on. Raises SpotifyError."""
    late_ms = max(0.0, now_ms - (command.effect_at_ms - command.latency_ms))
    position_ms = round(command.position_ms + late_ms)
    device_id = command.device_id
    match command.kind:
        case "seek":
            await player.seek(bearer, position_ms, device_id=device_id)
        case "pause":
            await player.pause(bearer, device_id=device_id)
        case _:
            await player.play(bearer, device_id=device_id, uris=command.uris, position_ms=position_ms)


async def drive(player: Player, bearer: Bearer, told: Drive, device_id: str | None) -> None:
    """One click, one call. Raises SpotifyError."""
    match told.action:
        case "play":
            uris = (told.uri,) if told.uri else None
            position_ms = told.position_ms if told.uri else None
            await player.play(bearer, device_id=device_id, uris=uris, position_ms=position_ms)
        case "pause":
            await player.pause(bearer, device_id=device_id)
        case "seek":
            await player.seek(bearer, told.position_ms or 0, device_id=device_id)
        case "next":
            await player.next(bearer, device_id=device_id)
        case "previous":
            await player.previous(bearer, device_id=device_id)


async def begin(player: Player, bearer: Bearer, step: Begin) -> None:
    """Shuffle or not, then start the music, or move what plays to the device. Raises SpotifyError.

    A player that has been silent for long may not be shuffled before it plays: then it is shuffled after.
    """
    is_shuffled = await _shuffled(player, bearer, step)
    if step.context_uri is not None:
        await player.play(bearer, device_id=step.device_id, context_uri=step.context_uri)
    elif step.device_id is not None:
        await player.transfer(bearer, step.device_id, play=True)
    if not is_shuffled and step.shuffle is not None:
        await player.shuffle(bearer, step.shuffle, device_id=step.device_id)


async def _shuffled(player: Player, bearer: Bearer, step: Begin) -> bool:
    if step.shuffle is None:
        return True
    try:
        await player.shuffle(bearer, step.shuffle, device_id=step.device_id)
    except (NoActiveDeviceError, DeviceNotFoundError):
        if step.context_uri is None and step.device_id is None:
            raise
        return False
    return True
