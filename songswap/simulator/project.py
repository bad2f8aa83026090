"""An operator's project at Google: its keys, and what they may ask of YouTube in a day (of Pacific Time)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

Bucket = Literal["search", "units"]
PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass
class Project:
    """Counts what was let through, by bucket; what was refused counts towards nothing."""

    clock: Callable[[], float]
    keys: set[str] = field(default_factory=lambda: {"key-for-the-stand-in"})
    searches_a_day: int = 100
    units_a_day: int = 10_000
    refusal: Literal[403, 429] = 429
    """The form of the refusal: as documented, or as seen since searches have a quota of their own."""
    _day: str = ""
    _used: dict[Bucket, int] = field(default_factory=dict)

    def admit(self, bucket: Bucket) -> bool:
        """Count one call, or refuse it."""
        most = self.searches_a_day if bucket == "search" else self.units_a_day
        if self.used(bucket) >= most:
            return False
        self._used[bucket] += 1
        return True

    def used(self, bucket: Bucket) -> int:
        """How many calls were counted today."""
        today = datetime.fromtimestamp(self.clock(), PACIFIC).date().isoformat()
        if today != self._day:
            self._day, self._used = today, {"search": 0, "units": 0}
        return self._used[bucket]
