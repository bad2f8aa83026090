"""What everybody heard, sampled at 10 Hz, beside what they should have heard; and what is audible in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

STEP_MS = 100.0
FOLLOWED_SKEW_MS = 500.0
FOLLOWED_FOR_MS = 1_000.0
JUMP_MS = 150.0
"""A larger step than the passing of time between two samples is audible as a jump."""
LOST_MS = 60_000.0
"""A change that was not followed by then counts as this late."""
WARM_UP_MS = 60_000.0
NOBODY = ""
"""Who leads while whoever did is silent and nobody has taken over."""

Span = tuple[float, float]
"""From when to when, in ms."""


@dataclass(frozen=True)
class Sample:
    """What one person heard at one moment."""

    uri: str | None
    position_ms: float
    is_playing: bool


@dataclass(frozen=True)
class Event:
    """Something the host did, when it became audible at the host's."""

    at_ms: float
    kind: str


@dataclass
class Recording:
    """Samples of everybody, one each STEP_MS from `began_ms` on, and the lengths of the tracks.

    `reference` is what is to be heard: what whoever leads hears. While NOBODY leads, it is what the one who led last
    would hear had they gone on. The first `warm_up_ms` are not measured.
    """

    began_ms: float
    heard: dict[str, list[Sample]] = field(default_factory=dict)
    reference: list[Sample] = field(default_factory=list)
    leaders: list[str] = field(default_factory=list)
    durations_ms: dict[str, float] = field(default_factory=dict)
    warm_up_ms: float = WARM_UP_MS

    def note(self, leader: str, reference: Sample, heard: Mapping[str, Sample]) -> None:
        """The next sample of everybody."""
        self.leaders.append(leader)
        self.reference.append(reference)
        for one, sample in heard.items():
            self.heard.setdefault(one, []).append(sample)

    def at_ms(self, place: int) -> float:
        """When a sample was taken."""
        return self.began_ms + place * STEP_MS

    def place_of(self, at_ms: float) -> int:
        """The sample taken at `at_ms`."""
        return max(0, round((at_ms - self.began_ms) / STEP_MS))

    def places(self, span: Span) -> range:
        """The samples of a span that are measured."""
        first = max(self.place_of(span[0]), round(self.warm_up_ms / STEP_MS))
        return range(first, max(first, min(self.place_of(span[1]), len(self.reference))))

    def skew_ms(self, place: int, name: str) -> float | None:
        """How far apart somebody and the reference are while both play the same track, else None.

        From the end of a track to its beginning it is no further than from its beginning to its end: it may repeat.
        """
        here, there = self.heard[name][place], self.reference[place]
        if not (here.is_playing and there.is_playing and here.uri == there.uri):
            return None
        skew_ms = abs(here.position_ms - there.position_ms)
        return min(skew_ms, abs(self.durations_ms.get(here.uri or "", float("inf")) - skew_ms))

    def is_with(self, place: int, name: str) -> bool:
        """Right track and play state, and in time. Who leads is with themselves."""
        if self.leaders[place] == name:
            return True
        if not self.reference[place].is_playing:
            return not self.heard[name][place].is_playing
        skew_ms = self.skew_ms(place, name)
        return skew_ms is not None and skew_ms < FOLLOWED_SKEW_MS

    def together(self, name: str) -> list[bool]:
        """At each sample, whether somebody is with the reference."""
        return [self.is_with(place, name) for place in range(len(self.reference))]

    def unled_s(self) -> list[float]:
        """How long nobody led, each time."""
        lengths: list[float] = []
        before = None
        for leader in self.leaders:
            if leader == NOBODY:
                if before != NOBODY:
                    lengths.append(0.0)
                lengths[-1] += STEP_MS / 1000
            before = leader
        return lengths


def goes_on(before: Sample, now: Sample, durations_ms: Mapping[str, float]) -> bool:
    """Whether the end of one track and the beginning of the next are what the passing of time makes of them."""
    rest_ms = durations_ms.get(before.uri or "", 0.0) - before.position_ms
    return rest_ms + now.position_ms <= STEP_MS + JUMP_MS


def jumps(recording: Recording, samples: Sequence[Sample]) -> Iterable[tuple[int, str]]:
    """Places where the sound did not just go on, and what it did: start, stop, track or seek."""
    for place in range(1, len(samples)):
        before, now = samples[place - 1], samples[place]
        if before.is_playing != now.is_playing:
            yield place, "start" if now.is_playing else "stop"
        elif before.uri != now.uri:
            if not goes_on(before, now, recording.durations_ms):
                yield place, "track"
        elif now.is_playing and not (
            abs(now.position_ms - before.position_ms - STEP_MS) <= JUMP_MS
            or goes_on(before, now, recording.durations_ms)
        ):
            yield place, "seek"


def host_events(recording: Recording) -> list[Event]:
    """What the host did, as it was audible; a burst within a second is one event, a change of leaders is none."""
    names = {"start": "resume", "stop": "pause", "track": "skip", "seek": "seek"}
    events: list[Event] = []
    for place, kind in jumps(recording, recording.reference):
        at_ms = recording.at_ms(place)
        is_other_player = recording.leaders[place] != recording.leaders[place - 1]
        if not is_other_player and (not events or at_ms - events[-1].at_ms > FOLLOWED_FOR_MS):
            events.append(Event(at_ms, names[kind]))
    return events


def followed_after_ms(together: Sequence[bool], place: int) -> float:
    """From sample `place` until somebody is together with the host and stays so for a second."""
    held = round(FOLLOWED_FOR_MS / STEP_MS)
    run = 0
    for here in range(place, min(len(together), place + round(LOST_MS / STEP_MS))):
        run = run + 1 if together[here] else 0
        if run == held:
            return (here - held + 1 - place) * STEP_MS
    return LOST_MS
