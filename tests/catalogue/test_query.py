"""Questions to the catalogue, against what plain Python finds in the same rows."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from songswap.catalogue import query, schema
from songswap.catalogue.catalogue import Catalogue, NoCatalogueError
from songswap.catalogue.query import FoundSongs, SongFilter
from songswap.store import StoreError
from tests.catalogue.tables import load, row, some_rows, table, track_id

ROWS = [
    row(1, "Björk", "Jóga", genre="art pop", popularity=60, energy=0.4),
    row(2, "Björk;Aiko", "Hyperballad", genre="art pop", popularity=70, energy=0.8),
    row(3, "Aiko", "Yoga Mat", genre="Pop", popularity=90, energy=0.9),
    row(4, "Bent", "100% of _it", popularity=5, energy=0.1),
    row(5, "bjork", "joga", popularity=1, energy=0.2),
    row(6, "Aiko", "yoga mat", popularity=2, energy=0.9),
]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    load(tmp_path / "store", table(ROWS))
    there = Catalogue(tmp_path / "store")
    yield there
    there.close()


def find(catalogue: Catalogue, limit: int = 10, start: int = 0, **wanted: object) -> FoundSongs:
    return catalogue.answer(lambda cursor, shelf: query.find(cursor, shelf, SongFilter(**wanted), limit, start))  # type: ignore[arg-type]


def ids(found: FoundSongs) -> list[int]:
    return [int(entry.id) for entry in found.items]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [3, 2, 1, 4, 5]),
        ({"words": "JÓGA"}, [1, 5]),
        ({"words": "joga bjork"}, [1, 5]),
        ({"words": "aiko"}, [3, 2]),
        ({"words": "yoga"}, [3]),
        ({"words": "yoga", "every_id": True}, [3, 6]),
        ({"words": "bjö"}, [2, 1, 5]),
        ({"words": "% _"}, [4]),
        ({"words": "'; DROP"}, []),
        ({"artist": "BJÖRK"}, [2, 1]),
        ({"genre": "pop"}, [3, 4, 5]),
        ({"ranges": {"energy": (0.4, 0.8)}}, [2, 1]),
        ({"ranges": {"energy": (0.4, 0.8), "popularity": (65, 100)}}, [2]),
        ({"ranges": {"liveness": (0.0, 1.0)}}, []),
    ],
)
def test_rows_are_found_by_what_they_say(catalogue: Catalogue, wanted: dict[str, object], expected: list[int]) -> None:
    found = find(catalogue, **wanted)
    assert ids(found) == expected
    assert found.total == len(expected)


def test_titles_that_begin_with_the_words_come_first(catalogue: Catalogue) -> None:
    assert ids(find(catalogue, words="h"))[0] == 2


def test_pages_follow_each_other(catalogue: Catalogue) -> None:
    pages = [find(catalogue, limit=2, start=start) for start in (0, 2, 4, 6)]
    assert [ids(one) for one in pages] == [[3, 2], [1, 4], [5], []]
    assert {one.total for one in pages} == {5}


def test_artists_are_found_once_with_their_songs(catalogue: Catalogue) -> None:
    found = catalogue.answer(lambda cursor, shelf: query.artists(cursor, shelf, "b", 5))
    assert [(one.name, one.songs) for one in found] == [("Björk", 2), ("Bent", 1), ("bjork", 1)]
    assert catalogue.answer(lambda cursor, shelf: query.artists(cursor, shelf, "  ", 5)) == []


def test_dump_can_be_loaded_again(catalogue: Catalogue, tmp_path: Path) -> None:
    dumped = b"".join(
        catalogue.answer(lambda cursor, shelf: list(query.dump(cursor, shelf, SongFilter(every_id=True))))
    )
    assert len(list(csv.reader(io.StringIO(dumped.decode())))) == 1 + len(ROWS)
    load(tmp_path / "again", dumped)
    again = Catalogue(tmp_path / "again")
    whole = SongFilter(every_id=True)
    first, second = (
        one.answer(lambda cursor, shelf: query.find(cursor, shelf, whole, 100)) for one in (catalogue, again)
    )
    assert first == second
    again.close()


def test_no_cell_of_a_dump_is_a_formula_and_loading_it_gives_the_names_back(tmp_path: Path) -> None:
    songs = [row(1, "@dril;=Cmd", "=HYPERLINK(1)", genre="+pop"), row(2, "Ed Sheeran", "+"), row(3, "M", "'Till")]
    load(tmp_path / "first", table(songs))
    first = Catalogue(tmp_path / "first")
    dumped = b"".join(first.answer(lambda cursor, shelf: list(query.dump(cursor, shelf, SongFilter(every_id=True)))))
    cells = [cell for line in csv.reader(io.StringIO(dumped.decode())) for cell in line]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@"))] == []
    load(tmp_path / "again", dumped)
    again = Catalogue(tmp_path / "again")
    everything = (find(one, every_id=True) for one in (first, again))
    assert next(everything) == next(everything)
    assert {entry.title for entry in find(again).items} == {"=HYPERLINK(1)", "+", "'Till"}
    first.close()
    again.close()


def test_catalogue_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoCatalogueError, match="catalogue load FILE"):
        find(Catalogue(tmp_path))
    assert not Catalogue(tmp_path).is_there()


@pytest.mark.parametrize("name", sorted(schema.FILES))
@pytest.mark.parametrize("spoil", ["empty", "cut", "gone"])
def test_broken_catalogue_is_said_and_can_be_loaded_again(tmp_path: Path, name: str, spoil: str) -> None:
    root = tmp_path / "store"
    made = load(root, table(ROWS))
    path = schema.folder(root) / made.generation / name
    content = path.read_bytes()
    path.unlink()
    if spoil != "gone":
        path.write_bytes(content[: len(content) // 3] if spoil == "cut" else b"")
    catalogue = Catalogue(root)
    with pytest.raises(StoreError, match="the catalogue can't be read"):
        catalogue.answer(lambda cursor, shelf: query.first(cursor, shelf, SongFilter("bj"), 10))
    load(root, table(ROWS))
    assert ids(find(catalogue)) == [3, 2, 1, 4, 5]
    catalogue.close()


def test_nothing_else_on_the_disk_can_be_read(catalogue: Catalogue, tmp_path: Path) -> None:
    import duckdb

    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(Exception, match="can't be read"):
        catalogue.answer(lambda cursor, _: cursor.execute(f"FROM read_csv('{tmp_path / 'secret.csv'}')").fetchall())
    assert duckdb.sql(f"FROM read_csv('{tmp_path / 'secret.csv'}')").fetchall() == [(1,)]


def test_nearest_songs_are_those_of_brute_force(tmp_path: Path) -> None:
    rows = [*some_rows(400), *(row(1000 + number, "Artist 1", f"Song {number}") for number in range(3))]
    load(tmp_path / "store", table(rows))
    catalogue = Catalogue(tmp_path / "store")
    shelf = catalogue.shelf()
    assert shelf is not None
    songs = shelf.manifest.songs
    table_ = np.asarray(shelf.features, np.float64)[:, :songs]
    for number in (0, 17, songs):  # the last is a song under another id
        for without_artist in (False, True):
            far = (
                (
                    table_ - table_[:, [number]]
                    if number < songs
                    else table_ - np.asarray(shelf.features, np.float64)[:, [number]]
                )
                ** 2
            ).sum(0)
            fits = shelf.songs[:songs] != shelf.songs[number]
            if without_artist:
                fits &= shelf.artists[:songs] != shelf.artists[number]
            expected = [int(one) for one in np.argsort(np.where(fits, far, np.inf), kind="stable")[:20]]
            found = shelf.nearest(number, 20, without_artist=without_artist)
            assert [one for one, _ in found] == expected
    assert shelf.nearest(0, 10, {"energy": 1.0}) != shelf.nearest(0, 10, {"tempo": 1.0})
    assert shelf.nearest(0, 0) == shelf.nearest(0, -1) == []
    assert len(shelf.nearest(0, 1_000_000)) == songs - 1
    catalogue.close()


def test_ids_are_found_among_songs_and_their_other_ids(catalogue: Catalogue) -> None:
    shelf = catalogue.shelf()
    assert shelf is not None
    for number in range(1, 7):
        found = shelf.row_of(track_id(number))
        assert found is not None
        assert shelf.entry(found).id == track_id(number)
    for unknown in (track_id(0), track_id(99), "x", "é" * 22, ""):
        assert shelf.row_of(unknown) is None
