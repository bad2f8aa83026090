"""The diaries of nights as the worker wrote them, added up to reports; read again only when they have changed."""

from songswap.core.session.night_report import Report, report_of
from songswap.documents import DIARY
from songswap.store import Store

KEPT = 200
"""Reports held in memory; a group's list of past nights needs one for each."""


class Diaries:
    """Reads of DIARY in `store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._reports: dict[str, tuple[tuple[int, int], Report | None]] = {}

    def report(self, group: str, session_id: str) -> Report | None:
        """The report of a night so far; None where nothing is known of it. Raises UnfitNameError, StoreError."""
        name = DIARY.path(group, session_id)
        path = self._store.root / name
        there = path.stat() if path.exists() else None
        mark = (there.st_size, there.st_mtime_ns) if there else (0, 0)
        known = self._reports.pop(name, None)
        if known is None or known[0] != mark:
            known = (mark, report_of(self._store.rows(DIARY, group, session_id)))
        self._reports[name] = known
        if len(self._reports) > KEPT:
            del self._reports[next(iter(self._reports))]
        return known[1]

    def nights(self, group: str) -> list[tuple[str, Report]]:
        """All nights of a group with their session ids, the newest first."""
        names = self._store.listed(DIARY, group)
        found = [(name, report) for name in names if (report := self.report(group, name))]
        return sorted(found, key=lambda night: -night[1].started_at_ms)
