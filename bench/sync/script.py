"""What the host does in the course of a night: seeded, so that every contender meets the same night."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["skip", "seek", "pause", "resume"]

PER_HOUR: Mapping[Kind, float] = {"skip": 6, "seek": 4, "pause": 3}
LEAST_GAP_S = 45.0
PAUSE_S = (10.0, 40.0)
MARGIN_S = 90.0


@dataclass(frozen=True)
class Cue:
    """One thing to do, `at_s` after the night began; `share` is where a seek goes, as a share of the track."""

    at_s: float
    kind: Kind
    share: float = 0.0


def cues(seed: int, hours: float, per_hour: Mapping[Kind, float] = PER_HOUR) -> list[Cue]:
    """The cues of a night, `per_hour` so many of each kind and each pause with its end, at least LEAST_GAP_S apart."""
    rng = random.Random(seed)
    kinds = [kind for kind, count in per_hour.items() for _ in range(round(count * hours))]
    rng.shuffle(kinds)
    room_s = hours * 3_600 - 2 * MARGIN_S - LEAST_GAP_S * len(kinds)
    if room_s < 0:
        raise ValueError(f"{len(kinds)} cues don't fit into {hours:g} h")
    offsets_s = sorted(rng.uniform(0, room_s) for _ in kinds)
    script: list[Cue] = []
    for place, (kind, offset_s) in enumerate(zip(kinds, offsets_s, strict=True)):
        at_s = MARGIN_S + offset_s + LEAST_GAP_S * place
        script.append(Cue(at_s, kind, rng.uniform(0.1, 0.7)))
        if kind == "pause":
            script.append(Cue(at_s + rng.uniform(*PAUSE_S), "resume"))
    return sorted(script, key=lambda cue: cue.at_s)
