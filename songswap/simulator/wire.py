"""The simulated things as JSON bodies, in today's shapes: without the fields removed in February 2026."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from .catalogue import Album, Artist, Catalogue, Episode, Interlude, Item, LocalFile, Show, Track
from .people import Device, Person
from .playback import Playback
from .playlists import Playlist, Row
from .showing import Play

Json = dict[str, Any]
T = TypeVar("T")

OPEN_URL = "https://open.spotify.com"
IMAGE_SIZES = (640, 300, 64)


class Wire:
    """Writes bodies whose addresses point at `base_url` (scheme, host and port the request came in on)."""

    def __init__(self, catalogue: Catalogue, base_url: str) -> None:
        self._catalogue = catalogue
        self._base_url = base_url
        self.api_url = f"{base_url}/v1"

    def simple_artist(self, artist: Artist) -> Json:
        """SimplifiedArtistObject."""
        return self._named("artist", artist.id, artist.name)

    def artist(self, artist: Artist) -> Json:
        """ArtistObject."""
        return {**self.simple_artist(artist), "genres": list(artist.genres), "images": self._images(artist.id)}

    def simple_album(self, album: Album) -> Json:
        """SimplifiedAlbumObject."""
        return {
            **self._named("album", album.id, album.name),
            "album_type": album.album_type,
            "artists": self._artists(album.artist_ids),
            "images": self._images(album.id),
            "release_date": album.release_date,
            "release_date_precision": "day",
            "total_tracks": len(album.track_ids),
        }

    def album(self, album: Album) -> Json:
        """AlbumObject, with its first 50 tracks."""
        tracks = [self._catalogue.tracks[track_id] for track_id in album.track_ids]
        year, first_artist = album.release_date[:4], self._artists(album.artist_ids)[0]["name"]
        return {
            **self.simple_album(album),
            "copyrights": [{"text": f"{year} {first_artist}", "type": kind} for kind in ("C", "P")],
            "external_ids": {"upc": f"{int.from_bytes(album.id.encode()[:5], 'big') % 10**12:012}"},
            "genres": [],
            "tracks": self.page(f"/albums/{album.id}/tracks", tracks, 50, 0, self.simple_track),
        }

    def simple_track(self, track: Track) -> Json:
        """SimplifiedTrackObject."""
        return {
            **self._named("track", track.id, track.name),
            "artists": self._artists(track.artist_ids),
            "disc_number": 1,
            "duration_ms": track.duration_ms,
            "explicit": track.explicit,
            "is_local": False,
            "is_playable": True,
            "preview_url": None,
            "track_number": track.track_number,
        }

    def track(self, track: Track) -> Json:
        """TrackObject."""
        return {
            **self.simple_track(track),
            "album": self.simple_album(self._catalogue.albums[track.album_id]),
            "external_ids": {"isrc": track.isrc},
        }

    def local_track(self, local: LocalFile) -> Json:
        """A local file as a TrackObject: mostly nulls, as recorded."""
        nowhere: Json = {"external_urls": {}, "href": None, "id": None}
        album = {
            **nowhere,
            "album_type": None,
            "artists": [],
            "images": [],
            "name": local.album_name,
            "release_date": None,
            "release_date_precision": None,
            "type": "album",
            "uri": None,
        }
        return {
            **nowhere,
            "album": album,
            "artists": [{**nowhere, "name": local.artist_name, "type": "artist", "uri": None}],
            "disc_number": 0,
            "duration_ms": local.duration_ms,
            "explicit": False,
            "external_ids": {},
            "is_local": True,
            "name": local.name,
            "preview_url": None,
            "track_number": 0,
            "type": "track",
            "uri": local.uri,
        }

    def simple_show(self, show: Show) -> Json:
        """SimplifiedShowObject."""
        return {
            **self._named("show", show.id, show.name),
            "copyrights": [],
            "description": show.description,
            "explicit": False,
            "html_description": f"<p>{show.description}</p>",
            "images": self._images(show.id),
            "is_externally_hosted": False,
            "languages": ["en"],
            "media_type": "audio",
            "total_episodes": len(show.episode_ids),
        }

    def episode(self, episode: Episode) -> Json:
        """EpisodeObject."""
        return {
            **self._named("episode", episode.id, episode.name),
            "audio_preview_url": None,
            "description": episode.description,
            "duration_ms": episode.duration_ms,
            "explicit": False,
            "html_description": f"<p>{episode.description}</p>",
            "images": self._images(episode.show_id),
            "is_externally_hosted": False,
            "is_playable": True,
            "language": "en",
            "languages": ["en"],
            "release_date": episode.release_date,
            "release_date_precision": "day",
            "resume_point": {"fully_played": False, "resume_position_ms": 0},
            "show": self.simple_show(self._catalogue.shows[episode.show_id]),
        }

    def item(self, item: Item) -> Json | None:
        """A track, local file or episode; None for what the API does not describe."""
        match item:
            case Track():
                return self.track(item)
            case Episode():
                return self.episode(item)
            case LocalFile():
                return self.local_track(item)
            case Interlude():
                return None

    def device(self, device: Device, person: Person, state: Playback) -> Json:
        """DeviceObject; a restricted device shows no id, as recorded."""
        return {
            "id": None if device.is_restricted else device.id,
            "is_active": state.device_id == device.id,
            "is_private_session": person.private_session,
            "is_restricted": device.is_restricted,
            "name": device.name,
            "supports_volume": device.supports_volume,
            "type": device.type,
            "volume_percent": state.volume_percents.get(device.id, device.first_volume_percent),
        }

    def context(self, uri: str | None) -> Json | None:
        """ContextObject."""
        if uri is None:
            return None
        _, kind, context_id = uri.split(":", 2)
        return {
            "external_urls": {"spotify": f"{OPEN_URL}/{kind}/{context_id}"},
            "href": f"{self.api_url}/{kind}s/{context_id}",
            "type": kind,
            "uri": uri,
        }

    def me(self, person: Person) -> Json:
        """PrivateUserObject."""
        return {**self.user(person), "account_id": person.account_id, "images": self._images(person.account_id)[1:]}

    def user(self, person: Person) -> Json:
        """PlaylistOwnerObject."""
        body = self._named("user", person.id, person.display_name)
        body["display_name"] = body.pop("name")
        return body

    def simple_playlist(self, playlist: Playlist, owner: Person) -> Json:
        """SimplifiedPlaylistObject."""
        href = f"{self.api_url}/playlists/{playlist.id}/items"
        return {
            **self._named("playlist", playlist.id, playlist.name),
            "collaborative": playlist.collaborative,
            "description": playlist.description,
            "images": [self._image(playlist.id, None)] if playlist.rows else [],
            "items": {"href": href, "total": len(playlist.rows)},
            "owner": self.user(owner),
            "primary_color": None,
            "public": playlist.public,
            "snapshot_id": playlist.snapshot_id,
        }

    def playlist(self, playlist: Playlist, owner: Person, followers: int, *, with_items: bool) -> Json:
        """PlaylistObject; its content only for those who own it or work on it."""
        body = {**self.simple_playlist(playlist, owner), "followers": {"href": None, "total": followers}}
        del body["items"]
        if with_items:
            body["items"] = self.page(f"/playlists/{playlist.id}/items", playlist.rows, 100, 0, self.row)
        return body

    def row(self, row: Row) -> Json:
        """PlaylistTrackObject."""
        adder = self._named("user", row.added_by, "")
        del adder["name"]
        item = self.item(self._catalogue.item(row.uri)) or {}
        is_episode = item.get("type") == "episode"
        return {
            "added_at": iso_time(row.added_at_s, "seconds"),
            "added_by": adder,
            "is_local": bool(item.get("is_local")),
            "primary_color": None,
            "item": {**item, "episode": is_episode, "track": not is_episode},
            "video_thumbnail": {"url": None},
        }

    def play(self, play: Play) -> Json:
        """PlayHistoryObject."""
        return {
            "track": self.item(self._catalogue.item(play.uri)),
            "played_at": iso_time(play.ended_at_ms / 1_000, "milliseconds"),
            "context": self.context(play.context_uri),
        }

    def page(
        self,
        path: str,
        things: Sequence[T],
        limit: int,
        offset: int,
        body: Callable[[T], Any],
        query: Json | None = None,
    ) -> Json:
        """PagingObject: the part of `things` from `offset`, and the addresses of its neighbours."""

        def address(start: int) -> str:
            return f"{self.api_url}{path}?{urlencode({**(query or {}), 'offset': start, 'limit': limit})}"

        has_next, has_previous = offset + limit < len(things), offset > 0
        return {
            "href": address(offset),
            "items": [body(thing) for thing in things[offset : offset + limit]],
            "limit": limit,
            "next": address(offset + limit) if has_next else None,
            "offset": offset,
            "previous": address(max(0, offset - limit)) if has_previous else None,
            "total": len(things),
        }

    def _artists(self, artist_ids: Iterable[str]) -> list[Json]:
        return [self.simple_artist(self._catalogue.artists[artist_id]) for artist_id in artist_ids]

    def _named(self, kind: str, thing_id: str, name: str) -> Json:
        return {
            "external_urls": {"spotify": f"{OPEN_URL}/{kind}/{thing_id}"},
            "href": f"{self.api_url}/{kind}s/{thing_id}",
            "id": thing_id,
            "name": name,
            "type": kind,
            "uri": f"spotify:{kind}:{thing_id}",
        }

    def _images(self, thing_id: str) -> list[Json]:
        return [self._image(thing_id, size) for size in IMAGE_SIZES]

    def _image(self, thing_id: str, size: int | None) -> Json:
        suffix = "" if size is None else f"?size={size}"
        return {"url": f"{self._base_url}/covers/{thing_id}.svg{suffix}", "height": size, "width": size}


def iso_time(epoch_s: float, precision: str) -> str:
    """A moment as the API writes it: UTC with a Z."""
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec=precision).replace("+00:00", "Z")
