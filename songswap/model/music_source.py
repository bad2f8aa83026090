"""The seam: what has to be known of wherever music comes from, for it to be found and heard here.

Features of both shells speak to these protocols. Spotify's client is one of each; nothing outside of its package needs
to know that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from songswap.model.library import Album, Artist, Found, Playlist
from songswap.model.music import Device, Playback, Queue, Track

SearchKind = Literal["track", "artist"]


@dataclass(frozen=True)
class Bearer:
    """In whose name to ask: the account, the app it logged in with, its access token.

    A source without log-ins ignores it.
    """

    account: str
    app: str
    token: str = field(repr=False)


class MusicSource(Protocol):
    """Where songs are found. Ids are those of the source; covers come along as addresses, in `cover_url`.

    Every method raises an error of the source's own for what it can't say at the moment, and ValueError, without asking
    anybody, for what can't be asked.
    """

    async def search(self, bearer: Bearer, q: str, kinds: Sequence[SearchKind], limit: int = 5) -> Found:
        """Up to `limit` of each kind for the words `q`, the best first."""

    async def track(self, bearer: Bearer, track_id: str) -> Track:
        """A track."""

    async def artist(self, bearer: Bearer, artist_id: str) -> Artist:
        """An artist."""

    async def album(self, bearer: Bearer, album_id: str) -> Album:
        """An album."""

    async def playlist(self, bearer: Bearer, playlist_id: str) -> Playlist:
        """A playlist with its first rows, where the person may see them."""


class Player(Protocol):
    """What plays for a person, and telling it what to do: all that a session needs of a player.

    Commands return once they are accepted: they take effect later. Without `device_id` they are for the active device.
    Raises as a MusicSource does.
    """

    async def playback(self, bearer: Bearer) -> Playback | None:
        """What the player does, or None when no device is active."""

    async def queue(self, bearer: Bearer) -> Queue:
        """What plays and what comes next."""

    async def devices(self, bearer: Bearer) -> tuple[Device, ...]:
        """The devices there are now."""

    async def play(
        self,
        bearer: Bearer,
        *,
        device_id: str | None = None,
        uris: Sequence[str] | None = None,
        context_uri: str | None = None,
        offset_uri: str | None = None,
        position_ms: int | None = None,
    ) -> None:
        """Start `uris` or a context, at `offset_uri` in it and `position_ms` into that; without either, resume."""

    async def pause(self, bearer: Bearer, *, device_id: str | None = None) -> None:
        """Pause."""

    async def seek(self, bearer: Bearer, position_ms: int, *, device_id: str | None = None) -> None:
        """Go to a position; one beyond the end starts the next track."""

    async def next(self, bearer: Bearer, *, device_id: str | None = None) -> None:
        """Skip to the next track."""

    async def previous(self, bearer: Bearer, *, device_id: str | None = None) -> None:
        """Go back to the track before."""

    async def shuffle(self, bearer: Bearer, on: bool, *, device_id: str | None = None) -> None:
        """Shuffle what plays, or play it in order."""

    async def volume(self, bearer: Bearer, percent: int, *, device_id: str | None = None) -> None:
        """Play so loud, from 0 to 100."""

    async def transfer(self, bearer: Bearer, device_id: str, *, play: bool) -> None:
        """Move playback to a device; `play` makes sure of sound there, else the play state is kept."""

    async def add_to_queue(self, bearer: Bearer, uri: str, *, device_id: str | None = None) -> None:
        """Put a track or episode behind what is queued."""
