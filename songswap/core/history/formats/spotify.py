"""What Spotify sends on a privacy request: the extended streaming history of every generation, and the account data.

IP address, user agent and user name are not even read.
"""

from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote_plus

import msgspec

from songswap.core.history.formats.json_rows import JsonRows, Verdict
from songswap.core.history.formats.rows import LATEST_MS, Rows, moment_ms, named, unfit
from songswap.core.history.name_folding import cleaned
from songswap.model.history import Play, Source
from songswap.model.music import spotify_track_id

LOCAL: Final = "spotify:local:"
EPISODE: Final = "spotify:episode:"

NO_MOMENT: Final = "has neither “ts” nor “endTime”"
NO_TRACK: Final = "names no track"


class _Row(msgspec.Struct, gc=False):
    """A row of either; what is not told is None."""

    ts: datetime | None = None
    ms_played: int | None = None
    master_metadata_track_name: str | None = None
    master_metadata_album_artist_name: str | None = None
    master_metadata_album_album_name: str | None = None
    spotify_track_uri: str | None = None
    reason_start: str | None = None
    reason_end: str | None = None
    skipped: bool | None = None
    incognito_mode: bool | None = None
    shuffle: bool | None = None
    offline: bool | None = None
    offline_timestamp: float | None = None
    platform: str | None = None
    conn_country: str | None = None
    episode_name: str | None = None
    episode_show_name: str | None = None
    spotify_episode_uri: str | None = None
    audiobook_title: str | None = None
    audiobook_uri: str | None = None
    audiobook_chapter_title: str | None = None
    audiobook_chapter_uri: str | None = None
    end_time: str | None = msgspec.field(default=None, name="endTime")
    artist_name: str | None = msgspec.field(default=None, name="artistName")
    track_name: str | None = msgspec.field(default=None, name="trackName")
    account_ms_played: int | None = msgspec.field(default=None, name="msPlayed")
    podcast_name: str | None = msgspec.field(default=None, name="podcastName")
    account_episode_name: str | None = msgspec.field(default=None, name="episodeName")
    audiobook_name: str | None = msgspec.field(default=None, name="audiobookName")
    author_name: str | None = msgspec.field(default=None, name="authorName")

    def is_spoken(self) -> bool:
        """Whether it is an episode of a podcast or a chapter of a book."""
        return any(
            (
                self.spotify_episode_uri,
                self.episode_name,
                self.episode_show_name,
                self.audiobook_uri,
                self.audiobook_title,
                self.audiobook_chapter_uri,
                self.audiobook_chapter_title,
                self.podcast_name,
                self.account_episode_name,
                self.audiobook_name,
                self.author_name,
                (self.spotify_track_uri or "").startswith(EPISODE),
            )
        )


class SpotifyReader(JsonRows[_Row]):
    """A `Reader` of rows of the extended history and of the account data, mixed as they come."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows, _Row, self._keep)
        self._of = rows
        self._ids = rows.ids

    def _keep(self, row: _Row) -> Verdict:
        if row.ts is not None:
            return self._extended(row, row.ts)
        if row.end_time is not None:
            return self._account(row, row.end_time)
        return NO_MOMENT

    def _extended(self, row: _Row, ts: datetime) -> Verdict:
        told = (
            row.spotify_track_uri,
            row.master_metadata_track_name,
            row.master_metadata_album_artist_name,
            row.master_metadata_album_album_name,
        )
        track = self._ids.get(told) or self._streamed(*told)
        if track is None:
            if not row.is_spoken():
                return NO_TRACK
            self._of.podcasts += 1
            return None
        if problem := unfit(at_ms := _utc_ms(ts), row.ms_played):
            return problem
        play = Play(
            at_ms,
            track,
            None if row.ms_played is None else max(0, row.ms_played),
            reason_end=row.reason_end or "",
            skipped=row.skipped,
            is_private=bool(row.incognito_mode),
            reason_start=row.reason_start or "",
            shuffle=row.shuffle,
            is_offline=row.offline,
            offline_at_ms=_offline_ms(row.offline_timestamp) if row.offline else None,
            platform=row.platform or "",
            country=row.conn_country or "",
        )
        self._of.plays.setdefault("export", []).append(play)
        return None

    def _account(self, row: _Row, end_time: str) -> Verdict:
        if row.is_spoken():
            self._of.podcasts += 1
            return None
        if not row.track_name or not row.artist_name:
            return NO_TRACK
        try:
            at_ms = _utc_ms(datetime.fromisoformat(end_time))
        except ValueError:
            return f"has no moment as “endTime”: {cleaned(end_time[:40])}"
        if problem := unfit(at_ms, row.account_ms_played):
            return problem
        told = (row.track_name, row.artist_name)
        track = self._ids.get(told) or self._named("account", told, None, *told)
        played_ms = None if row.account_ms_played is None else max(0, row.account_ms_played)
        self._of.plays.setdefault("account", []).append(Play(at_ms, track, played_ms))
        return None

    def _streamed(self, uri: str | None, title: str | None, artist: str | None, album: str | None) -> str | None:
        """The id of a track of the extended history; None where it is no track, or nobody knows which."""
        uri = uri or ""
        track = spotify_track_id(uri)
        told = (uri or None, title, artist, album)
        if track is None and (uri.startswith(EPISODE) or (not uri and not title)):
            return None
        if uri.startswith(LOCAL) and not title:
            artist, title = _local(uri)
        if track is None and not title:
            return None
        return self._named("export", told, track, title or "", artist or "", album or "")

    def _named(
        self, source: Source, told: tuple[str | None, ...], track: str | None, title: str, artist: str, album: str = ""
    ) -> str:
        """The id of a track, whose name is noted with it."""
        if title or track is None:
            name = named(track, title, artist, album)
            self._of.name(source, name)
            track = name.id
        return self._ids.setdefault(told, track)


def _utc_ms(moment: datetime) -> int:
    """UTC milliseconds; Spotify tells UTC whether it says so or not."""
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _offline_ms(timestamp: float | None) -> int | None:
    """When the device says that it was; in s, in older files in ms; 0 where it doesn't know."""
    at_ms = moment_ms(timestamp or 0)
    return at_ms if 0 < at_ms < LATEST_MS else None


def _local(uri: str) -> tuple[str, str]:
    """Artist and title in the URI of a local file: spotify:local:ARTIST:ALBUM:TITLE:SECONDS."""
    parts = [unquote_plus(part) for part in uri.split(":")]
    return (parts[2], parts[4]) if uri.startswith(LOCAL) and len(parts) > 4 else ("", "")
