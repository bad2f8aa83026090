"""Half a minute with the real processes: everything the ten minutes are made of."""

from pathlib import Path

import pytest

from bench.realtime.night import measure
from bench.sync.people import HOST, LISTENERS
from bench.sync.script import Cue

SECONDS, WARM_UP_S = 36.0, 12.0
SCRIPT = (Cue(14.0, "pause"), Cue(19.0, "resume"), Cue(26.0, "seek", 0.5))
"""By turns on our page, in the app, on our page."""


@pytest.mark.processes
async def test_real_processes_are_measured_as_those_in_virtual_time_are(tmp_path: Path) -> None:
    outcome = await measure(tmp_path, SCRIPT, SECONDS, WARM_UP_S, seed=5)
    assert sorted(kind for kind, _ in outcome.tally.follows) == sorted(
        kind for kind in ("pause", "resume", "seek") for _ in LISTENERS
    )
    assert outcome.tally.hours == pytest.approx(len(LISTENERS) * (SECONDS - WARM_UP_S) / 3_600)
    assert [clicked.kind for clicked, _ in outcome.obeyed] == ["pause", "seek"]
    assert all(reached_s is not None for _, reached_s in outcome.obeyed)
    assert (outcome.interruptions, outcome.while_blocked) == (0, 0)
    assert {call.person for call in outcome.calls} == {HOST, *LISTENERS}
    assert len(outcome.tally.skews_ms) > 0
