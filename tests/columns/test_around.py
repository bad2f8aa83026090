"""What people heard around some music, against every pair of plays looked at by itself."""

from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songswap.columns.figures.around import MILD, NEAR_MS, Around, around
from songswap.columns.plays import Question
from songswap.columns.query import Engine
from songswap.core.history.name_folding import artist_hash, recording_hash
from songswap.core.insights.periods import Period
from tests.columns.shelves import Row, Shelved, Stored, named, shelve

START_MS = 1_700_000_000_000
PEOPLE = ("ada", "bob")
SONGS = [("Aiko", "One"), ("Aiko", "Two"), ("Bent", "One"), ("Cleo", "Four")]


def row(song: int, at_ms: int) -> Row:
    artist, title = SONGS[song]
    ended_at_ms = START_MS + at_ms
    heard = recording_hash(artist, title), artist_hash(artist)
    return Row(ended_at_ms, ended_at_ms - 60_000, 60_000, 60_000, *heard, None, True, False)


PLAYS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 12).map(lambda steps: steps * NEAR_MS // 3)),
    max_size=12,
    unique_by=lambda play: play[1],
)


def oracle(heard: dict[str, list[Row]], tracks: set[int], artists: set[int]) -> dict[int, tuple[int, int, set[str]]]:
    """Of each song how often it was near, how often it was heard at all, and by whom near."""
    near, plays = Counter[int](), Counter[int]()
    whose: dict[int, set[str]] = {}
    for account, rows in heard.items():
        asked = [one.ended_at_ms for one in rows if one.track in tracks or one.artist in artists]
        for one in rows:
            plays[one.track] += 1
            if any(abs(one.ended_at_ms - at_ms) <= NEAR_MS for at_ms in asked):
                near[one.track] += 1
                whose.setdefault(one.track, set()).add(account)
    return {track: (count, plays[track], whose[track]) for track, count in near.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("around")


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(ada=PLAYS, bob=PLAYS, song=st.integers(0, 3), by_artist=st.booleans())
def test_what_was_near_is_found_with_how_often_and_by_whom(
    folder: Path, ada: list[tuple[int, int]], bob: list[tuple[int, int]], song: int, by_artist: bool
) -> None:
    heard = {
        account: sorted((row(*play) for play in plays), key=lambda one: (one.ended_at_ms, one.track))
        for account, plays in zip(PEOPLE, (ada, bob), strict=True)
    }
    names = tuple(named(artist, title) for artist, title in SONGS)
    root = folder / f"{len(list(folder.iterdir()))}"
    shelve(root, Stored({account: Shelved(tuple(rows), names) for account, rows in heard.items()}))
    artist, title = SONGS[song]
    tracks = () if by_artist else (recording_hash(artist, title),)
    artists = (artist_hash(artist),) if by_artist else ()
    day = date(2023, 11, 15)
    asked = Period("all", "UTC", day, day, START_MS, START_MS + 10 * NEAR_MS)
    question = Question(PEOPLE, asked, None, day)
    engine = Engine(root)
    found = engine.answer(partial(around, tracks=tracks, artists=artists), Around, question)
    engine.close()
    expected = oracle(heard, set(tracks), set(artists))
    assert {one.song: (one.near, one.plays, set(one.accounts)) for one in found.items} == expected
    fits = [one.fit for one in found.items]
    assert fits == sorted(fits, reverse=True)
    assert fits == pytest.approx([one.near / (one.plays + MILD) for one in found.items])
    if found.items:
        assert {one.track.title for one in found.items} <= {title for _, title in SONGS}
