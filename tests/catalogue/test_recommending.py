"""Songs like seeds, against every song looked at by itself; and what must not change them."""

import random
from pathlib import Path

import numpy as np
import pytest

from songswap.catalogue import recommending
from songswap.catalogue.shelf import Shelf, open_shelf
from songswap.core.discovery.audio_attributes import AttributeName
from songswap.core.discovery.recommend import TARGET_WEIGHT, Seed
from tests.catalogue.tables import Row, load, row, some_rows, table, track_id

ROWS = [*some_rows(500), row(900, "Artist 1", "Song 3", popularity=99), row(901, "Nobody Else", "Alone", energy=1)]
LENGTH = 10


def shelf_of(root: Path, rows: list[Row]) -> Shelf:
    load(root, table(rows))
    shelf = open_shelf(root)
    assert shelf is not None
    return shelf


def track(number: int) -> Seed:
    return Seed("track", uri=f"spotify:track:{track_id(number)}")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return shelf_of(tmp_path_factory.mktemp("catalogue") / "store", ROWS)


def oracle(
    shelf: Shelf, seeds: list[Seed], targets: dict[AttributeName, float], without: set[int]
) -> list[tuple[float, int]]:
    """Distance and row of every song, nearest first: to the nearest seed where nothing is asked for, to the targets."""
    points = [one.point for one in recommending.known_seeds(shelf, seeds)]
    found: list[tuple[float, int]] = []
    for number in range(shelf.manifest.songs):
        if int(shelf.songs[number]) in without:
            continue
        far = []
        for point in points:
            parts = 0.0
            for place, name in enumerate(shelf.attributes):
                value = float(shelf.features[place, number])
                if name in targets:
                    parts += TARGET_WEIGHT * (value - shelf.scaled(name, targets[name])) ** 2
                elif name != "popularity":
                    parts += (value - point[place]) ** 2
            far.append(parts)
        found.append((min(far), number))
    return sorted(found)


@pytest.mark.parametrize(
    "targets",
    [{}, {"energy": 0.9}, {"energy": 0.1, "tempo": 180.0}, {"popularity": 100.0}, {"energy": 1.0, "valence": 1.0}],
)
@pytest.mark.parametrize("seeds", [[3], [3, 77], [3, 77, 140, 210, 499]])
def test_candidates_are_the_nearest_of_all_songs(
    shelf: Shelf, targets: dict[AttributeName, float], seeds: list[int]
) -> None:
    wanted = [*map(track, seeds[:-1]), Seed("artist", "Artist 4")]
    known = recommending.known_seeds(shelf, wanted)
    without = recommending.songs_of(shelf, known)
    found = recommending.candidates(shelf, known, targets, LENGTH, without)
    expected = oracle(shelf, wanted, targets, without)[: len(found)]
    assert len(found) == recommending.LEAST
    assert [one.distance for one in found] == pytest.approx([far for far, _ in expected], rel=1e-4, abs=1e-5)
    near = {shelf.entry(number).uri for _, number in expected[:200]}
    assert near <= {one.uri for one in found}
    assert without.isdisjoint(one.song for one in found)


def test_neither_order_nor_a_duplicate_nor_another_id_changes_them(shelf: Shelf, tmp_path: Path) -> None:
    rows = [*ROWS, ROWS[5], row(950, "artist 1", "song 3", popularity=1)]
    random.Random(4).shuffle(rows)
    other = shelf_of(tmp_path / "store", rows)
    lists = []
    for one in (shelf, other):
        known = recommending.known_seeds(one, [track(3), track(77)])
        lists.append(recommending.candidates(one, known, {"energy": 0.7}, LENGTH, recommending.songs_of(one, known)))
    assert lists[0] == lists[1]


def test_scale_of_a_column_does_not_change_them(tmp_path: Path) -> None:
    halved = [(*cells[:-1], float(str(cells[-1])) / 2) for cells in ROWS]
    uris = []
    for name, rows in (("first", ROWS), ("second", halved)):
        shelf = shelf_of(tmp_path / name, list(rows))
        known = recommending.known_seeds(shelf, [track(3)])
        uris.append([one.uri for one in recommending.candidates(shelf, known, {}, LENGTH, set())][:100])
    assert uris[0] == uris[1]


def test_seeds_are_known_by_id_or_by_names_and_artists_lie_in_the_middle(shelf: Shelf) -> None:
    by_names = Seed("track", "SONG 3", "artist 1", "spotify:track:" + "z" * 22)
    other_id = track(900)
    unknown = Seed("track", "Unheard", "Nobody")
    artist = Seed("artist", "artist 2")
    known = recommending.known_seeds(shelf, [by_names, unknown, other_id, artist, Seed("artist", "Nobody")])
    assert [one.number for one in known] == [0, 2, 3]
    assert recommending.songs_of(shelf, known[:1]) == {int(shelf.songs[known[0].rows[0]])}
    rows = list(known[2].rows)
    assert {shelf.entry(number).artists[0] for number in rows} == {"Artist 2"}
    assert known[2].point == pytest.approx(np.asarray(shelf.features)[:, rows].mean(axis=1), abs=1e-5)
    assert known[1].seed.name.startswith("Song")


def test_reasons_name_the_nearest_seed_and_what_was_asked_for(shelf: Shelf) -> None:
    known = recommending.known_seeds(shelf, [track(3), Seed("artist", "Nobody Else")])
    found = recommending.candidates(shelf, known, {"energy": 0.8}, LENGTH, recommending.songs_of(shelf, known))
    assert {one.reasons[0] for one in found} <= {"like Song 3", "like Nobody Else"}
    assert all(one.reasons[1].startswith("energy ") for one in found)
    own = recommending.own(shelf, known)
    assert [(one.title, one.reasons) for one in own] == [("Song 3", ("your seed",))]
