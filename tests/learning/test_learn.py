from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.documents import BRAIN, CHAT, LEARNT
from songswap.learning.learn import learn_pick, packed, unpacked
from songswap.model.guessing import Taught
from songswap.model.posts import Removed
from songswap.store import Store
from tests.learning.people import GROUP, a_store, bring, pick, say, songs_by, track_id


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return a_store(tmp_path / "store", "ada", "bob")


def keep(store: Store, taught: Taught) -> None:
    worker = Store(store.root, "worker")
    worker.write(LEARNT, taught.learnt, GROUP, taught.learnt.pick)
    if taught.brain is not None:
        worker.write(BRAIN, taught.brain, GROUP, taught.learnt.pick)


def learnt(store: Store, *, rev: int = 1) -> Taught | None:
    return learn_pick(store, GROUP, pick(store, "words", "ada", "bob", rev=rev), 5.0)


def write_enough(store: Store, count: int = 30) -> int:
    n = say(store, "ada", [f"shall we go, number {number}?" for number in range(count)])
    return say(store, "bob", [f"louder!! louder {number}!!" for number in range(count)], n)


def test_songs_are_learnt_with_songs_for_the_game_that_were_left_out(store: Store) -> None:
    rng = Random(1)
    bring(store, "ada", [*songs_by(["Aiko", "Blue"], 30, rng), ("Both", "Ours")])
    bring(store, "bob", [*songs_by(["Cold", "Dub"], 30, rng), ("Both", "Ours")])
    taught = learn_pick(store, GROUP, pick(store, "songs", "ada", "bob"), 5.0)
    assert taught is not None
    assert taught.brain is not None
    assert taught.learnt.quality is not None
    assert (taught.learnt.state, taught.learnt.examples) == ("done", {"ada": 30, "bob": 30})
    assert taught.learnt.quality.accuracy.share > 0.9
    assert {song.whose for song in taught.learnt.songs} == {"ada", "bob"}
    assert "Ours" not in {song.title for song in taught.learnt.songs}
    song = taught.learnt.songs[0]
    assert song.uri == f"spotify:track:{track_id(song.artist, song.title)}"
    assert sum(song.chances) == pytest.approx(1, abs=1e-3)


def test_too_little_of_one_is_too_little(store: Store) -> None:
    say(store, "bob", ["a little thing"], write_enough(store, 19) + 1)
    taught = learnt(store)
    assert taught is not None
    assert (taught.learnt.state, taught.learnt.examples, taught.brain) == ("too_little", {"ada": 19, "bob": 20}, None)


def test_it_is_learnt_again_when_there_is_more_or_less_or_somebody_asks(store: Store) -> None:
    n = write_enough(store)
    first = learnt(store)
    assert first is not None
    keep(store, first)
    assert learnt(store) is None
    n = say(store, "ada", [f"and one more of mine {number}" for number in range(6)], n)
    assert learnt(store) is None
    say(store, "ada", ["and this is a tenth more"], n)
    again = learnt(store)
    assert again is not None
    assert again.learnt.examples == {"ada": 37, "bob": 30}
    keep(store, again)
    assert learnt(store, rev=2) is not None
    store.append(CHAT, Removed(900, 3, 9, "ada"), GROUP, "1")
    forgotten = learnt(store)
    assert forgotten is not None
    assert forgotten.learnt.examples == {"ada": 36, "bob": 30}


@given(st.frozensets(st.integers(0, 2**32 - 1), max_size=50))
def test_numbers_are_packed_and_unpacked(keys: frozenset[int]) -> None:
    assert unpacked(packed(keys)) == keys
