"""What the measurement of the interval timer makes of what was heard and sent."""

import asyncio
import math

from bench.interval import ROUNDS, _nearest, alone, lateness_words, markdown, rows
from songswap.simulator.virtual_time import VirtualTimeLoop
from tests.jobs.timers import WORKOUT, Ear


def heard(*moments_ms: float) -> Ear:
    return Ear(evening=None, heard=[(at_ms, False) for at_ms in moments_ms])  # type: ignore[arg-type]


def test_what_is_heard_nearest_to_a_boundary_belongs_to_it() -> None:
    assert _nearest(heard(900, 1_030, 4_000), 1_000) == 30
    assert _nearest(heard(940, 1_100), 1_000) == -60


def test_boundary_at_which_nothing_is_heard_is_told_apart() -> None:
    assert math.isnan(_nearest(heard(), 1_000))
    assert math.isnan(_nearest(heard(9_000), 1_000))


def test_early_counts_like_late_and_what_was_not_heard_is_counted_by_itself() -> None:
    table = rows({"alone": {400.0: [-100.0, 100.0, math.nan]}})
    assert table[1] == ("alone", "400", "3", "100 / 100 / 100", "1")
    assert markdown(table).splitlines()[2] == "| alone | 400 | 3 | 100 / 100 / 100 | 1 |"


def test_lateness_is_told_in_words() -> None:
    assert lateness_words({"alone": [1.0, 3.0]}).startswith("alone: 2 commands, p50 2.0 ms")


def test_an_hour_of_somebody_alone_has_all_its_boundaries() -> None:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        late_ms = runner.run(alone(400.0, 5))[400.0]
    assert len(late_ms) == ROUNDS * len(WORKOUT) - 1
    assert not any(math.isnan(one) for one in late_ms)
    assert sorted(abs(one) for one in late_ms)[len(late_ms) // 2] < 100
