"""Songs like one of the catalogue, beside brute force; and what must not change them."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from songswap.catalogue.catalogue import Catalogue
from songswap.catalogue.shelf import Shelf, open_shelf
from songswap.catalogue.similar import called_like, near, row_of
from songswap.core.discovery.audio_attributes import AttributeName
from tests.catalogue.tables import HEADER, Row, load, row, some_rows, table, track_id

WEIGHTS: dict[AttributeName, float] = {"energy": 2.0, "valence": 1.0, "tempo": 0.5, "popularity": 0.0}


def shelf_of(root: Path, rows: Sequence[Row], header: Row = HEADER) -> Shelf:
    load(root, table(rows, header))
    shelf = open_shelf(root)
    assert shelf
    return shelf


def names(shelf: Shelf, number: int, k: int = 20, *, without_artist: bool = False) -> list[tuple[str, str]]:
    found = near(shelf, shelf.row_of(track_id(number)) or 0, k, WEIGHTS, without_artist=without_artist)
    return [(one.song.artists[0], one.song.title) for one in found]


def brute_force(rows: Sequence[Row], number: int, k: int, *, without_artist: bool) -> list[tuple[str, str]]:
    """In plain Python: every song's distance on the common scale, all of them sorted."""
    columns = {name: [float(str(one[HEADER.index(name)])) for one in rows] for name in ("energy", "valence", "tempo")}
    scales = {}
    for name, values in columns.items():
        mean = sum(values) / len(values)
        scales[name] = (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
    weights = {"energy": 2.0, "valence": 1.0, "tempo": 0.5}
    rated = [
        (
            sum(
                weights[name] * ((columns[name][place] - columns[name][number]) / scales[name]) ** 2 for name in columns
            ),
            (str(one[1]), str(one[2])),
        )
        for place, one in enumerate(rows)
        if place != number and not (without_artist and one[1] == rows[number][1])
    ]
    return [name for _, name in sorted(rated)[:k]]


@pytest.mark.parametrize("without_artist", [False, True])
@pytest.mark.parametrize("number", [0, 57, 299])
def test_they_are_those_of_brute_force(tmp_path: Path, number: int, without_artist: bool) -> None:
    rows = some_rows(300)
    shelf = shelf_of(tmp_path / "store", rows)
    expected = brute_force(rows, number, 20, without_artist=without_artist)
    assert names(shelf, number, without_artist=without_artist) == expected


def test_neither_order_nor_a_duplicate_nor_another_id_changes_them(tmp_path: Path) -> None:
    rows = some_rows(200)
    expected = names(shelf_of(tmp_path / "one", rows), 5)
    again = [("z" * 22, *rows[17][1:]), *rows, rows[3]]
    random.Random(4).shuffle(again)
    assert names(shelf_of(tmp_path / "two", again), 5) == expected


def test_scale_of_a_column_does_not_change_them(tmp_path: Path) -> None:
    rows = some_rows(200)
    place = HEADER.index("tempo")
    slower = [(*one[:place], float(str(one[place])) / 4, *one[place + 1 :]) for one in rows]
    assert names(shelf_of(tmp_path / "one", rows), 5) == names(shelf_of(tmp_path / "two", slower), 5)


def test_a_song_is_never_like_itself_under_any_id_and_each_comes_once(tmp_path: Path) -> None:
    rows = [row(1, title="One"), row(2, title="One"), row(3, title="Two"), row(4, title="Two"), row(5, title="Three")]
    assert sorted(names(shelf_of(tmp_path / "store", rows), 1, 100)) == [("Aiko", "Three"), ("Aiko", "Two")]


def test_more_than_there_are_is_all_there_are(tmp_path: Path) -> None:
    assert len(names(shelf_of(tmp_path / "store", some_rows(30)), 1, 100)) == 29


def test_reasons_and_the_artist_are_told(tmp_path: Path) -> None:
    rows = [row(1, energy=0.95), row(2, energy=0.94), row(3, "Bill", energy=0.1), row(4, "Cleo", energy=0.4)]
    shelf = shelf_of(tmp_path / "store", rows)
    first, *_, last = near(shelf, shelf.row_of(track_id(1)) or 0, 3, {"energy": 1.0}, without_artist=False)
    assert first.same_artist
    assert first.likeness.alike == ("energy 0.94 (0.95)",)
    assert not last.same_artist
    assert last.likeness.differs == ("energy 0.10 instead of 0.95, towards “calm”",)
    assert first.distance < last.distance


def test_a_track_is_known_by_its_id_or_else_by_its_names(tmp_path: Path) -> None:
    shelf = shelf_of(tmp_path / "store", [row(1, title="One"), row(2, title="Two")])
    assert row_of(shelf, track_id(2)) == shelf.row_of(track_id(2))
    assert row_of(shelf, "z" * 22, "ONE", "aiko") == shelf.row_of(track_id(1))
    assert row_of(shelf, "z" * 22, "Three", "Aiko") is None
    assert row_of(shelf, "z" * 22) is None


def test_what_is_called_most_like_it_is_offered(tmp_path: Path) -> None:
    rows = [
        row(1, "The Paper Engines", "Dancing by the River"),
        row(2, "Bill", "Something Else"),
        row(3, "Paper", "Boat"),
    ]
    shelf_of(tmp_path / "store", rows)
    catalogue = Catalogue(tmp_path / "store")
    offers = catalogue.answer(lambda cursor, shelf: called_like(cursor, shelf, "Dancng by the Rver", "Paper Engine"))
    assert offers[0].title == "Dancing by the River"
    assert catalogue.answer(lambda cursor, shelf: called_like(cursor, shelf, "Qqqqq", "Zzzz")) == ()
    catalogue.close()
