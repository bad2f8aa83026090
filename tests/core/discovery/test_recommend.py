"""Lists are chosen by their number alone, each song once, with no artist everywhere."""

import math
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from songswap.core.discovery.recommend import (
    SHARE_OF_ARTIST,
    Candidate,
    Seed,
    choose,
    mixed,
    reasons,
    shortfalls,
    weights,
)

SONGS = st.lists(
    st.builds(
        lambda song, distance, copy: Candidate(
            f"u{song}-{copy}", f"{song}", (f"{song % 5}",), song, song % 5, distance
        ),
        song=st.integers(0, 30),
        distance=st.integers(0, 5).map(float),
        copy=st.integers(0, 1),
    ),
    max_size=60,
)


def rng(number: int = 1) -> Any:
    return Random(number).random


def songs(artists: str) -> list[Candidate]:
    return [Candidate(f"u{place}", "", (), place, ord(artist), float(place)) for place, artist in enumerate(artists)]


@given(SONGS, st.integers(0, 40), st.integers(0, 999), st.randoms(use_true_random=False))
def test_same_number_chooses_the_same_songs_whatever_their_order(
    candidates: list[Candidate], length: int, number: int, shuffler: Any
) -> None:
    chosen = choose(candidates, length, rng(number))
    shuffled = list(candidates)
    shuffler.shuffle(shuffled)
    assert choose([*shuffled, *candidates], length, rng(number)) == chosen


@given(SONGS, st.integers(0, 40), st.integers(0, 999), st.sets(st.integers(0, 30), max_size=5))
def test_every_song_is_there_once_and_as_many_as_there_are(
    candidates: list[Candidate], length: int, number: int, without: set[int]
) -> None:
    chosen = choose(candidates, length, rng(number), without)
    there = {one.song for one in candidates} - without
    assert len({one.song for one in chosen}) == len(chosen) == min(length, len(there))
    assert {one.song for one in chosen} <= there


def test_another_number_chooses_other_songs_and_the_nearest_are_the_likeliest() -> None:
    candidates = songs("".join(chr(65 + place) for place in range(60)))
    lists = [tuple(one.song for one in choose(candidates, 10, rng(number))) for number in range(200)]
    assert len(set(lists)) > 190
    near = sum(song < 10 for one in lists for song in one)
    far = sum(song >= 20 for one in lists for song in one)
    assert near > 2 * far
    assert all(song < 30 for one in lists for song in one)


def test_one_artist_gets_an_eighth_unless_there_is_nothing_else() -> None:
    chosen = choose(songs("A" * 40 + "BCDEFGHIJKLMNOPQRSTUVWXYZ"), 16, rng())
    counts = [sum(one.artist == artist for one in chosen) for artist in {one.artist for one in chosen}]
    assert max(counts) <= math.ceil(16 / SHARE_OF_ARTIST)
    assert len(choose(songs("A" * 40 + "BC"), 16, rng())) == 16


@given(st.lists(st.sampled_from("ABC"), max_size=12).map("".join))
def test_no_artist_comes_twice_in_a_row_where_that_can_be(artists: str) -> None:
    found = mixed(songs(artists))
    assert sorted(found, key=lambda one: one.song) == songs(artists)
    most = max((artists.count(one) for one in "ABC"), default=0)
    if most <= math.ceil(len(artists) / 2):
        assert all(before.artist != after.artist for before, after in pairwise(found))


def test_how_well_a_song_is_known_counts_only_if_it_is_asked_for() -> None:
    assert weights(("energy", "popularity"), {}) == [1.0, 0.0]
    assert weights(("energy", "popularity"), {"popularity": 20.0})[1] > 1


def test_reasons_name_the_seed_and_what_was_asked_for() -> None:
    seed = Seed("track", "Undertow", "The Copper Foxes")
    values: Any = {"energy": 0.8, "tempo": 121.0, "valence": 0.2}
    scaled: Any = {"energy": (2.0, 2.0), "tempo": (0.1, 0.1), "valence": (-1.5, 1.5)}
    assert reasons(seed, values, {"energy"}, scaled) == ("like Undertow", "energy 0.8")
    assert reasons(seed, values, (), scaled) == ("like Undertow", "energy 0.8", "tempo 121")


def test_list_far_from_what_was_asked_for_says_so() -> None:
    chosen = [Candidate("u", "", (), 1, 1, 0.0, values={"energy": 0.5})]
    assert shortfalls(chosen, {"energy": 0.55}, {"energy": 0.2}) == []
    assert shortfalls(chosen, {"energy": 1.0}, {"energy": 0.2}) == ["energy 0.5 on average, where you asked for 1"]
    assert shortfalls([], {"energy": 1.0}, {"energy": 0.2}) == []
