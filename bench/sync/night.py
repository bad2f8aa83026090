"""One measured night in virtual time: people, a profile, a script, a follower, and what goes wrong."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.sync.changes import changes
from bench.sync.measure import End, tally
from bench.sync.people import BASE, EVERYBODY, HOST, LISTENERS, longest_playlist, seat
from bench.sync.recording import Recording, Span
from bench.sync.results import Outcome, interruptions, reached_after_s
from bench.sync.script import PER_HOUR, Kind, cues
from bench.sync.stage import Driven, Play, follow_script, record
from songswap.documents import NIGHT
from songswap.simulator import Profile, Truth
from tests.conftest import VirtualClock
from tests.evening import GROUP_ID, Evening, an_evening
from tests.tabs import VirtualTab, listening_in_tabs

MEMORY = Path("/dev/shm")
"""Where there is one, the store is kept in memory: a slow disk changes nothing but how long the benchmark takes."""
SETTLED_MS = 10_000.0
"""Somebody who comes back is measured from then on; how long they took is measured by itself."""

Incidents = Callable[["Measured"], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Scenario:
    """What is measured: where the host does things, under which profile, who follows how, what goes wrong."""

    name: str
    driven: Driven
    profile: Profile = BASE
    hours: float = 1.0
    slowness: float = 1.0
    seeds: tuple[int, ...] = (5, 6)
    prepare: Callable[[Evening], None] | None = None
    precision_s: float | None = 5.0
    follower: Callable[[Evening], contextlib.AbstractAsyncContextManager[None]] | None = None
    incidents: Incidents | None = None
    per_hour: Mapping[Kind, float] = field(default_factory=lambda: PER_HOUR)
    in_tabs: tuple[str, ...] = ()
    """Who listens in a page instead of on a device."""


class VirtualStage:
    """The embedded Spotify and the worker in one process."""

    def __init__(self, evening: Evening) -> None:
        self._evening = evening

    def now_ms(self) -> float:
        """The evening's clock."""
        return self._evening.clock.now_ms()

    async def truths(self, at_ms: float) -> Mapping[str, Truth]:
        """Straight from the players."""
        return {one: self._evening.world.player(one).truth(at_ms / 1000) for one in EVERYBODY}

    async def truth(self, person: str) -> Truth:
        """Straight from the player."""
        return self._evening.world.player(person).truth()

    async def act(self, person: str, verb: str, fields: Mapping[str, int]) -> None:
        """On the person's own player."""
        getattr(self._evening.world.player(person), verb)(**fields)

    async def click(self, action: str, fields: Mapping[str, int]) -> None:
        """As the server writes it down."""
        self._evening.click(action, **fields)


@dataclass
class Measured:
    """A night under way."""

    evening: Evening
    scenario: Scenario
    play: Play
    ends_ms: float
    present: dict[str, Span] = field(default_factory=dict)
    absent: dict[str, list[Span]] = field(default_factory=dict)
    """When somebody was away or stepped out, and could not be expected to follow."""
    ends: list[End] = field(default_factory=list)
    acts_ms: list[float] = field(default_factory=list)
    """When the host did something that is not audible before the track ends."""

    def over(self, *people: str) -> None:
        """A fault is over for these people."""
        self.ends.append(End(self.evening.clock.now_ms(), people))

    def was_away(self, person: str, since_ms: float) -> None:
        """Somebody was not there since then, and is just back: that their way back ends soon is measured by itself."""
        self.absent.setdefault(person, []).append((since_ms, self.evening.clock.now_ms() + SETTLED_MS))
        self.over(person)

    def spans(self) -> dict[str, list[Span]]:
        """When each was there to be measured."""
        return {one: without(span, self.absent.get(one, [])) for one, span in self.present.items()}


def without(span: Span, absences: Sequence[Span]) -> list[Span]:
    """What is left of a span."""
    parts, (began_ms, ended_ms) = [], span
    for gone_ms, back_ms in sorted(absences):
        parts.append((began_ms, gone_ms))
        began_ms = back_ms
    return [*parts, (began_ms, ended_ms)]


async def measure(scenario: Scenario, seed: int) -> Outcome:
    """Play the night to its end and measure it. Runs in virtual time."""
    clock = VirtualClock()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        async with an_evening(Path(folder) / "store", clock, seed=seed, profile=scenario.profile) as evening:
            seat(evening.world, seed, scenario.slowness)
            evening.form_group(HOST, *LISTENERS)
            if scenario.prepare is not None:
                scenario.prepare(evening)
            async with listening_in_tabs(evening, *scenario.in_tabs) as tabs:
                return await _measured(evening, scenario, seed, tabs)


async def _measured(evening: Evening, scenario: Scenario, seed: int, tabs: Mapping[str, VirtualTab]) -> Outcome:
    for person, tab in tabs.items():  # by way of Spotify a page is as slow as any device of the person's
        tab.device.latency_ms = evening.world.person(person).devices[0].latency_ms
    device_id = tabs[HOST].device.id if HOST in tabs else None
    evening.world.player(HOST).play_context(longest_playlist(evening.world), device_id=device_id)
    clock = evening.clock
    play = Play(VirtualStage(evening), evening.world.catalogue, Recording(clock.now_ms()))
    ends_ms = clock.now_ms() + scenario.hours * 3_600_000
    night = Measured(evening, scenario, play, ends_ms)
    night.present = {one: (clock.now_ms(), ends_ms) for one in EVERYBODY}
    async with _follow(scenario, evening):
        await _play_to_the_end(night, seed)
    return outcome(night, len(tabs[HOST].orders_done) if HOST in tabs else 0)


async def _play_to_the_end(night: Measured, seed: int) -> None:
    scenario = night.scenario
    script = cues(seed, scenario.hours, scenario.per_hour)
    aside = [_note_who_leads(night), follow_script(night.play, script, scenario.driven)]
    if scenario.incidents is not None:
        aside.append(scenario.incidents(night))
    tasks = [asyncio.create_task(one) for one in aside]
    await record(night.play, night.ends_ms)
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


@contextlib.asynccontextmanager
async def _follow(scenario: Scenario, evening: Evening) -> AsyncIterator[None]:
    if scenario.follower is not None:
        await evening.stop_worker()
        async with scenario.follower(evening):
            yield
    else:
        evening.start_session(hours=scenario.hours, precision_s=scenario.precision_s)
        yield


async def _note_who_leads(night: Measured) -> None:
    store = night.evening.store
    with store.changes.subscribe(f"groups/{GROUP_ID}/", endings=("night.json",)) as changed:
        while True:
            await changed.wait()
            known = store.read(NIGHT, GROUP_ID)
            night.play.led_by = known.leader if known is not None else HOST


def outcome(night: Measured, orders: int) -> Outcome:
    """What there is to tell of a night that is over; `orders` are those the host's page has carried out."""
    world, play = night.evening.world, night.play
    spans = night.spans()
    return Outcome(
        tally=tally(play.recording, spans, night.ends),
        changes=changes(play.recording, spans, world.calls, night.acts_ms),
        obeyed=[(one, reached_after_s(one, HOST, world.calls)) for one in play.obeyed],
        unled_s=play.recording.unled_s(),
        interruptions=interruptions(play, world.calls, orders),
        calls=world.calls,
        while_blocked=world.calls_while_blocked,
    )
