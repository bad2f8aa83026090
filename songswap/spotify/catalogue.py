"""Who somebody is, what they listened to, and what there is to find."""

from collections.abc import Mapping, Sequence
from typing import Literal

from songswap.model.library import Album, Artist, Found, PlayedTrack, User
from songswap.model.music import Track
from songswap.model.music_source import Bearer, SearchKind
from songswap.spotify import wire
from songswap.spotify.arguments import counted, filled, spotify_id, within
from songswap.spotify.transport import Query, Request, Transport

TimeRange = Literal["short_term", "medium_term", "long_term"]


class CatalogueCalls(Transport):
    """Reads of people and music."""

    async def me(self, bearer: Bearer) -> User:
        """Whose log-in this is."""
        return (await self._read(bearer, Request("GET", "/v1/me", "profile"), wire.WireUser)).to_model()

    async def recently_played(self, bearer: Bearer, limit: int = 50) -> tuple[PlayedTrack, ...]:
        """The last plays, newest first; Spotify keeps 50 and tells of no episodes."""
        query = {"limit": within("limit", limit, 1, 50)}
        request = Request("GET", "/v1/me/player/recently-played", "history", query)
        return (await self._read(bearer, request, wire.WireHistory)).to_model()

    async def top_tracks(self, bearer: Bearer, time_range: TimeRange, limit: int = 50) -> tuple[Track, ...]:
        """The person's top tracks of about four weeks, six months or a year."""
        return (await self._read(bearer, _top("tracks", time_range, limit), wire.Tracks)).to_model()

    async def top_artists(self, bearer: Bearer, time_range: TimeRange, limit: int = 50) -> tuple[Artist, ...]:
        """The person's top artists of about four weeks, six months or a year."""
        return (await self._read(bearer, _top("artists", time_range, limit), wire.Artists)).to_model()

    async def search(self, bearer: Bearer, q: str, kinds: Sequence[SearchKind], limit: int = 5) -> Found:
        """Up to `limit` (10 at most) of each kind for `q`, in Spotify's query language."""
        query: Query = {
            "q": filled("q", q),
            "type": ",".join(counted("kinds", kinds, 1, 2)),
            "limit": within("limit", limit, 1, 10),
        }
        return (await self._read(bearer, Request("GET", "/v1/search", "search", query), wire.WireFound)).to_model()

    async def recommendations(
        self,
        bearer: Bearer,
        artists: Sequence[str],
        tracks: Sequence[str],
        targets: Mapping[str, float],
        limit: int = 100,
    ) -> tuple[Track, ...]:
        """Up to `limit` (100 at most) tracks for one to five seeds, by their ids, as near to the targets as can be.

        Only apps made before 27 November 2024 have it; others get ForbiddenError or NotFoundError.
        """
        counted("seeds", [*artists, *tracks], 1, 5)
        query: Query = {
            "limit": within("limit", limit, 1, 100),
            "seed_artists": ",".join(map(spotify_id, artists)) or None,
            "seed_tracks": ",".join(map(spotify_id, tracks)) or None,
            **{f"target_{name}": f"{value:g}" for name, value in targets.items()},
        }
        request = Request("GET", "/v1/recommendations", "catalogue", query)
        return (await self._read(bearer, request, wire.Recommendations)).to_model()

    async def track(self, bearer: Bearer, track_id: str) -> Track:
        """A track."""
        request = Request("GET", f"/v1/tracks/{spotify_id(track_id)}", "catalogue")
        return (await self._read(bearer, request, wire.Item)).to_model()

    async def artist(self, bearer: Bearer, artist_id: str) -> Artist:
        """An artist."""
        request = Request("GET", f"/v1/artists/{spotify_id(artist_id)}", "catalogue")
        return (await self._read(bearer, request, wire.WireArtist)).to_model()

    async def album(self, bearer: Bearer, album_id: str) -> Album:
        """An album."""
        request = Request("GET", f"/v1/albums/{spotify_id(album_id)}", "catalogue")
        return (await self._read(bearer, request, wire.WireAlbum)).to_model()


def _top(what: str, time_range: TimeRange, limit: int) -> Request:
    query = {"time_range": time_range, "limit": within("limit", limit, 1, 50)}
    return Request("GET", f"/v1/me/top/{what}", "library", query)
