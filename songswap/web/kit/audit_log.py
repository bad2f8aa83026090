"""The audit log: who did what to whom, when. It only grows; rows hold ids, no words, and lose those of who is gone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from msgspec.structs import replace

from songswap.documents import AUDIT
from songswap.model.reports import AuditKind, AuditRow
from songswap.model.struct import Struct
from songswap.store import Store
from songswap.web.kit.authors import AuthorState, author_state
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services

ENTRIES_A_PAGE: Final = 30
CURSOR: Final = re.compile(r"([0-9]{6})-([0-9]{1,9})")

Numbered = tuple[str, int, AuditRow]
"""The month of a row, its place in it, and the row."""


class AuditState(Struct, frozen=True):
    """A row of the audit log as it reads now: people and groups that are gone have no name any more."""

    at_ms: float
    kind: AuditKind
    by: AuthorState | None
    whom: AuthorState | None
    group: str
    group_name: str
    place: str
    post: str
    detail: str


class AuditPage(Struct, frozen=True):
    """Rows of the audit log, the newest first; `next` is the cursor of older ones."""

    items: tuple[AuditState, ...]
    next: str | None


def note(services: Services, kind: AuditKind, by: str, **what: str) -> None:
    """Write down that `by` did this; `what` are the other fields of the row. Raises StoreError."""
    now_ms = services.clock.now_ms()
    services.store.append(AUDIT, AuditRow(now_ms, kind, by, **what), _month(now_ms))


def page(services: Services, cursor: str | None, limit: int = ENTRIES_A_PAGE) -> AuditPage:
    """The rows after the cursor, the newest first: no month is read that has none of them.

    Raises ProblemError (400) for what is no cursor, StoreError.
    """
    found = list(islice(_newest_first(services.store, _mark(cursor)), limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    return AuditPage(
        items=tuple(_state(services, row) for _, _, row in found[:limit]),
        next=f"{last[0]}-{last[1]}" if last else None,
    )


def about(store: Store, account: str) -> tuple[AuditRow, ...]:
    """The rows that name `account`, the newest first, for their export; who reported them is left out.

    Raises StoreError.
    """
    rows = (row for _, _, row in _newest_first(store, None) if account in {row.by, row.whom})
    return tuple(_without_reporter(row, account) for row in rows)


def forget(store: Store, account: str) -> None:
    """Let the rows name `account` no more; what was done stays. Raises StoreError."""
    for month in _months(store):
        before = list(store.rows(AUDIT, month))
        after = [_without(row, account) for row in before]
        if after != before:
            store.rewrite(AUDIT, after, month)


def _without(row: AuditRow, account: str) -> AuditRow:
    by, whom = ("" if one == account else one for one in (row.by, row.whom))
    return replace(row, by=by, whom=whom, place="" if row.place == f"wall:{account}" else row.place)


def _without_reporter(row: AuditRow, account: str) -> AuditRow:
    if row.kind != "reported" or row.by == account:
        return row
    return replace(row, by="", detail="")


def _newest_first(store: Store, mark: tuple[str, int] | None) -> Iterator[Numbered]:
    for month in _months(store):
        if mark is None or month <= mark[0]:
            rows = list(store.rows(AUDIT, month))
            end = len(rows) if mark is None or month < mark[0] else mark[1]
            for place in range(min(end, len(rows)) - 1, -1, -1):
                yield month, place, rows[place]


def _months(store: Store) -> list[str]:
    """The months there are rows of, the newest first."""
    return [name for name in reversed(store.listed(AUDIT)) if name.isdecimal()]


def _mark(cursor: str | None) -> tuple[str, int] | None:
    if cursor is None:
        return None
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise ProblemError(400, "invalid", "This is no cursor of the audit log. Take the `next` of the answer before.")
    return found[1], int(found[2])


def _month(at_ms: float) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y%m")


def _state(services: Services, row: AuditRow) -> AuditState:
    group = services.groups.get(row.group) if row.group else None
    return AuditState(
        at_ms=row.at_ms,
        kind=row.kind,
        by=author_state(services.directory.get(row.by)) if row.by else None,
        whom=author_state(services.directory.get(row.whom)) if row.whom else None,
        group=row.group,
        group_name=group.name if group else "",
        place=row.place,
        post=row.post,
        detail=row.detail,
    )
