import math

import pytest
from msgspec.structs import replace

from songswap.core.session import request_handover
from songswap.core.session.plan import GoOn, HandOver
from songswap.core.session.request_handover import LAST_MOMENT_MS, LEAD_MS
from songswap.model.nights import Handed, HandedRequest, Requests, RequestSettings, SongRequest
from songswap.model.session import Night
from tests.core.music import MINUTE_MS, A, B, C, listener, night, reading, timeline, track

END_MS = 3 * MINUTE_MS
WISH = SongRequest("one", "cleo", track("wished"), 0.0)
OTHER = SongRequest("two", "dan", track("other"), 0.0)
WAITING = Requests("s", waiting=(WISH, OTHER))
FALLBACK = "spotify:playlist:later"
NOTHING = Handed("s")
TO_QUEUE = HandOver("ada", WISH, "speaker", at_once=False)


def turn(now_ms: float, of: Night | None = None, requests: Requests = WAITING, handed: Handed = NOTHING) -> object:
    return request_handover.next_turn(of or night(), requests, handed, now_ms)


def given(**fields: object) -> Handed:
    return Handed("s", (replace(HandedRequest(WISH, 1, is_sent=True), **fields),))


def test_first_request_is_handed_over_some_time_before_the_end() -> None:
    assert turn(1_000) == (END_MS - LEAD_MS, TO_QUEUE)
    assert turn(END_MS - 9_000) == (END_MS - 9_000, TO_QUEUE)


def test_at_the_last_moment_nothing_is_handed_over_until_the_next_song() -> None:
    assert turn(END_MS - LAST_MOMENT_MS + 1) == (END_MS, None)
    assert turn(END_MS + 1) == (2 * END_MS - LEAD_MS, TO_QUEUE)


def test_where_the_timer_cuts_the_song_short_that_is_its_end() -> None:
    cut_at_ms = 60_000.0
    assert request_handover.next_turn(night(), WAITING, NOTHING, 1_000, cut_at_ms) == (cut_at_ms - LEAD_MS, TO_QUEUE)
    assert request_handover.next_turn(night(), WAITING, NOTHING, cut_at_ms - LAST_MOMENT_MS + 1, cut_at_ms) == (
        cut_at_ms,
        None,
    )
    assert request_handover.next_turn(night(), WAITING, NOTHING, 1_000, 10 * END_MS) == turn(1_000)


@pytest.mark.parametrize(
    "of",
    [night(timeline=None), night(host_device=None), night(timeline=timeline(is_playing=False))],
    ids=["no music yet", "no device", "paused"],
)
def test_nothing_is_handed_over_while_the_host_does_not_play(of: Night) -> None:
    assert turn(1_000, of) == (math.inf, None)


def test_without_requests_there_is_nothing_to_do() -> None:
    assert turn(1_000, requests=Requests("s")) == (math.inf, None)


def test_one_request_a_song() -> None:
    assert turn(END_MS - 10_000, handed=given()) == (math.inf, None)
    assert turn(END_MS + 10_000, handed=given(heard_in=2))[1] == TO_QUEUE


def test_no_second_one_while_the_first_is_still_in_the_hosts_queue() -> None:
    behind = night(timeline=timeline(upcoming=(B, WISH.track, C)))
    assert turn(END_MS + 10_000, behind, handed=given()) == (math.inf, None)


def test_after_one_that_cannot_be_played_the_next_is_taken_at_once() -> None:
    step = HandOver("ada", OTHER, "speaker", at_once=False)
    rest = Requests("s", waiting=(OTHER,))
    assert turn(END_MS - 10_000, requests=rest, handed=given(problem="no")) == (END_MS - 10_000, step)


def test_after_the_end_of_the_music_a_request_starts_at_once() -> None:
    silent = night(timeline=timeline(rev=7, is_playing=False))
    over = replace(NOTHING, ended_rev=7)
    assert turn(500_000, silent, handed=over) == (500_000, HandOver("ada", WISH, "speaker", at_once=True))
    assert turn(500_000, silent, handed=replace(over, ended_rev=6)) == (math.inf, None)


def test_after_the_end_of_the_music_without_requests_the_fallback_starts_once() -> None:
    silent, over = night(timeline=timeline(rev=7, is_playing=False)), replace(NOTHING, ended_rev=7)
    wanted = Requests("s", RequestSettings(fallback_uri=FALLBACK))
    step = GoOn("ada", FALLBACK, "speaker")
    assert turn(500_000, silent, wanted, over) == (500_000, step)
    assert turn(500_000, silent, wanted, request_handover.noted(over, step, silent, 500_000)) == (math.inf, None)
    assert turn(500_000, silent, Requests("s"), over) == (math.inf, None)


def test_noted_twice_is_noted_once() -> None:
    once = request_handover.noted(NOTHING, TO_QUEUE, night(), 1_000)
    assert once.items == (HandedRequest(WISH, 1),)
    assert request_handover.noted(once, TO_QUEUE, night(), 2_000) == once


def test_what_a_worker_was_about_to_send_is_never_sent_by_the_next() -> None:
    (item,) = request_handover.interrupted(Handed("s", (HandedRequest(WISH, 1),))).items
    assert item.problem
    assert request_handover.interrupted(given()) == given()


def test_a_player_that_could_not_be_told_is_told_later() -> None:
    noted = request_handover.noted(NOTHING, TO_QUEUE, night(), 1_000)
    later = request_handover.put_off(noted, TO_QUEUE, None, END_MS - LEAD_MS)
    assert turn(END_MS - LEAD_MS, handed=later) == (END_MS - LEAD_MS + request_handover.RETRY_MS, TO_QUEUE)
    limited = request_handover.put_off(noted, TO_QUEUE, END_MS - 5_000, END_MS - LEAD_MS)
    assert turn(END_MS - LEAD_MS, handed=limited) == (END_MS - 5_000, TO_QUEUE)


def test_a_refused_song_is_said() -> None:
    noted = request_handover.noted(NOTHING, TO_QUEUE, night(), 1_000)
    assert request_handover.unplayable(noted, TO_QUEUE, "no").items[0].problem == "no"
    assert request_handover.unplayable(NOTHING, GoOn("ada", FALLBACK, None), "no").fallback_problem == "no"


def test_a_request_is_heard_in_the_play_it_becomes() -> None:
    following = night(timeline=timeline(upcoming=(WISH.track,)))
    assert request_handover.heard(given(), following, END_MS - 1) == given()
    assert request_handover.heard(given(), following, END_MS) == given(heard_in=2)
    assert request_handover.heard(given(), night(), END_MS) == given()


def test_the_queue_is_read_soon_and_until_the_request_shows() -> None:
    after = request_handover.given(night(), TO_QUEUE, 1_000)
    assert after.queue_at_ms == 1_000 + request_handover.SHOWN_AFTER_MS
    missing = request_handover.look_again(replace(after, queue_at_ms=None), given(), 3_000)
    assert missing.queue_at_ms == 3_000 + request_handover.SHOWN_AFTER_MS
    shown = night(timeline=timeline(upcoming=(WISH.track, B)), queue_at_ms=None)
    assert request_handover.look_again(shown, given(), 3_000).queue_at_ms is None


def test_a_start_is_followed_by_looks() -> None:
    after = request_handover.given(night(), HandOver("ada", WISH, "speaker", at_once=True), 1_000)
    assert after.look_at_ms == 1_000 + request_handover.LOOK_AFTER_START_MS
    assert after.quick_looks == 2


@pytest.mark.parametrize(
    ("upcoming", "at_ms", "progress_ms", "is_playing", "is_over"),
    [
        ((), END_MS + 1_000, 0, False, True),
        ((), END_MS - 1_000, 0, False, True),
        ((B,), 2 * END_MS + 1_000, 0, False, True),
        ((B,), END_MS - 30_000, 0, False, False),
        ((), END_MS - 1_000, END_MS - 1_000, False, False),
        ((), END_MS + 1_000, 1_000, True, False),
    ],
    ids=["ended", "a bit early", "ended after the next", "stopped early", "paused near the end", "goes on"],
)
def test_the_end_of_the_music_is_told_from_a_pause(
    upcoming: tuple[object, ...], at_ms: float, progress_ms: float, is_playing: bool, is_over: bool
) -> None:
    before = night(listener(), timeline=timeline(upcoming=upcoming))
    seen = reading(progress_ms, at_ms, of=A, is_playing=is_playing)
    after = replace(before, timeline=timeline(rev=2, is_playing=is_playing))
    assert (request_handover.ran_out(NOTHING, before, after, seen).ended_rev == 2) is is_over
