"""One measured night: people, a profile, a script, a follower; truth sampled at 10 Hz."""

import asyncio
import contextlib
import random
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bench.sync.measure import STEP_MS, Figures, Recording, Sample, Span, figures, peak
from bench.sync.script import Cue, cues
from songswap.simulator import Profile, Truth
from songswap.simulator.catalogue import Catalogue
from tests.conftest import VirtualClock
from tests.evening import Evening, an_evening

HOST = "ada"
LISTENERS = ("bob", "cleo", "dario", "edda", "finn")
LATENCIES_MS = (250.0, 400.0, 600.0, 900.0, 1_300.0)
HOST_LATENCY_MS = 400.0

BASE = Profile(
    latency_jitter=0.15,
    stall_probability=0.02,
    stall_ms=(1_000.0, 3_000.0),
    read_staleness_ms=(200.0, 200.0),
    report_bias_ms=60.0,
    rtt_ms=(40.0, 150.0),
)

Incidents = Callable[["Measured"], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Scenario:
    """What is measured: where the host does things, under which profile, who follows how, what goes wrong."""

    name: str
    driven: Literal["page", "app"]
    profile: Profile = BASE
    hours: float = 1.0
    slowness: float = 1.0
    seed: int = 5
    prepare: Callable[[Evening], None] | None = None
    precision_s: float | None = 5.0
    follower: Callable[[Evening], contextlib.AbstractAsyncContextManager[None]] | None = None
    incidents: Incidents | None = None


@dataclass
class Measured:
    """A night under way."""

    evening: Evening
    scenario: Scenario
    recording: Recording
    present: dict[str, Span] = field(default_factory=dict)
    absent: dict[str, Span] = field(default_factory=dict)
    """When somebody was away or stepped out, and could not be expected to follow."""

    def spans(self) -> dict[str, list[Span]]:
        """When each listener was there to be measured."""
        spans = {}
        for one, (began_ms, ended_ms) in self.present.items():
            gone_ms, back_ms = self.absent.get(one, (ended_ms, ended_ms))
            spans[one] = [(began_ms, gone_ms), (back_ms, ended_ms)]
        return spans


@dataclass(frozen=True)
class Result:
    """The figures of one scenario, and what it cost."""

    scenario: Scenario
    figures: Figures
    interruptions: int
    calls_per_listener_hour: float
    calls_by_family: dict[str, int]
    calls: int
    peak_30s: int
    limited: int
    while_blocked: int


def sample(truth: Truth, catalogue: Catalogue) -> Sample:
    """What was heard, a relinked track by the id it was asked for."""
    track = catalogue.tracks.get((truth.uri or "").removeprefix("spotify:track:"))
    uri = f"spotify:track:{track.plays_as}" if track and track.plays_as else truth.uri
    return Sample(uri, truth.position_ms, truth.is_playing)


@contextlib.asynccontextmanager
async def _follow(scenario: Scenario, evening: Evening) -> AsyncIterator[None]:
    if scenario.follower is not None:
        await evening.stop_worker()
        async with scenario.follower(evening):
            yield
    else:
        evening.start_session(hours=scenario.hours, precision_s=scenario.precision_s)
        yield


async def measure(scenario: Scenario) -> Result:
    """Play the night to its end and measure it. Runs in virtual time."""
    clock = VirtualClock()
    with tempfile.TemporaryDirectory() as folder:
        async with an_evening(Path(folder) / "store", clock, seed=scenario.seed, profile=scenario.profile) as evening:
            _seat(evening, scenario)
            if scenario.prepare is not None:
                scenario.prepare(evening)
            playlist = max(evening.world.playlists.values(), key=lambda one: len(one.rows))
            evening.world.player(HOST).play_context(f"spotify:playlist:{playlist.id}")
            night = Measured(evening, scenario, Recording(clock.now_ms(), listeners={one: [] for one in LISTENERS}))
            ends_ms = clock.now_ms() + scenario.hours * 3_600_000
            night.present = {one: (clock.now_ms(), ends_ms) for one in LISTENERS}
            async with _follow(scenario, evening):
                tasks = [asyncio.create_task(_act(night, cue)) for cue in cues(scenario.seed, scenario.hours)]
                if scenario.incidents is not None:
                    tasks.append(asyncio.create_task(scenario.incidents(night)))
                await _record(night, ends_ms)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            return _result(night)


def _seat(evening: Evening, scenario: Scenario) -> None:
    world = evening.world
    world.person("finn").premium = True
    rng = random.Random(scenario.seed)
    latencies_ms = list(LATENCIES_MS)
    rng.shuffle(latencies_ms)
    for person, latency_ms in zip((*LISTENERS, HOST), (*latencies_ms, HOST_LATENCY_MS), strict=True):
        for device in world.person(person).devices:
            device.latency_ms = latency_ms * scenario.slowness
    evening.form_group(HOST, *LISTENERS)


async def _act(night: Measured, cue: Cue) -> None:
    await asyncio.sleep(cue.at_s)
    evening = night.evening
    player = evening.world.player(HOST)
    truth = player.truth()
    position_ms = round(cue.share * evening.world.catalogue.duration_ms(truth.uri)) if truth.uri else 0
    if night.scenario.driven == "page":
        match cue.kind:
            case "skip":
                evening.click("next")
            case "seek":
                evening.click("seek", position_ms=position_ms)
            case "pause":
                evening.click("pause")
            case "resume":
                evening.click("play")
        return
    match cue.kind:
        case "skip":
            player.next()
        case "seek":
            player.seek(position_ms)
        case "pause":
            player.pause()
        case "resume":
            player.resume()


async def _record(night: Measured, ends_ms: float) -> None:
    evening, recording = night.evening, night.recording
    loop = asyncio.get_running_loop()
    began_s, place = loop.time(), 0
    players = {one: evening.world.player(one) for one in (HOST, *LISTENERS)}
    while evening.clock.now_ms() < ends_ms:
        for one, player in players.items():
            heard = sample(player.truth(), evening.world.catalogue)
            (recording.host if one == HOST else recording.listeners[one]).append(heard)
            if heard.uri and heard.uri not in recording.durations_ms:
                recording.durations_ms[heard.uri] = evening.world.catalogue.duration_ms(heard.uri)
        place += 1
        await asyncio.sleep(began_s + place * STEP_MS / 1000 - loop.time())


def _result(night: Measured) -> Result:
    world, scenario = night.evening.world, night.scenario
    families: dict[str, int] = {}
    for call in world.calls:
        family = "tokens" if call.path == "/api/token" else f"{call.method} {call.path.removeprefix('/v1/me/')}"
        families[family] = families.get(family, 0) + 1
    clicks = 0 if scenario.driven == "app" else len(cues(scenario.seed, scenario.hours))
    return Result(
        scenario=scenario,
        figures=figures(night.recording, night.spans()),
        interruptions=len(night.evening.commands(HOST)) - clicks,
        calls_per_listener_hour=len(world.calls) / len(LISTENERS) / scenario.hours,
        calls_by_family=dict(sorted(families.items())),
        calls=len(world.calls),
        peak_30s=peak([call.time_s for call in world.calls], 30.0),
        limited=sum(call.status == 429 for call in world.calls),
        while_blocked=world.calls_while_blocked,
    )
