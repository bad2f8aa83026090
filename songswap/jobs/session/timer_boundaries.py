"""An interval timer at work on one player: which boundary is due, what it asks of the music, what becomes of that."""

import contextlib
import math
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from songswap.clock import Clock
from songswap.core.session import commands, host_readings
from songswap.core.session.boundary import Boundary
from songswap.core.session.latency import LatencyTable
from songswap.core.session.plan import Begin, ScheduledStep, Step
from songswap.core.timer import timer as rules
from songswap.documents import GROUP_INTERVAL, GROUP_TICKS, INTERVAL, TICKS
from songswap.model.interval import Interval, Ticks
from songswap.model.session import Drive, Failure, Night, Timeline
from songswap.store import Document, GoneError, Store

Update = Callable[[Night], Night]
LONGEST_SLEEP_MS = 5_000.0
"""The clock is looked at as often: on a machine that slept, what waits wakes as much too late."""


class Boundaries:
    """Of a person's timer, or a group's.

    A group's timer is read here by its session while one runs, else by the timer's own job: both ask the documents
    anew each time, and one that was taken by either is done for both.
    """

    def __init__(self, store: Store, clock: Clock, *, account: str = "", group: str = "") -> None:
        self._store = store
        self._clock = clock
        self._wanted: Document[Interval] = GROUP_INTERVAL if group else INTERVAL
        self._done: Document[Ticks] = GROUP_TICKS if group else TICKS
        self._name = group or account

    def timer(self) -> Interval:
        """What is wanted."""
        return self._store.read(self._wanted, self._name) or Interval()

    def ticks(self) -> Ticks:
        """What was done."""
        return self._store.read(self._done, self._name) or Ticks()

    def take(self, lead_ms: float) -> Boundary | None:
        """The boundary that is due within `lead_ms`, if any; noted as taken care of when this returns."""
        timer, ticks = self.timer(), self.ticks()
        boundary = rules.due(timer, ticks, self._clock.now_ms(), lead_ms)
        if boundary is not None:
            self._store.write(self._done, rules.noted(timer, ticks, boundary), self._name)
        return boundary

    def pass_by(self) -> float:
        """Let what is due go by: somebody else sees to the music. Returns when the next boundary comes."""
        self.take(0.0)
        return self.next_ms(0.0)

    def beginning(self, boundary: Boundary, account: str, device_id: str | None) -> Begin:
        """What the start asks of the player of `account`, who plays on `device_id` if the timer names no device."""
        timer = self.timer()
        chosen_id = timer.device_id if timer.by == account else None
        if timer.context_uri is None:  # what plays goes on where it does, unless another device was chosen
            return Begin(account, boundary.run, boundary.number, None, chosen_id, timer.shuffle)
        wanted_id = chosen_id or device_id
        return Begin(account, boundary.run, boundary.number, timer.context_uri, wanted_id, timer.shuffle)

    def next_ms(self, lead_ms: float) -> float:
        """When to look again; infinite where nothing more is to come."""
        now_ms = self._clock.now_ms()
        next_ms = rules.next_ms(self.timer(), self.ticks(), now_ms, lead_ms)
        return next_ms if math.isinf(next_ms) else min(next_ms, now_ms + LONGEST_SLEEP_MS)

    def put_off(self, run: int, number: int, until_ms: float) -> None:
        """Spotify refused what a boundary of a run asked for, and did nothing: it is due again at `until_ms`."""
        self._write(rules.put_off(self.ticks(), run, number, until_ms))

    def skips_at_ms(self) -> float:
        """When the timer cuts what plays short; infinite where it does not."""
        return rules.skips_at_ms(self.timer(), self._clock.now_ms())

    def keep(self, run: int, night: Night) -> None:
        """Write down what is known of the player of a run."""
        ticks = self.ticks()
        kept = ticks if ticks.run == run else Ticks(run)
        self._write(replace(kept, night=night))

    def _write(self, ticks: Ticks) -> None:
        if ticks != self.ticks():
            with contextlib.suppress(GoneError):  # whose timer it was, has left
                self._store.write(self._done, ticks, self._name)


class Timing:
    """Acts on the night of a session, or on that of somebody alone. Rules: `core.timer`, `core.session.commands`."""

    def __init__(self, boundaries: Boundaries, clock: Clock) -> None:
        self._boundaries = boundaries
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

    def turn(self, otherwise: ScheduledStep) -> ScheduledStep:
        """What the player is to be given next, and when: the timer's music, before anything else."""
        return ScheduledStep(0.0, self._begin) if self._begin is not None else otherwise

    def taken(self, step: Step) -> None:
        """A step is on its way."""
        if step is self._begin:
            self._begin = None

    def not_begun(self, step: Begin, failure: Failure) -> Update:
        """It was refused: said, and tried again where Spotify only wants a break."""
        if failure.until_ms is not None:
            self._boundaries.put_off(step.run, step.boundary, failure.until_ms)
        return lambda night: host_readings.begin_failed(night, failure, self._clock.now_ms())

    def not_driven(self, drive: Drive, failure: Failure) -> Update:
        """A click or a boundary's command was refused; what Spotify did not do for the sake of a limit is still due."""
        if drive.boundary is None or failure.until_ms is None:
            return lambda night: host_readings.drive_failed(night, failure, self._clock.now_ms())
        self._boundaries.put_off(drive.run, drive.boundary, failure.until_ms)
        return lambda night: commands.put_off(night, self._before, failure, self._clock.now_ms())
