"""A night under way: the host's script is played, everybody is recorded, clicks are timed. In virtual or real time."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bench.sync.people import EVERYBODY, HOST, LISTENERS, sample
from bench.sync.recording import LOST_MS, NOBODY, Recording, Sample
from bench.sync.script import Cue, Kind
from songswap.simulator import Truth
from songswap.simulator.catalogue import Catalogue
from songswap.simulator.playback import Playback, advance

Driven = Literal["page", "app", "both"]
"""Where the host does things: on our page, in the Spotify app, or by turns."""

LOOK_S = 0.01
"""Between two looks at whether the host's player has obeyed a click."""
NEAR_MS = 2_000.0
"""A seek by less could be the passing of time."""

VERBS: Mapping[Kind, str] = {"skip": "next", "seek": "seek", "pause": "pause", "resume": "resume"}
"""What people do in the Spotify app."""
CLICKS: Mapping[Kind, str] = {"skip": "next", "seek": "seek", "pause": "pause", "resume": "play"}
"""What they click on our page."""


class Stage(Protocol):
    """Where a night takes place."""

    def now_ms(self) -> float:
        """UTC, as the simulated Spotify has it."""

    async def truths(self, at_ms: float) -> Mapping[str, Truth]:
        """What everybody heard at a moment that has just passed."""

    async def truth(self, person: str) -> Truth:
        """What one person hears."""

    async def act(self, person: str, verb: str, fields: Mapping[str, int]) -> None:
        """What a person does in their Spotify app."""

    async def click(self, action: str, fields: Mapping[str, int]) -> None:
        """What the host clicks on our page."""


@dataclass(frozen=True)
class Obeyed:
    """How long after a click on our page the host's own player did as it says; LOST_MS if it did not."""

    kind: Kind
    clicked_at_ms: float
    after_ms: float


@dataclass
class Play:
    """What is going on on a stage."""

    stage: Stage
    catalogue: Catalogue
    recording: Recording
    led_by: str = HOST
    lost: Playback | None = None
    """The player of a leader who fell silent, as it was then."""
    lost_leader: str = NOBODY
    clicks: int = 0
    obeyed: list[Obeyed] = field(default_factory=list)

    @property
    def leads(self) -> str:
        """Who leads now; NOBODY from a leader's silence until somebody takes over."""
        return NOBODY if self.lost is not None and self.led_by == self.lost_leader else self.led_by

    def lose(self, leader: str, state: Playback) -> None:
        """From now on nothing can be known of the leader, whose player was in this state."""
        self.lost, self.lost_leader = state, leader

    def find(self) -> None:
        """All can be known again."""
        self.lost, self.lost_leader = None, NOBODY

    def listeners(self) -> tuple[str, ...]:
        """Who should hear what the leader plays, if they do not lead themselves."""
        return tuple(one for one in LISTENERS if one != self.led_by)


async def record(play: Play, ends_ms: float) -> None:
    """Sample what everybody hears until `ends_ms`."""
    stage, recording, place = play.stage, play.recording, 0
    while (at_ms := recording.at_ms(place)) < ends_ms:
        await asyncio.sleep((at_ms - stage.now_ms()) / 1000)
        truths = await stage.truths(at_ms)
        heard = {one: sample(truths[one], play.catalogue) for one in EVERYBODY}
        reference = heard[play.leads] if play.leads != NOBODY else _gone_on(play, at_ms)
        for one in (*heard.values(), reference):
            if one.uri and one.uri not in recording.durations_ms:
                recording.durations_ms[one.uri] = play.catalogue.duration_ms(one.uri)
        recording.note(play.leads, reference, heard)
        place += 1


def _gone_on(play: Play, at_ms: float) -> Sample:
    """What a leader who fell silent would hear by now."""
    assert play.lost is not None
    state = advance(play.lost, at_ms, play.catalogue.duration_ms)
    return sample(Truth(None, state.uri, state.position_at(at_ms), state.is_playing), play.catalogue)


async def follow_script(play: Play, script: Sequence[Cue], driven: Driven) -> None:
    """Do what the script says, on the player of whoever leads; while nobody does, the script waits."""
    began_ms, waited_s = play.recording.began_ms, 0
    async with asyncio.TaskGroup() as watchers:
        for number, cue in enumerate(script):
            due_ms = began_ms + (cue.at_s + waited_s) * 1000
            await asyncio.sleep(max(0.0, due_ms - play.stage.now_ms()) / 1000)
            while play.leads == NOBODY:
                await asyncio.sleep(1)
                waited_s += 1
            before = await play.stage.truth(play.leads)
            duration_ms = play.catalogue.duration_ms(before.uri) if before.uri else 0
            target_ms = round(cue.share * duration_ms)
            fields = {"position_ms": target_ms} if cue.kind == "seek" else {}
            if driven == "page" or (driven == "both" and number % 2 == 0):
                play.clicks += 1
                watchers.create_task(_watch(play, cue.kind, before, target_ms))
                await play.stage.click(CLICKS[cue.kind], fields)
            else:
                await play.stage.act(play.leads, VERBS[cue.kind], fields)


async def _watch(play: Play, kind: Kind, before: Truth, target_ms: float) -> None:
    """Time a click that is made just now."""
    if is_done(kind, before, before, target_ms):
        return
    leader, clicked_at_ms = play.leads, play.stage.now_ms()
    after_ms = 0.0
    while after_ms < LOST_MS and not is_done(kind, before, await play.stage.truth(leader), target_ms):
        await asyncio.sleep(LOOK_S)
        after_ms = play.stage.now_ms() - clicked_at_ms
    play.obeyed.append(Obeyed(kind, clicked_at_ms, min(after_ms, LOST_MS)))


def is_done(kind: Kind, before: Truth, now: Truth, target_ms: float) -> bool:
    """Whether a player has done what was clicked when it was in the state `before`."""
    match kind:
        case "pause":
            return not now.is_playing
        case "resume":
            return now.is_playing
        case "skip":
            return now.uri != before.uri
        case "seek":
            return now.uri != before.uri or abs(now.position_ms - target_ms) < NEAR_MS
