"""Who heard what in a session, and for how long: only what was followed from its beginning to its end."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from songswap.core.history.session_plays import SessionPlay, hear
from songswap.core.session.timeline import advance
from songswap.model.music import Track
from songswap.model.session import Listener, Night, Timeline
from tests.core.music import MINUTE_MS, B, C, listener, night, timeline, track

SECOND_MS = 1_000.0


def told(states: Sequence[tuple[float, Night]]) -> list[SessionPlay]:
    """What was heard in a session that went through these states at these moments."""
    hearings, before, heard = {}, None, []
    for now_ms, state in states:
        hearings, ended = hear(hearings, before, state, now_ms)
        heard += ended
        before = state
    return heard


def state(line: Timeline | None, *listeners: Listener, **fields: object) -> Night:
    return night(*listeners, **{"timeline": line, "host_status": "in_sync", **fields})


def after(line: Timeline, **fields: object) -> Timeline:
    return replace(line, rev=line.rev + 1, **fields)


def as_told(heard: Sequence[SessionPlay]) -> list[tuple[str, str, float, float, str]]:
    return [(one.account, one.track.name, one.ended_at_ms, one.played_ms, one.reason_end) for one in heard]


BOB = listener()
START = timeline()
SECOND = after(START, track=B, upcoming=(C,), at_ms=3.0 * MINUTE_MS, plays=2)
THIRD = after(SECOND, track=C, upcoming=(), at_ms=6.0 * MINUTE_MS, plays=3)


def test_a_song_that_gave_way_to_the_next_was_heard_by_all_who_were_there() -> None:
    heard = told([(0, state(START, BOB)), (200_000, state(replace(SECOND, at_ms=200_000, position_ms=20_000), BOB))])
    assert as_told(heard) == [
        ("ada", "a", 180_000, 180_000, "trackdone"),
        ("bob", "a", 180_000, 180_000, "trackdone"),
    ]


def test_several_songs_between_two_looks_are_all_told_of() -> None:
    late = replace(THIRD, at_ms=400_000, position_ms=40_000)
    assert as_told(told([(0, state(START)), (400_000, state(late))])) == [
        ("ada", "a", 180_000, 180_000, "trackdone"),
        ("ada", "b", 360_000, 180_000, "trackdone"),
    ]


def test_a_skip_ends_a_play_where_the_next_began() -> None:
    skipped = after(START, track=C, upcoming=(), at_ms=65_000, position_ms=5_000, plays=2)
    assert as_told(told([(0, state(START)), (65_500, state(skipped))])) == [("ada", "a", 60_000, 60_000, "fwdbtn")]


def test_the_time_between_a_pause_and_going_on_is_not_heard() -> None:
    paused = after(START, is_playing=False, position_ms=60_000, at_ms=63_000, change="paused")
    resumed = after(paused, is_playing=True, position_ms=60_000, at_ms=500_000, change="resumed")
    ended = after(resumed, track=B, upcoming=(C,), position_ms=0, at_ms=620_000, plays=2)
    heard = told([(0, state(START)), (63_000, state(paused)), (500_000, state(resumed)), (620_000, state(ended))])
    assert as_told(heard) == [("ada", "a", 620_000, 180_000, "trackdone")]


def test_a_listener_who_is_started_anew_after_a_pause_hears_from_there() -> None:
    stopped = replace(BOB, is_playing=False)
    paused = after(START, is_playing=False, position_ms=60_000, at_ms=60_000, change="paused")
    resumed = after(paused, is_playing=True, at_ms=500_000, change="resumed")
    ended = after(resumed, track=B, upcoming=(C,), position_ms=0, at_ms=620_000, plays=2)
    heard = told(
        [
            (0, state(START, BOB)),
            (60_000, state(paused, BOB)),
            (61_000, state(paused, stopped)),
            (500_000, state(resumed, stopped)),
            (501_000, state(resumed, BOB)),
            (620_000, state(ended, BOB)),
        ]
    )
    assert as_told(heard)[1:] == [("bob", "a", 620_000, 119_000, "trackdone")]


def test_seeking_is_neither_an_end_nor_more_than_was_heard() -> None:
    sought = after(START, position_ms=170_000, at_ms=30_000, change="seek")
    ended = after(sought, track=B, upcoming=(C,), position_ms=0, at_ms=40_000, plays=2)
    heard = told([(0, state(START)), (30_000, state(sought)), (40_000, state(ended))])
    assert as_told(heard) == [("ada", "a", 40_000, 40_000, "trackdone")]


@pytest.mark.parametrize(
    ("line", "heard_ms"), [(timeline(position_ms=5_000), 185_000), (timeline(position_ms=5_001), None)]
)
def test_a_song_first_seen_in_its_middle_is_not_told_of(line: Timeline, heard_ms: float | None) -> None:
    ended = after(line, track=B, position_ms=0, at_ms=180_000, plays=2)
    heard = told([(0, state(line)), (180_000, state(ended))])
    assert [one.played_ms for one in heard] == ([] if heard_ms is None else [180_000 - 5_000 + 5_000])


@pytest.mark.parametrize("status", ["stepped_out", "no_device", "limited"])
def test_a_listener_who_was_away_in_between_did_not_hear_it(status: str) -> None:
    away = replace(BOB, status=status)
    again = replace(SECOND, at_ms=181_000, position_ms=1_000)
    heard = told([(0, state(START, BOB)), (90_000, state(START, away)), (181_000, state(again, away))])
    assert {one.account for one in heard} == {"ada"}


def test_a_host_who_cannot_be_read_is_not_said_to_have_heard_it() -> None:
    heard = told(
        [(0, state(START, BOB)), (90_000, state(START, BOB, host_status="trouble")), (180_000, state(SECOND, BOB))]
    )
    assert {one.account for one in heard} == {"bob"}


def test_whoever_takes_over_the_lead_has_heard_it_all_along() -> None:
    led = state(START, replace(BOB, account="cleo"), host="bob")
    led = replace(led, listeners={}, lead=replace(led.lead, account="cleo"))
    before = state(START, replace(BOB, account="cleo"), host="bob")
    ended = replace(led, timeline=SECOND)
    assert {one.account for one in told([(0, before), (90_000, led), (181_000, ended)])} == {"cleo"}


@pytest.mark.parametrize(
    "other", [Track("", "", kind="ad"), track("x", kind="episode"), Track("spotify:local:x", "x", kind="local")]
)
def test_only_songs_of_spotifys_are_told_of(other: Track) -> None:
    line = timeline(track=other)
    assert told([(0, state(line)), (180_000, state(after(line, track=B, at_ms=180_000, plays=2)))]) == []


def test_a_private_session_of_the_host_is_private_for_the_host_alone() -> None:
    secret = replace(night().host_device, is_private_session=True)  # type: ignore[type-var]  # there is one
    states = [(0, state(START, BOB, host_device=secret)), (180_000, state(SECOND, BOB, host_device=secret))]
    assert [(one.account, one.is_private) for one in told(states)] == [("ada", True), ("bob", False)]


@pytest.mark.parametrize("nothing", [None, replace(START, plays=0)])
def test_where_there_is_no_music_or_another_sessions_nothing_is_told(nothing: Timeline | None) -> None:
    assert told([(0, state(SECOND)), (200_000, state(nothing)), (400_000, state(None))]) == []


steps = st.lists(
    st.tuples(st.floats(1, 400_000), st.sampled_from(["read", "skip", "pause", "resume", "seek", "leave", "join"])),
    max_size=25,
)


@given(steps)
def test_nobody_hears_more_than_time_has_passed_and_no_two_plays_at_once(moves: list[tuple[float, str]]) -> None:
    now_ms, line, bob = 0.0, timeline(upcoming=(B, C) * 200), BOB
    states = [(now_ms, state(line, bob))]
    for wait_ms, move in moves:
        now_ms += wait_ms
        line = moved(line, move, now_ms)
        bob = replace(
            bob, is_playing=line.is_playing, status={"leave": "stepped_out", "join": "in_sync"}.get(move, bob.status)
        )
        states.append((now_ms, state(line, bob)))
    for account in ("ada", "bob"):
        heard = [one for one in told(states) if one.account == account]
        for before, play in zip([None, *heard], heard, strict=False):
            assert -0.001 <= play.played_ms <= play.ended_at_ms - (before.ended_at_ms if before else 0.0) + 0.001
            assert play.ended_at_ms <= now_ms + 0.001


def moved(line: Timeline, move: str, now_ms: float) -> Timeline:
    """The timeline after what the host did and a reading of it."""
    line = advance(line, now_ms)
    position_ms = min(line.position_at(now_ms), 3.0 * MINUTE_MS)
    here = replace(line, at_ms=now_ms, position_ms=position_ms)
    match move:
        case "skip":
            return after(
                here, track=line.upcoming[0], upcoming=line.upcoming[1:], position_ms=0.0, plays=line.plays + 1
            )
        case "pause" | "resume":
            return after(here, is_playing=move == "resume", change="paused" if move == "pause" else "resumed")
        case "seek":
            return after(here, position_ms=60_000.0, change="seek")
    return here
