"""An interval timer that acts on one person's own player: theirs, or a group's while no session runs there."""

import asyncio
import contextlib
import logging
import math

from msgspec.structs import replace

from songswap.core.session import host_readings, latency, plan
from songswap.core.session.plan import Begin, DriveHost, LookAtHost, LookAtQueue, Step
from songswap.core.session.web_player import learned_as
from songswap.core.timer import solo_timer
from songswap.core.timer import timer as rules
from songswap.documents import CONSENT, GROUP, GROUP_INTERVAL, INTERVAL, LATENCIES, SESSION_WISH, WISH, Latencies, Wish
from songswap.jobs.kit.failures import failure_of
from songswap.jobs.kit.spotify_accounts import Accounts, Means, NeedsLoginError
from songswap.jobs.session.step_executor import Update, begin, send_drive
from songswap.jobs.session.timer_boundaries import Boundaries, Timing
from songswap.model.interval import Interval
from songswap.model.music import Playback, PlayerCommand
from songswap.model.music_source import Bearer
from songswap.model.session import Failure, Night
from songswap.spotify.errors import SpotifyError
from songswap.store import Subscription

logger = logging.getLogger(__name__)

ASKED = (INTERVAL, GROUP_INTERVAL, SESSION_WISH, WISH, CONSENT)
ENDINGS = tuple(document.pattern.rpartition("/")[2] for document in ASKED)


class IntervalJob:
    """One per timer that was started. Where the boundaries are and what they do: `core.timer`."""

    def __init__(self, means: Means, accounts: Accounts, *, account: str = "", group: str = "") -> None:
        self._means = means
        self._store = means.store
        self._accounts = accounts
        self._group = group
        self._owner = account
        self._boundaries = Boundaries(means.store, means.clock, account=account, group=group)
        self._timing = Timing(self._boundaries, means.clock)
        self._moved_ms = means.clock.moved_ms
        self._night: Night | None = None
        self._saved: Night | None = None
        self._looking = False
        self._telling = False
        self._looked_at_ms = 0.0
        self._consent_id = ""
        self._barred_until_ms = 0.0
        """Nothing is sent before, as something has to be done about the account first."""

    async def run(self) -> None:
        """Keep the timer until cancelled; after a restart it goes on from its documents."""
        self._looking = self._telling = False
        self._night = self._saved = None
        with self._store.changes.subscribe("accounts/", "groups/", endings=ENDINGS) as changes:
            async with asyncio.TaskGroup() as calls:
                while True:
                    steps, wake_at_ms = self._turn()
                    if self._night is not None and self._night.drives:
                        calls.create_task(self._accounts.prepare(self._night.host))
                    for step in steps:
                        self._on_its_way(step, is_so=True)
                        self._timing.taken(step)
                        calls.create_task(self._take(step, changes))
                    self._save()
                    await self._sleep(changes, wake_at_ms)

    def _turn(self) -> tuple[list[Step], float]:
        """What is to be done now, and when to think again."""
        timer, moved_ms = self._boundaries.timer(), self._means.clock.moved_ms
        if moved_ms != self._moved_ms:  # the clock was set: what is known of the player is read again, moved along
            self._night, self._moved_ms = None, moved_ms
        if timer.started_at_ms is None or (self._group and self._runs(self._group)):
            self._night = None  # a session takes its group's boundaries itself
            return [], math.inf
        if self._only_counts(timer):
            self._night = None
            return [], self._boundaries.pass_by()
        now_ms = self._means.clock.now_ms()
        before = self._present(timer, now_ms)
        self._night = night = self._ticked(timer, before, now_ms)
        turn = self._timing.turn(plan.NOTHING)
        is_over = rules.where(timer, now_ms).state == "done"
        if is_over and not night.drives and turn.step is None:
            return [], math.inf
        steps, wake_at_ms = plan.plan(night, {}, self._busy(night), now_ms, turn)
        return steps, min(wake_at_ms, self._timing.wake_at_ms)

    def _only_counts(self, timer: Interval) -> bool:
        """Whether there is no player to act on: who listens in a session has its music and wants no second commander;
        who started a group's timer may have left it."""
        if not self._group:
            return self._runs(self._wish(self._owner).listening_in)
        group = self._store.read(GROUP, self._group)
        return group is None or timer.by not in group.members

    def _runs(self, group: str | None) -> bool:
        session = self._store.read(SESSION_WISH, group) if group else None
        return session is not None and session.state == "running"

    def _ticked(self, timer: Interval, before: Night, now_ms: float) -> Night:
        """The night with the boundary taken in that is due."""
        table = self._known(before.host).devices
        anew = solo_timer.needs_start(before, timer, now_ms)
        night = self._timing.tick(before, {before.host: table}, anew=anew)
        if len(night.drives) == len(before.drives):
            return night
        if now_ms < self._barred_until_ms:
            return before
        return solo_timer.skipped(before, night, table, self._looked_at_ms, now_ms)

    def _present(self, timer: Interval, now_ms: float) -> Night:
        """The player as it is known; nothing is known of another run's."""
        account = self._owner or timer.by
        choice = timer.device_id or self._wish(account).device_id
        consent_id = self._accounts.seen(account).consent_id
        night = self._night
        if night is None or night.session_id != str(timer.run):
            self._looked_at_ms, self._barred_until_ms, self._consent_id = 0.0, 0.0, consent_id
            ticks = self._boundaries.ticks()
            kept = ticks.night if ticks.run == timer.run else None
            is_same = kept is not None and kept.host == account
            night = (
                solo_timer.resumed(kept, now_ms)
                if kept and is_same
                else solo_timer.fresh(timer.run, account, choice, now_ms)
            )
        if consent_id != self._consent_id:
            self._consent_id, self._barred_until_ms = consent_id, 0.0
            night = solo_timer.welcomed(night, now_ms)
        return replace(night, host_choice=choice)

    def _wish(self, account: str | None) -> Wish:
        return (self._store.read(WISH, account) if account else None) or Wish()

    def _busy(self, night: Night) -> frozenset[str]:
        """A look under way keeps no command waiting."""
        is_busy = self._telling or (self._looking and not night.drives)
        return frozenset({night.host} if is_busy else ())

    def _on_its_way(self, step: Step, *, is_so: bool) -> None:
        if isinstance(step, LookAtHost | LookAtQueue):
            self._looking = is_so
        else:
            self._telling = is_so

    def _save(self) -> None:
        """Write down what is known of the player; not while a command waits to leave, which a slow disk would delay."""
        if self._night is not None and not self._night.drives and self._night != self._saved:
            self._boundaries.keep(int(self._night.session_id), self._night)
            self._saved = self._night

    async def _sleep(self, changes: Subscription, until_ms: float) -> None:
        wait_s = None if math.isinf(until_ms) else max(0.0, until_ms - self._means.clock.now_ms()) / 1000
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await changes.wait()

    async def _take(self, step: Step, changes: Subscription) -> None:
        """Make one step's call and fold what came of it into what is known, unless that is about another run by now."""
        run = self._night.session_id if self._night is not None else ""
        try:
            fold = await self._accounts.call(step.account, lambda bearer: self._carry_out(step, bearer))
        except (SpotifyError, NeedsLoginError) as error:
            logger.info("%s for the timer of %s: %r", type(step).__name__, step.account, error)
            fold = self._failed(step, failure_of(error))
        finally:
            self._on_its_way(step, is_so=False)
            changes.wake()
        if self._night is not None and self._night.session_id == run:
            self._night = fold(self._night)

    async def _carry_out(self, step: Step, bearer: Bearer) -> Update:
        player = self._means.player
        match step:
            case LookAtHost():
                return self._read(await player.playback(bearer))
            case LookAtQueue():
                queue = await player.queue(bearer)
                return lambda night: host_readings.queue_read(night, queue, self._means.clock.now_ms())
            case Begin():
                await begin(player, bearer, step)
                return lambda night: host_readings.begun(night, self._means.clock.now_ms())
            case DriveHost():
                await send_drive(player, bearer, step.drive, step.device_id)
                return solo_timer.obeyed
        raise TypeError(f"no step of a timer: {step}")

    def _read(self, reading: Playback | None) -> Update:
        def fold(night: Night) -> Night:
            now_ms = self._looked_at_ms = self._means.clock.now_ms()
            if reading is not None and reading.device is not None and reading.device.id is not None:
                sample_ms = host_readings.driven_sample_ms(night, reading)
                if sample_ms is not None and night.driven is not None:
                    command = learned_as(night.driven.action, is_here=False)
                    self._learn(night.host, reading.device.id, command, sample_ms)
            return solo_timer.looked(night, reading, now_ms)

        return fold

    def _failed(self, step: Step, failure: Failure) -> Update:
        now_ms = self._means.clock.now_ms()
        match step:
            case Begin():
                fold = self._timing.not_begun(step, failure)
            case DriveHost():
                fold = self._timing.not_driven(step.drive, failure)
            case _:
                return lambda night: solo_timer.look_failed(night, failure, now_ms)
        if failure.status in solo_timer.SETTLED:
            self._barred_until_ms = now_ms + solo_timer.SETTLED_RETRY_MS
        return lambda night: solo_timer.told_off(fold(night), failure)

    def _known(self, account: str) -> Latencies:
        return self._store.read(LATENCIES, account) or Latencies()

    def _learn(self, account: str, device_id: str, kind: PlayerCommand, sample_ms: float) -> None:
        known = self._known(account)
        devices = latency.learned(known.devices, device_id, kind, sample_ms)
        self._store.write(LATENCIES, replace(known, devices=devices), account)
