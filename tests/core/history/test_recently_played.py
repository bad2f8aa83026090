"""What a page of recently-played adds, and what it shows to be missing."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.history import recently_played
from songswap.core.history.name_folding import own_id
from songswap.model.history import Gap, Play, Polled, TrackName
from songswap.model.library import PlayedTrack
from songswap.model.music import Track

ID = "6gZVQvQZOFpzIy3HblJ20F"
JOGA = Track(f"spotify:track:{ID}", "Jóga", ("Björk", "Guest"), "Homogenic", 305_000, "https://i.scdn.co/image/x")
MINUTE = 60_000


def page(*moments_ms: float) -> list[PlayedTrack]:
    return [PlayedTrack(JOGA, moment_ms) for moment_ms in sorted(moments_ms, reverse=True)]


def full_page(oldest_ms: int) -> list[PlayedTrack]:
    return page(*(oldest_ms + number * MINUTE for number in range(recently_played.POLL_LIMIT)))


def moments(plays: Iterable[Play]) -> list[int]:
    return [play.at_ms for play in plays]


def test_the_first_page_is_taken_whole_and_shows_no_gap() -> None:
    taken = recently_played.taken(full_page(1_000), set(), Polled(), [])
    assert (len(taken.plays), taken.gap, taken.newest_ms) == (50, None, 1_000 + 49 * MINUTE)
    assert moments(taken.plays) == sorted(moments(taken.plays))


def test_a_track_is_kept_with_all_that_spotify_calls_it() -> None:
    (name,) = recently_played.taken(page(1_000), set(), Polled(), []).names
    assert name == TrackName(
        ID, "Jóga", "Björk", "Homogenic", ("Björk", "Guest"), duration_ms=305_000, cover_url="https://i.scdn.co/image/x"
    )


def test_a_local_file_is_known_by_its_names() -> None:
    local = PlayedTrack(Track("spotify:local:Bj%C3%B6rk::J%C3%B3ga:305", "Jóga", ("Björk",), kind="local"), 1_000)
    assert [play.track for play in recently_played.taken([local], set(), Polled(), []).plays] == [
        own_id("Björk", "Jóga")
    ]


def test_what_is_known_is_not_taken_again_wherever_it_stands() -> None:
    known = {(2_000, ID)}
    taken = recently_played.taken(page(1_000, 2_000, 3_000), known, Polled(newest_ms=2_000), [])
    assert moments(taken.plays) == [1_000, 3_000]
    assert taken.newest_ms == 3_000


@pytest.mark.parametrize(
    ("polled", "gap"),
    [
        (Polled(newest_ms=999), Gap(999, 1_000, "missed")),
        (Polled(newest_ms=999, why="limited"), Gap(999, 1_000, "limited")),
        (Polled(newest_ms=1_000), None),
        (Polled(newest_ms=5_000), None),
        (Polled(newest_ms=10, forgotten_to_ms=500), Gap(500, 1_000, "missed")),
        (Polled(newest_ms=10, forgotten_to_ms=2_000), None),
    ],
)
def test_a_full_page_newer_than_all_that_is_known_may_be_a_gap(polled: Polled, gap: Gap | None) -> None:
    assert recently_played.taken(full_page(1_000), set(), polled, []).gap == gap


def test_a_page_that_is_not_full_is_all_there_is() -> None:
    assert recently_played.taken(full_page(1_000)[1:], set(), Polled(newest_ms=1), []).gap is None


def test_what_ended_in_a_pause_or_was_deleted_is_not_recorded() -> None:
    pause = Gap(2_000, 3_000, "paused")
    polled = Polled(newest_ms=5, forgotten_to_ms=1_000)
    taken = recently_played.taken(
        page(999, 1_000, 1_001, 2_000, 2_999, 3_000), set(), polled, [pause, Gap(0, 9_000, "missed")]
    )
    assert moments(taken.plays) == [1_001, 3_000]


def test_a_pause_is_no_gap_of_ours() -> None:
    assert recently_played.taken(full_page(5_000), set(), Polled(newest_ms=10), [Gap(20, 5_000, "paused")]).gap is None


@pytest.mark.parametrize(
    ("minutes", "accounts", "cap", "minutes_between"),
    [(20, 5, None, 20), (20, 5, 10_000, 20), (20, 10, 100, 180), (60, 10, 720, 60)],
)
def test_a_quota_that_was_used_up_once_spreads_the_looks(
    minutes: int, accounts: int, cap: int | None, minutes_between: float
) -> None:
    assert recently_played.interval_ms(minutes, accounts, cap) / MINUTE == pytest.approx(minutes_between)


plays = st.lists(st.integers(1, 300), min_size=1, max_size=150, unique=True)
looks = st.lists(st.integers(0, 400), max_size=12)


@given(plays, looks, st.lists(st.integers(0, 60), min_size=150, max_size=150))
def test_whatever_comes_late_every_play_is_recorded_once_or_lies_in_a_gap(
    ended: list[int], looks: list[int], late: list[int]
) -> None:
    """Plays end at some moments, and Spotify shows each some time later; somebody looks now and then."""
    shown_at = {moment: moment + late[number] for number, moment in enumerate(sorted(ended))}
    recorded: list[int] = []
    gaps: list[Gap] = []
    polled = Polled()
    for now in [*sorted(looks), 500]:
        there = sorted(moment for moment in ended if shown_at[moment] <= now)[-recently_played.POLL_LIMIT :]
        taken = recently_played.taken(page(*there), {(moment, ID) for moment in recorded}, polled, gaps)
        recorded += moments(taken.plays)
        gaps += [taken.gap] if taken.gap else []
        polled = Polled(newest_ms=taken.newest_ms)
    assert len(set(recorded)) == len(recorded)
    first = min(recorded)
    lost = [moment for moment in ended if moment not in recorded and moment > first]
    prompt = [moment for moment in lost if shown_at[moment] == moment]
    for moment in prompt:  # what comes late may be beyond the page by then, and nobody can tell
        assert any(gap.from_ms <= moment <= gap.to_ms for gap in gaps)
