"""The learned time from a command to its sound, per person, device and kind of command."""

import math
import statistics
from collections.abc import Mapping, Sequence

from songswap.model.music import PlayerCommand
from songswap.model.session import Latency

UNKNOWN_MS = 500.0
"""Before anything was learned (sync.md; Cider starts there as well)."""
LEAST_MS, MOST_MS = 20.0, 4_000.0
KEPT_SAMPLES = 30
KNOWN_SAMPLES = 3
"""From so many samples on a device is known."""
SHARED_SAMPLES = 4.0
"""What other kinds of command taught about the same device counts like so many samples of a kind's own."""
STALL_MS, STALL_SHARE, STALL_FACTOR = 250.0, 0.3, 4.0
"""A sample further from the median than 250 ms and 30 % of it, or than four usual deviations where that is more, was a
stall: it teaches nothing."""
PRIOR_SHARE, PRIOR_SAMPLES = 0.15, 3
"""Latencies vary by some 15 % [sync.md, assumed]; that counts like three samples."""

LatencyTable = Mapping[str, Mapping[PlayerCommand, Latency]]
"""Device id → kind of command → what was learned."""


def usual(samples_ms: Sequence[float]) -> list[float]:
    """The samples without stalls. Of two that disagree the shorter, as stalls only make them longer."""
    if not samples_ms:
        return []
    is_few = len(samples_ms) < KNOWN_SAMPLES
    typical_ms = min(samples_ms) if is_few else statistics.median(samples_ms)
    bound_ms = STALL_MS + STALL_SHARE * typical_ms
    if not is_few:
        deviation_ms = statistics.median(abs(sample_ms - typical_ms) for sample_ms in samples_ms)
        bound_ms = max(bound_ms, STALL_FACTOR * deviation_ms)
    return [sample_ms for sample_ms in samples_ms if abs(sample_ms - typical_ms) <= bound_ms]


def expected_ms(table: LatencyTable, device_id: str, kind: PlayerCommand, unknown_ms: float = UNKNOWN_MS) -> float:
    """Latency to reckon with: the mean of the usual samples of this kind, drawn to that of all on the device.

    `unknown_ms` where nothing was learned.
    """
    every = usual(samples(table, device_id))
    if not every:
        return unknown_ms
    kinds = table[device_id]
    own = usual(kinds[kind].recent_ms) if kind in kinds else []
    mean_ms = (sum(own) + SHARED_SAMPLES * statistics.fmean(every)) / (len(own) + SHARED_SAMPLES)
    return min(MOST_MS, max(LEAST_MS, mean_ms))


def samples(table: LatencyTable, device_id: str) -> tuple[float, ...]:
    """All samples in ms known of a device, whatever the command."""
    return tuple(sample_ms for latency in table.get(device_id, {}).values() for sample_ms in latency.recent_ms)


def spread_ms(table: LatencyTable, device_id: str) -> float | None:
    """How far off a command usually is (standard deviation); None while the device is not known.

    A few samples that happen to agree prove little, so the usual share of the latency is counted in.
    """
    every = samples(table, device_id)
    if len(every) < KNOWN_SAMPLES:
        return None
    known = usual(every)
    mean_ms = statistics.fmean(known)
    squares = sum((sample_ms - mean_ms) ** 2 for sample_ms in known)
    squares += PRIOR_SAMPLES * (PRIOR_SHARE * mean_ms) ** 2
    return math.sqrt(squares / (len(known) + PRIOR_SAMPLES))


def learned(
    table: LatencyTable, device_id: str, kind: PlayerCommand, sample_ms: float
) -> dict[str, dict[PlayerCommand, Latency]]:
    """The table with one more sample in it."""
    devices = {device: dict(kinds) for device, kinds in table.items()}
    kinds = devices.setdefault(device_id, {})
    before = kinds[kind].recent_ms if kind in kinds else ()
    kinds[kind] = Latency((*before, sample_ms)[-KEPT_SAMPLES:])
    return devices
