"""One gate in two processes: what either learns or spends holds for both, and outlives them."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songswap.clock import Clock
from songswap.documents import LEDGER, Call
from songswap.model.durations import HOUR_MS
from songswap.spotify.budget import CEILING, FAMILIES, QUOTA_EXCEEDED, SENT, Family
from songswap.spotify.errors import QuotaExceededError, RateLimitedError
from songswap.spotify.gate import PATIENCE_MS, Gate
from songswap.spotify.ledger import day_of
from songswap.store import Store

DAY_MS = 24 * HOUR_MS
EVENING_MS = 1_795_201_200_000.0
"""A Friday at 19:00 UTC."""


class SetClock(Clock):
    """Shows what it was set to."""

    def __init__(self, now_ms: float = EVENING_MS) -> None:
        self.at_ms = now_ms

    def now_ms(self) -> float:
        return self.at_ms


def rows(store: Store, clock: Clock, role: str = "server") -> list[Call]:
    return list(store.rows(LEDGER, role, day_of(clock.now_ms())))


@pytest.fixture
def set_clock() -> SetClock:
    return SetClock()


@pytest.fixture
def worker_store(store: Store) -> Store:
    return Store(store.root, "worker")


async def test_hold_found_by_one_process_stops_the_other(
    store: Store, worker_store: Store, set_clock: SetClock
) -> None:
    server, worker = Gate(store, set_clock), Gate(worker_store, set_clock)
    error = worker.limited("player", "a", "7", "")
    assert error.until_ms == set_clock.now_ms() + 7_000
    with pytest.raises(RateLimitedError):
        await server.enter("search", "a", urgent=True)
    assert server.held_until_ms("search", "a") == error.until_ms
    set_clock.at_ms = error.until_ms
    await server.enter("search", "a")
    assert server.held_until_ms("search", "a") is None


async def test_both_processes_count_the_calls_of_both(store: Store, worker_store: Store, set_clock: SetClock) -> None:
    server, worker = Gate(store, set_clock), Gate(worker_store, set_clock)
    await server.enter("search", "a")
    await worker.enter("player", "a")
    await worker.enter("player", "b")
    for gate in (server, worker):
        spent = gate.spent_24h()
        assert (spent["search"], spent["player"]) == (1, 2)
        assert (gate.spent_30s("a"), gate.spent_30s("b")) == (2, 1)


async def test_restart_keeps_counts_holds_and_lessons(store: Store, set_clock: SetClock) -> None:
    before = Gate(store, set_clock)
    for _ in range(31):
        await before.enter("search", "a")
    before.limited("search", "a", "52000", QUOTA_EXCEEDED)
    before.limited("player", "a", "1", "")
    set_clock.at_ms += 2_000
    after = Gate(store, set_clock)
    assert after.spent_24h() == before.spent_24h()
    assert after.cap("search") == before.cap("search") == 30
    assert after.ceiling("a") == before.ceiling("a") == 24
    await after.enter("player", "a", urgent=True)
    with pytest.raises(QuotaExceededError):
        await after.enter("search", "b")


async def test_calls_of_yesterday_evening_still_count_tomorrow_not(
    store: Store, worker_store: Store, set_clock: SetClock
) -> None:
    server, worker = Gate(store, set_clock), Gate(worker_store, set_clock)
    await worker.enter("player", "a")
    set_clock.at_ms += 23 * HOUR_MS
    assert server.spent_24h()["player"] == Gate(store, set_clock).spent_24h()["player"] == 1
    set_clock.at_ms += HOUR_MS
    assert server.spent_24h()["player"] == Gate(store, set_clock).spent_24h()["player"] == 0


async def test_row_written_just_before_midnight_is_seen_after_it(
    store: Store, worker_store: Store, set_clock: SetClock
) -> None:
    server, worker = Gate(store, set_clock), Gate(worker_store, set_clock)
    set_clock.at_ms = EVENING_MS + 5 * HOUR_MS - 1
    worker.limited("player", "a", "60", "")
    set_clock.at_ms += 2
    with pytest.raises(RateLimitedError):
        await server.enter("player", "a")


async def test_half_written_row_of_the_other_waits_until_it_is_whole(
    store: Store, worker_store: Store, set_clock: SetClock
) -> None:
    server, worker = Gate(store, set_clock), Gate(worker_store, set_clock)
    await worker.enter("player", "a")
    path = store.root / LEDGER.path("worker", day_of(EVENING_MS))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:20])
    assert server.spent_24h()["player"] == Gate(store, set_clock).spent_24h()["player"] == 1
    path.write_bytes(whole + whole)
    assert server.spent_24h()["player"] == 2


async def test_torn_row_of_a_crash_is_replaced_by_the_next(store: Store, set_clock: SetClock) -> None:
    await Gate(store, set_clock).enter("player", "a")
    path = store.root / LEDGER.path("server", day_of(EVENING_MS))
    path.write_bytes(path.read_bytes() + b'{"at_ms":17')
    await Gate(store, set_clock).enter("search", "a")
    spent = Gate(store, set_clock).spent_24h()
    assert (spent["player"], spent["search"]) == (1, 1)


async def test_old_ledgers_are_removed_by_their_writer_alone(
    store: Store, worker_store: Store, set_clock: SetClock
) -> None:
    server, worker = Gate(store, set_clock), Gate(worker_store, set_clock)
    for days in range(6):
        set_clock.at_ms = EVENING_MS + days * DAY_MS
        await server.enter("player", "a")
        if days == 0:
            await worker.enter("player", "a")
    kept = sorted(path.name for path in (store.root / "ledger").iterdir())
    servers = [f"server-{day_of(EVENING_MS + days * DAY_MS)}.jsonl" for days in range(2, 6)]
    assert kept == [*servers, f"worker-{day_of(EVENING_MS)}.jsonl"]


async def test_refused_call_is_not_counted(store: Store, set_clock: SetClock) -> None:
    gate = Gate(store, set_clock)
    gate.limited("player", "a", "7", "")
    with pytest.raises(RateLimitedError):
        await gate.enter("player", "a")
    assert [row.status for row in rows(store, set_clock)] == [429]
    assert gate.spent_24h()["player"] == 0


@pytest.mark.virtual_time
async def test_calls_that_come_too_fast_wait_for_their_turn_or_are_refused(
    store: Store, worker_store: Store, clock: Clock
) -> None:
    gates = [Gate(store, clock), Gate(worker_store, clock)]
    begun_ms = clock.now_ms()
    for number in range(CEILING):
        await gates[number % 2].enter("player", "a")
        await asyncio.sleep(0.6)
    results = await asyncio.gather(*(gates[0].enter("player", "a") for _ in range(40)), return_exceptions=True)
    refused = [error for error in results if isinstance(error, RateLimitedError)]
    assert len(refused) + results.count(None) == 40
    assert 0 < len(refused) < 40
    assert all(error.until_ms > begun_ms + 27_000 + PATIENCE_MS for error in refused)
    moments = sorted(row.at_ms for role in ("server", "worker") for row in rows(store, clock, role))
    assert all(late - early >= 30_000 for early, late in zip(moments, moments[CEILING:], strict=False))


@pytest.mark.virtual_time
async def test_urgent_calls_and_token_refreshes_never_wait(store: Store, clock: Clock) -> None:
    gate, begun_ms = Gate(store, clock), clock.now_ms()
    for _ in range(CEILING):
        await gate.enter("player", "a")
    await gate.enter("player", "a", urgent=True)
    await gate.enter("accounts", "a")
    await gate.enter("player", "b")
    assert clock.now_ms() == begun_ms
    with pytest.raises(RateLimitedError):
        await gate.enter("player", "a")


@pytest.mark.virtual_time
async def test_call_that_waits_for_its_turn_hears_of_a_hold_meanwhile(
    store: Store, worker_store: Store, clock: Clock
) -> None:
    gate = Gate(store, clock)
    for _ in range(CEILING):
        await gate.enter("player", "a")
    await asyncio.sleep(27)
    waiting = asyncio.create_task(gate.enter("player", "a"))
    await asyncio.sleep(1)
    error = Gate(worker_store, clock).limited("player", "a", "600", "")
    with pytest.raises(RateLimitedError) as raised:
        await waiting
    assert raised.value.until_ms == error.until_ms
    assert len(rows(store, clock)) == CEILING


steps = st.lists(
    st.tuples(
        st.sampled_from(["server", "worker"]),
        st.sampled_from(["call", "call", "limit", "quota", "restart"]),
        st.sampled_from(FAMILIES),
        st.sampled_from("ab"),
        st.integers(0, 20_000),
    ),
    max_size=40,
)


@settings(deadline=None, max_examples=60)
@given(steps)
def test_no_call_passes_while_blocked_whoever_was_told(steps: list[tuple[str, str, Family, str, int]]) -> None:
    async def run(root: Path) -> None:
        clock = SetClock()
        stores = {role: Store(root, role) for role in ("server", "worker")}
        gates = {role: Gate(store, clock) for role, store in stores.items()}
        quota_until: dict[str, float] = {}
        break_until: dict[tuple[str, bool], float] = {}
        passed = 0
        for role, step, family, app, value_ms in steps:
            clock.at_ms += value_ms
            here = (app, family == "accounts")
            if step == "restart":
                gates[role] = Gate(stores[role], clock)
            elif step == "quota":
                until_ms = gates[role].limited(family, app, str(value_ms // 1000), QUOTA_EXCEEDED).until_ms
                quota_until[family] = max(until_ms, quota_until.get(family, 0.0))
            elif step == "limit":
                until_ms = gates[role].limited(family, app, str(value_ms // 1000), "").until_ms
                break_until[here] = max(until_ms, break_until.get(here, 0.0))
            elif max(quota_until.get(family, 0.0), break_until.get(here, 0.0)) > clock.at_ms:
                with pytest.raises(RateLimitedError):
                    await gates[role].enter(family, app, urgent=True)
            else:
                await gates[role].enter(family, app, urgent=True)
                passed += 1
        for gate in gates.values():
            assert sum(gate.spent_24h().values()) == passed

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))


async def test_row_on_disk_says_what_was_sent_for_whom(store: Store, set_clock: SetClock) -> None:
    await Gate(store, set_clock).enter("history", "a")
    assert rows(store, set_clock) == [
        Call(EVENING_MS, "history", "a", SENT, up_ms=EVENING_MS - set_clock.offset_ms, boot=set_clock.boot)
    ]
