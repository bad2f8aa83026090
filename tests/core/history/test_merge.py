"""Several sources become one history: each play once, by the best evidence, none lost."""

import random
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.history.merge import Merged, merge, open_gaps
from songswap.core.history.name_folding import own_id
from songswap.core.history.recordings import SOURCES, recording_of, resolve
from songswap.model.history import Gap, Play, Source, TrackName
from tests.core.plays import T0_MS, Rows, histories, names, parts, slow_merge, unique

JOGA = "joga0000000000000000aa"
OWN_JOGA = own_id("Björk", "Jóga")
SOS = "sos00000000000000000aa"
NAMES: dict[Source, list[TrackName]] = {
    "export": [TrackName(JOGA, "Jóga", "Björk", "Homogenic"), TrackName(SOS, "SOS", "Abba")],
    "account": [TrackName(OWN_JOGA, "Jóga", "Björk")],
    "lastfm": [TrackName(OWN_JOGA, "jóga", "BJÖRK")],
    "recent": [TrackName(JOGA, "Jóga", "Björk", "Homogenic", duration_ms=305_000)],
}


def merged(rows: Rows) -> list[Merged]:
    return merge(rows, resolve(NAMES)[0])


def row(at_s: float, track: str = JOGA, played_s: float | None = 200, **fields: object) -> Play:
    return Play(T0_MS + round(at_s * 1000), track, None if played_s is None else round(played_s * 1000), **fields)


def test_the_same_play_from_two_sources_is_one_by_the_better() -> None:
    (play,) = merged({"recent": [row(2.4, played_s=None)], "export": [row(0, reason_end="trackdone")]})
    assert (play.source, play.ended_at_ms, play.played_ms, play.finished) == ("export", T0_MS, 200_000, True)
    assert [source for source, _ in play.others] == ["recent"]


def test_what_the_better_source_does_not_know_comes_from_the_other() -> None:
    (play,) = merged({"account": [row(0, OWN_JOGA, 120)], "seen": [row(20, JOGA, None, skipped=True)]})
    assert (play.source, play.played_ms, play.skipped) == ("seen", 120_000, True)


@pytest.mark.parametrize(("apart_s", "plays"), [(0, 1), (89.9, 1), (90, 1), (90.1, 2), (300, 2)])
def test_plays_further_apart_than_the_window_are_two(apart_s: float, plays: int) -> None:
    assert len(merged({"export": [row(0)], "recent": [row(apart_s, played_s=None)]})) == plays


@pytest.mark.parametrize(("apart_s", "plays"), [(30, 1), (30.1, 2)])
def test_for_a_short_track_the_window_is_half_of_it(apart_s: float, plays: int) -> None:
    known, _ = resolve({"export": [TrackName(JOGA, "Jóga", "Björk", duration_ms=60_000)]})
    assert len(merge({"export": [row(0)], "recent": [row(apart_s, played_s=None)]}, known)) == plays


def test_different_tracks_are_never_one() -> None:
    assert len(merged({"export": [row(0, SOS)], "recent": [row(0, JOGA, None)]})) == 2


def test_a_song_put_on_again_at_once_is_two_plays_in_every_source() -> None:
    plays = merged({"export": [row(0, played_s=20), row(25, played_s=20)], "account": [row(0, OWN_JOGA, 20)]})
    assert [len(play.others) for play in plays] == [1, 0]


def test_the_nearest_rows_find_each_other() -> None:
    plays = merged({"export": [row(0), row(70)], "recent": [row(40, played_s=None), row(71, played_s=None)]})
    assert [(play.others[0][1].at_ms - T0_MS) // 1000 for play in plays] == [40, 71]


def test_account_data_means_any_moment_of_its_minute() -> None:
    (play,) = merged({"export": [row(59)], "account": [row(0, OWN_JOGA)], "recent": [row(149, played_s=None)]})
    assert len(play.others) == 2
    assert len(merged({"export": [row(149.9)], "account": [row(0, OWN_JOGA)]})) == 1
    assert len(merged({"export": [row(150)], "account": [row(0, OWN_JOGA)]})) == 2


def test_a_source_that_tells_starts_is_compared_by_starts() -> None:
    (play,) = merged({"export": [row(200)], "lastfm": [row(3, OWN_JOGA, None, is_start=True)]})
    assert (play.source, play.started_at_ms, play.ended_at_ms) == ("export", T0_MS, T0_MS + 200_000)
    (play,) = merged({"recent": [row(305, played_s=None)], "lastfm": [row(3, OWN_JOGA, None, is_start=True)]})
    assert (play.source, play.started_at_ms, play.ended_at_ms) == ("lastfm", T0_MS + 3_000, T0_MS + 308_000)


def test_two_short_plays_within_a_minute_of_account_data_are_both_kept() -> None:
    assert len(merged({"account": [row(0, OWN_JOGA, 3), row(0, OWN_JOGA, 20), row(0, OWN_JOGA, 20)]})) == 2


@pytest.mark.parametrize(
    ("fields", "finished", "skipped"),
    [
        ({"reason_end": "trackdone"}, True, False),
        ({"reason_end": "fwdbtn"}, False, True),
        ({"reason_end": "fwdbtn", "skipped": False}, False, False),
        ({"reason_end": "logout"}, False, None),
        ({}, False, None),
        ({"played_s": 303.5}, True, None),
        ({"played_s": None}, None, None),
    ],
)
def test_how_a_play_ended_is_told_as_far_as_known(
    fields: dict[str, object], finished: bool | None, skipped: bool | None
) -> None:
    (play,) = merged({"export": [row(0, **fields)]})
    assert (play.finished, play.skipped) == (finished, skipped)


# On random histories


def told(plays: Sequence[Merged]) -> Counter[tuple[tuple[Source, Play], ...]]:
    return Counter(tuple(parts(play)) for play in plays)


@given(histories, names())
def test_it_is_what_the_slow_way_gives(rows: Rows, known: dict[Source, list[TrackName]]) -> None:
    slow = Counter(map(tuple, slow_merge(rows, known)))
    assert told(merge(rows, resolve(known)[0])) == slow


@given(histories, names())
def test_rows_that_come_twice_change_nothing(rows: Rows, known: dict[Source, list[TrackName]]) -> None:
    twice: Rows = {source: [*plays, *plays] for source, plays in rows.items()}
    assert merge(twice, resolve(known)[0]) == merge(rows, resolve(known)[0])


@given(histories, names(), st.randoms(use_true_random=False))
def test_their_order_does_not_matter(rows: Rows, known: dict[Source, list[TrackName]], chance: random.Random) -> None:
    once = merge(rows, resolve(known)[0])
    mixed: Rows = {
        source: chance.sample(rows[source], len(rows[source])) for source in chance.sample(list(rows), len(rows))
    }
    renamed = {source: chance.sample(known[source], len(known[source])) for source in known}
    assert merge(mixed, resolve(renamed)[0]) == once


@given(histories, names())
def test_every_row_is_in_exactly_one_play_and_no_play_mixes_tracks(
    rows: Rows, known: dict[Source, list[TrackName]]
) -> None:
    recordings, _ = resolve(known)
    plays = merge(rows, recordings)
    every = Counter((source, play) for source, given_ in rows.items() for play in unique(given_))
    assert Counter(part for play in plays for part in parts(play)) == every
    for play in plays:
        assert len({recording_of(recordings, part.track).track for _, part in parts(play)}) == 1
        sources = [source for source, _ in parts(play)]
        assert sources == sorted(set(sources), key=SOURCES.index)
    assert [play.ended_at_ms for play in plays] == sorted(play.ended_at_ms for play in plays)


@given(histories, names())
def test_no_more_is_thrown_together_than_another_source_tells_of(
    rows: Rows, known: dict[Source, list[TrackName]]
) -> None:
    plays = merge(rows, resolve(known)[0])
    assert len(plays) >= max((len(unique(given_)) for given_ in rows.values()), default=0)


# Gaps

GAPS = [Gap(10, 20, "missed"), Gap(15, 30, "missed"), Gap(12, 18, "paused"), Gap(40, 50, "needs_login")]


def test_gaps_of_one_kind_that_touch_are_one() -> None:
    assert open_gaps(GAPS) == [Gap(10, 30, "missed"), Gap(12, 18, "paused"), Gap(40, 50, "needs_login")]


def test_what_an_export_covers_is_no_gap_any_more() -> None:
    assert open_gaps(GAPS, [(0, 14), (16, 17), (45, 60)]) == [
        Gap(14, 16, "missed"),
        Gap(14, 16, "paused"),
        Gap(17, 18, "paused"),
        Gap(17, 30, "missed"),
        Gap(40, 45, "needs_login"),
    ]


moments = st.integers(0, 40)
spans = st.lists(st.tuples(moments, moments).map(sorted).map(tuple), max_size=6)


@given(spans, spans)
def test_a_moment_is_in_a_gap_if_it_was_and_nothing_covers_it(
    gaps: list[tuple[int, int]], covered: list[tuple[int, int]]
) -> None:
    left = open_gaps([Gap(*gap, "missed") for gap in gaps], covered)
    for moment in range(40):
        holes = any(start <= moment < end for start, end in gaps)
        whole = any(start <= moment < end for start, end in covered)
        assert any(gap.from_ms <= moment < gap.to_ms for gap in left) == (holes and not whole)
