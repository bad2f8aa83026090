"""The player: what it does, and telling it what to do."""

from collections.abc import Sequence
from typing import Final

from songswap.model.durations import DAY_MS
from songswap.model.music import Device, Playback, Queue
from songswap.model.music_source import Bearer
from songswap.spotify import wire
from songswap.spotify.arguments import any_uri, counted, filled, item_uri, within
from songswap.spotify.transport import EPISODES_TOO, Query, Request, Transport

MOST_URIS: Final = 500
"""A bound of our own: Spotify documents none."""


class PlayerCalls(Transport):
    """Commands return once Spotify has accepted them: they take effect later, and reads may lag behind for seconds."""

    async def playback(self, bearer: Bearer) -> Playback | None:
        """What the player does, or None when no device is active."""
        return await self._playback(bearer, "/v1/me/player")

    async def currently_playing(self, bearer: Bearer) -> Playback | None:
        """As `playback`, without the device and its modes; needs fewer rights."""
        return await self._playback(bearer, "/v1/me/player/currently-playing")

    async def devices(self, bearer: Bearer) -> tuple[Device, ...]:
        """The devices Spotify sees now; paused ones drop out after some minutes."""
        return (await self._read(bearer, Request("GET", "/v1/me/player/devices", "player"), wire.Devices)).to_model()

    async def queue(self, bearer: Bearer) -> Queue:
        """What plays and what comes next."""
        return (await self._read(bearer, Request("GET", "/v1/me/player/queue", "player"), wire.WireQueue)).to_model()

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
        if uris is not None and context_uri is not None:
            raise ValueError("uris and context_uri can't both be played")
        if offset_uri is not None and uris is None and context_uri is None:
            raise ValueError("offset_uri needs uris or a context_uri")
        body: dict[str, object] = {}
        if uris is not None:
            body["uris"] = [item_uri(uri) for uri in counted("uris", uris, 1, MOST_URIS)]
        if context_uri is not None:
            body["context_uri"] = any_uri(context_uri)
        if offset_uri is not None:
            body["offset"] = {"uri": item_uri(offset_uri)}
        if position_ms is not None:
            body["position_ms"] = within("position_ms", position_ms, 0, DAY_MS)
        await self._tell(bearer, "PUT", "/v1/me/player/play", {"device_id": device_id}, body or None)

    async def pause(self, bearer: Bearer, *, device_id: str | None = None) -> None:
        """Pause."""
        await self._tell(bearer, "PUT", "/v1/me/player/pause", {"device_id": device_id})

    async def seek(self, bearer: Bearer, position_ms: int, *, device_id: str | None = None) -> None:
        """Go to a position; one beyond the end starts the next track."""
        position_ms = within("position_ms", position_ms, 0, DAY_MS)
        await self._tell(bearer, "PUT", "/v1/me/player/seek", {"position_ms": position_ms, "device_id": device_id})

    async def next(self, bearer: Bearer, *, device_id: str | None = None) -> None:
        """Skip to the next track."""
        await self._tell(bearer, "POST", "/v1/me/player/next", {"device_id": device_id})

    async def previous(self, bearer: Bearer, *, device_id: str | None = None) -> None:
        """Go back to the track before."""
        await self._tell(bearer, "POST", "/v1/me/player/previous", {"device_id": device_id})

    async def shuffle(self, bearer: Bearer, on: bool, *, device_id: str | None = None) -> None:
        """Shuffle what plays, or play it in order."""
        query: Query = {"state": "true" if on else "false", "device_id": device_id}
        await self._tell(bearer, "PUT", "/v1/me/player/shuffle", query)

    async def volume(self, bearer: Bearer, percent: int, *, device_id: str | None = None) -> None:
        """Play so loud, from 0 to 100; a device without a volume of its own refuses (ForbiddenError)."""
        query: Query = {"volume_percent": within("volume", percent, 0, 100), "device_id": device_id}
        await self._tell(bearer, "PUT", "/v1/me/player/volume", query)

    async def transfer(self, bearer: Bearer, device_id: str, *, play: bool) -> None:
        """Move playback to a device; `play` makes sure of sound there, else the play state is kept."""
        body = {"device_ids": [filled("device_id", device_id)], "play": play}
        await self._tell(bearer, "PUT", "/v1/me/player", {}, body)

    async def add_to_queue(self, bearer: Bearer, uri: str, *, device_id: str | None = None) -> None:
        """Put a track or episode behind what is queued."""
        await self._tell(bearer, "POST", "/v1/me/player/queue", {"uri": item_uri(uri), "device_id": device_id})

    async def _playback(self, bearer: Bearer, path: str) -> Playback | None:
        request = Request("GET", path, "player", EPISODES_TOO)
        answer = await self._request(bearer, request)
        if answer.status == 204:
            return None
        round_trip_ms = answer.received_at_ms - answer.sent_at_ms
        read = wire.read(answer.body, wire.WirePlayback, str(request))
        return read.to_model(answer.sent_at_ms + round_trip_ms / 2, round_trip_ms)

    async def _tell(self, bearer: Bearer, method: str, path: str, query: Query, body: object = None) -> None:
        await self._request(bearer, Request(method, path, "player", query, body, urgent=True))
