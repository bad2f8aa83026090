"""Loading a file of genres: all of it or nothing, and every mistake by its line."""

from pathlib import Path

import duckdb
import pytest

from songswap.columns.genres import LONGEST_GENRE, GenresError, Loaded, load_genres
from songswap.columns.libraries import genres_file
from songswap.core.history.name_folding import artist_hash


def load(folder: Path, text: str | bytes) -> Loaded:
    path = folder / "mine.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_genres(folder, path)


def stored(folder: Path) -> set[tuple[int, str]]:
    return set(duckdb.sql(f"SELECT artist, genre FROM '{genres_file(folder)}'").fetchall())


def test_artists_have_genres_however_they_are_written(tmp_path: Path) -> None:
    text = '\ufeffArtist,GENRES\r\nAiko, Dream  Pop;jazz ;\r\n"Bent, Brass",Ska\r\nAIKO,Jazz\r\n\r\nNone,\r\n'
    assert load(tmp_path, text) == Loaded(artists=2, genres=3)
    assert stored(tmp_path) == {
        (artist_hash("aiko"), "dream pop"),
        (artist_hash("aiko"), "jazz"),
        (artist_hash("Bent, Brass"), "ska"),
    }
    assert (tmp_path / "catalogue" / "genres.csv").read_text(encoding="utf-8-sig").startswith("Artist,GENRES")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "catalogue").iterdir()} == {0o600}


def test_loading_again_replaces_what_was_there(tmp_path: Path) -> None:
    load(tmp_path, "artist,genres\nAiko,pop\n")
    load(tmp_path, "artist,genres\nBent,jazz\n")
    assert stored(tmp_path) == {(artist_hash("Bent"), "jazz")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the first line has to be “artist,genres”"),
        ("name;genre\nA;b\n", "the first line has to be"),
        ("artist,genres\n", "no artist has a genre"),
        ("artist,genres\nAiko,pop\nBent\n", "line 3: has 1 columns instead of 2"),
        ("artist,genres\nA, B,pop\n", "line 2: has 3 columns"),
        ("artist,genres\n ,pop\n", "line 2: the artist is missing"),
        (f"artist,genres\nAiko,{'x' * (LONGEST_GENRE + 1)}\n", "line 2: “xxx"),
        ("artist,genres\nAiko,p\x07p\n", "can't be a genre"),
        ('artist,genres\n"Aiko,pop\n', "line 2: unexpected end"),
        (b"artist,genres\nA\xefko,pop\n", "is not UTF-8 text: byte 15"),
        ("artist,genres\n" + ",x\n" * 30, "and 10 more"),
    ],
)
def test_file_with_a_mistake_changes_nothing(tmp_path: Path, text: str | bytes, said: str) -> None:
    load(tmp_path, "artist,genres\nAiko,pop\n")
    with pytest.raises(GenresError, match=said):
        load(tmp_path, text)
    assert stored(tmp_path) == {(artist_hash("Aiko"), "pop")}


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(GenresError, match=r"nowhere\.csv: can't be read"):
        load_genres(tmp_path, tmp_path / "nowhere.csv")
