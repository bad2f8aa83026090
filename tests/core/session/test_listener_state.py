import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.session.listener_state import (
    AWAY_RETRY_MS,
    FRESH_COMMAND_MS,
    MOST_CORRECTIONS,
    RETRY_MS,
    VERIFY_AFTER_MS,
    VERIFY_ALL,
    Person,
    attend,
    choose_device,
    failed,
    lost,
    refused,
    reported,
    seen,
    told,
)
from songswap.core.session.plan import Tell, plan
from songswap.core.session.web_player import SETTLE_HERE_MS, TOLERANCE_HERE_MS
from songswap.model.music import Device, Playback
from songswap.model.session import Command, Failure, Listener
from songswap.model.tabs import Here
from tests.core.music import A, B, C, listener, night, reading, timeline, track

PHONE = Device("phone", "Phone", "Smartphone", is_active=True)
START = Command("bob", "start", 1, "phone", effect_at_ms=10_000, latency_ms=500, position_ms=10_000, uris=(A.uri,))
PAUSE = Command("bob", "pause", 2, "phone", effect_at_ms=10_000, latency_ms=500)
AWAY = Failure("no_device", "gone")
RESTRICTED = Failure("trouble", "", is_restriction=True)
PAUSED = timeline(rev=2, change="paused", is_playing=False)


def person(**fields: object) -> Person:
    known: dict[str, object] = {"account": "bob", "join_rev": 1, "consent_id": "c", "device": PHONE, "failure": None}
    return Person(**{**known, **fields})


def test_somebody_new_is_to_be_started() -> None:
    fresh = attend(None, person())
    assert (fresh.status, fresh.device_id, fresh.told_rev, fresh.is_playing) == ("catching_up", "phone", -1, False)


def test_somebody_new_while_the_music_rests_waits_for_it() -> None:
    assert attend(None, person(), music=False).status == "waiting"


def test_attending_again_changes_nothing() -> None:
    known = attend(None, person())
    assert attend(known, person()) == known
    away = attend(None, person(device=None))
    assert attend(away, person(device=None)) == away


@pytest.mark.parametrize("change", [{"join_rev": 2}, {"consent_id": "d"}], ids=["rejoined", "logged in again"])
def test_who_stepped_out_is_back_after_rejoining_or_a_new_login(change: dict[str, object]) -> None:
    out = msgspec.structs.replace(attend(None, person()), status="stepped_out", told_rev=5)
    assert attend(out, person(**change)).told_rev == -1
    assert attend(out, person()).status == "stepped_out"


def test_another_device_is_started_anew() -> None:
    settled = told(attend(None, person()), START)
    moved = attend(settled, person(device=Device("tv", "TV", "TV")))
    assert (moved.device_id, moved.told_rev, moved.status) == ("tv", -1, "catching_up")


def test_no_device_is_said_in_words() -> None:
    assert attend(None, person(device=None)).status == "no_device"


def test_lapsed_login_is_said_whatever_the_device() -> None:
    lapsed = attend(None, person(failure=Failure("needs_login", "Please log in again.")))
    assert (lapsed.status, lapsed.message) == ("needs_login", "Please log in again.")


def test_accepted_start_is_verified_once_it_has_settled() -> None:
    after = told(listener(told_rev=-1, is_playing=False), START)
    assert (after.status, after.told_rev, after.look_at_ms) == ("catching_up", 1, 10_000 + VERIFY_AFTER_MS)
    assert after.held_uris == (A.uri,)


def test_accepted_pause_needs_no_verification() -> None:
    after = told(listener(look_at_ms=500.0), PAUSE)
    assert (after.status, after.is_playing, after.look_at_ms) == ("in_sync", False, None)


def test_command_of_an_older_revision_never_wins() -> None:
    assert told(listener(told_rev=4), START).told_rev == 4


@pytest.mark.parametrize(
    ("failure", "retry_at_ms"),
    [
        (Failure("limited", "", until_ms=99_000.0), 99_000),
        (Failure("trouble", ""), 1_000 + RETRY_MS[0]),
        (Failure("no_device", ""), 1_000 + AWAY_RETRY_MS),
    ],
)
def test_failure_is_tried_again_when_it_may_help(failure: Failure, retry_at_ms: float) -> None:
    after = failed(listener(), failure, 1_000)
    assert (after.status, after.retry_at_ms) == (failure.status, retry_at_ms)


def test_failures_in_a_row_wait_longer() -> None:
    after = listener()
    waits = []
    for _ in range(6):
        after = failed(after, Failure("trouble", "no answer"), 0)
        waits.append(after.retry_at_ms)
    assert waits == [*RETRY_MS, RETRY_MS[-1], RETRY_MS[-1]]


def test_refused_command_counts_as_not_told() -> None:
    assert refused(listener(told_rev=1), START, AWAY, 0).told_rev == 0


def test_restriction_on_a_pause_means_it_was_paused_already() -> None:
    after = refused(listener(), PAUSE, RESTRICTED, 0)
    assert (after.status, after.is_playing, after.look_at_ms) == ("in_sync", False, 10_000 + VERIFY_AFTER_MS)
    after, _ = seen(after, PAUSED, reading(5_000, at_ms=12_500, is_playing=False), 12_500)
    assert (after.status, after.look_at_ms) == ("in_sync", None)


def test_pause_refused_because_spotify_had_not_noticed_the_start_is_told_again() -> None:
    after = refused(listener(), PAUSE, RESTRICTED, 0)
    after, _ = seen(after, PAUSED, reading(5_000, at_ms=12_500), 12_500)
    (step,) = (one for one in plan(night(after, timeline=PAUSED), {}, (), 12_500)[0] if isinstance(one, Tell))
    assert step.command.kind == "pause"


def test_restriction_on_a_start_is_tried_again_soon() -> None:
    after = refused(listener(), START, RESTRICTED, 0)
    assert (after.told_rev, after.retry_at_ms) == (0, RETRY_MS[0])


def test_verification_in_tolerance_settles_and_teaches() -> None:
    after, sample_ms = seen(told(listener(), START), timeline(), reading(12_600, at_ms=12_500), 12_600)
    assert (after.status, after.skew_ms, after.needs, after.look_at_ms) == (
        "in_sync",
        100,
        None,
        12_600 + 1000 * VERIFY_ALL.idle_look_s,
    )
    assert sample_ms == 400  # it came 100 ms early, so the device is quicker than the 500 ms reckoned with


def test_listener_two_seconds_behind_is_corrected_by_a_seek() -> None:
    after, _ = seen(told(listener(), START), timeline(), reading(10_500, at_ms=12_500), 12_600)
    assert (after.status, after.needs, after.skew_ms) == ("catching_up", "seek", -2_000)


def test_listener_off_by_less_than_the_tolerance_is_left_alone() -> None:
    after, _ = seen(listener(), timeline(), reading(12_500 + VERIFY_ALL.tolerance_ms, at_ms=12_500), 12_600)
    assert after.needs is None


def test_nobody_is_corrected_more_than_twice_a_track() -> None:
    now_ms, one, corrections = 10_000.0, listener(), 0
    for _ in range(6):
        now_ms += 5_000
        one, _ = seen(one, timeline(), reading(now_ms - 2_000, at_ms=now_ms), now_ms)
        corrections += one.needs is not None
        one = msgspec.structs.replace(one, needs=None)
    assert corrections == MOST_CORRECTIONS
    one, _ = seen(one, timeline(track=B, rev=1), reading(now_ms - 2_000, at_ms=now_ms, of=B), now_ms)
    assert one.needs == "seek"


def test_who_was_not_told_of_the_hosts_seek_yet_is_not_corrected_for_it() -> None:
    before = listener(look_at_ms=12_500)
    after, sample_ms = seen(before, timeline(rev=2), reading(90_000, at_ms=12_500), 12_500)
    assert (after, sample_ms) == (msgspec.structs.replace(before, look_at_ms=None), None)
    shown = reading(90_000, at_ms=12_500)
    assert reported(in_a_page(), timeline(rev=2), shown, 12_500, 37_500) == (in_a_page(), None)


def test_nobody_is_corrected_just_before_the_end_of_a_track() -> None:
    after, _ = seen(listener(), timeline(), reading(177_000, at_ms=179_000), 179_000)
    assert after.needs is None


def test_paused_device_is_looked_at_twice_and_then_believed() -> None:
    once, _ = seen(listener(), timeline(), reading(5_000, at_ms=50_000, is_playing=False), 50_000)
    assert (once.status, once.look_at_ms) == ("in_sync", 52_000)
    twice, _ = seen(once, timeline(), reading(5_000, at_ms=52_000, is_playing=False), 52_000)
    assert (twice.status, twice.look_at_ms, twice.is_playing) == ("stepped_out", None, False)


def test_silent_device_after_a_fresh_start_is_told_once_more_before_it_is_believed() -> None:
    one = told(listener(), START)
    for at_ms in (12_500.0, 14_500.0):
        one, _ = seen(one, timeline(), reading(0, at_ms=at_ms, is_playing=False), at_ms)
    assert one.needs == "start"
    one = told(one, msgspec.structs.replace(START, effect_at_ms=15_000.0))
    one, _ = seen(one, timeline(), reading(0, at_ms=17_500, is_playing=False), 17_500)
    assert one.status == "stepped_out"


def test_device_that_plays_something_else_long_after_a_command_has_stepped_out() -> None:
    one = told(listener(), START)
    for at_ms in (10_000 + FRESH_COMMAND_MS, 12_100 + FRESH_COMMAND_MS):
        one, _ = seen(one, timeline(), reading(0, at_ms=at_ms, of=track("own choice")), at_ms)
    assert one.status == "stepped_out"


def test_device_gone_from_spotify_is_looked_at_twice() -> None:
    once, _ = seen(listener(), timeline(), None, 50_000)
    assert once.look_at_ms == 52_000


def test_relinked_track_is_the_same_track() -> None:
    relinked = msgspec.structs.replace(A, uri="spotify:track:other-market")
    after, _ = seen(listener(), timeline(), reading(12_500, at_ms=12_500, of=relinked), 12_500)
    assert after.status == "in_sync"


def test_who_plays_on_while_the_host_pauses_has_stepped_out() -> None:
    paused = timeline(is_playing=False)
    after, _ = seen(listener(is_playing=False), paused, reading(5_000, at_ms=20_000), 20_000)
    assert after.status == "stepped_out"


devices = st.lists(
    st.builds(
        Device,
        id=st.sampled_from(["a", "b", "c", None]),
        name=st.just("x"),
        kind=st.just("Computer"),
        is_active=st.booleans(),
        is_restricted=st.booleans(),
    ),
    max_size=4,
)


@given(devices=devices, present=st.sampled_from([None, "a", "z"]))
def test_without_a_wish_only_a_device_that_obeys_is_taken(devices: list[Device], present: str | None) -> None:
    chosen = choose_device(devices, None, "", present)
    assert (chosen is None) == (not any(device.can_be_told for device in devices))
    assert chosen is None or chosen.can_be_told


def test_the_wanted_device_is_taken_even_where_spotify_does_not_list_it() -> None:
    assert choose_device([PHONE], "tv", "The TV", None) == Device("tv", "The TV", "Unknown")
    assert choose_device([PHONE], "phone", "Phone", None) == PHONE


def test_the_present_device_is_kept_over_one_that_became_active() -> None:
    present = Device("old", "Old", "Speaker")
    assert choose_device([PHONE, present], None, "", "old") == present


@given(
    offsets_ms=st.lists(st.floats(-5_000, 5_000), min_size=1, max_size=8),
    gap_ms=st.floats(2_000, 8_000),
)
def test_whatever_is_read_corrections_per_track_stay_bounded(offsets_ms: list[float], gap_ms: float) -> None:
    one: Listener = listener()
    now_ms, sent = 20_000.0, 0
    for offset_ms in offsets_ms:
        now_ms += gap_ms
        one, _ = seen(one, timeline(), reading(now_ms + offset_ms, at_ms=now_ms), now_ms)
        steps, _ = plan(night(one), {}, (), now_ms)
        for step in steps:
            if isinstance(step, Tell):
                sent += 1
                one = told(one, step.command)
    assert sent <= MOST_CORRECTIONS
    assert C.uri in one.held_uris


# Pages tell by themselves

HERE = Here((A.uri, B.uri), is_playing=True, ahead_ms=100.0, until_ms=1e12)
ORDER = Command("bob", "seek", 1, "phone", effect_at_ms=10_000, latency_ms=80, position_ms=10_000, is_here=True)


def in_a_page(**fields: object) -> Listener:
    return listener(here=HERE, **fields)


def hears(before: Listener, shown: Playback, at_ms: float = 11_000) -> tuple[Listener, float | None]:
    return reported(before, timeline(), shown, at_ms, at_ms + 25_000)


def test_report_verifies_a_command_and_tells_how_soon_it_was_heard() -> None:
    after, sample_ms = hears(in_a_page(command=ORDER, look_at_ms=12_500), reading(10_970, at_ms=11_000))
    assert (after.status, after.command, sample_ms) == ("in_sync", None, 110)
    assert after.look_at_ms == 11_000 + 25_000  # no look as long as it tells


def test_report_of_the_moment_before_a_command_is_heard_tells_nothing_of_it() -> None:
    before = in_a_page(command=ORDER, look_at_ms=12_500)
    early_ms = ORDER.effect_at_ms + SETTLE_HERE_MS - 1
    assert hears(before, reading(3_000, at_ms=early_ms)) == (before, None)
    assert hears(before, reading(3_000, at_ms=early_ms, is_playing=False)) == (before, None)


def test_command_that_a_report_contradicts_is_looked_after_by_spotify() -> None:
    before = in_a_page(command=ORDER, look_at_ms=12_500)
    assert hears(before, reading(3_000, at_ms=11_000, of=C))[0] == before


def test_report_of_the_moment_before_a_pause_is_heard_is_not_the_owners_doing() -> None:
    stopped = timeline(is_playing=False, rev=2)
    pause = Command("bob", "pause", 2, "phone", effect_at_ms=12_000, latency_ms=80, position_ms=0, is_here=True)
    before = told(in_a_page(goes_on=None, held_uris=(B.uri, A.uri)), pause)
    assert (before.status, before.is_playing) == ("in_sync", False)
    for at_ms in (11_950, 12_250, 12_900):
        plays_still = reading(11_950, at_ms=at_ms)
        assert reported(before, stopped, plays_still, at_ms, at_ms + 25_000) == (before, None)
    assert before.look_at_ms == 12_000 + VERIFY_AFTER_MS  # if it never tells anything else
    after, _ = reported(before, stopped, reading(12_000, at_ms=13_000, is_playing=False), 13_000, 38_000)
    assert (after.status, after.command, after.look_at_ms) == ("in_sync", None, None)


def test_somebody_off_after_an_order_is_put_right_from_less_on() -> None:
    off_ms = TOLERANCE_HERE_MS + 20
    after, _ = hears(in_a_page(command=ORDER), reading(11_000 + off_ms, at_ms=11_000))
    assert (after.needs, after.status) == ("seek", "catching_up")
    later, _ = hears(in_a_page(), reading(11_000 + off_ms, at_ms=11_000))
    assert (later.needs, later.status) == (None, "in_sync")  # no jump for so little, out of nothing


def test_skew_that_hardly_changed_is_no_news() -> None:
    before = in_a_page(skew_ms=40.0)
    assert hears(before, reading(11_030, at_ms=11_000))[0].skew_ms == 40.0
    assert hears(before, reading(11_080, at_ms=11_000))[0].skew_ms == 80.0


def test_who_pauses_in_the_page_on_purpose_is_left_alone_from_the_second_report_on() -> None:
    paused = reading(11_000, at_ms=11_000, is_playing=False)
    once, _ = hears(in_a_page(), paused)
    assert (once.status, once.misses) == ("in_sync", 1)
    twice, _ = hears(once, paused)
    assert twice.status == "stepped_out"
    back, _ = hears(once, reading(11_000, at_ms=11_000))
    assert (back.status, back.misses) == ("in_sync", 0)


def test_report_while_somebody_is_being_told_changes_nothing() -> None:
    for before in (in_a_page(needs="seek"), in_a_page(told_rev=0), in_a_page(status="stepped_out")):
        shown = reading(90_000, at_ms=11_000, is_playing=False)
        assert hears(before, shown) == (before, None)


def test_page_that_stayed_behind_at_a_tracks_end_is_helped_on() -> None:
    end_ms = 180_000.0
    before = in_a_page(goes_on=None, held_uris=(A.uri, B.uri))
    stopped = reading(0, at_ms=end_ms + 1_500, is_playing=False)
    after, _ = reported(before, timeline(), stopped, end_ms + 1_500, end_ms + 26_500)
    assert (after.needs, after.goes_on) == ("start", False)


def test_page_that_fell_asleep_is_taken_along_again_when_it_wakes() -> None:
    asleep = lost(in_a_page(join_rev=1, consent_id="c"), 50_000)
    assert (asleep.status, asleep.is_playing, asleep.told_rev) == ("no_device", False, -1)
    quiet = attend(asleep, person())
    assert quiet.retry_at_ms > 50_000
    awake = attend(quiet, person(here=HERE))
    assert (awake.status, awake.retry_at_ms, awake.here) == ("catching_up", 0.0, HERE)
