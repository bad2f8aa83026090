import msgspec
import pytest

from songswap.core.session.latency import UNKNOWN_MS
from songswap.core.session.plan import Tell, plan
from songswap.core.session.web_player import (
    AHEAD_MS,
    QUIET_MS,
    UNKNOWN_HERE_MS,
    by_spotify,
    device_of,
    here_id,
    here_of,
    known_as,
    way_to,
)
from songswap.model.session import Command, Latency
from songswap.model.tabs import Here, Tab
from tests.core.music import A, B, C, listener, night, reading, timeline

NOW_MS = 10_000.0
TAB = Tab(
    "tab",
    "browser",
    "phone",
    "A page",
    seq=1,
    heard_at_ms=NOW_MS,
    reading=reading(10_000, at_ms=NOW_MS),
    upcoming=(B, C),
    trip_ms=40.0,
)
HERE = Here((A.uri, B.uri), is_playing=True, ahead_ms=100.0, until_ms=NOW_MS + QUIET_MS)
LEARNED = {"phone": {"start": Latency((900.0,) * 3)}, here_id("phone"): {"seek": Latency((60.0,) * 9)}}


def test_page_is_known_by_its_browser_whatever_its_device_is_called_now() -> None:
    assert known_as(TAB) == known_as(msgspec.structs.replace(TAB, device_id="another")) == "tab:browser"


def test_page_that_was_heard_of_lately_needs_no_looks() -> None:
    here = here_of(TAB, timeline(), NOW_MS)
    assert here == Here((A.uri, B.uri, C.uri), True, AHEAD_MS + 40.0, NOW_MS + QUIET_MS)


@pytest.mark.parametrize(
    "change",
    [{"gone_at_ms": NOW_MS}, {"is_blocked": True}, {"reading": None}, {"heard_at_ms": NOW_MS - QUIET_MS}],
    ids=["said good-bye", "held back", "another device plays", "quiet"],
)
def test_page_that_can_not_be_relied_on_is_an_ordinary_device(change: dict[str, object]) -> None:
    assert here_of(msgspec.structs.replace(TAB, **change), timeline(), NOW_MS) is None


def test_recording_under_another_id_is_the_one_the_timeline_knows() -> None:
    other = msgspec.structs.replace(A, uri="spotify:track:elsewhere")
    relinked = msgspec.structs.replace(TAB, reading=msgspec.structs.replace(TAB.reading, track=other))
    here = here_of(relinked, timeline(), NOW_MS)
    assert here is not None
    assert here.uris[0] == A.uri


@pytest.mark.parametrize(
    ("kind", "uri", "is_playing", "told"),
    [
        ("pause", "", True, "pause"),
        ("seek", A.uri, True, "seek"),
        ("start", A.uri, True, "seek"),
        ("start", A.uri, False, "resume"),
        ("start", B.uri, True, "next"),
        ("start", B.uri, False, "next"),
    ],
)
def test_page_does_all_but_start_a_given_track(kind: str, uri: str, is_playing: bool, told: str) -> None:
    here = msgspec.structs.replace(HERE, is_playing=is_playing)
    way = way_to(listener(here=here), LEARNED, kind, uri, NOW_MS)  # type: ignore[arg-type]
    assert (way.kind, way.is_here, way.ahead_ms) == (told, True, 100.0)


@pytest.mark.parametrize(
    ("plays", "was_told_to_play", "told"),
    [(True, True, "seek"), (False, True, "resume"), (False, False, "resume"), (True, False, "resume")],
)
def test_page_that_was_told_to_pause_has_to_go_on_whatever_its_last_report_says(
    plays: bool, was_told_to_play: bool, told: str
) -> None:
    here = msgspec.structs.replace(HERE, is_playing=plays)
    way = way_to(listener(here=here, is_playing=was_told_to_play), LEARNED, "start", A.uri, NOW_MS)
    assert (way.kind, way.is_here) == (told, True)


def test_a_given_track_only_spotify_starts() -> None:
    way = way_to(listener(here=HERE), LEARNED, "start", C.uri, NOW_MS)
    assert (way.kind, way.is_here, way.latency_ms) == ("start", False, 900.0)


def test_quiet_page_is_told_by_spotify() -> None:
    way = way_to(listener(here=HERE), LEARNED, "seek", A.uri, HERE.until_ms)
    assert not way.is_here


def test_how_soon_a_page_obeys_itself_is_learned_apart() -> None:
    assert way_to(listener(here=HERE), LEARNED, "seek", A.uri, NOW_MS).latency_ms == pytest.approx(60.0)
    assert way_to(listener(here=HERE), {}, "seek", A.uri, NOW_MS).latency_ms == UNKNOWN_HERE_MS
    assert way_to(listener(here=HERE), {}, "start", C.uri, NOW_MS).latency_ms == UNKNOWN_MS


def told(**fields: object) -> Command:
    """What a listener in a page is told by a plan."""
    before = night(listener(here=HERE, **fields), timeline=timeline(rev=2, change="seek"), look_at_ms=NOW_MS * 9)
    (step,) = (step for step in plan(before, {"bob": LEARNED}, (), NOW_MS)[0] if isinstance(step, Tell))
    return step.command


def test_order_leaves_ahead_of_time_and_is_heard_where_the_timeline_is_then() -> None:
    command = told()
    assert (command.kind, command.is_here) == ("seek", True)
    assert command.effect_at_ms == pytest.approx(NOW_MS + 100 + 60)
    assert command.position_ms == pytest.approx(timeline().position_at(command.effect_at_ms))


def test_page_of_somebody_who_hears_late_plays_early() -> None:
    command = told(trim_ms=150)
    assert command.position_ms == pytest.approx(timeline().position_at(command.effect_at_ms) + 150)


def test_pause_to_come_is_heard_when_the_hosts_is() -> None:
    paused = timeline(rev=2, change="paused", is_playing=False, at_ms=NOW_MS + 800)
    before = night(listener(here=HERE), timeline=paused, look_at_ms=NOW_MS * 9)
    steps, wake_at_ms = plan(before, {"bob": LEARNED}, (), NOW_MS)
    assert steps == []
    (step,) = plan(before, {"bob": LEARNED}, (), wake_at_ms)[0]
    assert isinstance(step, Tell)
    assert step.command.effect_at_ms == pytest.approx(NOW_MS + 800)


def test_what_the_page_does_not_do_spotify_does_and_so_much_further_on() -> None:
    order = Command("bob", "next", 3, "phone", 9_000, 60, position_ms=500, uris=(A.uri,), is_here=True)
    command = by_spotify(order, LEARNED, NOW_MS)
    assert (command.kind, command.is_here, command.latency_ms) == ("start", False, 900.0)
    assert command.position_ms == 500 + (NOW_MS + 900 - 9_000)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"gone_at_ms": 1.0}, "closed"), ({"is_blocked": True}, "Start the sound")],
)
def test_page_that_can_not_play_says_why(change: dict[str, object], words: str) -> None:
    device, failure = device_of(msgspec.structs.replace(TAB, **change))
    assert device is None
    assert failure is not None
    assert words in failure.message


def test_page_never_heard_of_is_no_device() -> None:
    assert device_of(None)[0] is None


def test_what_follows_in_the_page_is_not_started_at_a_tracks_end() -> None:
    at_ms = 179_000.0
    here = Here((A.uri, B.uri), True, 100.0, at_ms + QUIET_MS)
    before = night(listener(here=here, held_uris=(A.uri,), look_at_ms=None), look_at_ms=at_ms * 9)
    assert [step for step in plan(before, {}, (), at_ms)[0] if isinstance(step, Tell)] == []
    _, wake_at_ms = plan(before, {}, (), at_ms)
    assert wake_at_ms > 180_000
