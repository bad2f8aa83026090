"""SongSwap's own exports of a listening history: what a row of theirs is, and reading them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, get_args

import msgspec

from songswap.core.history.formats.csv_rows import TableRows
from songswap.core.history.formats.json_rows import NO_ROW, JsonRows, Verdict
from songswap.core.history.formats.rows import KNOWN_ID, SPOTIFY_ID, Rows, named, unfit
from songswap.core.history.name_folding import cleaned
from songswap.model.history import Gap, GapReason, Length, Play, Source
from songswap.model.struct import Struct

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
APOSTROPHE: Final = "'"
COVER: Final = re.compile(r"https://[\x21-\x7e]{1,500}")


class OwnRow(Struct, frozen=True, omit_defaults=True):
    """A row of an export: one play as one source tells it, with the names that source knows.

    `source` may be “gap” instead: from `at` to `until` plays may be missing because of `reason_end`. `is_duplicate`: a
    better source tells of the same play.
    """

    source: Source | Literal["gap"]
    at: datetime
    is_start: bool = False
    track_id: str = ""
    title: str = ""
    artist: str = ""
    album: str = ""
    played_ms: Length | None = None
    reason_start: str = ""
    reason_end: str = ""
    skipped: bool | None = None
    is_private: bool = False
    shuffle: bool | None = None
    is_offline: bool | None = None
    offline_at: datetime | None = None
    platform: str = ""
    country: str = ""
    duration_ms: Length | None = None
    artists: tuple[str, ...] = ()
    artist_id: str | None = None
    album_id: str | None = None
    cover_url: str | None = None
    is_duplicate: bool = False
    until: datetime | None = None


class Kept:
    """Puts rows of exports into `rows`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._told: dict[tuple[object, ...], str] = {}

    def take_all(self, rows: Iterable[OwnRow]) -> Verdict:
        """Keep the rows; says why one of them can't be kept."""
        return next((problem for problem in [self.take(row) for row in rows] if problem), None)

    def take(self, row: OwnRow) -> Verdict:
        """Keep a row, or say why not."""
        at_ms = _utc_ms(row.at)
        if problem := unfit(at_ms):
            return problem
        if row.source == "gap":
            return self._gap(at_ms, row)
        track = self._id(row.source, row)
        if track is None:
            return "names no track"
        offline_at_ms = None if row.offline_at is None else _utc_ms(row.offline_at)
        play = Play(
            at_ms,
            track,
            row.played_ms,
            is_start=row.is_start,
            reason_end=row.reason_end,
            skipped=row.skipped,
            is_private=row.is_private,
            reason_start=row.reason_start,
            shuffle=row.shuffle,
            is_offline=row.is_offline,
            offline_at_ms=None if offline_at_ms is None or unfit(offline_at_ms) else offline_at_ms,
            platform=row.platform,
            country=row.country,
        )
        self._rows.plays.setdefault(row.source, []).append(play)
        return None

    def _gap(self, at_ms: int, row: OwnRow) -> Verdict:
        reason = next((why for why in get_args(GapReason) if why == row.reason_end), None)
        if row.until is None or reason is None or unfit(_utc_ms(row.until)):
            return "is a gap without an end or a reason"
        self._rows.gaps.append(Gap(at_ms, _utc_ms(row.until), reason))
        return None

    def _id(self, source: Source, row: OwnRow) -> str | None:
        """The id of a row's track, whose name is noted with it."""
        key = (source, row.track_id, row.title, row.artist, row.album, row.duration_ms, row.artists, row.cover_url)
        if (known := self._told.get(key)) is not None:
            return known
        track = row.track_id if KNOWN_ID.fullmatch(row.track_id) else None
        if not row.title and not row.artist:
            return track
        name = named(
            track,
            row.title,
            row.artist,
            row.album,
            artists=tuple(map(cleaned, row.artists)),
            artist_id=_fit(SPOTIFY_ID, row.artist_id),
            album_id=_fit(SPOTIFY_ID, row.album_id),
            duration_ms=row.duration_ms,
            cover_url=_fit(COVER, row.cover_url),
        )
        self._rows.name(source, name)
        return self._told.setdefault(key, name.id)


def _fit(pattern: re.Pattern[str], text: str | None) -> str | None:
    return text if text is not None and pattern.fullmatch(text) else None


def _utc_ms(moment: datetime) -> int:
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // MILLISECOND


class OwnLines(JsonRows[OwnRow]):
    """A `Reader` of our JSON lines."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows, OwnRow, Kept(rows).take)


class OwnTable(TableRows):
    """A `Reader` of our CSV."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows, self._take_cells)
        self._kept = Kept(rows)
        self._header: list[str] = []

    def _take_cells(self, cells: list[str]) -> Verdict:
        if not self._header:
            self._header = cells
            return NO_ROW
        if cells == self._header:
            return NO_ROW
        told: dict[str, Any] = {
            name: cell.removeprefix(APOSTROPHE) for name, cell in zip(self._header, cells, strict=False) if cell
        }
        try:
            if "artists" in told:
                told["artists"] = msgspec.json.decode(told["artists"], type=tuple[str, ...])
            return self._kept.take(msgspec.convert(told, OwnRow, strict=False))
        except msgspec.DecodeError as error:
            return str(error)
