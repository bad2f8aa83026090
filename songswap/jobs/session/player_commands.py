"""Telling the device of whoever leads what was clicked, or what the interval timer wants."""

from collections.abc import Mapping

from songswap.core.session.steps import Begin
from songswap.model.music_source import Bearer
from songswap.model.session import ClickKind, Command, CommandKind, Drive
from songswap.model.tabs import OrderKind
from songswap.spotify.client import Client
from songswap.spotify.errors import DeviceNotFoundError, NoActiveDeviceError

ORDERS: Mapping[ClickKind, OrderKind] = {
    "play": "resume",
    "pause": "pause",
    "seek": "seek",
    "next": "next",
    "previous": "previous",
}
"""What the page in which the leader listens is told for a click."""
ORDERS_OF: Mapping[CommandKind, OrderKind] = {"seek": "seek", "pause": "pause", "resume": "resume", "next": "next"}
"""What a listener's page is told for a command; `start` is Spotify's."""


async def tell(client: Client, bearer: Bearer, command: Command, now_ms: float) -> None:
    """One command, one call; one that leaves late begins so much further on. Raises SpotifyError."""
    late_ms = max(0.0, now_ms - (command.effect_at_ms - command.latency_ms))
    position_ms = round(command.position_ms + late_ms)
    device_id = command.device_id
    match command.kind:
        case "seek":
            await client.seek(bearer, position_ms, device_id=device_id)
        case "pause":
            await client.pause(bearer, device_id=device_id)
        case _:
            await client.play(bearer, device_id=device_id, uris=command.uris, position_ms=position_ms)


async def drive(client: Client, bearer: Bearer, told: Drive, device_id: str | None) -> None:
    """One click, one call. Raises SpotifyError."""
    match told.action:
        case "play":
            uris = (told.uri,) if told.uri else None
            position_ms = told.position_ms if told.uri else None
            await client.play(bearer, device_id=device_id, uris=uris, position_ms=position_ms)
        case "pause":
            await client.pause(bearer, device_id=device_id)
        case "seek":
            await client.seek(bearer, told.position_ms or 0, device_id=device_id)
        case "next":
            await client.next(bearer, device_id=device_id)
        case "previous":
            await client.previous(bearer, device_id=device_id)


async def begin(client: Client, bearer: Bearer, step: Begin) -> None:
    """Shuffle or not, then start the music, or move what plays to the device. Raises SpotifyError.

    A player that has been silent for long may not be shuffled before it plays: then it is shuffled after.
    """
    is_shuffled = await _shuffled(client, bearer, step)
    if step.context_uri is not None:
        await client.play(bearer, device_id=step.device_id, context_uri=step.context_uri)
    elif step.device_id is not None:
        await client.transfer(bearer, step.device_id, play=True)
    if not is_shuffled and step.shuffle is not None:
        await client.shuffle(bearer, step.shuffle, device_id=step.device_id)


async def _shuffled(client: Client, bearer: Bearer, step: Begin) -> bool:
    if step.shuffle is None:
        return True
    try:
        await client.shuffle(bearer, step.shuffle, device_id=step.device_id)
    except (NoActiveDeviceError, DeviceNotFoundError):
        if step.context_uri is None and step.device_id is None:
            raise
        return False
    return True
