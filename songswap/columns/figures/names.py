"""What recordings, artists and albums are called: the hashes of a figure looked up in the names of its accounts.

Several people may have them under names that differ in case, or with different ids. The first of them counts.
"""

from collections.abc import Collection
from typing import Final, Literal, TypedDict

from msgspec import UNSET, UnsetType

from songswap.columns import sql
from songswap.columns.figures.answers import key_of
from songswap.columns.plays import Plays, Rows
from songswap.model.struct import Struct

Kind = Literal["tracks", "artists", "albums"]

COLUMN: Final[dict[Kind, str]] = {"tracks": "track", "artists": "artist", "albums": "album"}
"""Which column holds the hash of each kind."""


class TrackRef(Struct, frozen=True):
    """A recording. Names are empty where none is known; `spotify_id` is one of Spotify's ids for it."""

    id: str
    title: str = ""
    artist: str = ""
    artist_id: str | None = None
    album: str = ""
    album_id: str | None = None
    duration_ms: int | None = None
    spotify_id: str | None = None
    cover_url: str | None = None


class ArtistRef(Struct, frozen=True):
    """An artist, with a cover of theirs."""

    id: str
    name: str = ""
    cover_url: str | None = None


class AlbumRef(Struct, frozen=True):
    """An artist's album."""

    id: str
    name: str = ""
    artist: str = ""
    artist_id: str | None = None
    cover_url: str | None = None


class NamedItem(Struct, frozen=True, kw_only=True):
    """Something in a list: a recording, an artist or an album, whichever was asked for."""

    track: TrackRef | UnsetType = UNSET
    artist: ArtistRef | UnsetType = UNSET
    album: AlbumRef | UnsetType = UNSET


class ItemNames(TypedDict, total=False):
    """The fields of an Item."""

    track: TrackRef
    artist: ArtistRef
    album: AlbumRef


def items(plays: Plays, kind: Kind, hashes: Collection[int]) -> dict[int, ItemNames]:
    """Each thing of that kind by its hash, as fields of an Item."""
    match kind:
        case "tracks":
            return {hashed: ItemNames(track=track) for hashed, track in tracks(plays, hashes).items()}
        case "artists":
            return {hashed: ItemNames(artist=artist) for hashed, artist in artists(plays, hashes).items()}
        case "albums":
            return {hashed: ItemNames(album=album) for hashed, album in albums(plays, hashes).items()}


def tracks(plays: Plays, hashes: Collection[int]) -> dict[int, TrackRef]:
    """Each recording by its hash."""
    columns = "title, artist_name, artist, album_name, album, duration_ms, track_id, cover_url"
    found = {hashed: TrackRef(key_of(hashed)) for hashed in hashes}
    for hashed, *told in _named(plays, "track", hashes, columns):
        title, artist, artist_hash, album, album_hash, duration_ms, spotify_id, cover_url = told
        found[hashed] = TrackRef(
            id=key_of(hashed),
            title=title,
            artist=artist,
            artist_id=_key(artist_hash),
            album=album,
            album_id=_key(album_hash),
            duration_ms=duration_ms,
            spotify_id=spotify_id,
            cover_url=cover_url,
        )
    return found


def artists(plays: Plays, hashes: Collection[int]) -> dict[int, ArtistRef]:
    """Each artist by their hash."""
    rows = _named(plays, "artist", hashes, "min(artist_name), min(cover_url)", "GROUP BY wanted")
    found = {hashed: ArtistRef(key_of(hashed)) for hashed in hashes}
    return {**found, **{hashed: ArtistRef(key_of(hashed), *told) for hashed, *told in rows}}


def albums(plays: Plays, hashes: Collection[int]) -> dict[int, AlbumRef]:
    """Each album by its hash."""
    columns = "min(album_name), min(artist_name), min(artist), min(cover_url)"
    found = {hashed: AlbumRef(key_of(hashed)) for hashed in hashes}
    for hashed, name, artist, artist_hash, cover_url in _named(plays, "album", hashes, columns, "GROUP BY wanted"):
        found[hashed] = AlbumRef(key_of(hashed), name, artist, _key(artist_hash), cover_url)
    return found


def _named(plays: Plays, column: str, hashes: Collection[int], columns: str, then: str = "") -> Rows:
    """Rows of hash and `columns`, out of the names of the first account that has them: mostly that is one file."""
    found: Rows = []
    missing = set(hashes)
    for file in (library.names for library in plays.shelf.libraries if library.names):
        unread = [hashed for hashed in missing if (file, column, hashed) not in plays.names]
        if unread:
            rows = plays.rows(
                f"SELECT wanted, {columns} FROM (SELECT unnest({sorted(unread)}::BIGINT[]) AS wanted)"
                f" JOIN read_parquet({sql.literals([file[0]])}) ON wanted = {column} {then}"
            )
            read = {row[0]: row for row in rows}
            for hashed in unread:
                plays.names.keep((file, column, hashed), read.get(hashed))
        known = [row for hashed in missing if (row := plays.names.get((file, column, hashed)))]
        missing.difference_update(row[0] for row in known)
        found += known
    return found


def _key(hashed: int | None) -> str | None:
    return None if hashed is None else key_of(hashed)
