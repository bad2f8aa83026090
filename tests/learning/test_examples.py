from pathlib import Path

import pytest

from songswap.core.history.name_folding import recording_hash
from songswap.documents import CHAT, GROUP_POSTS
from songswap.learning.examples import (
    BROUGHT,
    ExampleSong,
    made_of,
    owned_songs,
    song_examples,
    songs_of,
    text_examples,
)
from songswap.learning.sounding import Sounds
from songswap.model.history import Source
from songswap.model.posts import Edited, Removed, Written
from songswap.store import Store
from tests.learning.people import GROUP, a_store, bring, say, track_id

ONE, TWO = ("Aiko", "One"), ("Aiko", "Two")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return a_store(tmp_path / "store", "ada", "bob")


def titles(store: Store, account: str = "ada") -> list[tuple[str, int]]:
    return [(song.title, song.plays) for song in songs_of(store.root, account)]


@pytest.mark.parametrize("source", BROUGHT)
def test_songs_are_learnt_from_files_that_people_brought(store: Store, source: Source) -> None:
    bring(store, "ada", [ONE], source=source)
    assert titles(store) == [("One", 3)]


@pytest.mark.parametrize("source", ["recent", "seen"])
def test_nothing_is_learnt_from_what_spotify_was_asked_for(store: Store, source: Source) -> None:
    bring(store, "ada", [ONE], 50, source=source)
    assert titles(store) == []


def test_what_several_sources_tell_is_counted_once(store: Store) -> None:
    bring(store, "ada", [ONE], 5, source="export")
    bring(store, "ada", [ONE], 7, source="lastfm")
    assert titles(store) == [("One", 7)]


@pytest.mark.parametrize("how", [{"is_private": True}, {"played_ms": 29_999}, {"plays": 1}])
def test_private_skipped_and_single_plays_make_no_song_somebodys(store: Store, how: dict[str, int]) -> None:
    bring(store, "ada", [ONE], **how)  # type: ignore[arg-type]
    bring(store, "ada", [TWO])
    assert titles(store) == [("Two", 3)]


def test_a_song_under_several_ids_is_one(store: Store) -> None:
    bring(store, "ada", [ONE, ("AIKO", "one ")], 3)
    (song,) = songs_of(store.root, "ada")
    assert (song.plays, song.key, song.id) == (6, recording_hash("Aiko", "One"), track_id(*ONE))


def test_a_song_is_that_of_who_has_twice_the_share_of_anybody_else() -> None:
    def song(key: int, plays: int) -> ExampleSong:
        return ExampleSong(key, f"{key}", "Aiko", ("Aiko",), "", plays)

    owned = owned_songs({
        "ada": [song(1, 50), song(2, 30), song(3, 20)],
        "bob": [song(1, 500), song(2, 100), song(4, 400)],
        "cleo": [],
    })  # fmt: skip
    assert {account: [one.key for one in songs] for account, songs in owned.items()} == {
        "ada": [2, 3],
        "bob": [4],
        "cleo": [],
    }


def test_examples_of_songs_have_the_traits_of_their_names(store: Store) -> None:
    bring(store, "ada", [ONE])
    (example,) = song_examples({"ada": songs_of(store.root, "ada")}, Sounds(store.root))
    assert (example.account, example.traits) == ("ada", {"artist=aiko": 1.0, "word=one": 1.0})


def texts(store: Store) -> list[tuple[str, frozenset[str]]]:
    found = text_examples(store, GROUP, ("ada", "bob"))
    return [(one.account, frozenset(name[5:] for name in one.traits if name.startswith("word="))) for one in found]


def test_words_are_learnt_from_the_groups_posts_and_chat_as_they_read_by_now(store: Store) -> None:
    say(store, "ada", ["hello you", "changed later", "deleted later", "single"])
    store.append(CHAT, Edited(10, 2, 5, "really changed"), GROUP, "1")
    store.append(CHAT, Removed(11, 3, 6, "ada"), GROUP, "1")
    store.append(GROUP_POSTS, Written(1, 5, "bob", "a post"), GROUP, "1")
    store.append(GROUP_POSTS, Written(2, 5, "bob", "an answer", answers=1), GROUP, "1")
    assert set(texts(store)) == {
        ("ada", frozenset({"hello", "you"})),
        ("ada", frozenset({"really", "changed"})),
        ("bob", frozenset({"a", "post"})),
        ("bob", frozenset({"an", "answer"})),
    }


def test_what_others_wrote_what_was_told_by_itself_and_other_groups_are_not_learnt_from(store: Store) -> None:
    (store.root / "groups" / "other").mkdir()
    say(store, "cleo", ["not picked at all"])
    say(store, "ada", ["not in this group"], group="other")
    store.append(CHAT, Written(9, 9, "ada", "started a session", system="session_started"), GROUP, "1")
    assert texts(store) == []


def test_the_same_text_twice_is_one_example(store: Store) -> None:
    say(store, "ada", ["good night all", "good night all"])
    assert len(texts(store)) == 1


def test_examples_are_recognized_by_what_they_are_of(store: Store) -> None:
    say(store, "ada", ["hello you", "and you"])
    before = made_of("words", text_examples(store, GROUP, ("ada",)))
    say(store, "ada", ["one more"], n=5)
    after = made_of("words", text_examples(store, GROUP, ("ada",)))
    assert before["ada"] < after["ada"]
    assert len(after["ada"]) == 3
