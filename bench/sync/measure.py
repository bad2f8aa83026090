"""From what was audible, sampled at 10 Hz, to the figures people compare."""

import bisect
import statistics
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
BEFORE_EVENT = 20
"""Samples: a change made together may be heard that much sooner at a quick listener's than at the host's."""


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
    """Samples of everybody, one each STEP_MS from `began_ms` on, and the lengths of the tracks."""

    began_ms: float
    host: list[Sample] = field(default_factory=list)
    listeners: dict[str, list[Sample]] = field(default_factory=dict)
    durations_ms: dict[str, float] = field(default_factory=dict)

    def at_ms(self, place: int) -> float:
        return self.began_ms + place * STEP_MS


@dataclass(frozen=True)
class Figures:
    """The result for all listeners together."""

    skew_p50_ms: float
    skew_p95_ms: float
    follow_p50_s: float
    follow_p95_s: float
    follow_p95_s_by_kind: Mapping[str, float]
    time_off_percent: float
    glitches_per_listener_hour: float


def jumps(recording: Recording, samples: Sequence[Sample]) -> Iterable[tuple[int, str]]:
    """Places where the sound did not just go on, and what it did: start, stop, track or seek."""
    for place in range(1, len(samples)):
        before, now = samples[place - 1], samples[place]
        if before.is_playing != now.is_playing:
            yield place, "start" if now.is_playing else "stop"
        elif before.uri != now.uri:
            rest_ms = recording.durations_ms.get(before.uri or "", 0.0) - before.position_ms
            if rest_ms + now.position_ms > STEP_MS + JUMP_MS:
                yield place, "track"
        elif now.is_playing and abs(now.position_ms - before.position_ms - STEP_MS) > JUMP_MS:
            yield place, "seek"


def host_events(recording: Recording) -> list[Event]:
    """What the host did, as it was audible; a burst within a second is one event."""
    names = {"start": "resume", "stop": "pause", "track": "skip", "seek": "seek"}
    events: list[Event] = []
    for place, kind in jumps(recording, recording.host):
        at_ms = recording.at_ms(place)
        if not events or at_ms - events[-1].at_ms > FOLLOWED_FOR_MS:
            events.append(Event(at_ms, names[kind]))
    return events


def is_with(host: Sample, listener: Sample) -> bool:
    """Right track and play state, and in time."""
    if not host.is_playing:
        return not listener.is_playing
    return (
        listener.is_playing
        and listener.uri == host.uri
        and abs(listener.position_ms - host.position_ms) < FOLLOWED_SKEW_MS
    )


def followed_after_ms(together: Sequence[bool], place: int) -> float:
    """From sample `place` until somebody is together with the host and stays so for a second."""
    held = round(FOLLOWED_FOR_MS / STEP_MS)
    run = 0
    for here in range(place, min(len(together), place + round(LOST_MS / STEP_MS))):
        run = run + 1 if together[here] else 0
        if run == held:
            return (here - held + 1 - place) * STEP_MS
    return LOST_MS


Span = tuple[float, float]
"""From when to when, in ms."""


@dataclass
class _Tally:
    """What adds up over all listeners."""

    skews_ms: list[float] = field(default_factory=list)
    follows: list[tuple[str, float]] = field(default_factory=list)
    playing: int = 0
    off: int = 0
    glitches: int = 0
    hours: float = 0.0


def figures(recording: Recording, spans: Mapping[str, Sequence[Span]]) -> Figures:
    """All figures after the warm-up; `spans` tells when each listener was there to be measured."""
    events = [event for event in host_events(recording) if event.at_ms >= recording.began_ms + WARM_UP_MS]
    tally = _Tally()
    for name, samples in recording.listeners.items():
        together = [is_with(host, here) for host, here in zip(recording.host, samples, strict=True)]
        odd = [place for place, _ in jumps(recording, samples)]
        for began_ms, ended_ms in spans[name]:
            first = max(place_of(recording, began_ms), round(WARM_UP_MS / STEP_MS))
            last = min(place_of(recording, ended_ms), len(samples))
            if first < last:
                _add(tally, recording, samples, together, odd, events, range(first, last))
    times_s = [late_s for _, late_s in tally.follows]
    kinds = sorted({kind for kind, _ in tally.follows})
    return Figures(
        skew_p50_ms=percentile(tally.skews_ms, 50),
        skew_p95_ms=percentile(tally.skews_ms, 95),
        follow_p50_s=percentile(times_s, 50),
        follow_p95_s=percentile(times_s, 95),
        follow_p95_s_by_kind={
            kind: percentile([late_s for one, late_s in tally.follows if one == kind], 95) for kind in kinds
        },
        time_off_percent=100 * tally.off / max(1, tally.playing),
        glitches_per_listener_hour=tally.glitches / tally.hours if tally.hours else 0.0,
    )


def _add(
    tally: _Tally,
    recording: Recording,
    samples: Sequence[Sample],
    together: Sequence[bool],
    odd: Sequence[int],
    events: Sequence[Event],
    places: range,
) -> None:
    tally.hours += len(places) * STEP_MS / 3_600_000
    caused: set[int] = set()
    for event in events:
        place = place_of(recording, event.at_ms)
        if place in places:
            late_ms = followed_after_ms(together, place)
            tally.follows.append((event.kind, late_ms / 1000))
            caused.update(range(place - BEFORE_EVENT, place + round(late_ms / STEP_MS) + 1))
    tally.glitches += sum(place in places and together[place - 1] and place not in caused for place in odd)
    for place in places:
        host, here = recording.host[place], samples[place]
        if host.is_playing:
            tally.playing += 1
            if here.is_playing and here.uri == host.uri:
                tally.skews_ms.append(abs(here.position_ms - host.position_ms))
            else:
                tally.off += 1


def place_of(recording: Recording, at_ms: float) -> int:
    """The sample taken at `at_ms`."""
    return max(0, round((at_ms - recording.began_ms) / STEP_MS))


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
