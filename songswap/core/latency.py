"""The learned time from a command to its sound, per person, device and kind of command."""

import math
import statistics
from collections.abc import Mapping

from songswap.model import CommandKind, Latency

UNKNOWN_MS = 500.0
"""Before anything was learned (sync.md; Cider starts there as well)."""
LEAST_MS, MOST_MS = 20.0, 4_000.0
KEPT_SAMPLES = 15
KNOWN_SAMPLES = 3
"""From so many samples on a kind of command speaks for itself; before, all kinds on the device count."""
STALL_MS, STALL_FACTOR = 250.0, 4.0
"""A sample further from the median than 250 ms and than four usual deviations was a stall: it teaches nothing."""
PRIOR_SHARE, PRIOR_SAMPLES = 0.15, 3
"""Latencies vary by some 15 % [sync.md, assumed]; that counts like three samples."""

LatencyTable = Mapping[str, Mapping[CommandKind, Latency]]
"""Device id → kind of command → what was learned."""


def recent(table: LatencyTable, device_id: str, kind: CommandKind) -> tuple[float, ...]:
    """The samples in ms to go by for a kind of command on a device."""
    kinds = table.get(device_id, {})
    own = kinds[kind].recent_ms if kind in kinds else ()
    if len(own) >= KNOWN_SAMPLES:
        return own
    return tuple(sample_ms for latency in kinds.values() for sample_ms in latency.recent_ms)


def usual(samples_ms: tuple[float, ...]) -> tuple[float, ...]:
    """The samples without stalls; of the first few the shortest, as stalls only make them longer."""
    if len(samples_ms) < KNOWN_SAMPLES:
        return (min(samples_ms),)
    median_ms = statistics.median(samples_ms)
    deviation_ms = statistics.median(abs(sample_ms - median_ms) for sample_ms in samples_ms)
    bound_ms = max(STALL_MS, STALL_FACTOR * deviation_ms)
    return tuple(sample_ms for sample_ms in samples_ms if abs(sample_ms - median_ms) <= bound_ms)


def expected_ms(table: LatencyTable, device_id: str, kind: CommandKind) -> float:
    """Latency to reckon with: the mean of the usual samples."""
    samples_ms = recent(table, device_id, kind)
    if not samples_ms:
        return UNKNOWN_MS
    return min(MOST_MS, max(LEAST_MS, statistics.fmean(usual(samples_ms))))


def spread_ms(table: LatencyTable, device_id: str, kind: CommandKind) -> float | None:
    """How far off a command usually is (standard deviation); None while the device is not known.

    A few samples that happen to agree prove little, so the usual share of the latency is counted in.
    """
    samples_ms = recent(table, device_id, kind)
    if len(samples_ms) < KNOWN_SAMPLES:
        return None
    samples_ms = usual(samples_ms)
    mean_ms = statistics.fmean(samples_ms)
    squares = sum((sample_ms - mean_ms) ** 2 for sample_ms in samples_ms)
    squares += PRIOR_SAMPLES * (PRIOR_SHARE * mean_ms) ** 2
    return math.sqrt(squares / (len(samples_ms) + PRIOR_SAMPLES))


def learned(
    table: LatencyTable, device_id: str, kind: CommandKind, sample_ms: float
) -> dict[str, dict[CommandKind, Latency]]:
    """The table with one more sample in it."""
    devices = {device: dict(kinds) for device, kinds in table.items()}
    kinds = devices.setdefault(device_id, {})
    before = kinds[kind].recent_ms if kind in kinds else ()
    kinds[kind] = Latency((*before, sample_ms)[-KEPT_SAMPLES:])
    return devices
