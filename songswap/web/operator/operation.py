"""What the operator is shown: accounts, seats, calls to Spotify, storage, the worker."""

import asyncio
from collections import Counter
from typing import Literal

from songswap import __version__
from songswap.core.kit.status_text import describe
from songswap.core.kit.store_layout import PART_LABELS, StorageKind
from songswap.core.people.seats import SEATS_PER_APP, free_seats
from songswap.documents import HEARTBEAT, LEDGER, Account
from songswap.model.struct import Struct
from songswap.spotify.budget import FAMILIES, Family
from songswap.spotify.ledger import ROLES, day_of
from songswap.spotify.oauth import CONSENT_LIFETIME_MS, relogin_notice
from songswap.store import Store
from songswap.web.group.group_snapshot import is_polling, person_of
from songswap.web.kit.operators import is_operator
from songswap.web.kit.services import Services
from songswap.web.kit.worker_status import is_worker_alive
from songswap.web.operator.storage import Sizes, measure
from songswap.web.people.accounts import consent_of

CallKey = tuple[str, str, str]
"""Process, family and app."""


class AccountRow(Struct, frozen=True):
    """A person here. `standing` is empty when Spotify lets them listen, else what is in the way, in words.

    `renewal` says how soon Spotify wants a new log-in: within a month or a week, or `expired`; null: later.
    """

    id: str
    name: str
    handle: str
    image_url: str | None
    app: str
    since_ms: float
    logged_in_at_ms: float | None
    login_ends_at_ms: float | None
    renewal: Literal["month", "week", "expired"] | None
    standing: str
    storage_bytes: int
    is_operator: bool


class AppState(Struct, frozen=True):
    """A Spotify app and its seats; `is_configured` is false for one the configuration has no more."""

    name: str
    taken: int
    seats: int
    free: int
    is_configured: bool


class FamilyState(Struct, frozen=True):
    """Calls of a family of endpoints in the last 24 hours; how many are `left` where a limit is known."""

    family: Family
    last_24h: int
    left: int | None
    held_until_ms: float | None


class CallRow(Struct, frozen=True):
    """Calls of one process, family and app since midnight UTC."""

    process: str
    family: str
    app: str
    count: int


class Hold(Struct, frozen=True):
    """Calls that Spotify wants none of until then."""

    family: Family
    app: str
    until_ms: float


class StorageRow(Struct, frozen=True):
    """How much room a kind of files takes."""

    kind: StorageKind
    label: str
    bytes: int
    files: int


class WorkerState(Struct, frozen=True):
    """Whether the worker lives, since when, and which of its jobs fail and why."""

    is_alive: bool
    started_at_ms: float | None
    beat_at_ms: float | None
    failing: dict[str, str]


class BrokenFile(Struct, frozen=True):
    """A file of the store that can't be read, by its path in it, and why."""

    path: str
    why: str


class OperatorState(Struct, frozen=True):
    """Everything about this SongSwap but its reports and audit log, as of `now_ms`."""

    now_ms: float
    version: str
    accounts: tuple[AccountRow, ...]
    apps: tuple[AppState, ...]
    calls: tuple[FamilyState, ...]
    ledger: tuple[CallRow, ...]
    holds: tuple[Hold, ...]
    storage: tuple[StorageRow, ...]
    storage_bytes: int
    free_bytes: int
    groups: int
    worker: WorkerState
    broken: tuple[BrokenFile, ...]
    polls: bool
    """Whether the store is looked at for changes again and again, as its file system does not tell of them."""


async def state_of_all(services: Services) -> OperatorState:
    """How everything stands; files are looked at in a thread. Raises StoreError."""
    now_ms = services.clock.now_ms()
    sizes, ledger, _ = await asyncio.gather(
        asyncio.to_thread(measure, services.store.root),
        asyncio.to_thread(_calls_today, services.store, now_ms),
        asyncio.to_thread(services.survey.look),
    )
    accounts = [_account(services, account, sizes, now_ms) for account in services.directory.everybody()]
    holds = _holds(services)
    return OperatorState(
        now_ms=now_ms,
        version=__version__,
        accounts=tuple(sorted(accounts, key=lambda one: (one.name.casefold(), one.id))),
        apps=_apps(services, [one.app for one in accounts]),
        calls=_families(services, holds),
        ledger=tuple(CallRow(*key, count) for key, count in sorted(ledger.items(), key=_most_first)),
        holds=holds,
        storage=tuple(
            StorageRow(kind, PART_LABELS[kind], size, sizes.files[kind]) for kind, size in sizes.by_kind.most_common()
        ),
        storage_bytes=sizes.total_bytes,
        free_bytes=sizes.free_bytes,
        groups=len(services.store.names("groups")),
        worker=_worker(services.store, now_ms),
        broken=_broken(services.store),
        polls=is_polling(services.store),
    )


def _account(services: Services, account: Account, sizes: Sizes, now_ms: float) -> AccountRow:
    consent = consent_of(services.store, account.id)
    trouble = person_of(services.store, account).trouble
    return AccountRow(
        id=account.id,
        name=account.display_name,
        handle=account.handle,
        image_url=account.image_url,
        app=account.app,
        since_ms=account.created_at_ms,
        logged_in_at_ms=consent.granted_at_ms if consent else None,
        login_ends_at_ms=consent.granted_at_ms + CONSENT_LIFETIME_MS if consent else None,
        renewal=relogin_notice(consent.granted_at_ms, now_ms) if consent else "expired",
        standing=describe(trouble, None) if trouble else "",
        storage_bytes=sizes.by_account[account.id],
        is_operator=is_operator(services, account),
    )


def _apps(services: Services, taken: list[str]) -> tuple[AppState, ...]:
    configured = [app.name for app in services.config.spotify.apps]
    every = dict.fromkeys([*configured, *sorted(taken)])
    used, free = Counter(taken), free_seats(list(every), taken)
    return tuple(AppState(app, used[app], SEATS_PER_APP, free[app], app in configured) for app in every)


def _families(services: Services, holds: tuple[Hold, ...]) -> tuple[FamilyState, ...]:
    spent = services.gate.spent_24h()
    until = {hold.family: max(one.until_ms for one in holds if one.family == hold.family) for hold in holds}
    return tuple(FamilyState(one, spent[one], services.gate.left(one), until.get(one)) for one in FAMILIES)


def _holds(services: Services) -> tuple[Hold, ...]:
    apps = [app.name for app in services.config.spotify.apps]
    found = ((family, app, services.gate.held_until_ms(family, app)) for app in apps for family in FAMILIES)
    return tuple(Hold(family, app, until_ms) for family, app, until_ms in found if until_ms is not None)


def _calls_today(store: Store, now_ms: float) -> Counter[CallKey]:
    """The calls of this UTC day by process, family and app, out of both ledgers. Raises StoreError."""
    day = day_of(now_ms)
    rows = ((role, row) for role in ROLES for row in store.rows(LEDGER, role, day) if row.until_ms is None)
    return Counter((role, row.family, row.app) for role, row in rows)


def _most_first(item: tuple[CallKey, int]) -> tuple[int, CallKey]:
    return -item[1], item[0]


def _broken(store: Store) -> tuple[BrokenFile, ...]:
    """What either process can't read; what the worker says of a document is old when it can be read here."""
    beat = store.read(HEARTBEAT)
    every = {**(beat.broken if beat else {}), **store.broken}
    return tuple(BrokenFile(path, why) for path, why in sorted(every.items()))


def _worker(store: Store, now_ms: float) -> WorkerState:
    beat = store.read(HEARTBEAT)
    return WorkerState(
        is_alive=is_worker_alive(store, now_ms),
        started_at_ms=beat.started_at_ms if beat else None,
        beat_at_ms=beat.beat_at_ms if beat else None,
        failing=beat.failing if beat else {},
    )
