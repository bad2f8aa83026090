"""The learned time from a command to its sound, per person, device and kind of command."""

from collections.abc import Mapping

from songswap.model import CommandKind, Latency

UNKNOWN_MS = 500.0
"""Before anything was learned (sync.md; Cider starts there as well)."""
LEAST_MS, MOST_MS = 20.0, 3_000.0
FIRST_WEIGHT, LEAST_WEIGHT, OUTLIER_WEIGHT = 0.8, 0.1, 0.02
"""The first sample counts nearly alone, the n-th as one of n, later ones enough to notice that a device has changed."""
SPREAD_WEIGHT = 0.2
KNOWN_SAMPLES = 3
WILD_MS, OUTLIER_MS = 1_500.0, 600.0
"""What is off by more is a stall, while a device is new and once it is known: the best of networks has some."""

LatencyTable = Mapping[str, Mapping[CommandKind, Latency]]
"""Device id → kind of command → what was learned."""


def expected_ms(table: LatencyTable, device_id: str, kind: CommandKind) -> float:
    """Latency to reckon with; another kind's on the same device is a better guess than the general one."""
    known = table.get(device_id, {})
    if kind in known:
        return known[kind].mean_ms
    return next((latency.mean_ms for latency in known.values()), UNKNOWN_MS)


def known(table: LatencyTable, device_id: str, kind: CommandKind) -> Latency:
    """What was learned of one kind of command to a device; no samples if nothing was."""
    return table.get(device_id, {}).get(kind) or Latency(expected_ms(table, device_id, kind), 0)


def learn(before: Latency, sample_ms: float) -> Latency:
    """What is known after one more sample: quick at first, then steady; a stall hardly counts."""
    off_ms = sample_ms - before.mean_ms
    is_stall = abs(off_ms) > (OUTLIER_MS if before.samples >= KNOWN_SAMPLES else WILD_MS)
    weight = max(LEAST_WEIGHT, 1 / (before.samples + 1)) if before.samples else FIRST_WEIGHT
    if is_stall:
        weight = OUTLIER_WEIGHT
    spread_ms = before.spread_ms
    if before.samples:  # the first sample tells how wrong the guess was, not how steady the device is
        spread_ms += SPREAD_WEIGHT * (min(abs(off_ms), OUTLIER_MS) - spread_ms)
    return Latency(
        mean_ms=min(MOST_MS, max(LEAST_MS, before.mean_ms + weight * off_ms)),
        samples=before.samples + 1,
        spread_ms=spread_ms,
    )


def learned(
    table: LatencyTable, device_id: str, kind: CommandKind, sample_ms: float
) -> dict[str, dict[CommandKind, Latency]]:
    """The table with one more sample in it."""
    devices = {device: dict(kinds) for device, kinds in table.items()}
    devices.setdefault(device_id, {})[kind] = learn(known(table, device_id, kind), sample_ms)
    return devices
