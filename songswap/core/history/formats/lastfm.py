"""Scrobbles of Last.fm, which tell when a play began: JSON pages of its API, and the CSV that exporters make of it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from songswap.core.history.formats.csv_rows import TableRows
from songswap.core.history.formats.json_rows import NO_ROW, JsonRows, Verdict
from songswap.core.history.formats.rows import Rows, moment_ms, named, unfit
from songswap.model.history import Play

SAID: Final = ("%d %b %Y %H:%M", "%d %b %Y, %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M")
"""How exporters write a moment (UTC) in words."""
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "artist": ("artist", "artist name", "artist_name"),
    "title": ("track", "title", "song", "name", "track name", "track_name"),
    "album": ("album", "album name", "album_name"),
    "moment": ("uts", "timestamp", "date", "utc_time", "datetime", "time"),
}
"""What exporters call the columns, the best first."""
BARE: Final = ("artist", "album", "title", "moment")
"""The columns of a file that begins without a header."""


def keep(rows: Rows, artist: str, title: str, album: str, moment: object) -> Verdict:
    """Keep a scrobble, or say why not."""
    if not artist.strip() or not title.strip():
        return "names no track"
    at_ms = _moment_ms(moment)
    if at_ms is None:
        return "has no date, as what is still playing"
    if problem := unfit(at_ms):
        return problem
    name = named(None, title, artist, album)
    rows.name("lastfm", name)
    rows.plays.setdefault("lastfm", []).append(Play(at_ms, name.id, is_start=True))
    return None


def _moment_ms(moment: object) -> int | None:
    try:
        return moment_ms(moment) or None
    except (ValueError, OverflowError):
        pass
    for form in SAID:
        try:
            return round(datetime.strptime(str(moment).strip(), form).replace(tzinfo=UTC).timestamp() * 1000)
        except ValueError:
            continue
    return None


class _Scrobble(msgspec.Struct):
    """A track of `user.getRecentTracks`, or a row of a statistics site's backup, which names the title `track`."""

    artist: Any = None
    name: Any = None
    track: Any = None
    album: Any = None
    date: Any = None


class LastFm(JsonRows[_Scrobble]):
    """A `Reader` of pages of scrobbles as JSON."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows, _Scrobble, self._scrobble, lost=re.compile(rb'"(?:uts|mbid|artist)"\s*:'))
        self._of = rows

    def _scrobble(self, row: _Scrobble) -> Verdict:
        title = row.name if isinstance(row.name, str) else row.track
        if not isinstance(title, str) or row.artist is None:
            return NO_ROW
        return keep(self._of, _text(row.artist), title, _text(row.album), _text(row.date, "uts"))


def _text(value: object, *keys: str) -> str:
    """A name or moment, which the API wraps: {"#text": "Björk"}."""
    if isinstance(value, dict):
        return next((str(value[key]) for key in (*keys, "#text", "name") if value.get(key)), "")
    return "" if value is None else str(value)


class LastFmTable(TableRows):
    """A `Reader` of scrobbles as CSV."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows, self._take_cells)
        self._of = rows
        self._columns: dict[str, int] | None = None

    def _take_cells(self, cells: list[str]) -> Verdict:
        if self._columns is None:
            self._columns = columns_of(cells)
            if self._columns is not None:
                return NO_ROW
            self._columns = {name: place for place, name in enumerate(BARE)}
        by_name = {name: cells[place] for name, place in self._columns.items() if place < len(cells)}
        if len(by_name) < len(self._columns):
            return "has too few columns"
        return keep(self._of, by_name["artist"], by_name["title"], by_name.get("album", ""), by_name["moment"])


def columns_of(cells: list[str]) -> dict[str, int] | None:
    """Where the columns are, if these are the words of a header of scrobbles."""
    there = [cell.strip().casefold().partition("#")[0] for cell in cells]
    found = {
        name: next((there.index(word) for word in alike if word in there), None) for name, alike in COLUMNS.items()
    }
    if any(found[name] is None for name in ("artist", "title", "moment")):
        return None
    return {name: place for name, place in found.items() if place is not None}
