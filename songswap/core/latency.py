"""The learned time from a command to its sound, per person, device and kind of command."""

from collections.abc import Mapping

from songswap.model import CommandKind, Latency

UNKNOWN_MS = 500.0
"""Before anything was learned (sync.md; Cider starts there as well)."""
LEAST_MS, MOST_MS = 20.0, 3_000.0
FIRST_WEIGHT, LATER_WEIGHT, OUTLIER_WEIGHT = 0.6, 0.2, 0.05
FIRST_SAMPLES = 3
OUTLIER_MS = 1_500.0

LatencyTable = Mapping[str, Mapping[CommandKind, Latency]]
"""Device id → kind of command → what was learned."""


def expected_ms(table: LatencyTable, device_id: str, kind: CommandKind) -> float:
    """Latency to reckon with; another kind's on the same device is a better guess than the general one."""
    known = table.get(device_id, {})
    if kind in known:
        return known[kind].mean_ms
    return next((latency.mean_ms for latency in known.values()), UNKNOWN_MS)


def samples(table: LatencyTable, device_id: str, kind: CommandKind) -> int:
    """How many commands of this kind to this device were verified."""
    known = table.get(device_id, {}).get(kind)
    return known.samples if known else 0


def learn(known: Latency | None, sample_ms: float) -> Latency:
    """What is known after one more sample: quick at first, then steady; a stall hardly counts."""
    mean_ms, samples = (known.mean_ms, known.samples) if known else (UNKNOWN_MS, 0)
    if abs(sample_ms - mean_ms) > OUTLIER_MS:
        weight = OUTLIER_WEIGHT
    else:
        weight = FIRST_WEIGHT if samples < FIRST_SAMPLES else LATER_WEIGHT
    mean_ms += weight * (sample_ms - mean_ms)
    return Latency(mean_ms=min(MOST_MS, max(LEAST_MS, mean_ms)), samples=samples + 1)


def learned(
    table: LatencyTable, device_id: str, kind: CommandKind, sample_ms: float
) -> dict[str, dict[CommandKind, Latency]]:
    """The table with one more sample in it."""
    devices = {device: dict(kinds) for device, kinds in table.items()}
    kinds = devices.setdefault(device_id, {})
    kinds[kind] = learn(kinds.get(kind), sample_ms)
    return devices
