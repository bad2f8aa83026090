"""How much there is for each, and that nobody has it at the cost of others."""

import asyncio
from contextlib import ExitStack

import pytest

from songswap.web.kit.held import Held
from songswap.web.kit.limits import Lines, usual
from songswap.web.kit.rate_limiter import MOST_KEYS, Pace
from tests.web.site import Site, content, refusal


def test_so_much_in_a_while_and_then_again() -> None:
    pace = Pace(limit=3, window_ms=10_000)
    assert [pace.allows("ada", now_ms) for now_ms in (0, 1, 2, 3, 9_999, 10_000)] == [True] * 3 + [False] * 2 + [True]
    assert pace.allows("bob", 3)
    assert pace.wait_s("ada", 10_001) == 10


@pytest.mark.parametrize("jump_ms", [-60_000, -3_600_000, -86_400_000, 60_000, 86_400_000])
def test_a_clock_that_is_set_shuts_nobody_out(jump_ms: float) -> None:
    pace = Pace(limit=2, window_ms=10_000)
    now_ms = 1e12
    assert [pace.allows("ada", now_ms) for _ in range(3)] == [True, True, False]
    assert pace.allows("ada", now_ms + jump_ms)
    assert pace.wait_s("ada", now_ms + jump_ms) <= 10


def test_invented_addresses_cost_no_memory() -> None:
    pace = Pace()
    for number in range(3 * MOST_KEYS):
        pace.allows(str(number), number)
    assert len(pace._windows) == MOST_KEYS


def test_what_is_over_is_forgotten() -> None:
    held = Held(most=2)
    with ExitStack() as until:
        assert [held.take("ada", until) for _ in range(3)] == [True, True, False]
        assert held.take("bob", until)
    assert not held._counts


async def test_a_person_waits_for_their_own_questions_and_nobody_else() -> None:
    lines, began = Lines(at_once=2), list[str]()
    over = asyncio.Event()

    async def ask(key: str) -> None:
        with ExitStack() as until:
            await lines.take(key, until)
            began.append(key)
            await over.wait()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            tasks.create_task(ask("ada"))
        given_up = tasks.create_task(ask("ada"))
        tasks.create_task(ask("bob"))
        await asyncio.sleep(0)
        assert began == ["ada", "ada", "bob"]
        given_up.cancel()
        over.set()
    assert began.count("ada") == 5
    assert not lines._lines


async def test_one_members_searches_leave_room_for_everybody_elses(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    site.services.spotify_pace = Pace(limit=25, window_ms=30_000.0)
    answers = [await ada.get(f"/api/search?q=song {number}") for number in range(60)]
    assert 429 in {answer.status_code for answer in answers}
    assert await refusal(answers[-1], 429) == "too_fast"
    for number in range(10):
        await content(await bob.get(f"/api/search?q=another {number}"))
    site.services.spotify_pace = Pace(limit=25, window_ms=30_000.0)
    site.clock.advance(seconds=30)
    await content(await ada.get("/api/search?q=at last"))


async def test_a_page_at_its_fullest_is_far_from_any_bound(site: Site) -> None:
    """A group's page loads some 60 files; a page of figures asks a dozen questions; both are opened again and again."""
    bounds = {cost: pace.limit for cost, pace in usual().items()}
    assert bounds["file"] >= 60 * 25
    assert bounds["figures"] >= 12 * 20
    assert bounds["page"] >= 10 * 25
