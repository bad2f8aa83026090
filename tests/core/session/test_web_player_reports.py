from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.session import web_player_reports
from songswap.core.session.web_player_reports import (
    MOST_EARLY_MS,
    MOST_LATE_MS,
    ClockError,
    Failed,
    NonsenseError,
    Report,
    ReportedState,
    ReportedTrack,
)
from songswap.model.tabs import Tab
from songswap.spotify.links import page_of

NOW_MS = 1_000_000.0
taken = partial(web_player_reports.taken, page_of=page_of)
SONG = {"uri": "spotify:track:a", "name": "A", "duration_ms": 200_000, "artists": ["Somebody"]}
BEFORE = Tab("0" * 16, "1" * 16, "device", "A page", seq=4, heard_at_ms=NOW_MS - 9_000, done=2)


def state(**fields: object) -> ReportedState:
    return msgspec.convert({**SONG, "position_ms": 5_000, "is_playing": True, **fields}, ReportedState)


def report(**fields: object) -> Report:
    known: dict[str, object] = {"seq": 5, "at_ms": NOW_MS - 30, "trip_ms": 20.0, "state": state()}
    return Report(**{**known, **fields})


def test_report_is_a_reading_that_cost_nothing() -> None:
    after = taken(BEFORE, report(state=state(next=[{**SONG, "uri": "spotify:track:b"}])), NOW_MS)
    assert (after.seq, after.heard_at_ms, after.trip_ms) == (5, NOW_MS, 20.0)
    assert after.reading is not None
    assert after.reading.track is not None
    assert (after.reading.track.uri, after.reading.track.artists) == ("spotify:track:a", ("Somebody",))
    assert (after.reading.progress_ms, after.reading.measured_at_ms) == (5_000, NOW_MS - 30)
    assert after.reading.device is not None
    assert (after.reading.device.id, after.reading.device.is_active) == ("device", True)
    assert [one.uri for one in after.upcoming] == ["spotify:track:b"]


def test_repeated_track_is_told_of() -> None:
    after = taken(BEFORE, report(state=state(repeat="track")), NOW_MS)
    assert after.reading is not None
    assert after.reading.repeat == "track"


def test_player_that_is_not_the_active_device_reports_nothing_that_plays() -> None:
    assert taken(BEFORE, report(state=None), NOW_MS).reading is None


def test_recording_is_known_by_what_was_asked_for() -> None:
    after = taken(BEFORE, report(state=state(linked_uri="spotify:track:asked")), NOW_MS)
    assert after.reading is not None
    assert after.reading.track is not None
    assert after.reading.track.uri == "spotify:track:asked"


@pytest.mark.parametrize(
    ("uri", "kind", "can_be_started"),
    [
        ("spotify:track:a", "track", True),
        ("spotify:episode:a", "episode", True),
        ("spotify:ad:a", "ad", False),
        ("spotify:local:a:b:c:1", "local", False),
        ("spotify:whatever:a", "unknown", False),
        ("spotify:track:!", "unknown", False),
        ("elsewhere:track:a", "unknown", False),
    ],
)
def test_what_plays_is_told_apart(uri: str, kind: str, can_be_started: bool) -> None:
    reading = taken(BEFORE, report(state=state(uri=uri)), NOW_MS).reading
    assert reading is not None
    assert reading.track is not None
    assert (reading.kind, reading.track.can_be_started) == (kind, can_be_started)


@pytest.mark.parametrize("seq", [0, 3, 4])
def test_report_that_another_overtook_changes_nothing(seq: int) -> None:
    assert taken(BEFORE, report(seq=seq, state=None), NOW_MS) is BEFORE


def test_page_that_said_good_bye_is_heard_no_more() -> None:
    gone = msgspec.structs.replace(BEFORE, gone_at_ms=NOW_MS - 1)
    assert taken(gone, report(), NOW_MS) is gone


@pytest.mark.parametrize("off_ms", [MOST_EARLY_MS + 1, -MOST_LATE_MS - 1, 3_600_000.0, -3_600_000.0])
def test_report_of_another_time_is_not_believed(off_ms: float) -> None:
    with pytest.raises(ClockError):
        taken(BEFORE, report(at_ms=NOW_MS + off_ms), NOW_MS)


def test_position_behind_the_end_is_nonsense() -> None:
    with pytest.raises(NonsenseError):
        taken(BEFORE, report(state=state(position_ms=210_000)), NOW_MS)


def test_what_was_carried_out_is_never_taken_back() -> None:
    after = taken(BEFORE, report(done=0, failed=Failed(3, "no list was loaded")), NOW_MS)
    assert (after.done, after.failed) == (2, 3)
    assert taken(after, report(seq=6, done=4), NOW_MS).failed == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"uri": "http://evil.example"},
        {"uri": "spotify:track:a\n"},
        {"name": "x" * 301},
        {"position_ms": -1},
        {"position_ms": "5"},
        {"duration_ms": 1e12},
        {"image_url": "javascript:alert(1)"},
        {"image_url": "https://a b"},
        {"next": [SONG] * 3},
        {"artists": ["x"] * 21},
        {"repeat": "forever"},
        {"unheard_of": 1},
    ],
)
def test_state_that_does_not_fit_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        state(**fields)


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.floats(-10_000, 10_000), st.floats(0, 190_000), st.booleans()), max_size=12
    )
)
def test_whatever_comes_in_whatever_order_only_what_is_newer_counts(
    reports: list[tuple[int, float, float, bool]],
) -> None:
    tab, believed = BEFORE, [BEFORE.seq]
    for seq, off_ms, position_ms, plays in reports:
        told = report(seq=seq, at_ms=NOW_MS + off_ms, state=state(position_ms=position_ms, is_playing=plays))
        before = tab
        try:
            tab = taken(tab, told, NOW_MS)
        except ClockError:
            assert not -MOST_LATE_MS <= off_ms <= MOST_EARLY_MS
        if tab is not before:
            believed.append(seq)
    assert believed == sorted(set(believed))
    assert tab.seq == believed[-1]


def test_a_track_alone_is_one_that_fits() -> None:
    assert msgspec.convert(SONG, ReportedTrack).linked_uri is None
