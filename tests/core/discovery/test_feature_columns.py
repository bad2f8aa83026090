"""Tables of audio features: columns by their common names, rows that can be used, the others by their line."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.discovery.audio_attributes import NAMES
from songswap.core.discovery.feature_columns import Batch, HeaderError, delimiter_of, hashes_of, read, recognised
from songswap.core.history.name_folding import artist_hash, cleaned, folded, folded_all, recording_hash

ID = "0BRjO6ga9RKCKjfDqeFgWV"
PLAIN = ["id", "title", "artists", "energy", "tempo"]


def rows(*cells: list[str], header: list[str] | None = None) -> Batch:
    return read(recognised(header or PLAIN, ","), cells, range(2, 2 + len(cells)))


@pytest.mark.parametrize(
    "line",
    [
        # of three public files
        "genre,artist_name,track_name,track_id,popularity,acousticness,danceability,duration_ms,energy,instrumentalness,key,"
        "liveness,loudness,mode,speechiness,tempo,time_signature,valence",
        ",track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,loudness,mode,"
        "speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,track_genre",
        "id,name,album,album_id,artists,artist_ids,track_number,disc_number,explicit,danceability,energy,key,loudness,mode,"
        "speechiness,acousticness,instrumentalness,liveness,valence,tempo,duration_ms,time_signature,year,popularity",
    ],
)
def test_columns_of_public_files_are_known(line: str) -> None:
    header = recognised(line.split(","), ",")
    assert header.attributes == NAMES
    assert {"id", "title", "artists", "duration_ms"} <= header.places.keys()
    assert "loudness" in header.unused
    assert "" not in header.unused


def test_names_are_known_however_they_are_written() -> None:
    header = recognised(["Track URI", " ARTIST name ", "Song-Title", "BPM"], ";")
    assert header.places == {"id": 0, "artists": 1, "title": 2, "tempo": 3}


def test_clearer_name_is_taken_and_the_other_told_of() -> None:
    header = recognised(["id", "track_id", "title", "artist", "energy"], ",")
    assert header.places["id"] == 1
    assert header.unused == ("id (“track_id” is taken)",)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("title,artist,energy", r"no column for id \(called track_id"),
        ("a,b,c", "no column for id .*; title .*; artists .*It has: a, b, c"),
        ("id,title,artist", "no audio feature"),
        ("id,title,artist,energy,Energy", "The column “energy” is there twice"),
        ("", "It has: nothing"),
    ],
)
def test_header_without_what_is_needed_is_refused(line: str, said: str) -> None:
    with pytest.raises(HeaderError, match=said):
        recognised(line.split(","), ",")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_that_by_which_most_is_known(delimiter: str) -> None:
    assert delimiter_of(delimiter.join(['"id"', "title", "artist, or so", "energy"])) == delimiter


def test_rows_that_can_be_used_come_column_by_column() -> None:
    batch = rows(
        [f"spotify:track:{ID}", " Beau  ", "Henri", "0.5", "120"],
        [f"https://open.spotify.com/track/{ID}?si=x", "Two", "['A', 'B;C']", "1", "0"],
        [ID, "Three", "A; B;", "0,25", "99.5"],
    )
    assert batch.problems == []
    assert batch.ids == [ID] * 3
    assert batch.titles == ["Beau", "Two", "Three"]
    assert batch.artists == ["Henri", "A;B,C", "A;B"]
    assert batch.features.tolist() == [[0.5, 1.0, 0.25], [120.0, 0.0, 99.5]]
    assert list(batch.songs) == [
        recording_hash("Henri", "Beau"),
        recording_hash("A", "Two"),
        recording_hash("A", "Three"),
    ]
    assert list(batch.artist_hashes) == [artist_hash("Henri"), artist_hash("A"), artist_hash("A")]
    assert batch.durations_ms.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["x", "T", "A", "0.5", "120"], "the id is “x”: not one of a Spotify track"),
        (["spotify:album:" + ID, "T", "A", "0.5", "120"], "not one of a Spotify track"),
        ([ID, " ", "A", "0.5", "120"], "the title is missing"),
        ([ID, "T", ";", "0.5", "120"], "the artist is missing"),
        ([ID, "T", "A", "", "120"], "energy is missing"),
        ([ID, "T", "A", "nan", "120"], "energy is “nan”: not from 0 to 1"),
        ([ID, "T", "A", "inf", "-inf"], "energy is “inf”: not from 0 to 1; tempo is “-inf”: not from 0 to 300"),
        ([ID, "T", "A", "75", "120"], "energy is “75”"),
        ([ID, "T", "A", "loud", "1e9"], "energy is “loud”.*tempo is “1e9”"),
        ([ID, "T", "A", "0.5"], "has 4 columns instead of 5"),
        ([ID, "T", "A", "0.5", "120", "x"], "has 6 columns instead of 5"),
    ],
)
def test_row_that_can_not_be_used_says_why(cells: list[str], said: str) -> None:
    good = [ID, "T", "A", "0.5", "120"]
    batch = rows(good, cells, good)
    ((line, why),) = batch.problems
    assert line == 3
    assert re.search(said, why), why
    assert len(batch.ids) == batch.features.shape[1] == len(batch.songs) == 2


def test_durations_that_make_no_sense_are_unknown() -> None:
    header = [*PLAIN, "duration_ms"]
    told = [[ID, "T", "A", "0.5", "120", cell] for cell in ("210000.0", "-5", "nan", "3:20", "", "1e12")]
    assert rows(*told, header=header).durations_ms.tolist() == [210_000, 0, 0, 0, 0, 0]


def test_nothing_is_no_trouble() -> None:
    batch = rows()
    assert batch.ids == []
    assert batch.features.shape == (2, 0)


NAMES_TOLD = st.lists(st.text(max_size=12).map(cleaned), max_size=8)


@given(NAMES_TOLD)
def test_many_names_fold_as_each_does(told: list[str]) -> None:
    assert folded_all(told) == [folded(one) for one in told]


@given(st.lists(st.tuples(st.text(max_size=8).map(cleaned), st.text(max_size=8).map(cleaned)), max_size=8))
def test_many_hashes_are_those_of_each(told: list[tuple[str, str]]) -> None:
    artists, titles = [one for one, _ in told], [one for _, one in told]
    hashes = hashes_of("track", folded_all(artists), folded_all(titles))
    assert hashes.dtype == np.int64
    assert list(hashes) == [recording_hash(artist, title) for artist, title in told]
    assert list(hashes_of("artist", folded_all(artists))) == [artist_hash(one) for one in artists]
