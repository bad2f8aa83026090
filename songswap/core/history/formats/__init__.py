"""Files of listening history from elsewhere: which kind each is, told by its content and its name, and reading it."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from songswap.core.history.formats.csv_rows import DELIMITERS
from songswap.core.history.formats.lastfm import BARE, LastFm, LastFmTable, columns_of
from songswap.core.history.formats.listenbrainz import ListenBrainz
from songswap.core.history.formats.rows import RowReader, Rows
from songswap.core.history.formats.songswap import OwnLines, OwnTable
from songswap.core.history.formats.spotify import SpotifyReader

__all__ = ["FORMATS", "HEAD", "Format", "RowReader", "Rows", "recognised"]

HEAD: Final = 64 * 1024
"""Bytes of a file's beginning that tell what it is."""


@dataclass(frozen=True)
class Format:
    """A kind of file: what it is called, how its content is known, how its name is, and what reads it."""

    title: str
    reader: Callable[[Rows], RowReader]
    content: re.Pattern[bytes] | None
    name: re.Pattern[str] | None = None


def _keys(*keys: str) -> re.Pattern[bytes]:
    """Content in which any of these keys of JSON occurs."""
    return re.compile(rb'"(?:' + "|".join(keys).encode() + rb')"\s*:')


FORMATS: Final = (
    Format("ListenBrainz listens", ListenBrainz, _keys("listened_at"), re.compile(r"listens/(?:[^/]+/)?[^/]+\.jsonl")),
    Format("SongSwap export", OwnLines, re.compile(rb'\{"source":"\w+","at":"')),
    Format("SongSwap export (CSV)", OwnTable, re.compile(rb"source,at,is_start,track_id,")),
    Format(
        "Spotify extended streaming history",
        SpotifyReader,
        _keys("ms_played", "master_metadata_track_name"),
        re.compile(r"(Streaming_History_(Audio|Video)_.*|endsong_\d+)\.json"),
    ),
    Format(
        "Spotify account data",
        SpotifyReader,
        _keys("endTime", "msPlayed"),
        re.compile(r"StreamingHistory(_\w+)?_?\d+\.json"),
    ),
    Format("Last.fm scrobbles", LastFm, _keys("recenttracks", "uts", "scrobbles")),
)
"""Every kind that is known but the CSV of Last.fm, which has no words of its own. Our listens hold our rows."""
LASTFM_TABLE: Final = Format("Last.fm scrobbles (CSV)", LastFmTable, None)

_MOMENT: Final = re.compile(r"\d{1,2} \w{3} \d{4},? \d{2}:\d{2}")


def recognised(name: str, head: bytes) -> Format | None:
    """What a file is, by the first HEAD bytes of its content, else by its name; None for what is no history."""
    head = head[:HEAD].removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in head:  # no text: a picture, an archive, another encoding
        return None
    told = next((kind for kind in FORMATS if kind.content and kind.content.search(head)), None)
    if told is not None:
        return told
    if is_scrobbles(head):
        return LASTFM_TABLE
    if not head.strip(b" \t\r\n[]{}"):
        return next((kind for kind in FORMATS if kind.name and kind.name.search(name)), None)
    return None


def is_scrobbles(head: bytes) -> bool:
    """Whether this is the beginning of a CSV of scrobbles: with a header, or artist, album, title and moment."""
    first = head.partition(b"\n")[0].decode("utf-8", "replace").strip()
    if not first or first[0] in "[{<":
        return False
    try:
        cells = next(csv.reader([first], delimiter=max(DELIMITERS, key=first.count)))
    except csv.Error:
        return False
    return columns_of(cells) is not None or (len(cells) == len(BARE) and _MOMENT.fullmatch(cells[-1]) is not None)
