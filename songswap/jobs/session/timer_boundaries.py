"""An interval timer at work on one player: what it asks of the music, and what becomes of that."""

import math
from collections.abc import Callable, Mapping

from songswap.clock import Clock
from songswap.core.session import commands, host_readings
from songswap.core.session.latency import LatencyTable
from songswap.core.session.steps import Begin, Step
from songswap.jobs.session import player_commands
from songswap.jobs.session.ticks import Boundaries
from songswap.model.music_source import Bearer
from songswap.model.session import Drive, Failure, Night, Timeline
from songswap.spotify.client import Client

Fold = Callable[[Night], Night]


class Timing:
    """Acts on the night of a session, or on that of somebody alone. Rules: `core.timer`, `core.session.commands`."""

    def __init__(self, boundaries: Boundaries, client: Client, clock: Clock) -> None:
        self._boundaries = boundaries
        self._client = client
        self._clock = clock
        self._begin: Begin | None = None
        self._before: Timeline | None = None
        self.wake_at_ms = math.inf
        """When to tick again, at the latest."""

    def tick(self, night: Night, latencies: Mapping[str, LatencyTable], *, anew: bool = False) -> Night:
        """The night with the boundary taken in that is due, if one is; that is written down before anything is sent.

        `anew`: the timer's music has to be started once more where it would be skipped.
        """
        if self._begin is not None and self._boundaries.timer().run != self._begin.run:
            self._begin = None  # it waited for a call under way, and its timer was reset or replaced meanwhile
        lead_ms = commands.ahead_ms(night, latencies, self._clock.now_ms())
        boundary = self._boundaries.take(lead_ms)
        if boundary is not None and (boundary.act == "start" or (anew and boundary.act == "skip")):
            device_id = night.host_device.id if night.host_device else night.host_choice
            self._begin = self._boundaries.beginning(boundary, night.leader, device_id)
        elif boundary is not None:
            self._before = night.timeline
            night = commands.at_boundary(night, boundary, latencies, self._clock.now_ms())
        self.wake_at_ms = self._boundaries.next_ms(lead_ms)
        return night

    def turn(self, otherwise: tuple[float, Step | None]) -> tuple[float, Step | None]:
        """What the player is to be given next, and when: the timer's music, before anything else."""
        return (0.0, self._begin) if self._begin is not None else otherwise

    def taken(self, step: Step) -> None:
        """A step is on its way."""
        if step is self._begin:
            self._begin = None

    async def begin(self, step: Begin, bearer: Bearer) -> Fold:
        """Start the timer's music. Raises SpotifyError."""
        await player_commands.begin(self._client, bearer, step)
        return lambda night: host_readings.begun(night, self._clock.now_ms())

    def not_begun(self, step: Begin, failure: Failure) -> Fold:
        """It was refused: said, and tried again where Spotify only wants a break."""
        if failure.until_ms is not None:
            self._boundaries.put_off(step.run, step.boundary, failure.until_ms)
        return lambda night: host_readings.begin_failed(night, failure, self._clock.now_ms())

    def not_driven(self, drive: Drive, failure: Failure) -> Fold:
        """A click or a boundary's command was refused; what Spotify did not do for the sake of a limit is still due."""
        if drive.boundary is None or failure.until_ms is None:
            return lambda night: host_readings.drive_failed(night, failure, self._clock.now_ms())
        self._boundaries.put_off(drive.run, drive.boundary, failure.until_ms)
        return lambda night: commands.put_off(night, self._before, failure, self._clock.now_ms())
