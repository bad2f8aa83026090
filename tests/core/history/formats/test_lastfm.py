"""Scrobbles of Last.fm, as JSON and as CSV, from whichever exporter."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.history.name_folding import own_id
from songswap.model.history import Play, TrackName
from tests.core.history.formats.files import Json, a_page, a_scrobble, compact, counted, plays_of, read, sizes

STARTED_MS = 1_709_294_400_000
JOGA = own_id("Björk", "Jóga")


def test_a_scrobble_tells_when_it_began_and_is_known_by_its_names() -> None:
    rows = read(json.dumps(a_page([a_scrobble()])).encode())
    assert plays_of(rows, "lastfm") == [Play(STARTED_MS, JOGA, is_start=True)]
    assert rows.names == {"lastfm": [TrackName(JOGA, "Jóga", "Björk", "Homogenic")]}


def test_what_is_still_playing_is_no_scrobble_yet() -> None:
    playing = a_scrobble(**{"@attr": {"nowplaying": "true"}})
    del playing["date"]
    rows = read(json.dumps(a_page([playing, a_scrobble()])).encode())
    assert counted(rows) == (1, 0, 1)
    assert "still playing" in rows.problems[0].why


@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), sizes, st.sampled_from([None, 2]))
def test_all_pages_are_read_however_they_are_strung_together(
    pages: list[int], pieces: list[int], indent: int | None
) -> None:
    content = [a_page([a_scrobble() for _ in range(count)]) for count in pages]
    flat = [[a_scrobble() for _ in range(count)] for count in [*pages, 1]]
    for form in (content, flat):
        text = json.dumps(form, indent=indent).encode()
        assert counted(read(text, sizes=pieces)) == (sum(pages) + (form is flat), 0, 0)


def test_pages_larger_than_any_row_are_read_once() -> None:
    pages = [a_page([a_scrobble() for _ in range(1_000)]) for _ in range(3)]
    assert counted(read(json.dumps(pages).encode())) == (3_000, 0, 0)
    assert counted(read(json.dumps(pages).encode(), sizes=[100_000] * 9)) == (3_000, 0, 0)


def test_a_torn_page_loses_one_scrobble() -> None:
    content = json.dumps(a_page([a_scrobble()] * 3)).encode()
    torn = content[: content.rindex(b'"date"')]
    assert counted(read(torn)) == (2, 0, 1)


def test_a_backup_of_a_statistics_site_is_read_too() -> None:
    rows = {"track": "Jóga", "artist": "Björk", "album": "Homogenic", "albumId": "", "date": STARTED_MS}
    content = json.dumps({"username": "ada", "scrobbles": [rows, rows]}).encode()
    assert plays_of(read(content), "lastfm") == [Play(STARTED_MS, JOGA, is_start=True)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\r\n"
        '"1709294400","01 Mar 2024, 12:00","Björk","","Homogenic","","Jóga",""\r\n',
        "Artist;Album;AlbumId;Track;Date#ada\nBjörk;Homogenic;x;Jóga;1709294400000\n",
        "artist\talbum\ttrack\tdate\nBjörk\tHomogenic\tJóga\t2024-03-01 12:00:00\n",
        'Björk,Homogenic,Jóga,"01 Mar 2024 12:00"\nBjörk,Homogenic,Jóga,01 Mar 2024 12:00\n',
        "\ufefftrack,artist,timestamp\nJóga,Björk,1709294400",
    ],
)
def test_tables_of_several_exporters_are_read(text: str) -> None:
    rows = read(text.encode(), "scrobbles.csv")
    assert set(plays_of(rows, "lastfm")) == {Play(STARTED_MS, JOGA, is_start=True)}
    assert rows.unreadable == 0


TABLE = "artist,album,track,uts\n"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Björk,Homogenic", "too few"),
        (",Homogenic,Jóga,1709294400", "names no track"),
        ("Björk,Homogenic,Jóga,noon", "no date"),
        ("Björk,Homogenic,Jóga,0", "no date"),
        ('Björk,"Homogenic,Jóga,1709294400', "quote"),
        ('Björk,"Homo"genic,Jóga,1709294400', "quote"),
    ],
)
def test_a_line_that_cannot_be_kept_is_told_of_and_costs_no_other(line: str, why: str) -> None:
    good = "Björk,Homogenic,Jóga,1709294400\n"
    rows = read((TABLE + good + line + "\n" + good * 20).encode())
    assert counted(rows) == (21, 0, 1)
    assert (rows.problems[0].line, why in rows.problems[0].why) == (3, True)


def test_titles_with_quotes_and_line_ends_are_kept() -> None:
    text = TABLE + '"Artist, The","Al""bum","One\nTwo",1709294400\n12" Mix,,7" Mix,1709294401\n'
    names = read(text.encode()).names["lastfm"]
    assert [(name.artist, name.album, name.title) for name in names] == [
        ("Artist, The", 'Al"bum', "One Two"),
        ('12" Mix', "", '7" Mix'),
    ]


@given(sizes)
def test_a_table_is_the_same_in_pieces(pieces: list[int]) -> None:
    content = (
        TABLE + "".join(f'Björk,"Homo\ngenic",Jóga {number},{1709294400 + number}\n' for number in range(9))
    ).encode()
    whole = read(content)
    assert (read(content, sizes=pieces).plays, counted(whole)) == (whole.plays, (9, 0, 0))


def test_a_line_without_end_is_given_up() -> None:
    content = TABLE.encode() + b"x" * 2_000_000
    assert counted(read(content, sizes=[100_000] * 19)) == (0, 0, 1)


def test_one_scrobble_alone_is_read() -> None:
    row: Json = a_scrobble()
    assert counted(read(compact([row]))) == (1, 0, 0)
