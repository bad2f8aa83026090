"""From what was audible to the figures people compare."""

import bisect
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.sync.recording import STEP_MS, Event, Recording, Span, followed_after_ms, host_events, jumps

BEFORE_EVENT = 20
"""Samples: a change made together may be heard that much sooner at a quick listener's than at the host's."""


@dataclass(frozen=True)
class End:
    """A fault is over at `at_ms`; these people should soon be together with the host again."""

    at_ms: float
    people: tuple[str, ...]


@dataclass
class Tally:
    """What adds up over all listeners, and over nights."""

    skews_ms: list[float] = field(default_factory=list)
    follows: list[tuple[str, float]] = field(default_factory=list)
    """Kind of event, and seconds until one listener had followed it."""
    playing: int = 0
    off: int = 0
    glitches: int = 0
    hours: float = 0.0
    backs_s: list[float] = field(default_factory=list)
    """From the end of a fault until one of those it concerned was together with the host again."""

    def add(self, other: "Tally") -> None:
        """Take in another night."""
        self.skews_ms += other.skews_ms
        self.follows += other.follows
        self.playing += other.playing
        self.off += other.off
        self.glitches += other.glitches
        self.hours += other.hours
        self.backs_s += other.backs_s


def tally(recording: Recording, spans: Mapping[str, Sequence[Span]], ends: Sequence[End] = ()) -> Tally:
    """Everything after the warm-up; `spans` tells when each listener was there to be measured.

    Who leads is no listener while they do.
    """
    events = [event for event in host_events(recording) if event.at_ms >= recording.began_ms + recording.warm_up_ms]
    sums = Tally()
    for name in recording.heard:
        together = recording.together(name)
        sums.backs_s += _backs_s(recording, name, together, ends)
        for span in spans.get(name, ()):
            _add(sums, recording, name, together, events, recording.places(span))
    return sums


def _add(
    sums: Tally, recording: Recording, name: str, together: Sequence[bool], events: Sequence[Event], places: range
) -> None:
    caused: set[int] = set()
    for event in events:
        place = recording.place_of(event.at_ms)
        if place in places and recording.leaders[place] != name:
            late_ms = followed_after_ms(together, place)
            sums.follows.append((event.kind, late_ms / 1000))
            caused.update(range(place - BEFORE_EVENT, place + round(late_ms / STEP_MS) + 1))
    sums.glitches += sum(
        place in places and recording.leaders[place] != name and together[place - 1] and place not in caused
        for place, _ in jumps(recording, recording.heard[name])
    )
    for place in places:
        if recording.leaders[place] == name:
            continue
        sums.hours += STEP_MS / 3_600_000
        if recording.reference[place].is_playing:
            sums.playing += 1
            skew_ms = recording.skew_ms(place, name)
            if skew_ms is None:
                sums.off += 1
            else:
                sums.skews_ms.append(skew_ms)


def _backs_s(recording: Recording, name: str, together: Sequence[bool], ends: Sequence[End]) -> list[float]:
    """For each fault that left somebody apart from the host, the time from its end until they were back."""
    late_s = []
    for end in ends:
        place = recording.place_of(end.at_ms)
        if name in end.people and place < len(together):
            late_s.append(followed_after_ms(together, place) / 1000)
    return [one_s for one_s in late_s if one_s > 0]


def percentile(values: Sequence[float], percent: int) -> float:
    """The percentile of `values`; nan where there are none."""
    if not values:
        return float("nan")
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def peak(times_s: Sequence[float], window_s: float) -> int:
    """The most calls within any `window_s`."""
    ordered = sorted(times_s)
    return max(
        (place + 1 - bisect.bisect_left(ordered, at_s - window_s) for place, at_s in enumerate(ordered)), default=0
    )
