"""The parts a tab is made of, by themselves in a real browser: its clock, its orders, the pace of its reports."""

from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browser.people import Street

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

CLOCK = "const { ServerClock } = await import('/static/player/server-clock.js'); const clock = new ServerClock();"
ORDERS = """
const { PlayerOrders } = await import('/static/player/orders.js');
const told = [];
const song = { uri: 'spotify:track:a', position_ms: 20_000, is_playing: true, next: [{ uri: 'spotify:track:b' }] };
let state = song;
const player = {
  read: async () => ({ state, momentMs: performance.now() }),
  pause: async () => told.push('pause'),
  resume: async () => told.push('resume'),
  seek: async (ms) => told.push(`seek ${Math.round(ms / 100) * 100}`),
  next: async () => told.push('next'),
  previous: async () => told.push('previous'),
};
const clock = { isKnown: true, nowMs: () => performance.now() };
const after = (ms, run) => { const id = setTimeout(run, ms); return () => clearTimeout(id); };
let reports = 0;
const orders = new PlayerOrders({ player, clock, after, report: () => { reports += 1; } });
const order = (n, kind, afterMs = 0, position_ms = 60_000) =>
  orders.take({ n, kind, at_ms: performance.now() + afterMs, position_ms, uri: 'spotify:track:a' });
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const settled = async () => {
  for (let n = 0; n < 500 && !orders.done && !orders.failed; n += 1) await rest(10);
  await rest(20);
};
"""
REPORTS = """
const { PlayerReports } = await import('/static/player/reports.js');
const after = (ms, run) => { const id = setTimeout(run, ms); return () => clearTimeout(id); };
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const times = [];
const reports = new PlayerReports(after, async () => { times.push(performance.now()); });
"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(street: Street) -> Page:
    """A page of ours, where our modules may be loaded."""
    page = await street.stranger()
    await page.goto("/")
    return page


async def run(page: Page, script: str) -> Any:
    return await page.evaluate(f"async () => {{ {script} }}")


async def test_quickest_comparison_of_clocks_counts(page: Page) -> None:
    script = """
      clock.note(1_000, 1_200, 51_100);  // 200 ms there and back
      clock.note(2_000, 2_040, 52_030);  // 40 ms: the server is 50,010 ms ahead
      clock.note(3_000, 3_900, 53_100);  // a slow one, much of it on the way there
      return [clock.tripMs, clock.at(4_000)];
    """
    assert await run(page, CLOCK + script) == [40, 54_010]


async def test_comparison_of_long_ago_counts_no_more(page: Page) -> None:
    script = """
      clock.note(0, 2, 90_001);
      for (let n = 1; n <= 16; n += 1) clock.note(n * 1_000, n * 1_000 + 30, n * 1_000 + 50_015);
      return [clock.tripMs, clock.at(0)];
    """
    assert await run(page, CLOCK + script) == [30, 50_000]


async def test_clock_that_was_moved_or_slept_is_noticed_once_and_compared_anew(page: Page) -> None:
    script = """
      const seen = [clock.hasJumped()];
      const real = Date.now;
      Date.now = () => real() + 3_600_000;
      seen.push(clock.hasJumped(), clock.hasJumped());
      clock.note(0, 2, 5);
      clock.forget();
      seen.push(clock.isKnown, clock.hasJumped());
      Date.now = real;
      return seen;
    """
    assert await run(page, CLOCK + script) == [False, True, False, False, False]


@pytest.mark.parametrize(
    ("kind", "state", "told"),
    [
        ("pause", "song", ["pause"]),
        ("seek", "song", ["seek 60000"]),
        ("resume", "{ ...song, is_playing: false }", ["seek 60000", "resume"]),
        ("resume", "{ ...song, is_playing: false, position_ms: 60_010 }", ["resume"]),
        ("next", "{ ...song, uri: 'spotify:track:z' }", ["next", "seek 60000"]),
        ("previous", "{ ...song, uri: 'spotify:track:z' }", ["previous", "seek 60000"]),
    ],
)
async def test_order_is_carried_out_and_reported(page: Page, kind: str, state: str, told: list[str]) -> None:
    script = (
        f"state = {state}; order(7, '{kind}'); await rest(120); return [told, orders.done, orders.failed, reports];"
    )
    assert await run(page, ORDERS + script) == [told, 7, None, 1]


async def test_order_waits_for_its_moment(page: Page) -> None:
    script = """
      order(1, 'pause', 400);
      await rest(100);
      const before = [...told];
      await rest(600);
      return [before, told];
    """
    assert await run(page, ORDERS + script) == [[], ["pause"]]


async def test_late_order_is_made_up_for_by_its_lateness(page: Page) -> None:
    script = "order(1, 'seek', -2_000); await settled(); return told;"
    assert await run(page, ORDERS + script) == ["seek 62000"]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("order(3, 'seek', -6_000);", "too late"),
        ("state = null; order(3, 'pause');", "another device"),
        ("player.pause = async () => { throw new Error('No.'); }; order(3, 'pause');", "No."),
        ("order(3, 'dance');", "no order"),
        ("state = { ...song, uri: 'spotify:track:z', next: [{ uri: 'spotify:track:a' }] }; order(3, 'seek');", "song"),
    ],
)
async def test_order_that_can_not_be_carried_out_is_told_so(page: Page, script: str, words: str) -> None:
    failed, done, told = await run(
        page, ORDERS + script + "await rest(120); return [orders.failed, orders.done, told];"
    )
    assert (failed["n"], done, told) == (3, 0, [])
    assert words in failed["message"]


async def test_order_of_before_is_not_carried_out_again(page: Page) -> None:
    script = "order(5, 'pause'); order(5, 'pause'); order(4, 'next'); await settled(); return told;"
    assert await run(page, ORDERS + script) == ["pause"]


async def test_error_of_the_player_right_after_an_order_is_that_orders(page: Page) -> None:
    script = "order(2, 'seek'); await settled(); orders.blame('No list.'); return orders.failed;"
    assert await run(page, ORDERS + script) == {"n": 2, "message": "No list."}


async def test_reports_follow_a_change_and_its_settling_and_never_flood(page: Page) -> None:
    script = """
      const began = performance.now();
      for (let n = 0; n < 60; n += 1) { reports.changed(); await rest(25); }
      await rest(1_400);
      reports.stop();
      const windows = times.map((at) => times.filter((one) => one >= at && one < at + 990).length);
      return [Math.max(...windows), times[0] - began, times.at(-1) - began];
    """
    most, first_ms, last_ms = await run(page, REPORTS + script)
    assert most <= 4
    assert first_ms < 1_000
    assert last_ms > 2_000  # once more when all had settled
