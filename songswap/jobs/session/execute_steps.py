"""Carrying out the steps of a plan: one call to Spotify each, or an order to a page; and what the night becomes."""

from collections.abc import Callable
from dataclasses import dataclass

from songswap.core.session import host_readings, host_web_player, listener_state, queue_follow, web_player
from songswap.core.session.steps import (
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
from songswap.jobs.session import player_commands
from songswap.jobs.session.latency_store import Learned
from songswap.jobs.session.requests import Requested
from songswap.jobs.session.timer_boundaries import Timing
from songswap.jobs.session.web_player_orders import Pages
from songswap.model.music import Playback, Queue
from songswap.model.music_source import Bearer
from songswap.model.session import Command, Failure, Listener, Night, Timeline

Fold = Callable[[Night], Night]


@dataclass
class Carrying:
    """The calls of one session. A step comes with the night it was planned in; what it brings is folded in later."""

    means: Means
    pages: Pages
    learned: Learned
    requested: Requested
    timing: Timing

    async def carry_out(self, step: Step, bearer: Bearer, night: Night) -> Fold:
        """Do it, and return what that makes of the night. Raises SpotifyError."""
        match step:
            case LookAtHost() | LookAtQueue() | LookAtListener():
                return await self._look(step, bearer)
            case Begin():
                return await self.timing.begin(step, bearer)
            case HandOver() | GoOn():
                return await self.requested.give(step, bearer, night)
            case DriveHost() | MoveHost():
                return await self._tell_host(step, bearer)
            case Tell(command=command):
                return self._told(await self._tell(bearer, command))

    def failed(self, step: Step, failure: Failure) -> Fold:
        """What the night becomes when it could not be done."""
        match step:
            case Begin():
                return self.timing.not_begun(step, failure)
            case HandOver() | GoOn():
                return self.requested.put_off(step, failure)
            case DriveHost(drive=drive):
                return self.timing.not_driven(drive, failure)
        return self._not_read_or_told(step, failure, self._now_ms())

    def _not_read_or_told(
        self, step: LookAtHost | LookAtQueue | LookAtListener | MoveHost | Tell, failure: Failure, now_ms: float
    ) -> Fold:
        match step:
            case LookAtHost() | LookAtQueue():
                return lambda night: host_readings.host_failed(night, failure, now_ms)
            case MoveHost(device_id=device_id):
                return lambda night: host_web_player.move_failed(night, device_id, failure, now_ms)
            case LookAtListener() | Tell() if self._is_lost(step.account, failure):
                return _updating(step.account, lambda listener: listener_state.lost(listener, now_ms))
            case LookAtListener():
                return _updating(step.account, lambda listener: listener_state.failed(listener, failure, now_ms))
            case Tell(command=command):
                return _updating(step.account, lambda one: listener_state.refused(one, command, failure, now_ms))

    def _is_lost(self, account: str, failure: Failure) -> bool:
        """Whether a device is gone that is a page not heard of for a while: it says so itself when it is back."""
        return failure.status == "no_device" and self.pages.is_quiet(account)

    async def _look(self, step: LookAtHost | LookAtQueue | LookAtListener, bearer: Bearer) -> Fold:
        if isinstance(step, LookAtQueue):
            return self._queue_read(await self.means.client.queue(bearer))
        reading = await self.means.client.playback(bearer)
        return self._host_read(reading) if isinstance(step, LookAtHost) else self._listener_read(step.account, reading)

    async def _tell_host(self, step: DriveHost | MoveHost, bearer: Bearer) -> Fold:
        if isinstance(step, DriveHost):
            await self._drive(bearer, step)
            return host_readings.driven
        await self.means.client.transfer(bearer, step.device_id, play=False)
        return lambda night: host_web_player.moved(night, step.device_id, self._now_ms())

    async def _drive(self, bearer: Bearer, step: DriveHost) -> None:
        """Tell the leader's device what was clicked: by the page it is in, else by Spotify."""
        drive, tab = step.drive, self.pages.tab_of(step.account)
        if drive.is_here and tab is not None:
            kind, position_ms = player_commands.ORDERS[drive.action], drive.position_ms or 0
            if await self.pages.order(step.account, tab.tab, kind, drive.send_at_ms, position_ms):
                return
        await player_commands.drive(self.means.client, bearer, drive, step.device_id)

    async def _tell(self, bearer: Bearer, command: Command) -> Command:
        """Tell a listener's device, and return what it was told: by the page it is in, else by Spotify."""
        tab = self.pages.tab_of(command.account)
        if command.is_here and tab is not None:
            kind, at_ms = player_commands.ORDERS_OF[command.kind], command.effect_at_ms - command.latency_ms
            uri = command.uris[0] if command.uris else ""
            if await self.pages.order(command.account, tab.tab, kind, at_ms, command.position_ms, uri):
                return command
        if command.is_here:
            command = web_player.by_spotify(command, self.learned.table(command.account), self._now_ms())
        await player_commands.tell(self.means.client, bearer, command, self._now_ms())
        return command

    def _host_read(self, reading: Playback | None) -> Fold:
        def fold(night: Night) -> Night:
            if web_player.heard(night.host_here, self._now_ms()) is not None:
                return night  # the page has told meanwhile, and knows better
            if reading is not None and reading.device is not None:
                self.learned.learn_driven(night, reading.device.id, host_readings.driven_sample_ms(night, reading))
            night = host_web_player.move_ended(night, self._now_ms())
            after = host_readings.host_read(night, reading, self._now_ms())
            self.requested.host_read(night, after, reading)
            return after

        return fold

    def _queue_read(self, queue: Queue) -> Fold:
        return lambda night: self.requested.queue_read(host_readings.queue_read(night, queue, self._now_ms()))

    def _listener_read(self, account: str, reading: Playback | None) -> Fold:
        def fold(night: Night) -> Night:
            timeline = night.timeline
            if timeline is None:
                return night
            return listener_state.updated(night, account, lambda one: self._seen(one, night, timeline, reading))

        return fold

    def _seen(self, listener: Listener, night: Night, timeline: Timeline, reading: Playback | None) -> Listener:
        now_ms = self._now_ms()
        if listener.here is not None and (listener.look_at_ms is None or listener.look_at_ms > now_ms):
            return listener  # the page has told meanwhile, and knows better
        spread_ms = self.learned.spread_ms(listener.command)
        after, sample_ms = listener_state.seen(listener, timeline, reading, now_ms, night.pace, spread_ms)
        self.learned.learn_told(listener.command, sample_ms)
        if after.status == "stepped_out" and self.pages.is_quiet(listener.account):
            return listener_state.lost(listener, now_ms)
        return self.learned.note_seen(listener, after)

    def _told(self, command: Command) -> Fold:
        spread_ms = self.learned.spread_ms(command)

        def fold(night: Night) -> Night:
            def update(listener: Listener) -> Listener:
                told = listener_state.told(listener, command, night.pace, spread_ms)
                return queue_follow.watched(told, night.timeline, command.effect_at_ms)

            return listener_state.updated(night, command.account, update)

        return fold

    def _now_ms(self) -> float:
        return self.means.clock.now_ms()


def _updating(account: str, update: Callable[[Listener], Listener]) -> Fold:
    return lambda night: listener_state.updated(night, account, update)
