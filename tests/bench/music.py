"""Invented recordings: what somebody hears is written as stretches of a track, of silence, of a jump."""

from collections.abc import Mapping, Sequence

from bench.sync.recording import STEP_MS, Recording, Sample

LENGTH_MS = 60_000.0
"""Of every track."""

Stretch = tuple[str, float, float]
"""A track (or "" for silence), the position it begins at in ms, and for how many seconds it is heard."""


def hears(*stretches: Stretch) -> list[Sample]:
    """Ten samples a second."""
    samples = []
    for uri, position_ms, seconds in stretches:
        for step in range(round(seconds * 1000 / STEP_MS)):
            at_ms = position_ms + (step * STEP_MS if uri else 0.0)
            samples.append(Sample(uri or None, at_ms, bool(uri)))
    return samples


def recording(
    heard: Mapping[str, Sequence[Sample]], leaders: Sequence[str] | None = None, reference: Sequence[Sample] = ()
) -> Recording:
    """Everybody's samples, led by Ada if not said otherwise. `reference` is what is to be heard while nobody leads."""
    length = len(heard["ada"])
    assert all(len(samples) == length for samples in heard.values())
    made = Recording(0.0, warm_up_ms=0.0)
    made.durations_ms = {sample.uri: LENGTH_MS for samples in heard.values() for sample in samples if sample.uri}
    for place, leader in enumerate(leaders or ["ada"] * length):
        now = {one: samples[place] for one, samples in heard.items()}
        made.note(leader, now[leader] if leader else reference[place], now)
    return made


def all_the_time(made: Recording) -> dict[str, list[tuple[float, float]]]:
    """Spans in which everybody is measured from beginning to end."""
    return {one: [(0.0, made.at_ms(len(made.reference)))] for one in made.heard}
