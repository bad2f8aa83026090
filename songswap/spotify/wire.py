"""Spotify's JSON → our words. Its keys stop here.

What Spotify may leave out or null is optional, unknown fields are passed over, new names win over those they replaced
in February 2026 (`items` over `tracks`, `item` over `track`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, TypeVar, get_args

import msgspec

from songswap.model import library, music
from songswap.spotify.errors import UnavailableError

T = TypeVar("T")
NOT_READABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding can raise, whatever the bytes."""
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Links(msgspec.Struct):
    """Where something is at Spotify."""

    spotify: str | None = None


class _Ids(msgspec.Struct):
    isrc: str | None = None


class Image(msgspec.Struct):
    """A picture; `width` in pixels."""

    url: str
    width: int | None = None


class _Album(msgspec.Struct):
    name: str | None = None
    images: list[Image] | None = None


class _Show(msgspec.Struct):
    name: str | None = None
    publisher: str | None = None
    images: list[Image] | None = None


class WireArtist(msgspec.Struct):
    id: str | None = None
    uri: str | None = None
    name: str | None = None
    genres: list[str] | None = None
    images: list[Image] | None = None
    external_urls: Links | None = None

    def to_model(self) -> library.Artist:
        return library.Artist(
            id=self.id or "",
            uri=self.uri or "",
            name=self.name or "",
            genres=tuple(self.genres or ()),
            image_url=largest(self.images),
            url=link(self.external_urls),
        )


class WireAlbum(msgspec.Struct):
    uri: str | None = None
    name: str | None = None
    artists: list[WireArtist] | None = None
    images: list[Image] | None = None
    external_urls: Links | None = None

    def to_model(self) -> library.Album:
        return library.Album(
            uri=self.uri or "",
            name=self.name or "",
            artists=tuple(artist.name for artist in self.artists or () if artist.name),
            cover_url=largest(self.images),
            url=link(self.external_urls),
        )


class Item(msgspec.Struct):
    """A track or an episode."""

    type: str | None = None
    uri: str | None = None
    name: str | None = None
    duration_ms: int | None = None
    is_local: bool | None = None
    artists: list[WireArtist] | None = None
    album: _Album | None = None
    show: _Show | None = None
    images: list[Image] | None = None
    external_urls: Links | None = None
    external_ids: _Ids | None = None

    def to_model(self) -> music.Track:
        album, show = self.album or _Album(), self.show or _Show()
        makers = [artist.name for artist in self.artists or ()] if self.artists else [show.publisher]
        return music.Track(
            uri=self.uri or "",
            name=self.name or "",
            artists=tuple(maker.strip() for maker in makers if maker),
            album=album.name or show.name or "",
            duration_ms=self.duration_ms or 0,
            cover_url=largest(album.images or self.images or show.images),
            url=link(self.external_urls),
            kind="local" if self.is_local else _kind(self.type),
            isrc=self.external_ids.isrc if self.external_ids else None,
        )


class WireDevice(msgspec.Struct):
    id: str | None = None
    name: str | None = None
    type: str | None = None
    is_active: bool | None = None
    is_restricted: bool | None = None
    is_private_session: bool | None = None
    volume_percent: int | None = None
    supports_volume: bool | None = None

    def to_model(self) -> music.Device:
        return music.Device(
            id=self.id or None,
            name=self.name or "",
            kind=self.type or "",
            is_active=bool(self.is_active),
            is_restricted=bool(self.is_restricted),
            is_private_session=bool(self.is_private_session),
            volume_percent=None if self.supports_volume is False else self.volume_percent,
        )


class Devices(msgspec.Struct):
    devices: list[WireDevice]

    def to_model(self) -> tuple[music.Device, ...]:
        return tuple(device.to_model() for device in self.devices)


class _Context(msgspec.Struct):
    uri: str | None = None


class WirePlayback(msgspec.Struct):
    is_playing: bool
    progress_ms: int | None = None
    item: Item | None = None
    currently_playing_type: str | None = None
    device: WireDevice | None = None
    context: _Context | None = None
    shuffle_state: bool | None = None
    repeat_state: str | None = None

    def to_model(self, measured_at_ms: float, round_trip_ms: float) -> music.Playback:
        track = self.item.to_model() if self.item else None
        return music.Playback(
            track=track,
            is_playing=self.is_playing,
            progress_ms=self.progress_ms or 0,
            measured_at_ms=measured_at_ms,
            round_trip_ms=round_trip_ms,
            kind=track.kind if track else _kind(self.currently_playing_type),
            device=self.device.to_model() if self.device else None,
            context_uri=_context_uri(self.context),
            shuffle=bool(self.shuffle_state),
            repeat=_REPEATS.get(self.repeat_state or "", "off"),
        )


class WireQueue(msgspec.Struct):
    currently_playing: Item | None = None
    queue: list[Item | None] | None = None

    def to_model(self) -> music.Queue:
        return music.Queue(
            current=self.currently_playing.to_model() if self.currently_playing else None,
            upcoming=_tracks(self.queue),
        )


class WireUser(msgspec.Struct):
    id: str
    account_id: str | None = None
    display_name: str | None = None
    images: list[Image] | None = None
    external_urls: Links | None = None

    def to_model(self) -> library.User:
        return library.User(
            id=self.id,
            display_name=self.display_name or self.id,
            account_id=self.account_id,
            image_url=largest(self.images),
            url=link(self.external_urls),
        )


class _Played(msgspec.Struct):
    track: Item
    played_at: Moment
    context: _Context | None = None

    def to_model(self) -> library.PlayedTrack:
        return library.PlayedTrack(self.track.to_model(), epoch_ms(self.played_at), _context_uri(self.context))


class WireHistory(msgspec.Struct):
    items: list[_Played]

    def to_model(self) -> tuple[library.PlayedTrack, ...]:
        return tuple(row.to_model() for row in self.items)


class Tracks(msgspec.Struct):
    items: list[Item | None]

    def to_model(self) -> tuple[music.Track, ...]:
        return _tracks(self.items)


class Artists(msgspec.Struct):
    items: list[WireArtist | None]

    def to_model(self) -> tuple[library.Artist, ...]:
        return tuple(artist.to_model() for artist in self.items if artist)


class Recommendations(msgspec.Struct):
    tracks: list[Item | None]

    def to_model(self) -> tuple[music.Track, ...]:
        return tuple(track.to_model() for track in self.tracks if track)


class WireFound(msgspec.Struct):
    tracks: Tracks | None = None
    artists: Artists | None = None

    def to_model(self) -> library.Found:
        return library.Found(
            tracks=self.tracks.to_model() if self.tracks else (),
            artists=self.artists.to_model() if self.artists else (),
        )


def read(body: bytes, kind: type[T], endpoint: str) -> T:
    """The JSON `body` that `endpoint` answered as a `kind` of this module. Raises UnavailableError when it is none."""
    try:
        return msgspec.json.decode(body, type=kind)
    except NOT_READABLE as error:
        raise UnavailableError(f"{endpoint}: not the answer expected: {error}") from error


_KINDS: Final[Mapping[str, music.Kind]] = {kind: kind for kind in get_args(music.Kind)}
_REPEATS: Final[Mapping[str, music.Repeat]] = {repeat: repeat for repeat in get_args(music.Repeat)}


def _kind(text: str | None) -> music.Kind:
    return _KINDS.get(text or "", "unknown")


def _tracks(items: Iterable[Item | None] | None) -> tuple[music.Track, ...]:
    return tuple(item.to_model() for item in items or () if item)


def largest(images: Sequence[Image] | None) -> str | None:
    """The address of the widest picture, if there is one."""
    return max(images, key=lambda image: image.width or 0).url if images else None


def link(links: Links | None) -> str | None:
    """The address of the thing's own page, if there is one."""
    return links.spotify if links else None


def _context_uri(context: _Context | None) -> str | None:
    return context.uri if context else None


def epoch_ms(moment: datetime) -> float:
    """UTC milliseconds since 1970."""
    return float(round(moment.timestamp() * 1000))
