import pytest

from songswap.core.session.listener_state import CHANGE_LOOK_MS, seen, told
from songswap.core.session.plan import Tell, plan
from songswap.model.music import Playback
from songswap.model.session import Command, Listener
from tests.core.music import MINUTE_MS, A, B, listener, night, reading, timeline, track

END_MS = 3 * MINUTE_MS
LOOK_MS = END_MS + CHANGE_LOOK_MS
UNKNOWN = listener(goes_on=None)


def look(who: Listener, shown: Playback | None) -> Listener:
    return seen(who, timeline(), shown, LOOK_MS)[0]


def test_device_nobody_knows_is_looked_at_shortly_after_its_first_change() -> None:
    after, _ = seen(UNKNOWN, timeline(), reading(10_000, at_ms=10_000), 10_050)
    assert after.look_at_ms == LOOK_MS
    known, _ = seen(listener(), timeline(), reading(10_000, at_ms=10_000), 10_050)
    assert known.look_at_ms is not None
    assert known.look_at_ms > LOOK_MS


def test_command_to_a_device_nobody_knows_is_verified_so_that_the_change_is_not_missed() -> None:
    command = Command("bob", "start", 1, "phone", 500.0, 500.0)
    assert told(UNKNOWN, command, spread_ms=1.0).status == "catching_up"


def test_device_that_went_on_is_known_to_do_so() -> None:
    after = look(UNKNOWN, reading(CHANGE_LOOK_MS, at_ms=LOOK_MS, of=B))
    assert (after.goes_on, after.status, after.needs) == (True, "in_sync", None)


@pytest.mark.parametrize(
    "shown",
    [
        reading(0, at_ms=LOOK_MS, of=B, is_playing=False),
        reading(END_MS, at_ms=LOOK_MS, of=A, is_playing=False),
        reading(0, at_ms=LOOK_MS, of=A, is_playing=False),
        reading(0, at_ms=LOOK_MS, of=None, is_playing=False),
        reading(1_800, at_ms=LOOK_MS, of=track("something similar")),
    ],
    ids=["at the next one's start", "at the end", "back at the start", "nothing", "goes its own way"],
)
def test_device_that_did_not_go_on_is_noted_and_helped_on(shown: Playback) -> None:
    after = look(UNKNOWN, shown)
    assert (after.goes_on, after.needs, after.status) == (False, "start", "catching_up")


@pytest.mark.parametrize(
    "shown",
    [
        reading(70_000, at_ms=LOOK_MS, of=B, is_playing=False),
        reading(70_000, at_ms=LOOK_MS, of=track("own choice")),
        None,
    ],
    ids=["paused in the middle", "in the middle of something else", "gone"],
)
def test_what_the_owner_did_is_not_taken_for_a_device_that_stops(shown: Playback | None) -> None:
    after = look(UNKNOWN, shown)
    assert (after.goes_on, after.needs, after.misses) == (None, None, 1)


def test_device_that_is_known_to_go_on_stopped_because_its_owner_wanted_it() -> None:
    after = look(listener(), reading(0, at_ms=LOOK_MS, of=B, is_playing=False))
    assert (after.goes_on, after.needs) == (True, None)


def commands(who: Listener, now_ms: float) -> list[Command]:
    steps, _ = plan(night(who), {}, (), now_ms)
    return [step.command for step in steps if isinstance(step, Tell)]


def test_device_that_stops_is_started_on_each_next_track_at_the_boundary() -> None:
    stops = listener(goes_on=False)
    assert commands(stops, END_MS - 501) == []
    (command,) = commands(stops, END_MS - 500)
    assert (command.effect_at_ms, command.position_ms, command.uris[0]) == (END_MS, 0, B.uri)
    assert commands(told(stops, command), END_MS - 400) == []


def test_repeated_track_is_started_once_at_each_boundary() -> None:
    stops = listener(goes_on=False, held_uris=(A.uri, A.uri))
    repeated = night(stops, timeline=timeline(upcoming=(A, A)))
    (step,), _ = plan(repeated, {}, (), END_MS - 500)
    assert isinstance(step, Tell)
    after = night(told(stops, step.command), timeline=timeline(upcoming=(A, A)))
    assert plan(after, {}, (), END_MS - 400)[0] == []
