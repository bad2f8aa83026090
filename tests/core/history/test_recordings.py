"""Which ids are one recording, and what is known of it."""

import random

from hypothesis import given
from hypothesis import strategies as st

from songswap.core.history import name_folding
from songswap.core.history.recordings import Recording, albums_beside, recording_of, resolve
from songswap.model.history import Source, TrackName
from tests.core.plays import names

ID, OTHER = "b" * 22, "a" * 22
OWN = name_folding.own_id("Björk", "Jóga")
JOGA = name_folding.recording_hash("Björk", "Jóga")


def test_ids_with_the_same_names_are_one_recording() -> None:
    known, named = resolve(
        {
            "export": [TrackName(ID, "Jóga", "Björk", "Homogenic")],
            "recent": [TrackName(OTHER, "jóga", "BJÖRK", "Volumen", duration_ms=305_000)],
            "account": [TrackName(OWN, "Jóga", "Björk")],
        }
    )
    assert {one.track for one in known.values()} == {JOGA}
    (one,) = named
    assert (one.track, one.track_id, one.duration_ms) == (JOGA, OTHER, 305_000)


def test_what_an_id_does_not_tell_comes_from_the_recordings_other_ids() -> None:
    known, _ = resolve(
        {
            "export": [TrackName(ID, "Jóga", "Björk", "Homogenic")],
            "recent": [TrackName(ID, "Jóga", "Björk", "Homogenic", duration_ms=305_000, cover_url="https://x")],
            "account": [TrackName(OWN, "Jóga", "Björk")],
        }
    )
    assert known[OWN] == known[ID]
    assert (known[OWN].duration_ms, known[OWN].album) == (305_000, name_folding.album_hash("Björk", "Homogenic"))


def test_a_song_without_a_cover_has_that_of_its_album() -> None:
    _, named = resolve(
        {
            "export": [
                TrackName(ID, "Jóga", "Björk", "Homogenic"),
                TrackName("c" * 22, "Earth Song", "Björk", "Other"),
            ],
            "recent": [TrackName(OTHER, "Hunter", "Björk", "Homogenic", cover_url="https://homogenic")],
        }
    )
    covers = {one.title: one.cover_url for one in named}
    assert covers == {"Jóga": "https://homogenic", "Hunter": "https://homogenic", "Earth Song": None}


def test_each_id_keeps_an_album_of_its_own() -> None:
    known, _ = resolve(
        {"export": [TrackName(ID, "Jóga", "Björk", "Homogenic"), TrackName(OTHER, "Jóga", "Björk", "Volumen")]}
    )
    assert known[ID].album == name_folding.album_hash("Björk", "Homogenic")
    assert known[OTHER].album == name_folding.album_hash("Björk", "Volumen")


def test_albums_that_no_recording_is_called_by_have_names_too() -> None:
    told: dict[Source, list[TrackName]] = {
        "export": [
            TrackName(OTHER, "Jóga", "Björk", "Homogenic"),
            TrackName(ID, "JÓGA", "BJÖRK", "Volumen", cover_url="https://b"),
            TrackName("c" * 22, "Jóga", "Björk", "VOLUMEN"),
            TrackName("d" * 22, "Hunter", "Björk", "Homogenic"),
        ]
    }
    known, named = resolve(told)
    (beside,) = albums_beside(told, known, named)
    assert (beside.track, beside.title, beside.album) == (None, "", known[ID].album)
    assert (beside.album_name, beside.artist_name, beside.artist) == ("VOLUMEN", "Björk", known[ID].artist)
    assert albums_beside({}, {}, []) == []


@given(names(), st.randoms(use_true_random=False))
def test_every_album_of_an_id_has_one_name(told: dict[Source, list[TrackName]], chance: random.Random) -> None:
    known, named = resolve(told)
    beside = albums_beside(told, known, named)
    albums = {one.album for one in named} - {None}
    extra = [one.album for one in beside]
    assert len(set(extra)) == len(extra)
    assert albums.isdisjoint(extra)
    assert {one.album for one in known.values()} - {None} <= albums | set(extra)
    mixed = {source: chance.sample(rows, len(rows)) for source, rows in told.items()}
    assert albums_beside(mixed, known, named) == beside


def test_the_best_source_says_what_an_id_is_called() -> None:
    known, named = resolve(
        {"recent": [TrackName(ID, "Jóga (new title)", "Björk")], "export": [TrackName(ID, "Jóga", "Björk")]}
    )
    assert known[ID].track == JOGA
    assert [one.title for one in named] == ["Jóga"]


def test_a_track_without_names_is_a_recording_of_its_own() -> None:
    assert recording_of({}, ID) == Recording(name_folding.unnamed_hash(ID))


def test_a_recording_of_which_only_names_are_known_has_no_id_of_spotifys() -> None:
    _, named = resolve({"lastfm": [TrackName(OWN, "Jóga", "Björk")]})
    assert [one.track_id for one in named] == [None]


@given(names(), st.randoms(use_true_random=False))
def test_the_order_of_names_does_not_matter(told: dict[Source, list[TrackName]], chance: random.Random) -> None:
    mixed = {
        source: chance.sample([*rows, *rows], 2 * len(rows))
        for source, rows in chance.sample(list(told.items()), len(told))
    }
    assert resolve(mixed) == resolve(told)
