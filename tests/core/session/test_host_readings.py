import msgspec
import pytest

from songswap.core.session.host_readings import (
    AFTER_END_MS,
    DOUBT_MS,
    IDLE_INTERVAL_S,
    QUICK_LOOK_MS,
    drive_failed,
    driven,
    driven_sample_ms,
    host_failed,
    host_read,
    queue_read,
)
from songswap.model.music import Device, Playback, Queue
from songswap.model.session import Drive, Failure, Night
from tests.core.music import MINUTE_MS, SPEAKER, A, B, C, listener, night, reading, timeline, track

END_MS = 3 * MINUTE_MS
QUEUE_LEAD_MS = 15_000
PRIVATE = Device("speaker", "Speaker", "Speaker", is_private_session=True)


DRIVE = Drive("seek", send_at_ms=9_000, latency_ms=400.0, position_ms=0)


def read(before: Night, shown: Playback | None, now_ms: float) -> Night:
    return host_read(before, shown, now_ms)


def test_quiet_reading_is_followed_by_the_next_after_an_interval() -> None:
    after = read(night(listener()), reading(10_000, at_ms=10_000), 10_050)
    assert after.look_at_ms == 15_050
    assert after.host_status == "in_sync"


def test_event_is_followed_by_two_quick_looks() -> None:
    after = read(night(listener()), reading(90_000, at_ms=10_000), 10_000)
    assert after.look_at_ms == 10_000 + QUICK_LOOK_MS
    after = read(after, reading(91_500, at_ms=11_500), 11_500)
    assert after.look_at_ms == 11_500 + QUICK_LOOK_MS
    after = read(after, reading(93_000, at_ms=13_000), 13_000)
    assert after.look_at_ms == 18_000


def test_reading_astride_the_end_is_taken_just_after_it() -> None:
    at_ms = END_MS - 4_000
    after = read(night(listener()), reading(at_ms, at_ms=at_ms), at_ms)
    assert after.look_at_ms == pytest.approx(END_MS + AFTER_END_MS)


def test_host_is_asked_less_often_after_a_while_of_pause() -> None:
    paused = night(listener(), timeline=timeline(is_playing=False))
    assert read(paused, reading(0, at_ms=100, is_playing=False), 100).look_at_ms == 5_100


def test_host_alone_is_hardly_asked() -> None:
    assert read(night(), reading(10_000, at_ms=10_000), 10_000).look_at_ms == 10_000 + IDLE_INTERVAL_S * 1000


def test_new_track_with_nothing_known_to_follow_asks_for_the_queue_at_once() -> None:
    after = read(night(listener()), reading(200, at_ms=10_000, of=track("elsewhere")), 10_050)
    assert after.queue_at_ms == 10_050


def test_known_queue_is_read_once_more_before_the_end() -> None:
    after = read(night(listener()), reading(300, at_ms=10_000, of=B), 10_050)
    assert after.queue_at_ms == pytest.approx(10_000 - 300 + END_MS - QUEUE_LEAD_MS)


def test_queue_read_near_the_end_waits_for_the_next_track() -> None:
    at_ms = END_MS - QUEUE_LEAD_MS + 10
    asked = queue_read(night(listener(), queue_at_ms=at_ms), Queue(A, (C, B)), at_ms)
    assert asked.queue_at_ms is None
    assert asked.timeline is not None
    assert asked.timeline.upcoming == (C, B)
    moved_on = read(asked, reading(1_000, at_ms=END_MS + 1_000, of=C), END_MS + 1_000)
    assert moved_on.queue_at_ms == pytest.approx(2 * END_MS - QUEUE_LEAD_MS)


def test_queue_of_another_track_is_not_believed() -> None:
    before = night(listener())
    after = queue_read(before, Queue(B, (C,)), 5_000)
    assert after.timeline == before.timeline
    assert after.queue_at_ms is not None
    assert after.queue_at_ms > 5_000


def test_repeated_track_follows_itself() -> None:
    after = read(night(listener()), reading(10_000, at_ms=10_000, repeat="track"), 10_000)
    assert after.timeline is not None
    assert set(after.timeline.upcoming) == {A}


def test_nothing_active_halts_the_music_and_says_what_to_do() -> None:
    after = read(night(listener()), None, 10_000)
    assert after.timeline is not None
    assert (after.timeline.is_playing, after.host_status) == (False, "no_device")
    assert "Play something" in after.host_message


@pytest.mark.parametrize(
    ("shown", "word"),
    [
        (reading(0, at_ms=10, of=track("mine", kind="local")), "local file"),
        (reading(0, at_ms=10, of=None, kind="ad"), "ad"),
        (reading(0, at_ms=10, of=None, kind="unknown"), "does not name"),
        (reading(0, at_ms=10, device=PRIVATE), "private session"),
    ],
    ids=["local", "ad", "unknown", "private"],
)
def test_what_can_not_be_shared_is_said(shown: Playback, word: str) -> None:
    assert word in read(night(listener(), timeline=None), shown, 10).notice


def test_podcast_is_shared_like_a_track() -> None:
    episode = track("talk", kind="episode")
    assert read(night(listener(), timeline=None), reading(0, at_ms=10, of=episode), 10).notice == ""


def test_reading_of_the_state_before_our_own_command_is_ignored() -> None:
    ours = timeline(rev=2, track=B, upcoming=(C,), at_ms=10_000.0)
    before = night(listener(), timeline=ours, hush_until_ms=12_000.0)
    after = read(before, reading(10_900, at_ms=10_900, of=A), 10_950)
    assert (after.timeline, after.look_at_ms) == (ours, 12_000)
    believed = read(before, reading(12_900, at_ms=12_100, of=A), 12_150)
    assert believed.timeline is not None
    assert believed.timeline.track == A


def test_click_that_seems_not_to_be_obeyed_is_doubted_once_before_anybody_is_told() -> None:
    ours = timeline(rev=2, track=B, upcoming=(C,), at_ms=10_000.0)
    clicked = night(listener(), timeline=ours, hush_until_ms=12_000.0, driven=DRIVE)
    doubted = read(clicked, reading(12_100, at_ms=12_100, of=A), 12_150)
    assert (doubted.timeline, doubted.look_at_ms) == (ours, 12_150 + DOUBT_MS)
    late = read(doubted, reading(2_000, at_ms=14_150, of=B), 14_200)
    assert late.timeline is not None
    assert (late.timeline.change, late.driven) == ("seek", None)
    disobedient = read(doubted, reading(14_150, at_ms=14_150, of=A), 14_200)
    assert disobedient.timeline is not None
    assert disobedient.timeline.track == A


def test_failure_leaves_the_timeline_and_waits_longer_each_time() -> None:
    after = night(listener())
    waits_ms = []
    for _ in range(3):
        after = host_failed(after, Failure("trouble", "no answer"), 0)
        waits_ms.append(after.look_at_ms)
    assert waits_ms == [1_000, 2_000, 4_000]
    assert after.timeline == timeline()


def test_limit_is_waited_for() -> None:
    after = host_failed(night(listener()), Failure("limited", "", until_ms=60_000.0), 1_000)
    assert (after.look_at_ms, after.host_until_ms) == (60_000, 60_000)


def test_accepted_click_teaches_the_hosts_own_latency() -> None:
    after = driven(night(drives=(DRIVE,), hush_until_ms=12_000.0))
    assert after.drives == ()
    assert driven_sample_ms(after, reading(11_000, at_ms=11_000)) is None
    assert driven_sample_ms(after, reading(12_400, at_ms=12_500)) == 500
    assert read(after, reading(12_400, at_ms=12_500), 12_500).driven is None


def test_refused_click_is_dropped_and_the_player_read_at_once() -> None:
    after = drive_failed(night(drives=(DRIVE,)), Failure("no_device", "The player is gone."), 9_500)
    assert (after.drives, after.look_at_ms) == ((), 9_500)
    assert "The player is gone." in after.click_error


RESTRICTED = Failure("trouble", "The player can't do this at the moment.", is_restriction=True)


def test_click_refused_before_the_last_one_had_settled_is_sent_again() -> None:
    after = drive_failed(night(drives=(DRIVE,)), RESTRICTED, 9_500)
    (again,) = after.drives
    assert (again.is_retry, again.send_at_ms, after.click_error) == (True, 11_000, "")
    assert after.hush_until_ms > again.send_at_ms


@pytest.mark.parametrize(("action", "says"), [("next", True), ("seek", True), ("resume", False), ("pause", False)])
def test_click_refused_twice_is_dropped_and_said_unless_it_is_so_already(action: str, says: bool) -> None:
    drive = msgspec.structs.replace(DRIVE, action=action, is_retry=True)
    after = drive_failed(night(drives=(drive,)), RESTRICTED, 9_500)
    assert (after.drives, after.look_at_ms, bool(after.click_error)) == ((), 9_500, says)


def test_device_is_remembered_for_clicks() -> None:
    assert read(night(listener(), host_device=None), reading(0, at_ms=10), 10).host_device == SPEAKER


def test_track_that_came_round_again_teaches_no_latency() -> None:
    told = night(driven=Drive("next", 1_000, 300))
    assert driven_sample_ms(told, reading(20_000, 20_400)) == 700
    assert driven_sample_ms(told, reading(20_000, 44_000)) is None
