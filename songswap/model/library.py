"""What Spotify keeps beside its players, as frozen types: people, artists, histories, search results, playlists."""

from songswap.model.music import Track
from songswap.model.struct import Struct


class User(Struct, frozen=True):
    """Whose log-in it is. `account_id` never changes, but Spotify sends it only since May 2026."""

    id: str
    display_name: str
    account_id: str | None = None
    image_url: str | None = None
    url: str | None = None

    @property
    def spotify_id(self) -> str:
        """What tells this person from all others, as lasting as Spotify lets it be."""
        return self.account_id or self.id


class Artist(Struct, frozen=True):
    """Somebody who makes music."""

    id: str
    uri: str
    name: str
    genres: tuple[str, ...] = ()
    image_url: str | None = None
    url: str | None = None


class PlayedTrack(Struct, frozen=True):
    """A row of Spotify's listening history; `played_at_ms` is when the play ended."""

    track: Track
    played_at_ms: float
    context_uri: str | None = None


class Found(Struct, frozen=True):
    """What a search found, best first; a kind that was not asked for is empty."""

    tracks: tuple[Track, ...] = ()
    artists: tuple[Artist, ...] = ()


class PlaylistItem(Struct, frozen=True):
    """A row of a playlist; `track` is None where Spotify does not have it any more."""

    track: Track | None
    added_at_ms: float | None = None


class PlaylistPage(Struct, frozen=True):
    """Some rows of a playlist from `offset` on, out of `total`; `next_offset` is None on the last page."""

    items: tuple[PlaylistItem, ...]
    total: int
    offset: int = 0
    next_offset: int | None = None


class Album(Struct, frozen=True):
    """An album, and whose it is."""

    uri: str
    name: str
    artists: tuple[str, ...] = ()
    cover_url: str | None = None
    url: str | None = None


class Playlist(Struct, frozen=True):
    """A playlist. `page` holds its first rows, or is None where Spotify shows the contents to the owner alone."""

    id: str
    uri: str
    name: str
    description: str = ""
    owner_id: str = ""
    owner_name: str = ""
    is_public: bool = False
    is_collaborative: bool = False
    snapshot_id: str = ""
    cover_url: str | None = None
    url: str | None = None
    page: PlaylistPage | None = None
