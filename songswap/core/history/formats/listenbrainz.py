"""Listens of ListenBrainz: a user's export (JSON lines), and JSON as its API gives it.

They tell when a listen began [ListenBrainz: JSON documentation]. What SongSwap has put into its own exports of this
kind is read in full (`own.Kept`).
"""

import re
from typing import Any, Final

import msgspec

from songswap.core.history.formats.json_rows import NO_ROW, JsonRows, Verdict
from songswap.core.history.formats.rows import Rows, moment_ms, named, unfit
from songswap.core.history.formats.songswap import Kept, OwnRow
from songswap.model.history import Play
from songswap.model.music import spotify_track_id


class _Info(msgspec.Struct):
    """`additional_info`: what players tell beside; anybody may write anything there."""

    spotify_id: Any = None
    origin_url: Any = None
    duration_ms: Any = None
    duration: Any = None
    duration_played: Any = None
    songswap: list[OwnRow] | None = None


class _Metadata(msgspec.Struct):
    artist_name: str | None = None
    track_name: str | None = None
    release_name: str | None = None
    additional_info: _Info | None = None


class _Listen(msgspec.Struct):
    listened_at: Any = None
    track_metadata: _Metadata | None = None


class ListenBrainz(JsonRows[_Listen]):
    """A `Reader` of listens."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows, _Listen, self._take_listen, lost=re.compile(rb'"(?:listened_at|track_metadata)"\s*:'))
        self._of = rows
        self._kept = Kept(rows)

    def _take_listen(self, listen: _Listen) -> Verdict:
        known = listen.track_metadata
        if known is None:
            return NO_ROW
        info = known.additional_info or _Info()
        if info.songswap:
            return self._kept.take_all(info.songswap)
        if not known.track_name or not known.artist_name:
            return "names no track"
        try:
            at_ms = moment_ms(listen.listened_at)
        except (ValueError, OverflowError):
            return "has no moment as “listened_at”"
        length_ms = _length_ms(info.duration_ms, 1) or _length_ms(info.duration, 1000)
        played_ms = _length_ms(info.duration_played, 1000)
        if problem := unfit(at_ms, played_ms):
            return problem
        track = _spotify_id(info.spotify_id) or _spotify_id(info.origin_url)
        name = named(track, known.track_name, known.artist_name, known.release_name or "", duration_ms=length_ms)
        self._of.name("listenbrainz", name)
        self._of.plays.setdefault("listenbrainz", []).append(Play(at_ms, name.id, played_ms, is_start=True))
        return None


ADDRESS: Final = re.compile(r"(?:https?://open\.spotify\.com/(?:intl-\w+/)?track/|spotify:track:)\w{22}(?:\?.*)?")


def _spotify_id(address: object) -> str | None:
    return spotify_track_id(address) if isinstance(address, str) and ADDRESS.fullmatch(address) else None


def _length_ms(number: object, unit_ms: int) -> int | None:
    """A length in ms; None where there is none that could be."""
    try:
        length_ms = round(float(str(number)) * unit_ms)
    except (ValueError, OverflowError):
        return None
    return length_ms if length_ms > 0 and not unfit(0, length_ms) else None
