"""Where music comes from is known behind the seam alone: how Spotify writes things is spelled in its package."""

import re
from pathlib import Path

import pytest

import songswap
from songswap.model.music import SPOTIFY, TrackId, spotify_track_id

PACKAGE = Path(songswap.__file__).parent
STATIC = PACKAGE.parent / "static"
SPELLED = re.compile(r"spotify:[^\s]|open\.spotify\.com")
BEHIND_THE_SEAM = ("spotify", "simulator")
READERS_OF_FOREIGN_FILES = {
    "core/history/formats/spotify.py": "the streaming history that Spotify sends has its URIs",
    "core/history/formats/listenbrainz.py": "ListenBrainz names a track of Spotify's by its page",
    "core/history/formats/exports.py": "and is told of one in that way",
}
ID = "4uLU6hMCjMI75M1A2tKUQC"


def test_how_spotify_writes_things_is_spelled_in_its_package_alone() -> None:
    sources = [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".html"}]
    names = {path.relative_to(PACKAGE).as_posix() for path in sources if SPELLED.search(path.read_text("utf-8"))}
    assert {name for name in names if name.partition("/")[0] not in BEHIND_THE_SEAM} == set(READERS_OF_FOREIGN_FILES)


def test_modules_of_the_pages_ask_the_one_that_knows_how_spotify_writes_things() -> None:
    modules = {path.name for path in STATIC.rglob("*.js") if SPELLED.search(path.read_text("utf-8"))}
    assert modules == {"spotify.js"}


@pytest.mark.parametrize(
    "text",
    [
        f"spotify:track:{ID}",
        f"spotify:track:{ID}?si=1",
        ID,
        f"https://open.spotify.com/track/{ID}",
        f"https://open.spotify.com/intl-de/track/{ID}?si=1",
    ],
)
def test_a_track_of_spotifys_is_known_in_every_form_that_documents_and_files_have(text: str) -> None:
    track = TrackId.parse(text)
    assert track == TrackId(SPOTIFY, ID)
    assert track.uri == f"spotify:track:{ID}"
    assert spotify_track_id(text) == ID


def test_a_track_of_another_source_is_written_in_full_and_is_none_of_spotifys() -> None:
    track = TrackId.parse("own:track:0123456789abcdef0123")
    assert track == TrackId("own", "0123456789abcdef0123")
    assert TrackId.parse(track.uri) == track
    assert spotify_track_id(track.uri) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one",
        "spotify:track:",
        "spotify:track:short",
        f"spotify:album:{ID}",
        f"spotify:episode:{ID}",
        "spotify:local:Ann:Home:Song:181",
        f"https://open.spotify.com/album/{ID}",
        f"{ID}{ID}",
        f"{ID}\n",
        f" {ID}",
    ],
)
def test_what_names_no_track_is_none(text: str) -> None:
    assert TrackId.parse(text) is None
