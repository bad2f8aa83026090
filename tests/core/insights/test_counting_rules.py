import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.insights.counting_rules import PlayLength, known_ms, listened_ms, verdict
from songswap.model.history import Source
from songswap.model.sharing import CountingRule

RULES: tuple[CountingRule, ...] = ("30s", "half", "finished", "all")
SOURCES: tuple[Source, ...] = ("export", "seen", "account", "listenbrainz", "lastfm", "recent")

heard = st.builds(
    PlayLength,
    played_ms=st.none() | st.integers(0, 600_000),
    duration_ms=st.none() | st.integers(0, 1_200_000),
    finished=st.none() | st.booleans(),
    source=st.sampled_from(SOURCES),
)


@pytest.mark.parametrize(
    ("play", "by_rule"),
    [  # by rule: 30s, half, finished, all; None: nobody can tell
        (PlayLength(200_000, 200_000, True, "export"), (True, True, True, True)),
        (PlayLength(30_000, 200_000, False, "export"), (True, False, False, True)),
        (PlayLength(29_999, 200_000, False, "export"), (False, False, False, True)),
        (PlayLength(29_999, 30_001, None, "account"), (False, True, None, True)),
        (PlayLength(100_000, 200_000, None, "account"), (True, True, None, True)),
        (PlayLength(99_999, 200_000, False, "account"), (True, False, False, True)),
        (PlayLength(240_000, 900_000, False, "export"), (True, True, False, True)),
        (PlayLength(239_999, 900_000, False, "export"), (True, False, False, True)),
        (PlayLength(30_000, None, None, "account"), (True, True, None, True)),
        (PlayLength(29_999, None, None, "account"), (False, False, None, True)),
        (PlayLength(30_000, 0, None, "account"), (True, True, None, True)),
        (PlayLength(None, 200_000, None, "recent"), (True, None, None, True)),
        (PlayLength(None, 200_000, True, "recent"), (True, True, True, True)),
        (PlayLength(None, 200_000, False, "recent"), (True, None, False, True)),
        (PlayLength(None, 200_000, None, "listenbrainz"), (True, True, None, True)),
        (PlayLength(None, None, None, "lastfm"), (True, True, None, True)),
        (PlayLength(None, 200_000, None, "seen"), (None, None, None, True)),
        (PlayLength(None, None, True, "seen"), (True, True, True, True)),
        (PlayLength(None, 20_000, True, "seen"), (False, True, True, True)),
    ],
)
def test_each_rule_counts_what_it_promises(play: PlayLength, by_rule: tuple[bool | None, ...]) -> None:
    assert tuple(verdict(rule, play) for rule in RULES) == by_rule


@pytest.mark.parametrize(
    ("play", "known", "listened"),
    [
        (PlayLength(12_345, 200_000, True, "export"), 12_345, 12_345),
        (PlayLength(0, 200_000, False, "export"), 0, 0),
        (PlayLength(None, 200_000, True, "recent"), 200_000, 200_000),
        (PlayLength(None, 0, True, "recent"), None, 30_000),
        (PlayLength(None, 200_000, None, "recent"), None, 30_000),
        (PlayLength(None, None, None, "lastfm"), None, 30_000),
        (PlayLength(None, 200_000, None, "seen"), None, 0),
    ],
)
def test_unknown_time_is_taken_as_what_was_heard_at_least(play: PlayLength, known: int | None, listened: int) -> None:
    assert known_ms(play) == known
    assert listened_ms(play) == listened


@given(heard)
def test_what_counts_as_half_of_a_minute_or_more_counts_as_30_s(play: PlayLength) -> None:
    if verdict("half", play) and (play.duration_ms is None or play.duration_ms >= 60_000):
        assert verdict("30s", play)


@given(heard, st.sampled_from(RULES))
def test_only_unknown_times_and_ends_leave_a_doubt(play: PlayLength, rule: CountingRule) -> None:
    if verdict(rule, play) is None:
        assert play.finished is None or play.played_ms is None
    if play.played_ms is not None and play.finished is not None:
        assert verdict(rule, play) is not None
        assert listened_ms(play) == play.played_ms
