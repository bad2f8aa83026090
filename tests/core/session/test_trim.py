import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.session.listener_state import Person, attend, seen, told
from songswap.core.session.plan import Tell, plan
from songswap.core.session.timeline import advance, trimmed
from songswap.model.music import Device
from songswap.model.session import Command, Listener
from tests.core.music import MINUTE_MS, A, listener, night, reading, timeline

END_MS = 3 * MINUTE_MS
PHONE = Device("phone", "Phone", "Smartphone")
NOW_MS = 10_000.0

trims = st.integers(-2_000, 2_000)


def command(who: Listener, now_ms: float = NOW_MS, **fields: object) -> Command:
    steps, _ = plan(night(who, timeline=timeline(**fields)), {}, (), now_ms)
    (found,) = [step.command for step in steps if isinstance(step, Tell)]
    return found


@given(trim_ms=trims, position_ms=st.floats(0, END_MS), since_ms=st.floats(0, END_MS))
def test_trimmed_timeline_is_the_timeline_so_much_earlier(trim_ms: int, position_ms: float, since_ms: float) -> None:
    before = timeline(position_ms=position_ms, at_ms=1_000.0)
    there = before.position_at(1_000.0 + since_ms)
    assert trimmed(before, trim_ms).position_at(1_000.0 + since_ms) == pytest.approx(max(0.0, there + trim_ms))


@given(trim_ms=trims)
def test_paused_music_is_not_trimmed(trim_ms: int) -> None:
    paused = timeline(is_playing=False, position_ms=5_000.0)
    assert trimmed(paused, trim_ms) == paused


@given(trim_ms=trims)
def test_tracks_change_so_much_earlier(trim_ms: int) -> None:
    before = timeline(position_ms=100_000.0)
    ends_at_ms = trimmed(before, trim_ms).ends_at_ms
    assert ends_at_ms == pytest.approx((before.ends_at_ms or 0.0) - trim_ms)
    assert advance(trimmed(before, trim_ms), (ends_at_ms or 0.0) + 1).track != A


@pytest.mark.parametrize("trim_ms", [-300, 0, 300])
def test_start_is_aimed_with_the_trim(trim_ms: int) -> None:
    told_to = command(listener(told_rev=-1, is_playing=False, trim_ms=trim_ms))
    assert (told_to.position_ms, told_to.trim_ms) == (NOW_MS + 500 + trim_ms, trim_ms)


def test_early_device_waits_at_the_start_of_a_track() -> None:
    early = listener(told_rev=0, trim_ms=-700)
    beginning = {"rev": 2, "at_ms": NOW_MS, "change": "track"}
    steps, wake_at_ms = plan(night(early, timeline=timeline(**beginning)), {}, (), NOW_MS)
    assert (steps, wake_at_ms) == ([], NOW_MS + 700 - 500)
    assert command(early, NOW_MS + 200, **beginning).position_ms == 0


@given(trim_ms=trims, off_ms=st.integers(-300, 300))
def test_skew_is_measured_against_what_was_asked_for(trim_ms: int, off_ms: int) -> None:
    who = listener(trim_ms=trim_ms, command=Command("bob", "start", 1, "phone", 9_000.0, 500.0, 9_000.0 + trim_ms))
    after, sample_ms = seen(who, timeline(), reading(NOW_MS + trim_ms + off_ms, at_ms=NOW_MS), NOW_MS)
    assert after.status == "in_sync"
    assert after.skew_ms == pytest.approx(off_ms)
    assert sample_ms == pytest.approx(500 - off_ms)


def person(trim_ms: int) -> Person:
    return Person("bob", 0, "", PHONE, None, trim_ms=trim_ms)


def test_new_trim_is_heard_at_once_by_one_seek() -> None:
    after = attend(listener(), person(250))
    assert (after.needs, after.trim_ms) == ("seek", 250)
    sought = command(after)
    assert (sought.kind, sought.position_ms) == ("seek", NOW_MS + 500 + 250)
    assert attend(told(after, sought), person(250)).needs is None


@pytest.mark.parametrize("away", [{"status": "stepped_out"}, {"is_playing": False}], ids=["out", "silent"])
def test_trim_of_somebody_who_hears_nothing_from_us_tells_them_nothing(away: dict[str, object]) -> None:
    assert attend(listener(**away), person(250)).needs is None


def test_trim_that_changes_while_a_command_is_under_way_is_followed_by_another() -> None:
    late = attend(listener(), person(250))
    assert told(late, Command("bob", "seek", 1, "phone", NOW_MS, 500.0)).needs == "seek"
