from collections import Counter

import pytest

from bench.tabs import LOST_S, SCRIPT, Heard, Sample, skew, text

A, B = "spotify:track:a", "spotify:track:b"


def at(position_ms: float, at_ms: float, uri: str = A, *, plays: bool = True) -> Sample:
    return Sample(uri, plays, position_ms, at_ms)


def test_skew_is_how_far_ahead_bob_is_whenever_the_two_were_asked() -> None:
    assert skew(at(1_000, 500), at(1_050, 520)) == 30
    assert skew(at(1_000, 500), at(1_000, 500, B)) is None
    assert skew(at(1_000, 500), at(1_000, 500, plays=False)) is None


def night(*, late: int) -> Heard:
    """Ten seconds in which Ada skips at four; Bob follows so many tenths of a second later."""
    heard = Heard()
    for tick in range(100):
        ada = at(tick * 100, tick * 100) if tick < 40 else at((tick - 40) * 100, tick * 100, B)
        begun = 40 + late
        bob = at(tick * 100, tick * 100) if tick < begun else at((tick - 40) * 100 + 20, tick * 100, B)
        heard.pairs.append((tick / 10, ada, bob))
    return heard


def test_who_follows_is_timed_from_what_the_host_did() -> None:
    assert night(late=3).followed_s() == [pytest.approx(0.3)]
    assert night(late=0).followed_s() == [0.0]
    assert night(late=58).followed_s() == [LOST_S]  # it did not last for a second


def test_time_apart_is_that_in_which_they_hear_something_else() -> None:
    assert night(late=5).apart() == pytest.approx(0.05)
    assert set(night(late=5).skews_ms()) == {0.0, 20.0}


def test_figures_are_told_in_words() -> None:
    words = text(night(late=3), Counter({"PUT me/player/play": 2}), 10.0)
    assert "skew p50 / p95: 20 / 20 ms" in words
    assert "worst 20 ms, but for 0 samples" in words
    assert "2 PUT me/player/play" in words
    assert "none" in text(night(late=0), Counter(), 10.0)


def test_script_does_everything_on_our_page_and_in_spotify_within_five_minutes() -> None:
    assert {(where, what) for _, where, what in SCRIPT} == {
        (where, what) for where in ("page", "app") for what in ("skip", "seek", "pause", "resume")
    }
    times_s = [at_s for at_s, _, _ in SCRIPT]
    assert times_s == sorted(times_s)
    assert times_s[-1] < 290
