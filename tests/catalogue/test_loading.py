"""Loading a catalogue: every row accounted for, whole or not at all, whatever the file is like."""

import codecs
import random
from pathlib import Path

import numpy as np
import pytest

from songswap.catalogue import loading, schema
from songswap.catalogue.catalogue import Catalogue
from songswap.catalogue.loading import Loading, StoppedError, reset
from songswap.catalogue.reading import BATCH, PIECE, UnfitFileError
from songswap.catalogue.schema import Tally
from songswap.catalogue.shelf import Shelf, open_shelf
from songswap.store import HeldError, hold
from tests.catalogue.tables import HEADER, load, row, some_rows, table, track_id

SHARED = Path(__file__).parents[3] / "shared" / "data" / "spotify_features.csv"


def shelf_of(root: Path) -> Shelf:
    shelf = open_shelf(root)
    assert shelf is not None
    return shelf


def everything(root: Path) -> list[object]:
    """All that a catalogue says."""
    shelf = shelf_of(root)
    arrays = [shelf.features.tolist(), shelf.ids.tolist(), shelf.songs.tolist(), shelf.artists.tolist()]
    return [*arrays, [shelf.entry(number) for number in range(shelf.manifest.rows)], shelf.manifest.means]


def test_songs_come_first_in_the_order_of_their_ids_then_their_other_ids(tmp_path: Path) -> None:
    rows = [
        row(3, "Bent", "Two"),
        row(2, "Aiko", "One", popularity=10),
        row(5, "aiko", "one ", popularity=70),
        row(1, "Cleo", "Three", genre="soul"),
        row(1, "Cleo", "Three", genre="jazz"),
    ]
    made = load(tmp_path / "store", table(rows))
    shelf = shelf_of(tmp_path / "store")
    assert (made.rows, made.songs) == (4, 3)
    assert made.tally == Tally(kept=4, duplicates=1)
    assert [one.decode() for one in shelf.ids] == [track_id(number) for number in (1, 3, 5, 2)]
    assert shelf.entry(0).genres == ("jazz", "soul")
    assert shelf.songs[2] == shelf.songs[3]


def test_all_a_row_says_is_kept(tmp_path: Path) -> None:
    header = (*HEADER, "album_name", "duration_ms", "key")
    rows = [
        (*row(1, "Ça Va;Bent", 'The "One", é', energy=0.3331, tempo=121.987), "First", 210_000, 5),
        (*row(2, energy=0.5), "", "", 5),
    ]
    made = load(tmp_path / "store", table(rows, header))
    entry, other = (shelf_of(tmp_path / "store").entry(number) for number in (0, 1))
    assert (entry.title, entry.artists, entry.album) == ('The "One", é', ("Ça Va", "Bent"), "First")
    assert (entry.duration_ms, other.duration_ms, other.album) == (210_000, None, "")
    assert entry.features == pytest.approx({"energy": 0.3331, "valence": 0.5, "tempo": 121.987, "popularity": 50})
    assert made.unused == ("key",)


def test_neither_order_nor_a_duplicate_matters(tmp_path: Path) -> None:
    rows = [*some_rows(60), row(70, "Artist 1", "Song 3", popularity=99)]
    load(tmp_path / "first", table(rows))
    shuffled = [*rows, rows[7], rows[-1]]
    random.Random(3).shuffle(shuffled)
    made = load(tmp_path / "second", table(shuffled))
    assert made.tally.duplicates == 2
    assert everything(tmp_path / "first") == everything(tmp_path / "second")


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8", ";"),
        ("utf-8-sig", "\t"),
        ("utf-16", ","),
        ("utf-16-le", "|"),
        ("utf-32", ";"),
        ("cp1252", ","),
        ("latin-1", "\t"),
    ],
)
def test_encoding_and_delimiter_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = table([row(1, "Björk", "Jóga"), row(2, "Ça, Va", "Où; est|il")], delimiter=delimiter)
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b""
    load(tmp_path / "store", mark + text.encode(encoding))
    shelf = shelf_of(tmp_path / "store")
    assert [shelf.entry(number).title for number in (0, 1)] == ["Jóga", "Où; est|il"]
    assert shelf.entry(1).artists == ("Ça, Va",)


def test_every_row_is_accounted_for_and_told_of_by_its_line(tmp_path: Path) -> None:
    lines = table([row(1), row(2, title="on\ntwo lines"), row(3, energy=7), row(4), row(4)]).splitlines(keepends=True)
    lines.insert(3, "\r\n")
    lines += ["only,four,cells,here\r\n", f'{track_id(9)},"never closed\r\n', *[",".join("x" * 8) + "\r\n"] * 3]
    made = load(tmp_path / "store", "".join(lines))
    assert (made.tally.kept, made.tally.duplicates) == (3, 1)
    told = [problem.removeprefix("features.csv line ") for problem in made.tally.problems]
    assert told[0].startswith("6: energy is “7”")
    assert told[1].startswith("9: has 4 columns")
    assert told[2].startswith("10:")
    assert made.tally.unreadable == len(told) == 3


def test_rows_are_counted_over_many_batches_and_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("songswap.catalogue.reading.BATCH", 7)
    rows = some_rows(40)
    rows[20] = row(20, title="on\nthree\r\nlines")
    rows[33] = row(33, energy=2)
    told: list[tuple[int, int, int]] = []
    (tmp_path / "store").mkdir()
    path = tmp_path / "features.csv"
    path.write_text(table(rows), encoding="utf-8", newline="")
    made = Loading(tmp_path / "store").run(
        path, now_ms=1.0, progress=lambda read, size, tally: told.append((read, size, tally.total))
    )
    assert made.tally.problems == ("features.csv line 37: energy is “2”: not from 0 to 1",)
    assert told[-1] == (path.stat().st_size, path.stat().st_size, 40)
    assert [total for *_, total in told] == sorted(total for *_, total in told)
    assert len(told) > 5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "features.csv: The first line has no column for id"),
        ("a,b\n1,2\n", "It has: a, b"),
        (table([]), "features.csv has no row that can be used"),
        (table([row(1, energy=5)]), "line 2: energy is “5”"),
        (b"PK\x03\x04\x00\x00", "it is no text"),
        ("x" * (PIECE + 1), "a line of more than"),
        (",".join([*HEADER, "energy"]) + "\n", "“energy” is there twice"),
    ],
)
def test_file_that_can_not_be_used_leaves_the_catalogue_as_it_was(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    load(tmp_path / "store", table([row(1)]))
    before = everything(tmp_path / "store")
    with pytest.raises(UnfitFileError, match=said):
        load(tmp_path / "store", content)
    assert everything(tmp_path / "store") == before
    assert_tidy(tmp_path / "store")


def assert_tidy(root: Path) -> None:
    """Nothing is left but the catalogue there is."""
    there = schema.manifest(root)
    assert [path.name for path in schema.generations(root)] == ([there.generation] if there else [])
    if there:
        folder = schema.folder(root) / there.generation
        assert {path.name for path in folder.iterdir()} == set(schema.FILES)
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnfitFileError, match=r"nowhere\.csv can’t be read"):
        Loading(tmp_path).run(tmp_path / "nowhere.csv", now_ms=1.0)


@pytest.mark.parametrize("when", [0, 1, 2])
def test_loading_can_be_stopped_without_harm(tmp_path: Path, when: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("songswap.catalogue.reading.BATCH", 10)
    root = tmp_path / "store"
    load(root, table([row(1)]))
    before = everything(root)
    path = tmp_path / "more.csv"
    path.write_text(table(some_rows(30)), encoding="utf-8", newline="")
    task, told = Loading(root), list[int]()

    def progress(*_: object) -> None:
        told.append(1)
        if len(told) > when:
            task.stop()

    with pytest.raises(StoppedError):
        task.run(path, now_ms=1.0, progress=progress)
    assert everything(root) == before
    assert_tidy(root)


def test_loading_replaces_what_was_there_also_for_those_who_ask(tmp_path: Path) -> None:
    root = tmp_path / "store"
    root.mkdir()
    catalogue = Catalogue(root)
    load(root, table([row(1)]))
    assert catalogue.answer(lambda _, shelf: shelf.manifest.songs) == 1
    held = catalogue.shelf()
    load(root, table([row(2), row(3)]))
    assert catalogue.answer(lambda _, shelf: shelf.manifest.songs) == 2
    assert held is not None
    assert held.entry(0).title == "Song 1"  # who still reads the old one, reads it to the end
    assert_tidy(root)
    catalogue.close()


def test_what_a_killed_loading_leaves_is_cleared_away_and_never_read(tmp_path: Path) -> None:
    root = tmp_path / "store"
    load(root, table([row(1)]))
    for name in ("features-0123.tmp", "features-4567"):
        (schema.folder(root) / name).mkdir()
        (schema.folder(root) / name / "ids.npy").write_bytes(b"half")
    assert shelf_of(root).manifest.songs == 1
    load(root, table([row(2), row(3)]))
    assert_tidy(root)


def test_only_one_loads_at_a_time(tmp_path: Path) -> None:
    root = tmp_path / "store"
    root.mkdir()
    with hold(root, schema.LOCK), pytest.raises(HeldError):
        load(root, table([row(1)]))


def test_reset_leaves_nothing(tmp_path: Path) -> None:
    root = tmp_path / "store"
    load(root, table([row(1)]))
    assert reset(root)
    assert open_shelf(root) is None
    assert_tidy(root)
    assert not reset(root)


def test_missing_attributes_are_not_there(tmp_path: Path) -> None:
    made = load(tmp_path / "store", "id,name,artist,energy\n" + f"{track_id(1)},One,Aiko,0.5\n")
    assert made.attributes == ("energy",)
    assert shelf_of(tmp_path / "store").features.shape == (1, 1)
    assert made.spreads == (1.0,)


def test_common_scale_has_mean_zero_and_spread_one_over_songs(tmp_path: Path) -> None:
    load(tmp_path / "store", table(some_rows(300)))
    features = np.asarray(shelf_of(tmp_path / "store").features, np.float64)
    assert np.allclose(features.mean(axis=1), 0, atol=1e-5)
    assert np.allclose(features.std(axis=1), 1, atol=1e-5)


@pytest.mark.skipif(not SHARED.exists(), reason="the public file is not here")
def test_a_public_file_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    made = Loading(tmp_path / "store").run(SHARED, now_ms=1.0)
    assert made.tally.total == 19_829
    assert made.tally.unreadable == 1  # its last line is cut off
    assert len(made.attributes) == 9


def test_batches_are_large_enough_to_be_quick() -> None:
    assert BATCH >= 10_000
    assert loading.LOADING_MEMORY == "256MB"
