import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.sync.script import LEAST_GAP_S, MARGIN_S, PER_HOUR, cues


@given(st.integers(), st.sampled_from([0.5, 1.0, 4.0]))
def test_script_has_its_cues_at_their_distance_and_every_pause_its_end(seed: int, hours: float) -> None:
    script = cues(seed, hours)
    assert {kind: sum(cue.kind == kind for cue in script) for kind in PER_HOUR} == {
        kind: round(count * hours) for kind, count in PER_HOUR.items()
    }
    begun = [cue.at_s for cue in script if cue.kind != "resume"]
    assert all(later - sooner >= LEAST_GAP_S - 1e-6 for sooner, later in itertools.pairwise(begun))
    assert begun[0] >= MARGIN_S
    assert script[-1].at_s <= hours * 3_600
    for place, cue in enumerate(script):
        assert (cue.kind == "resume") == (place > 0 and script[place - 1].kind == "pause")


def test_same_seed_is_the_same_night_and_another_another() -> None:
    assert cues(5, 1.0) == cues(5, 1.0) != cues(6, 1.0)


def test_too_many_cues_are_refused() -> None:
    with pytest.raises(ValueError, match="don't fit"):
        cues(5, 0.1, {"skip": 200})
