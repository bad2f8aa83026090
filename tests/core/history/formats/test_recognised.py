"""What a file is, is told by its content, and by its name only where it has none."""

import pytest

from songswap.core.history.formats import exports, recognised
from tests.core.history.formats.files import (
    a_listen,
    a_page,
    a_scrobble,
    an_account_row,
    an_extended_row,
    an_old_row,
    compact,
    indented,
    json_lines,
)


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (compact([an_extended_row()]), "Spotify extended streaming history"),
        (indented([an_old_row()]), "Spotify extended streaming history"),
        (indented([an_account_row()]), "Spotify account data"),
        (json_lines([a_listen()]), "ListenBrainz listens"),
        (compact([a_page([a_scrobble()])]), "Last.fm scrobbles"),
        (b"uts,artist,album,track\n", "Last.fm scrobbles (CSV)"),
        (exports.header(), "SongSwap export (CSV)"),
        (b'{"source":"export","at":"2024-01-01T00:00:00Z"}', "SongSwap export"),
        (b'yed": 12, "master_metadata_track_name": "torn at its beginning"}', "Spotify extended streaming history"),
    ],
)
@pytest.mark.parametrize("name", ["my file.txt", "Streaming_History_Audio_2020_1.json"])
def test_content_tells_what_a_file_is(content: bytes, title: str, name: str) -> None:
    found = recognised(name, content)
    assert found is not None
    assert found.title == title


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"%PDF-1.7",
        b"<html><body>endTime: ts, artist, track, date</body></html>",
        b'{"playlists": [{"name": "Mine", "tracks": []}]}',
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"name,address\nAda,Reykjavik\n",
        b"artist,track\nno moments\n",
        "Jóga".encode("utf-16"),
    ],
)
def test_what_is_no_history_is_not_taken_for_one(content: bytes) -> None:
    assert recognised("file.json", content) is None
