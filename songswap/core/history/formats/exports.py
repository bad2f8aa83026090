"""A listening history as files for people to take along: JSON lines, CSV, and listens for ListenBrainz.

Each has every row of every source, so that reading it again gives the same history (`own`).
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import msgspec

from songswap.core.history.formats.songswap import APOSTROPHE, EPOCH, OwnRow
from songswap.core.history.merge import Merged
from songswap.core.history.name_folding import is_own_id
from songswap.core.kit.csv_cells import FORMULA_STARTS
from songswap.model.history import Gap, Play, Source, TrackName

Form = Literal["jsonl", "csv", "listenbrainz"]

ESCAPED: Final = (*FORMULA_STARTS, APOSTROPHE)
"""What gets an apostrophe before it, which reading takes away."""
UNKNOWN_NAME: Final = "[unknown]"
"""What ListenBrainz is told where a name is not known; it takes no listen without."""

NameOf = Callable[[Source, str], TrackName | None]
"""What a source calls a track."""


def rows_of(play: Merged, name_of: NameOf) -> list[OwnRow]:
    """The rows of all sources that tell of a play, the best first."""
    parts = [(play.source, play.play), *play.others]
    return [
        _row(source, row, name_of(source, row.track), is_duplicate=place > 0)
        for place, (source, row) in enumerate(parts)
    ]


def gap_row(gap: Gap) -> OwnRow:
    """A gap as a row."""
    return OwnRow("gap", _moment(gap.from_ms), until=_moment(gap.to_ms), reason_end=gap.why)


def lines(rows: Sequence[OwnRow]) -> bytes:
    """Rows as JSON lines."""
    return msgspec.json.Encoder().encode_lines(rows)


def header() -> bytes:
    """The first line of the CSV."""
    return _csv([OwnRow.__struct_fields__])


def table(rows: Iterable[OwnRow]) -> bytes:
    """Rows as CSV, without a header."""
    return _csv([_cell(getattr(row, name)) for name in OwnRow.__struct_fields__] for row in rows)


def listen(play: Merged, rows: Sequence[OwnRow], name: TrackName | None) -> bytes:
    """A play as a line of a ListenBrainz export, with `rows` in it for SongSwap."""
    track = None if is_own_id(play.play.track) else play.play.track
    info: dict[str, Any] = {"submission_client": "SongSwap", "songswap": rows}
    if track is not None:
        info |= {"music_service": "spotify.com", "spotify_id": f"https://open.spotify.com/track/{track}"}
    if play.recording.duration_ms:
        info["duration_ms"] = play.recording.duration_ms
    metadata: dict[str, Any] = {
        "artist_name": (name.artist if name else "") or UNKNOWN_NAME,
        "track_name": (name.title if name else "") or UNKNOWN_NAME,
        "additional_info": info,
    }
    if name and name.album:
        metadata["release_name"] = name.album
    told = {"listened_at": play.started_at_ms // 1000, "track_metadata": metadata}
    return msgspec.json.encode(told) + b"\n"


def _row(source: Source, play: Play, name: TrackName | None, *, is_duplicate: bool) -> OwnRow:
    known = name or TrackName(play.track, "", "")
    return OwnRow(
        source=source,
        at=_moment(play.at_ms),
        is_start=play.is_start,
        track_id=play.track,
        title=known.title,
        artist=known.artist,
        album=known.album,
        played_ms=play.played_ms,
        reason_start=play.reason_start,
        reason_end=play.reason_end,
        skipped=play.skipped,
        is_private=play.is_private,
        shuffle=play.shuffle,
        is_offline=play.is_offline,
        offline_at=None if play.offline_at_ms is None else _moment(play.offline_at_ms),
        platform=play.platform,
        country=play.country,
        duration_ms=known.duration_ms,
        artists=known.artists,
        artist_id=known.artist_id,
        album_id=known.album_id,
        cover_url=known.cover_url,
        is_duplicate=is_duplicate,
    )


def _moment(at_ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=at_ms)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    match value:
        case None | ():
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case tuple():
            return msgspec.json.encode(value).decode()
        case str():
            return APOSTROPHE + value if value.startswith(ESCAPED) else value
        case _:
            return str(value)
