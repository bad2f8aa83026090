"""What is measured: the night as it should be in three ways, each kind of trouble, and two simpler followers."""

import time
from dataclasses import replace

from bench.sync import incidents
from bench.sync.baselines import follow_as_the_original, follow_plainly
from bench.sync.night import Scenario
from bench.sync.people import BASE, EVERYBODY, HOST, LISTENERS
from songswap.documents import LEDGER, Call
from songswap.store import Store
from tests.evening import Evening

BUDGET = 1_000
HALF = (HOST, *LISTENERS[::2][:2])
"""The host listens in a page, as do two of five listeners; the others have devices."""
SEEDS = (5, 6, 7, 8)
"""For the scenarios that are compared with goals: one hour is at the mercy of a few stalls."""


def know_the_budget(evening: Evening) -> None:
    """Spotify allows BUDGET player calls a day, and has said so the day before yesterday."""
    evening.world.limits.quota_per_24h = {"player": BUDGET}
    then_ms = evening.clock.now_ms() - 26 * 3_600_000
    lesson = Call(then_ms, "player", "default", 429, until_ms=then_ms + 1, reason="QUOTA_EXCEEDED", counted=BUDGET)
    day = time.strftime("%Y%m%d", time.gmtime(then_ms / 1000))
    Store(evening.store.root, "worker").append(LEDGER, lesson, "worker", day)


SCENARIOS = (
    Scenario("base, from our page", "page", precision_s=None, seeds=SEEDS),
    Scenario("in pages, from our page", "page", precision_s=None, seeds=SEEDS, in_tabs=EVERYBODY),
    Scenario("in pages, in the app", "app", seeds=SEEDS, in_tabs=EVERYBODY),
    Scenario("mixed, from our page", "page", precision_s=None, seeds=SEEDS, in_tabs=HALF),
    Scenario("mixed, in the app", "app", seeds=SEEDS, in_tabs=HALF),
    Scenario("base, 5 s poll", "app", seeds=SEEDS),
    Scenario("base, 1,000 calls for 4 h", "app", hours=4.0, prepare=know_the_budget, seeds=SEEDS),
    Scenario("slow", "app", replace(BASE, latency_jitter=0.3), slowness=2.0, seeds=SEEDS),
    Scenario("flaky", "app", incidents=incidents.flaky),
    Scenario("limited", "app", incidents=incidents.limited),
    Scenario("devices", "app", incidents=incidents.devices),
    Scenario("host loss", "app", incidents=incidents.host_loss),
    Scenario("shuffle", "app", incidents=incidents.shuffle),
    Scenario("baseline: original, 2 s poll", "app", follower=follow_as_the_original),
    Scenario("baseline: plain, 3 s poll", "app", follower=follow_plainly),
)
