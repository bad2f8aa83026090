"""Carrying out the steps of a plan: one call to Spotify each, or an order to a web player."""

from collections.abc import Callable, Sequence
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
    SetVolume,
    Step,
    Tell,
)
from songswap.jobs.kit.spotify_accounts import Means
from songswap.jobs.session.latency_store import LatencyStore
from songswap.jobs.session.request_queue import RequestQueue
from songswap.jobs.session.timer_boundaries import Timing
from songswap.jobs.session.web_player_orders import WebPlayers
from songswap.model.music import Playback, PlayerCommand, Queue
from songswap.model.music_source import Bearer, Player
from songswap.model.session import Command, Drive, Failure, Listener, Night
from songswap.model.tabs import Order
from songswap.spotify.errors import DeviceNotFoundError, NoActiveDeviceError

Update = Callable[[Night], Night]
"""What a step brought, for the state of the session as it is by then: it may have changed during the call."""


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
            case SetVolume():
                update = await self._set_volume(step, bearer)
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
            case SetVolume():
                update = partial(self._volume_told, step, failure)
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
        """Tell a listener's device: by the page it is in, if it can, else by Spotify; late, it begins further on."""
        command, spread_ms = step.command, step.spread_ms
        if command.is_here:
            uri = command.uris[0] if command.uris else ""
            order = Order(0, command.kind, command.effect_at_ms - command.latency_ms, command.position_ms, uri)
            if await self._order(command.account, order):
                return partial(self._told, command, spread_ms)
            command = web_player.by_spotify(command, self.latencies.table(command.account), self._now_ms())
            spread_ms = self.latencies.spread_ms(command)
        late_ms = max(0.0, self.means.clock.now_ms() - (command.effect_at_ms - command.latency_ms))
        position_ms = round(command.position_ms + late_ms)
        await send(
            self.means.player, bearer, command.kind, command.device_id, position_ms=position_ms, uris=command.uris
        )
        return partial(self._told, command, spread_ms)

    async def _drive_host(self, step: DriveHost, bearer: Bearer) -> Update:
        """Tell the leader's device what was clicked: by the page it is in, if it can, else by Spotify."""
        wanted = step.drive
        order = Order(0, wanted.action, wanted.send_at_ms, wanted.position_ms or 0)
        if not (wanted.is_here and await self._order(step.account, order)):
            await send_drive(self.means.player, bearer, wanted, step.device_id)
        return host_readings.driven

    async def _set_volume(self, step: SetVolume, bearer: Bearer) -> Update:
        """Have a listener's device be as loud as the host's."""
        if step.is_here:
            await self._order(step.account, Order(0, "volume", self._now_ms(), volume_percent=step.percent))
        else:
            await send(self.means.player, bearer, "volume", step.device_id, percent=step.percent)
        return partial(self._volume_told, step, None)

    async def _order(self, account: str, order: Order) -> bool:
        tab = self.web_players.tab_of(account)
        return tab is not None and await self.web_players.order(account, tab.tab, order)

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

    def _volume_told(self, step: SetVolume, failure: Failure | None, state: Night) -> Night:
        """Also where that failed: nothing is said twice, the next change of volume is; but to no device without one."""
        listener = state.listeners.get(step.account)
        if listener is None:
            return state
        has_volume = failure is None or failure.status != "restricted"
        return _with(state, replace(listener, volume_percent=step.percent, has_volume=has_volume))

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


async def send(  # what the commands need between them
    player: Player,
    bearer: Bearer,
    command: PlayerCommand,
    device_id: str | None,
    *,
    position_ms: int | None = None,
    uris: Sequence[str] = (),
    percent: int = 0,
) -> None:
    """One command, one call. Raises SpotifyError."""
    match command:
        case "start":
            await player.play(bearer, device_id=device_id, uris=uris, position_ms=position_ms)
        case "resume" | "play":
            await player.play(bearer, device_id=device_id)
        case "pause":
            await player.pause(bearer, device_id=device_id)
        case "seek":
            await player.seek(bearer, position_ms or 0, device_id=device_id)
        case "next":
            await player.next(bearer, device_id=device_id)
        case "previous":
            await player.previous(bearer, device_id=device_id)
        case "volume":
            await player.volume(bearer, percent, device_id=device_id)


async def send_drive(player: Player, bearer: Bearer, drive: Drive, device_id: str | None) -> None:
    """One click, one call. Raises SpotifyError."""
    uris = (drive.uri,) if drive.uri else ()
    await send(player, bearer, drive.action, device_id, position_ms=drive.position_ms, uris=uris)


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
