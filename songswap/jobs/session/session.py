"""A running session: plans with the core, makes the calls, and writes what it saw."""

import asyncio
import contextlib
import logging
from functools import partial

import msgspec

from songswap.core.session import commands, latency, leadership, plan, polling_rate
from songswap.core.session.plan import Step
from songswap.documents import (
    CONSENT,
    GROUP,
    GROUP_INTERVAL,
    NIGHT,
    REQUESTS,
    SESSION_WISH,
    TAB,
    WISH,
    SessionWish,
    Wish,
)
from songswap.jobs.kit.failures import failure_of
from songswap.jobs.kit.spotify_accounts import Accounts, Means, NeedsLoginError
from songswap.jobs.session.latency_store import LatencyStore
from songswap.jobs.session.listeners import Listeners
from songswap.jobs.session.night_log import NightLog
from songswap.jobs.session.request_queue import RequestQueue
from songswap.jobs.session.session_plays import SessionPlays
from songswap.jobs.session.step_executor import StepExecutor
from songswap.jobs.session.timer_boundaries import Boundaries, Timing
from songswap.jobs.session.web_player_orders import WebPlayers
from songswap.model.session import Night, Pace
from songswap.spotify.errors import SpotifyError
from songswap.store import Subscription
from songswap.store.moments import moved

logger = logging.getLogger(__name__)

ASKED = (GROUP, SESSION_WISH, WISH, TAB, CONSENT, REQUESTS, GROUP_INTERVAL)
ASKED_FOR = tuple(document.pattern.rpartition("/")[2] for document in ASKED)
SEEN_ENDING = "seen.json"
ATTEND_AGAIN_S = 15.0


class SessionJob:
    """One per running session. All rules are the core's; here are only documents, calls and waiting."""

    def __init__(self, means: Means, accounts: Accounts, group: str, session_id: str) -> None:
        self._means = means
        self._store = means.store
        self._accounts = accounts
        self._group = group
        self._session_id = session_id
        self._night = Night(session_id, host="")
        self._saved: Night | None = None
        self._log: NightLog | None = None
        self._attended_s = 0.0
        self._busy: set[str] = set()
        self._moved_ms = 0.0
        self._requests = RequestQueue(means, group, session_id)
        self._boundaries = Boundaries(means.store, means.clock, group=group)
        self._timing = Timing(self._boundaries, means.clock)
        self._start_afresh()

    def _start_afresh(self) -> None:
        """Forget what was only kept in memory."""
        means, web_players = self._means, WebPlayers(self._store, self._means.clock)
        self._busy.clear()
        self._plays = SessionPlays(means)
        self._latency_store = LatencyStore(self._store, web_players.tab_of)
        self._listeners = Listeners(means, self._accounts, web_players, self._latency_store, self._requests)
        self._executor = StepExecutor(means, web_players, self._latency_store, self._requests, self._timing)

    async def run(self) -> None:
        """Keep the session in time until cancelled; after a restart it goes on from the document NIGHT."""
        self._start_afresh()
        self._moved_ms = self._means.clock.moved_ms
        self._night, self._saved = self._resume(), None
        self._requests.resume()
        endings = (*ASKED_FOR, SEEN_ENDING)
        self._log = NightLog(self._means, self._group, self._session_id)
        with (
            contextlib.closing(self._log),
            self._store.changes.subscribe("accounts/", f"groups/{self._group}/", endings=endings) as changes,
        ):
            async with asyncio.TaskGroup() as calls:
                self._attend()
                while True:
                    self._follow_clock()
                    self._click()
                    self._succeed()
                    for account in self._tick():
                        calls.create_task(self._accounts.prepare(account))
                    steps, wake_at_ms = self._plan()
                    for step in steps:
                        self._busy.add(step.account)
                        self._timing.taken(step)
                        calls.create_task(self._take(step, changes))
                    self._save()
                    if await self._sleep(changes, wake_at_ms):
                        self._attend()

    def _follow_clock(self) -> None:
        """Move everything along if the machine's clock was set, and look at once how things are."""
        by_ms, self._moved_ms = self._means.clock.moved_ms - self._moved_ms, self._means.clock.moved_ms
        if not by_ms:
            return
        logger.warning("the clock was set by %.0f s: group %s is looked at again", by_ms / 1000, self._group)
        self._night = plan.looked_at_anew(moved(self._night, by_ms), self._now_ms())
        self._plays.moved(by_ms)
        if self._log is not None:
            self._log.moved(by_ms)

    def _tick(self) -> tuple[str, ...]:
        """Take in a boundary of the interval timer; returns who is about to be told."""
        before = self._night
        self._night = self._timing.tick(before, self._latencies())
        return () if self._night is before else (self._night.leader, *self._night.listeners)

    def _plan(self) -> tuple[list[Step], float]:
        requested = self._requests.turn(self._night, self._boundaries.skips_at_ms())
        turn = self._timing.turn(requested)
        steps, wake_at_ms = plan.plan(self._night, self._latencies(), self._busy, self._now_ms(), turn)
        return steps, min(wake_at_ms, self._timing.wake_at_ms)

    async def _sleep(self, changes: Subscription, until_ms: float) -> bool:
        """Wait until `until_ms` or a change; True if something changed, or may have: nobody may have told of it."""
        loop = asyncio.get_running_loop()
        wait_s = min(max(0.0, until_ms - self._now_ms()) / 1000, self._attended_s + ATTEND_AGAIN_S - loop.time())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, wait_s)):
                await changes.wait()
                return True
        return loop.time() >= self._attended_s + ATTEND_AGAIN_S

    def _now_ms(self) -> float:
        return self._means.clock.now_ms()

    def _resume(self) -> Night:
        night = self._store.read(NIGHT, self._group)
        if night is None or night.session_id != self._session_id:
            return Night(self._session_id, host="")
        return plan.resumed(night, self._now_ms())

    def _save(self) -> None:
        if self._night != self._saved:
            self._store.write(NIGHT, self._night, self._group)
            self._saved = self._night
        if self._log is not None:
            self._log.note(self._night)
        self._plays.note(self._night)

    def _attend(self) -> None:
        """Take in who listens now, and what they wish."""
        self._attended_s = asyncio.get_running_loop().time()
        group = self._store.read(GROUP, self._group)
        if group is None:
            return
        asked = self._store.read(SESSION_WISH, self._group) or SessionWish()
        every = {account: self._store.read(WISH, account) or Wish() for account in group.members}
        wishes = {account: wish for account, wish in every.items() if wish.listening_in == self._group}
        before = self._night
        night = leadership.settled(before, group, wishes, (asked.lead, asked.lead_rev), self._now_ms())
        listeners = {
            one: self._listeners.listener(before, night, one, wish)
            for one, wish in wishes.items()
            if one != night.leader
        }
        comes_alive = bool(listeners) and not before.listeners
        self._night = msgspec.structs.replace(
            night,
            lead=msgspec.structs.replace(night.lead, former=None),
            listeners=listeners,
            host_choice=self._listeners.choice(before, night.leader),
            pace=self._pace(asked, len(listeners)),
            look_at_ms=self._now_ms() if comes_alive else night.look_at_ms,
        )
        self._night = self._listeners.apply_reports(self._night)

    def _succeed(self) -> None:
        """Have a co-host lead while the leader is away."""
        night = leadership.succeeded(self._night, self._now_ms())
        if night is not self._night:
            logger.info("%s leads in group %s: %s", night.leader, self._group, night.lead.why)
            self._night = night
            self._attend()

    def _pace(self, wish: SessionWish, listeners: int) -> Pace:
        ends_at_ms = wish.since_ms + wish.hours * 3_600_000
        left = self._means.gate.left("player")
        return polling_rate.choose(
            wish.precision_s, polling_rate.Means(left, (ends_at_ms - self._now_ms()) / 3_600_000, listeners)
        )

    def _click(self) -> None:
        """Take in clicks on the page; noted as handled before anything is sent, so that none is carried out twice."""
        wish = self._store.read(SESSION_WISH, self._group)
        for action in wish.actions if wish else ():
            if action.rev > self._night.handled_action:
                self._night = commands.click(self._night, action, self._latencies(), self._now_ms())
                self._save()

    def _latencies(self) -> dict[str, latency.LatencyTable]:
        return {account: self._latency_store.table(account) for account in (*self._night.listeners, self._night.leader)}

    async def _take(self, step: Step, changes: Subscription) -> None:
        """Make one step's call and take in what came of it, unless it was about one who led till then."""
        leader, clock = self._night.leader, self._means.clock
        moved_ms = clock.moved_ms
        try:
            update = await self._accounts.call(step.account, partial(self._executor.execute, step, self._night))
        except (SpotifyError, NeedsLoginError) as error:
            logger.info("%s for %s: %r", type(step).__name__, step.account, error)
            update = self._executor.failed(step, failure_of(error))
        finally:
            self._busy.discard(step.account)
            changes.wake()
        if clock.moved_ms != self._moved_ms:
            self._follow_clock()
        if clock.moved_ms != moved_ms:
            return  # what it says of a moment is of another time; everybody is looked at again
        if step.account != leader or leader == self._night.leader:
            self._night = update(self._night)
