"""A running session: plans with the core, makes the calls, and writes what it saw."""

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable
from functools import partial

import msgspec

from songswap.core import clicks, hosting, hosting_here, latency, leading, listening, pace, preload, sync, tabs
from songswap.core.listening import Person
from songswap.core.steps import (
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
from songswap.documents import (
    CONSENT,
    GROUP,
    GROUP_INTERVAL,
    NIGHT,
    REQUESTS,
    SESSION_WISH,
    TAB,
    WISH,
    AccountSeen,
    SessionWish,
    Wish,
)
from songswap.jobs import driving
from songswap.jobs.accounts import Accounts, Means, NeedsLoginError
from songswap.jobs.diary import Diary
from songswap.jobs.failures import failure_of
from songswap.jobs.heard import HeardInSession
from songswap.jobs.learned import Learned, learned_under
from songswap.jobs.requests import Requested
from songswap.jobs.tabs import Pages
from songswap.jobs.ticks import Boundaries
from songswap.jobs.timing import Timing
from songswap.model import Command, Device, Failure, Listener, Night, Pace, Playback, Queue, Tab
from songswap.spotify.errors import SpotifyError
from songswap.spotify.transport import Bearer
from songswap.store import Subscription

logger = logging.getLogger(__name__)

ASKED = (GROUP, SESSION_WISH, WISH, TAB, CONSENT, REQUESTS, GROUP_INTERVAL)
ASKED_FOR = tuple(document.pattern.rpartition("/")[2] for document in ASKED)
SEEN_ENDING = "seen.json"


class SessionJob:
    """One per running session. All rules are the core's; here are only documents, calls and waiting."""

    def __init__(self, means: Means, accounts: Accounts, group: str, session_id: str) -> None:
        self._means = means
        self._store = means.store
        self._client = means.client
        self._accounts = accounts
        self._group = group
        self._session_id = session_id
        self._night = Night(session_id, host="")
        self._saved: Night | None = None
        self._diary: Diary | None = None
        self._heard = HeardInSession(means)
        self._learned = Learned(means.store, self._tab)
        self._busy: set[str] = set()
        self._requested = Requested(means, group, session_id)
        self._pages = Pages(means.store, means.clock)
        self._boundaries = Boundaries(means.store, means.clock, group=group)
        self._timing = Timing(self._boundaries, means.client, means.clock)

    async def run(self) -> None:
        """Keep the session in time until cancelled; after a restart it goes on from the document NIGHT."""
        self._busy.clear()
        self._learned = Learned(self._store, self._tab)
        self._night, self._saved = self._resume(), None
        self._requested.resume()
        self._heard = HeardInSession(self._means)
        endings = (*ASKED_FOR, SEEN_ENDING)
        self._diary = Diary(self._means, self._group, self._session_id)
        with (
            contextlib.closing(self._diary),
            self._store.changes.subscribe("accounts/", f"groups/{self._group}/", endings=endings) as changes,
        ):
            async with asyncio.TaskGroup() as calls:
                self._attend()
                while True:
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

    def _tick(self) -> tuple[str, ...]:
        """Take in a boundary of the interval timer; returns who is about to be told."""
        before = self._night
        self._night = self._timing.tick(before, self._latencies())
        return () if self._night is before else (self._night.leader, *self._night.listeners)

    def _plan(self) -> tuple[list[Step], float]:
        requested = self._requested.turn(self._night, self._boundaries.skips_at_ms())
        turn = self._timing.turn(requested)
        steps, wake_at_ms = sync.plan(self._night, self._latencies(), self._busy, self._now_ms(), turn)
        return steps, min(wake_at_ms, self._timing.wake_at_ms)

    async def _sleep(self, changes: Subscription, until_ms: float) -> bool:
        """Wait until `until_ms` or a change; True if something changed."""
        wait_s = None if math.isinf(until_ms) else max(0.0, until_ms - self._now_ms()) / 1000
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await changes.wait()
                return True
        return False

    def _now_ms(self) -> float:
        return self._means.clock.now_ms()

    def _resume(self) -> Night:
        night = self._store.read(NIGHT, self._group)
        if night is None or night.session_id != self._session_id:
            return Night(self._session_id, host="")
        return sync.resumed(night, self._now_ms())

    def _save(self) -> None:
        if self._night != self._saved:
            self._store.write(NIGHT, self._night, self._group)
            self._saved = self._night
        if self._diary is not None:
            self._diary.note(self._night)
        self._heard.note(self._night)

    def _attend(self) -> None:
        """Take in who listens now, and what they wish."""
        group = self._store.read(GROUP, self._group)
        if group is None:
            return
        asked = self._store.read(SESSION_WISH, self._group) or SessionWish()
        every = {account: self._store.read(WISH, account) or Wish() for account in group.members}
        wishes = {account: wish for account, wish in every.items() if wish.listening_in == self._group}
        before = self._night
        night = leading.settled(before, group, wishes, (asked.lead, asked.lead_rev), self._now_ms())
        listeners = {one: self._listener(night, one, wish) for one, wish in wishes.items() if one != night.leader}
        comes_alive = bool(listeners) and not before.listeners
        self._night = msgspec.structs.replace(
            night,
            lead=msgspec.structs.replace(night.lead, former=None),
            listeners=listeners,
            host_choice=self._choice(night.leader),
            pace=self._pace(asked, len(listeners)),
            look_at_ms=self._now_ms() if comes_alive else night.look_at_ms,
        )
        self._hear()

    def _hear(self) -> None:
        """Take in what the pages people listen in have reported."""
        now_ms, leader = self._now_ms(), self._night.leader
        tab = self._tab(leader)
        self._night = hosting_here.attended(self._night, tab, now_ms)
        if tab is not None and self._pages.is_new(leader, tab):
            before = self._night
            self._night, sample_ms = hosting_here.reported(before, tab, self._learned.table(leader), now_ms)
            if sample_ms is not None and before.driven is not None:
                self._learn_driven(before, tab.device_id, sample_ms)
            self._requested.host_read(before, self._night, tab.reading)
        for account in self._night.listeners:
            tab = self._tab(account)
            if tab is not None and self._pages.is_new(account, tab):
                self._night = self._updated(account, partial(self._reported, tab))(self._night)

    def _reported(self, tab: Tab, listener: Listener) -> Listener:
        timeline, reading = self._night.timeline, tab.reading
        if timeline is None or reading is None or listener.here is None:
            return listener
        quiet_at_ms = tab.heard_at_ms + tabs.QUIET_MS
        after, sample_ms = listening.reported(listener, timeline, reading, self._now_ms(), quiet_at_ms)
        if sample_ms is not None and listener.command is not None:
            command = listener.command
            self._learned.learn(command.account, learned_under(command), command.kind, sample_ms)
        return self._with_goes_on(listener, after)

    def _learn_driven(self, night: Night, device_id: str, sample_ms: float) -> None:
        if night.driven is not None:
            learned_as = tabs.here_id(device_id) if night.driven.is_here else device_id
            self._learned.learn(night.leader, learned_as, night.driven.kind, sample_ms)

    def _with_goes_on(self, before: Listener, after: Listener) -> Listener:
        """The listener, having noted if it was just seen whether their device goes on by itself."""
        if after.goes_on is not None and after.goes_on != before.goes_on and after.device_id is not None:
            self._learned.note_goes_on(after.account, after.device_id, after.goes_on)
        return after

    def _listener(self, night: Night, account: str, wish: Wish) -> Listener:
        consent_id = self._accounts.seen(account).consent_id
        listener = night.listeners.get(account) or leading.former(night, account, wish.join_rev, consent_id)
        person = self._person(account, wish, listener.device_id if listener else None)
        return listening.attend(listener, person, music=self._has_music())

    def _succeed(self) -> None:
        """Have a co-host lead while the leader is away."""
        night = leading.succeeded(self._night, self._now_ms())
        if night is not self._night:
            logger.info("%s leads in group %s: %s", night.leader, self._group, night.lead.why)
            self._night = night
            self._attend()

    def _choice(self, leader: str) -> str | None:
        device = self._person(leader, self._store.read(WISH, leader) or Wish(), None).device
        return device.id if device else None

    def _has_music(self) -> bool:
        return self._night.timeline is not None and self._night.timeline.is_playing

    def _pace(self, wish: SessionWish, listeners: int) -> Pace:
        ends_at_ms = wish.since_ms + wish.hours * 3_600_000
        left = self._means.gate.left("player")
        return pace.choose(wish.precision_s, pace.Means(left, (ends_at_ms - self._now_ms()) / 3_600_000, listeners))

    def _person(self, account: str, wish: Wish, present_id: str | None) -> Person:
        seen, tab = self._accounts.seen(account), self._pages.tab(account, wish)
        device, failure = self._device(seen, wish, tab, present_id)
        if seen.standing == "needs_login":
            failure = Failure("needs_login", seen.message)
        device_id = (device.id if device else None) or ""
        return Person(
            account,
            wish.join_rev,
            seen.consent_id,
            device,
            failure,
            wish.trims_ms.get(tabs.known_as(tab) if tab else device_id, 0),
            self._learned.goes_on(account, device_id),
            tabs.here_of(tab, self._night.timeline, self._now_ms()),
        )

    def _device(
        self, seen: AccountSeen, wish: Wish, tab: Tab | None, present_id: str | None
    ) -> tuple[Device | None, Failure | None]:
        """On what somebody listens, or why on nothing: in the page they chose, else on the device they chose."""
        if wish.tab:
            return tabs.device_of(tab)
        device = listening.choose_device(seen.devices, wish.device_id, wish.device_name, present_id)
        is_restricted = device is None and bool(seen.devices)
        words = "Spotify lets nobody control this device from outside."
        return device, Failure("restricted", words) if is_restricted else None

    def _click(self) -> None:
        """Take in clicks on the page; noted as handled before anything is sent, so that none is carried out twice."""
        wish = self._store.read(SESSION_WISH, self._group)
        for action in wish.actions if wish else ():
            if action.rev > self._night.handled_action:
                self._night = clicks.click(self._night, action, self._latencies(), self._now_ms())
                self._save()

    def _latencies(self) -> dict[str, latency.LatencyTable]:
        return {account: self._learned.table(account) for account in (*self._night.listeners, self._night.leader)}

    def _tab(self, account: str) -> Tab | None:
        return self._pages.tab(account, self._store.read(WISH, account) or Wish())

    async def _take(self, step: Step, changes: Subscription) -> None:
        """Make one step's call and fold what came of it into the night, unless it was about one who led till then."""
        leader = self._night.leader
        try:
            fold = await self._accounts.call(step.account, lambda bearer: self._carry_out(step, bearer))
        except (SpotifyError, NeedsLoginError) as error:
            logger.info("%s for %s: %r", type(step).__name__, step.account, error)
            fold = self._failed(step, failure_of(error))
        finally:
            self._busy.discard(step.account)
            changes.wake()
        if step.account != leader or leader == self._night.leader:
            self._night = fold(self._night)

    async def _carry_out(self, step: Step, bearer: Bearer) -> Callable[[Night], Night]:
        match step:
            case LookAtHost():
                return self._host_read(await self._client.playback(bearer))
            case LookAtQueue():
                return self._queue_read(await self._client.queue(bearer))
            case DriveHost():
                await self._drive(bearer, step)
                return hosting.driven
            case MoveHost(device_id=device_id):
                await self._client.transfer(bearer, device_id, play=False)
                return lambda night: hosting_here.moved(night, device_id, self._now_ms())
            case HandOver() | GoOn() | Begin():
                return await self._give(step, bearer)
            case LookAtListener(account=account):
                return self._listener_read(account, await self._client.playback(bearer))
            case Tell(command=command):
                return self._told(await self._tell(bearer, command))

    async def _give(self, step: HandOver | GoOn | Begin, bearer: Bearer) -> Callable[[Night], Night]:
        if isinstance(step, Begin):
            return await self._timing.begin(step, bearer)
        return await self._requested.give(step, bearer, self._night)

    async def _drive(self, bearer: Bearer, step: DriveHost) -> None:
        """Tell the leader's device what was clicked: by the page it is in, else by Spotify."""
        drive, tab, timeline = step.drive, self._tab(step.account), self._night.timeline
        if drive.is_here and tab is not None:
            held_ms = timeline.position_ms if timeline is not None and drive.action == "play" else 0.0
            position_ms = held_ms if drive.position_ms is None else drive.position_ms
            kind = driving.ORDERS[drive.action]
            if await self._pages.order(step.account, tab.tab, kind, drive.send_at_ms, position_ms):
                return
        await driving.drive(self._client, bearer, drive, step.device_id)

    async def _tell(self, bearer: Bearer, command: Command) -> Command:
        """Tell a listener's device, and return what it was told: by the page it is in, else by Spotify."""
        tab = self._tab(command.account)
        if command.is_here and tab is not None:
            kind, at_ms = driving.ORDERS_OF[command.kind], command.effect_at_ms - command.latency_ms
            uri = command.uris[0] if command.uris else ""
            if await self._pages.order(command.account, tab.tab, kind, at_ms, command.position_ms, uri):
                return command
        if command.is_here:
            command = tabs.by_spotify(command, self._learned.table(command.account), self._now_ms())
        await driving.tell(self._client, bearer, command, self._now_ms())
        return command

    def _host_read(self, reading: Playback | None) -> Callable[[Night], Night]:
        def fold(night: Night) -> Night:
            if tabs.is_heard(night.host_here, self._now_ms()):
                return night  # the page has told meanwhile, and knows better
            if reading is not None and reading.device is not None and reading.device.id is not None:
                sample_ms = hosting.driven_sample_ms(night, reading)
                if sample_ms is not None:
                    self._learn_driven(night, reading.device.id, sample_ms)
            night = hosting_here.move_ended(night, self._now_ms())
            after = hosting.host_read(night, reading, self._now_ms())
            self._requested.host_read(night, after, reading)
            return after

        return fold

    def _queue_read(self, queue: Queue) -> Callable[[Night], Night]:
        return lambda night: self._requested.queue_read(hosting.queue_read(night, queue, self._now_ms()))

    def _listener_read(self, account: str, reading: Playback | None) -> Callable[[Night], Night]:
        def update(listener: Listener) -> Listener:
            night, spread_ms = self._night, self._learned.spread_ms(listener.command)
            if night.timeline is None:
                return listener
            if listener.look_at_ms is None or listener.look_at_ms > self._now_ms():
                return listener  # the page has told meanwhile, and knows better
            after, sample_ms = listening.seen(listener, night.timeline, reading, self._now_ms(), night.pace, spread_ms)
            if sample_ms is not None and listener.command is not None:
                self._learned.learn(account, learned_under(listener.command), listener.command.kind, sample_ms)
            if after.status == "stepped_out" and self._is_quiet(account):
                return listening.lost(listener, self._now_ms())
            return self._with_goes_on(listener, after)

        return self._updated(account, update)

    def _is_quiet(self, account: str) -> bool:
        """Whether somebody listens in a page that was not heard of for a while."""
        tab = self._tab(account)
        return tab is not None and self._now_ms() - tab.heard_at_ms >= tabs.QUIET_MS

    def _told(self, command: Command) -> Callable[[Night], Night]:
        spread_ms, pace = self._learned.spread_ms(command), self._night.pace

        def update(listener: Listener) -> Listener:
            listener = listening.told(listener, command, pace, spread_ms)
            return preload.watched(listener, self._night.timeline, command.effect_at_ms)

        return self._updated(command.account, update)

    def _updated(self, account: str, update: Callable[[Listener], Listener]) -> Callable[[Night], Night]:
        """A change to one listener's state, if they are still there."""

        def fold(night: Night) -> Night:
            listener = night.listeners.get(account)
            if listener is None:
                return night
            return msgspec.structs.replace(night, listeners={**night.listeners, account: update(listener)})

        return fold

    def _failed(self, step: Step, failure: Failure) -> Callable[[Night], Night]:
        now_ms = self._now_ms()
        match step:
            case LookAtHost() | LookAtQueue():
                return lambda night: hosting.host_failed(night, failure, now_ms)
            case Begin():
                return self._timing.not_begun(step, failure)
            case HandOver() | GoOn():
                return self._requested.put_off(step, failure)
            case DriveHost(drive=drive):
                return self._timing.not_driven(drive, failure)
            case MoveHost(device_id=device_id):
                return lambda night: hosting_here.move_failed(night, device_id, failure, now_ms)
            case LookAtListener(account=account):
                return self._updated(account, lambda listener: listening.failed(listener, failure, now_ms))
            case Tell(account=account, command=command):
                return self._updated(account, lambda listener: listening.refused(listener, command, failure, now_ms))
