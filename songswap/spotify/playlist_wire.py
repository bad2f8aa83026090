"""Playlists in Spotify's JSON → our words; `items` and `item` are called `tracks` and `track` in older answers."""

import msgspec

from songswap.model import library, playlists
from songswap.spotify.wire import Image, Item, Links, Moment, epoch_ms, largest, link


class _Row(msgspec.Struct):
    added_at: Moment | None = None
    item: Item | None = None
    track: Item | None = None

    def to_model(self) -> library.PlaylistItem:
        """In our words."""
        item = self.item or self.track
        return library.PlaylistItem(
            track=item.to_model() if item else None,
            added_at_ms=epoch_ms(self.added_at) if self.added_at else None,
        )


class WireRows(msgspec.Struct):
    """A page of a playlist."""

    items: list[_Row]
    total: int | None = None
    offset: int | None = None
    next: str | None = None

    def to_model(self) -> library.PlaylistPage:
        """In our words."""
        offset, end = self.offset or 0, (self.offset or 0) + len(self.items)
        return library.PlaylistPage(
            items=tuple(row.to_model() for row in self.items),
            total=end if self.total is None else self.total,
            offset=offset,
            next_offset=end if self.next else None,
        )


class _Owner(msgspec.Struct):
    id: str | None = None
    display_name: str | None = None


class WirePlaylist(msgspec.Struct):
    """A playlist; `items`, once `tracks`, only for who may change it."""

    id: str
    uri: str
    name: str | None = None
    description: str | None = None
    owner: _Owner | None = None
    public: bool | None = None
    collaborative: bool | None = None
    snapshot_id: str | None = None
    images: list[Image] | None = None
    external_urls: Links | None = None
    items: WireRows | None = None
    tracks: WireRows | None = None

    def to_model(self) -> library.Playlist:
        """In our words."""
        owner = self.owner or _Owner()
        rows = self.items or self.tracks
        return library.Playlist(
            id=self.id,
            uri=self.uri,
            name=self.name or "",
            description=self.description or "",
            owner_id=owner.id or "",
            owner_name=owner.display_name or "",
            is_public=bool(self.public),
            is_collaborative=bool(self.collaborative),
            snapshot_id=self.snapshot_id or "",
            cover_url=largest(self.images),
            url=link(self.external_urls),
            page=rows.to_model() if rows else None,
        )


class _Count(msgspec.Struct):
    total: int | None = None


class _Shelved(msgspec.Struct):
    """A playlist in a list of playlists, which tells the number of its rows only."""

    id: str
    uri: str
    name: str | None = None
    owner: _Owner | None = None
    public: bool | None = None
    collaborative: bool | None = None
    images: list[Image] | None = None
    external_urls: Links | None = None
    items: _Count | None = None
    tracks: _Count | None = None

    def to_model(self, whose: str) -> playlists.OwnPlaylist:
        """In our words."""
        owner, count = self.owner or _Owner(), self.items or self.tracks
        return playlists.OwnPlaylist(
            id=self.id,
            uri=self.uri,
            name=self.name or "",
            owner_name=owner.display_name or owner.id or "",
            is_mine=owner.id == whose or bool(self.collaborative),
            is_public=bool(self.public),
            tracks=count.total if count else None,
            cover_url=largest(self.images),
            url=link(self.external_urls),
        )


class Playlists(msgspec.Struct):
    """A page of somebody's playlists."""

    items: list[_Shelved | None]
    next: str | None = None

    def to_model(self, whose: str) -> tuple[playlists.OwnPlaylist, ...]:
        """In our words."""
        return tuple(one.to_model(whose) for one in self.items if one)


class Snapshot(msgspec.Struct):
    """The version that a change has made."""

    snapshot_id: str
