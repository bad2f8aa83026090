"""What happened between two states of a night, and what all of it adds up to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from songswap.core.session.night_report import happenings, percentile, playlist_uris, report_of
from songswap.model.music import Track
from songswap.model.nights import Happening
from songswap.model.session import Action, Lead, Listener, Night
from tests.core.music import A, B, listener, night, timeline

NOW_MS = 60_000.0


def kinds(before: Night | None, after: Night, actions: tuple[Action, ...] = ()) -> list[str]:
    return [row.kind for row in happenings(before, after, NOW_MS, actions)]


def bob(**fields: object) -> Night:
    return night(listener(**fields))


PLAYING = timeline()
PAUSED = timeline(is_playing=False)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, night(timeline=None), ["started"]),
        (night(timeline=None), night(timeline=PLAYING), ["track"]),
        (night(timeline=None), night(timeline=PAUSED), []),
        (night(timeline=PAUSED), night(timeline=PLAYING), ["resumed"]),
        (night(timeline=PLAYING), night(timeline=PAUSED), []),
        (night(), night(timeline=timeline(position_ms=20.0)), []),
        (night(), night(timeline=timeline(track=B, plays=2)), ["track"]),
        (night(), night(timeline=timeline(plays=2)), ["track"]),
        (night(), night(timeline=timeline(track=replace(A, uri=""), plays=2)), []),
        (night(), night(host="cleo"), ["host"]),
        (night(), night(lead=Lead("cleo", "silent")), ["host"]),
        (night(host=""), night(), []),
        (night(), bob(), ["joined"]),
        (bob(), night(), ["stepped_out"]),
        (bob(), bob(status="stepped_out"), ["stepped_out"]),
        (bob(status="stepped_out"), night(), []),
        (bob(status="stepped_out"), bob(), ["joined"]),
        (bob(), bob(skew_ms=80.0), ["skew"]),
        (bob(skew_ms=80.0), bob(skew_ms=80.0), []),
        (bob(skew_ms=80.0), bob(skew_ms=None), []),
        (bob(), bob(skew_ms=900.0, needs="seek", corrections=1, corrected_uri=A.uri), ["skew", "correction"]),
        (bob(corrections=1, corrected_uri=A.uri), bob(corrections=1, corrected_uri=A.uri), []),
        (
            bob(corrections=1, corrected_uri=A.uri),
            bob(needs="seek", corrections=1, corrected_uri=B.uri),
            ["correction"],
        ),
        (bob(), bob(needs="start"), []),
    ],
)
def test_rows_tell_what_happened(before: Night | None, after: Night, expected: list[str]) -> None:
    assert kinds(before, after) == expected


def test_clicks_are_told_once_by_whom_and_when() -> None:
    actions = tuple(Action(rev, "cleo", "next", at_ms=100.0 * rev) for rev in (1, 2, 3))
    rows = happenings(night(handled_action=1), night(handled_action=2), NOW_MS, actions)
    assert rows == (Happening("click", 200.0, "cleo", action="next"),)


def test_track_began_when_its_position_was_zero_but_never_ahead_of_now() -> None:
    late = night(timeline=timeline(track=B, plays=2, position_ms=5_000.0, at_ms=NOW_MS - 1_000))
    assert happenings(night(), late, NOW_MS)[0].at_ms == NOW_MS - 6_000
    to_come = night(timeline=timeline(track=B, plays=2, at_ms=NOW_MS + 900))
    assert happenings(night(), to_come, NOW_MS)[0].at_ms == NOW_MS


listeners = st.builds(
    Listener,
    account=st.sampled_from(["bob", "cleo"]),
    status=st.sampled_from(["in_sync", "stepped_out", "waiting"]),
    skew_ms=st.none() | st.floats(-1e4, 1e4),
    needs=st.sampled_from([None, "seek", "start"]),
    corrections=st.integers(0, 2),
)
nights = st.builds(
    lambda people, track, playing, handled: night(
        *people, timeline=timeline(track=track, is_playing=playing), handled_action=handled
    ),
    st.lists(listeners, max_size=3),
    st.sampled_from([A, B]),
    st.booleans(),
    st.integers(0, 3),
)


@given(nights)
def test_nothing_happens_between_a_night_and_itself(one: Night) -> None:
    assert happenings(one, one, NOW_MS) == ()


@given(st.lists(nights, min_size=1, max_size=12))
def test_a_report_counts_every_row_once(states: list[Night]) -> None:
    rows = [
        row
        for at, (before, after) in enumerate(zip([None, *states], states, strict=False))
        for row in happenings(before, after, 1_000.0 * at)
    ]
    report = report_of(rows)
    assert report is not None
    count = [row.kind for row in rows].count
    assert report.verified == count("skew") == sum(one.verified for one in report.listeners)
    assert report.corrections == count("correction") == sum(one.corrections for one in report.listeners)
    assert report.length_ms >= 0
    assert [one.at_ms for one in report.tracks] == sorted(one.at_ms for one in report.tracks)


ROWS = [
    Happening("started", 0.0, "ada"),
    Happening("joined", 10.0, "bob"),
    Happening("joined", 11.0, "cleo"),
    Happening("track", 100.0, track=A, play=1),
    Happening("requested", 101.0, "bob", play=1),
    Happening("skew", 200.0, "bob", skew_ms=-50.0),
    Happening("skew", 300.0, "bob", skew_ms=700.0),
    Happening("correction", 300.0, "bob"),
    Happening("skew", 400.0, "cleo", skew_ms=20.0),
    Happening("calls", 500.0, calls={"player": 9}),
    Happening("click", 550.0, "ada", action="pause"),
    Happening("resumed", 600.0, track=A, play=1),
    Happening("track", 700.0, track=B, play=2),
    Happening("resumed", 800.0, track=A, play=3),
    Happening("calls", 900.0, calls={"player": 30, "accounts": 1}),
    Happening("ended", 1_000.0),
]


def test_report_of_a_small_night() -> None:
    report = report_of(ROWS)
    assert report is not None
    assert (report.length_ms, report.clicks, report.calls_spent) == (1_000.0, 1, 31)
    assert [(one.track, one.at_ms, one.requested_by) for one in report.tracks] == [
        (A, 100.0, "bob"),
        (B, 700.0, None),
        (A, 800.0, None),
    ]
    assert (report.skew_p50_ms, report.skew_p95_ms, report.corrections) == (50.0, 700.0, 1)
    bobs, cleos = report.listeners
    assert (bobs.account, bobs.skew_p50_ms, bobs.skew_p95_ms, bobs.corrections) == ("bob", 50.0, 700.0, 1)
    assert bobs.recent_skews_ms == (-50.0, 700.0)
    assert (cleos.account, cleos.verified, cleos.corrections) == ("cleo", 1, 0)


def test_night_that_has_no_end_yet_lasts_until_its_last_row() -> None:
    report = report_of(ROWS[:4])
    assert report is not None
    assert (report.ended_at_ms, report.length_ms, report.skew_p95_ms) == (None, 100.0, None)
    assert report_of([]) is None


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.5, 2.0), (0.75, 3.0), (0.95, 4.0), (1.0, 4.0)])
def test_percentiles_are_distances_that_occurred(share: float, expected: float) -> None:
    assert percentile([3.0, -1.0, 2.0, -4.0], share) == expected
    assert percentile([], share) is None


@given(st.lists(st.floats(-1e5, 1e5), min_size=1), st.floats(0, 1))
def test_percentile_covers_its_share(skews_ms: list[float], share: float) -> None:
    within = percentile(skews_ms, share)
    assert within is not None
    assert sum(abs(one) <= within for one in skews_ms) >= share * len(skews_ms) - 1e-9


def test_playlist_holds_each_track_once_and_none_that_only_the_host_has() -> None:
    local = Track("spotify:local:x", "Mine", kind="local")
    rows = [Happening("track", float(at), track=one, play=at) for at, one in enumerate([B, A, local, B])]
    report = report_of(rows)
    assert report is not None
    assert playlist_uris(report.tracks) == (B.uri, A.uri)
