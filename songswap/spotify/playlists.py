"""Playlists and the library."""

from collections.abc import Sequence
from typing import Final

from songswap.model.library import Playlist, PlaylistPage
from songswap.model.music_source import Bearer
from songswap.model.playlists import OwnPlaylist
from songswap.spotify import playlist_wire as wire
from songswap.spotify.arguments import any_uri, counted, filled, item_uri, spotify_id, within
from songswap.spotify.errors import UnavailableError
from songswap.spotify.transport import EPISODES_TOO, Request, Transport

LARGEST_OFFSET: Final = 100_000


class PlaylistCalls(Transport):
    """Reads and changes of playlists; Spotify shows contents only to who owns or shares them."""

    async def playlist(self, bearer: Bearer, playlist_id: str) -> Playlist:
        """A playlist with its first rows, where the person may see them."""
        request = Request("GET", f"/v1/playlists/{spotify_id(playlist_id)}", "playlists", EPISODES_TOO)
        return (await self._read(bearer, request, wire.WirePlaylist)).to_model()

    async def playlist_items(
        self, bearer: Bearer, playlist_id: str, *, offset: int = 0, limit: int = 50
    ) -> PlaylistPage:
        """One page of a playlist of the person's own, or one they work on."""
        query = {
            **EPISODES_TOO,
            "offset": within("offset", offset, 0, LARGEST_OFFSET),
            "limit": within("limit", limit, 1, 50),
        }
        request = Request("GET", _items_path(playlist_id), "playlists", query)
        return (await self._read(bearer, request, wire.WireRows)).to_model()

    async def create_playlist(
        self, bearer: Bearer, name: str, *, description: str = "", public: bool = False
    ) -> Playlist:
        """A new, empty playlist of the person's own."""
        body = {"name": filled("name", name), "description": description, "public": public}
        request = Request("POST", "/v1/me/playlists", "playlists", body=body)
        return (await self._read(bearer, request, wire.WirePlaylist)).to_model()

    async def replace_items(self, bearer: Bearer, playlist_id: str, uris: Sequence[str]) -> str:
        """Make a playlist hold just `uris` (100 at most); returns its new snapshot id."""
        body = {"uris": [item_uri(uri) for uri in counted("uris", uris, 0, 100)]}
        request = Request("PUT", _items_path(playlist_id), "playlists", body=body)
        return (await self._read(bearer, request, wire.Snapshot)).snapshot_id

    async def add_items(self, bearer: Bearer, playlist_id: str, uris: Sequence[str]) -> str:
        """Append `uris` (100 at most) to a playlist; returns its new snapshot id."""
        body = {"uris": [item_uri(uri) for uri in counted("uris", uris, 1, 100)]}
        request = Request("POST", _items_path(playlist_id), "playlists", body=body)
        return (await self._read(bearer, request, wire.Snapshot)).snapshot_id

    async def rename_playlist(self, bearer: Bearer, playlist_id: str, name: str) -> None:
        """Call a playlist of the person's own otherwise."""
        body = {"name": filled("name", name)}
        await self._request(bearer, Request("PUT", f"/v1/playlists/{spotify_id(playlist_id)}", "playlists", body=body))

    async def own_playlists(
        self, bearer: Bearer, user_id: str, *, offset: int = 0, limit: int = 50
    ) -> tuple[tuple[OwnPlaylist, ...], bool]:
        """A page of the playlists in the library of the person with the Spotify id `user_id`; are there more?"""
        query = {"offset": within("offset", offset, 0, LARGEST_OFFSET), "limit": within("limit", limit, 1, 50)}
        page = await self._read(bearer, Request("GET", "/v1/me/playlists", "playlists", query), wire.Playlists)
        return page.to_model(user_id), page.next is not None

    async def library_contains(self, bearer: Bearer, uris: Sequence[str]) -> tuple[bool, ...]:
        """For each of `uris` (40 at most) whether the person has saved it."""
        query = {"uris": ",".join(any_uri(uri) for uri in counted("uris", uris, 1, 40))}
        request = Request("GET", "/v1/me/library/contains", "library", query)
        saved = await self._read(bearer, request, list[bool])
        if len(saved) != len(uris):
            raise UnavailableError(f"{request}: {len(saved)} answers for {len(uris)} uris")
        return tuple(saved)


def _items_path(playlist_id: str) -> str:
    return f"/v1/playlists/{spotify_id(playlist_id)}/items"
