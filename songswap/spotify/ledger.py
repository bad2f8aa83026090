"""The ledgers on disk: each process writes its own, one a UTC day, and reads on in the other's."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from songswap.documents import LEDGER, Call
from songswap.store import Store
from songswap.store.files import Writer

DAYS_KEPT = 3
ROLES: Final[tuple[Writer, ...]] = ("server", "worker")
"""Who calls Spotify."""


def day_of(at_ms: float, days_back: int = 0) -> str:
    """The UTC day of a moment (or some days earlier) as YYYYMMDD."""
    return (datetime.fromtimestamp(at_ms / 1000, UTC) - timedelta(days=days_back)).strftime("%Y%m%d")


class Ledger:
    """The calls of all processes on one store, as the process that plays `store.role` writes and reads them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._others = [role for role in ROLES if role != store.role]
        self._read_to: dict[str, int] = {}
        self._pruned_on = ""

    def load(self, now_ms: float) -> list[Call]:
        """Every row of the days kept, of all processes, in no particular order."""
        every = range(DAYS_KEPT, -DAYS_KEPT - 1, -1)  # also days to come, as the clock may have been set back
        days = [day_of(now_ms, back) for back in every]
        return [row for day in days for role in ROLES for row in self._read_on(role, day)]

    def news(self, now_ms: float) -> list[Call]:
        """What other processes have written since the last look; the day before may still get a row at midnight."""
        days = (day_of(now_ms, 1), day_of(now_ms), day_of(now_ms, -1))
        return [row for day in days for role in self._others for row in self._read_on(role, day)]

    def append(self, row: Call) -> None:
        """Write a row; a hold is on disk when this returns. Raises StoreError."""
        day = day_of(row.at_ms)
        self._store.append(LEDGER, row, self._store.role, day, durable=row.until_ms is not None)
        if day != self._pruned_on:
            self._prune(day_of(row.at_ms, DAYS_KEPT))
            self._pruned_on = day

    def _prune(self, oldest: str) -> None:
        for path in self._store.root.glob(LEDGER.pattern.format(self._store.role, "*")):
            if path.stem.rpartition("-")[2] < oldest:
                with contextlib.suppress(OSError):  # a read-only disk
                    path.unlink(missing_ok=True)

    def _read_on(self, role: str, day: str) -> Iterator[Call]:
        name = LEDGER.path(role, day)
        start = self._read_to.get(name, 0)
        content = self._store.added(LEDGER, start, role, day)
        whole_lines = content[: content.rfind(b"\n") + 1]
        self._read_to[name] = start + len(whole_lines)
        return LEDGER.rows(whole_lines, name)
