import msgspec
import pytest

from songswap.core.session.commands import click
from songswap.core.session.host_readings import driven
from songswap.core.session.host_web_player import (
    MOVE_MS,
    QUEUE_AFTER_MS,
    attended,
    move_ended,
    move_failed,
    moved,
    reported,
)
from songswap.core.session.plan import DriveHost, MoveHost, plan
from songswap.core.session.web_player import QUIET_MS, RETURN_MS, SETTLE_HERE_MS
from songswap.model.music import Playback
from songswap.model.session import Action, Failure, Night
from songswap.model.tabs import Tab
from tests.core.music import A, B, C, listener, night, reading, timeline, track

NOW_MS = 10_000.0
D = track("d")


def tab(shown: Playback | None, *, at_ms: float = NOW_MS, **fields: object) -> Tab:
    known: dict[str, object] = {"seq": 1, "heard_at_ms": at_ms, "upcoming": (B, C), "trip_ms": 40.0}
    return Tab("tab", "browser", "speaker", "A page", reading=shown, **{**known, **fields})


def hosted(**fields: object) -> Night:
    """Ada's music has come to her page, where A plays since 0 ms."""
    before = night(listener(), moved_to="speaker", **fields)
    return attended(before, tab(reading(NOW_MS, at_ms=NOW_MS)), NOW_MS)


def after(before: Night, shown: Playback, *, now_ms: float = NOW_MS, **fields: object) -> Night:
    told = tab(shown, at_ms=now_ms, **fields)
    return reported(attended(before, told, now_ms), told, {}, now_ms)[0]


def test_page_that_tells_is_not_looked_at_until_it_went_quiet() -> None:
    night_after = after(hosted(look_at_ms=NOW_MS + 100, queue_at_ms=None), reading(NOW_MS, at_ms=NOW_MS))
    assert night_after.look_at_ms == NOW_MS + QUIET_MS
    assert night_after.queue_at_ms is None


def test_what_the_host_does_in_the_page_is_an_event_at_once() -> None:
    paused = after(hosted(), reading(9_500, at_ms=NOW_MS, is_playing=False))
    assert paused.timeline is not None
    assert (paused.timeline.rev, paused.timeline.is_playing, paused.timeline.position_ms) == (2, False, 9_500)
    skipped = after(hosted(), reading(0, at_ms=NOW_MS, of=B), upcoming=(C,))
    assert skipped.timeline is not None
    assert (skipped.timeline.track, skipped.timeline.upcoming, skipped.quick_looks) == (B, (C,), 0)


def test_surprise_in_what_follows_is_told_by_the_page_and_the_queue_is_read_for_the_rest() -> None:
    surprised = after(hosted(), reading(NOW_MS, at_ms=NOW_MS), upcoming=(D, C))
    assert surprised.timeline is not None
    assert surprised.timeline.upcoming == (D, C)
    assert surprised.queue_at_ms == NOW_MS + QUEUE_AFTER_MS


def test_the_rest_of_a_known_queue_is_kept() -> None:
    known = hosted(timeline=timeline(upcoming=(B, C, D)))
    kept = after(known, reading(NOW_MS, at_ms=NOW_MS))
    assert kept.timeline is not None
    assert kept.timeline.upcoming == (B, C, D)
    assert kept.queue_at_ms is None


def test_around_a_tracks_end_what_follows_another_track_is_not_taken_for_what_follows_this_one() -> None:
    end_ms = 180_000.0
    before = attended(
        night(listener(), moved_to="speaker"), tab(reading(end_ms, at_ms=end_ms), at_ms=end_ms - 60), end_ms - 60
    )
    early = after(before, reading(10, at_ms=end_ms - 60, of=B), now_ms=end_ms - 60, upcoming=(C, D))
    assert early.timeline is not None
    assert early.timeline.upcoming in ((B, C), (C,))


def test_last_two_known_tracks_have_the_queue_read_once() -> None:
    end_ms = 180_000.0
    known = hosted(timeline=timeline(upcoming=(B, C, D)))
    moved_on = after(known, reading(40, at_ms=end_ms + 40, of=B), now_ms=end_ms + 40, upcoming=(C, D))
    assert moved_on.queue_at_ms == end_ms + 40 + QUEUE_AFTER_MS
    answered = msgspec.structs.replace(moved_on, queue_at_ms=None)
    again = after(answered, reading(10_040, at_ms=end_ms + 10_040, of=B), now_ms=end_ms + 10_040, upcoming=(C, D))
    assert again.queue_at_ms is None


def test_report_of_before_a_click_took_effect_does_not_undo_it() -> None:
    clicked = click(hosted(), Action(1, "ada", "seek", NOW_MS, position_ms=60_000), {}, NOW_MS)
    (drive,) = clicked.drives
    assert drive.is_here
    waiting = driven(clicked)
    effect_ms = drive.send_at_ms + drive.latency_ms
    stale = after(waiting, reading(effect_ms, at_ms=effect_ms), now_ms=effect_ms + 50)
    assert stale.timeline == waiting.timeline
    done = after(waiting, reading(61_000, at_ms=effect_ms + 1_000), now_ms=effect_ms + 1_000)
    assert done.timeline is not None
    assert (done.timeline.rev, done.driven) == (2, None)
    refused = after(waiting, reading(effect_ms + 1_000, at_ms=effect_ms + 1_000), now_ms=effect_ms + 1_000)
    assert refused.timeline is not None
    assert refused.timeline.rev == 3  # the page did not seek: everybody goes back to it


def test_click_is_sent_ahead_of_time_to_the_page() -> None:
    clicked = click(hosted(), Action(1, "ada", "next", NOW_MS), {}, NOW_MS)
    (drive,) = clicked.drives
    assert clicked.host_here is not None
    steps, _ = plan(clicked, {}, (), drive.send_at_ms - clicked.host_here.ahead_ms)
    assert [type(step) for step in steps if step.account == "ada"] == [DriveHost]


def test_click_tells_how_soon_the_page_obeys() -> None:
    clicked = click(hosted(), Action(1, "ada", "seek", NOW_MS, position_ms=60_000), {}, NOW_MS)
    (drive,) = clicked.drives
    at_ms = drive.send_at_ms + drive.latency_ms + SETTLE_HERE_MS
    told = tab(reading(60_000 + SETTLE_HERE_MS - 35, at_ms=at_ms), at_ms=at_ms)
    _, sample_ms = reported(driven(clicked), told, {}, at_ms)
    assert sample_ms == pytest.approx(drive.latency_ms + 35)


# The music comes to the page


def coming(**fields: object) -> Night:
    """Ada wants to listen in a page, while her music plays elsewhere or nowhere."""
    return attended(night(listener(), **fields), tab(None), NOW_MS)


def test_music_is_brought_to_the_page_once() -> None:
    before = coming()
    steps, _ = plan(before, {}, (), NOW_MS)
    assert MoveHost("ada", "speaker") in steps
    asked = moved(before, "speaker", NOW_MS + 100)
    assert [step for step in plan(asked, {}, (), NOW_MS + 100)[0] if isinstance(step, MoveHost)] == []
    over = move_ended(asked, NOW_MS + 100 + MOVE_MS)
    assert (over.move, over.moved_to) == (None, "speaker")
    again = attended(over, tab(None, at_ms=NOW_MS + MOVE_MS), NOW_MS + MOVE_MS)
    assert again.move is None  # somebody took it away, and meant to


def test_music_that_arrives_late_or_still_is_put_where_everybody_is() -> None:
    arrived = after(moved(coming(), "speaker", NOW_MS), reading(2_000, at_ms=NOW_MS, is_playing=False))
    assert arrived.timeline == timeline()  # nobody else notices
    (drive,) = arrived.drives
    assert (drive.action, drive.is_here, arrived.moved_to, arrived.move) == ("resume", True, "speaker", None)
    assert drive.position_ms == pytest.approx(timeline().position_at(drive.send_at_ms + drive.latency_ms), abs=1)


def test_music_that_arrives_in_time_is_left_alone() -> None:
    arrived = after(moved(coming(), "speaker", NOW_MS), reading(NOW_MS - 100, at_ms=NOW_MS))
    assert (arrived.drives, arrived.move, arrived.moved_to) == ((), None, "speaker")


def test_move_that_is_refused_is_tried_again_for_a_while_and_then_said() -> None:
    words = Failure("no_device", "Device not found")
    before = coming()
    again = move_failed(before, "speaker", words, NOW_MS + 100)
    assert again.move is not None
    assert not again.move.is_asked
    given_up = move_failed(again, "speaker", words, NOW_MS + MOVE_MS)
    assert (given_up.move, given_up.moved_to) == (None, "speaker")
    assert "Device not found" in given_up.click_error


def test_move_to_a_page_that_is_no_more_changes_nothing() -> None:
    before = coming()
    assert moved(before, "another", NOW_MS) == before
    assert move_failed(before, "another", Failure("trouble", ""), NOW_MS) == before


@pytest.mark.parametrize("change", [{"gone_at_ms": NOW_MS}, {"is_blocked": True}])
def test_music_goes_on_while_the_hosts_page_reloads(change: dict[str, object]) -> None:
    before = hosted()
    gone = attended(before, tab(reading(NOW_MS, at_ms=NOW_MS), **change), NOW_MS)
    assert gone.timeline == before.timeline
    assert (gone.host_here, gone.look_at_ms) == (None, NOW_MS + RETURN_MS)


def test_page_the_music_was_taken_from_is_looked_at_as_any_device() -> None:
    taken = attended(hosted(), tab(None), NOW_MS)
    assert (taken.host_here, taken.move, taken.look_at_ms) == (None, None, NOW_MS)


def test_who_listens_on_a_device_again_is_looked_at() -> None:
    assert attended(hosted(), None, NOW_MS).look_at_ms == NOW_MS


def test_reports_of_others_pages_and_of_none_change_nothing() -> None:
    before = night(listener())
    assert reported(before, tab(reading(90_000, at_ms=NOW_MS)), {}, NOW_MS) == (before, None)
    assert reported(hosted(), tab(None), {}, NOW_MS)[0] == hosted()


def test_another_track_is_another_play() -> None:
    skipped = after(hosted(), reading(0, at_ms=NOW_MS, of=D), upcoming=())
    assert skipped.timeline is not None
    assert (skipped.timeline.plays, skipped.timeline.upcoming, skipped.queue_at_ms) == (2, (), None)
    assert A not in (skipped.timeline.track,)


def test_move_of_who_led_before_is_forgotten() -> None:
    before = coming()
    assert before.move is not None
    other = msgspec.structs.replace(tab(reading(NOW_MS, at_ms=NOW_MS)), device_id="another")
    assert attended(before, other, NOW_MS).move is None
    third = msgspec.structs.replace(tab(None), device_id="a third")
    moved_on = attended(before, third, NOW_MS).move
    assert moved_on is not None
    assert moved_on.device_id == "a third"
