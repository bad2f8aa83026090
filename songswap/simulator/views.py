"""The simulated people's players in words and pictures, for the pages and the control desk."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .catalogue import Album, Artist, Episode, Interlude, Item, LocalFile, Track
from .people import Device, Person
from .playback import Playback
from .players import Player
from .playlists import Playlist
from .wire import Wire
from .world import World

UP_NEXT_SHOWN = 5


def portrait(person: Person) -> str:
    """The address of a person's picture."""
    return f"/covers/{person.account_id}.svg?size=300"


def player_view(world: World, wire: Wire, person: Person) -> dict[str, Any]:
    """One player in full, as true as the person's own screen."""
    player = world.player(person.id)
    state = player.state()
    item = None if state.uri is None else world.catalogue.item(state.uri)
    return {
        "person": {"id": person.id, "name": person.display_name, "premium": person.premium},
        "portrait": portrait(person),
        "truth": asdict(player.truth()),
        "item": None if item is None else wire.item(item),
        "title": "Nothing loaded" if item is None else _title(item),
        "artists": "" if item is None else _artists(world, item),
        "cover": None if item is None else _cover(item),
        "line": _line(world, person, state, item),
        "state": _state(person, state),
        "duration_ms": 0 if item is None else item.duration_ms,
        "context_uri": state.context_uri,
        "shuffle": state.shuffle,
        "repeat": state.repeat,
        "private_session": person.private_session,
        "volume": 100 if state.device_id is None else state.volume_percents.get(state.device_id, 100),
        "devices": [_device_view(player, one) for one in person.devices if one.is_online or not one.is_tab],
        "queue": [wire.item(world.catalogue.item(uri)) for uri in state.upcoming[:UP_NEXT_SHOWN]],
    }


def shelves(world: World, person: Person) -> list[dict[str, Any]]:
    """What a person can pick to play, in groups."""
    playlists = [
        playlist
        for playlist in world.playlists.values()
        if playlist.owner_id == person.id or playlist.uri in person.library or playlist.collaborative
    ]
    artists = [world.catalogue.artists[artist_id] for artist_id in person.top_artist_ids]
    tracks = [world.catalogue.tracks[track_id] for track_id in person.top_track_ids[:16]]
    albums = [album for artist in artists[:6] for album in world.catalogue.albums_of(artist)]
    return [
        {"name": "Playlists", "things": [_thing(world, playlist) for playlist in playlists]},
        {"name": "Favourite songs", "things": [_thing(world, track) for track in tracks]},
        {"name": "Albums", "things": [_thing(world, album) for album in albums]},
        {"name": "Artists", "things": [_thing(world, artist) for artist in artists[:12]]},
    ]


def _thing(world: World, thing: Playlist | Track | Album | Artist) -> dict[str, str]:
    names = world.catalogue.artists
    match thing:
        case Playlist():
            detail = f"{len(thing.rows)} songs · {world.person(thing.owner_id).display_name}"
        case Track():
            detail = names[thing.artist_ids[0]].name
        case Album():
            detail = f"{names[thing.artist_ids[0]].name} · {thing.release_date[:4]}"
        case Artist():
            detail = ", ".join(thing.genres)
    picture_id = thing.album_id if isinstance(thing, Track) else thing.id
    return {"uri": thing.uri, "name": thing.name, "detail": detail, "picture_id": picture_id}


def _title(item: Item) -> str:
    if isinstance(item, Interlude):
        return "Advertisement" if item.kind == "ad" else "Something else"
    return item.name


def _artists(world: World, item: Item) -> str:
    match item:
        case Track():
            return ", ".join(world.catalogue.artists[artist_id].name for artist_id in item.artist_ids)
        case LocalFile():
            return item.artist_name
        case Episode():
            return world.catalogue.shows[item.show_id].name
        case Interlude():
            return ""


def _cover(item: Item) -> str | None:
    match item:
        case Track():
            return f"/covers/{item.album_id}.svg?size=640"
        case Episode():
            return f"/covers/{item.show_id}.svg?size=640"
        case _:
            return None


def _line(world: World, person: Person, state: Playback, item: Item | None) -> str:
    """What the person hears, in a line."""
    if item is None or not state.is_playing:
        return _state(person, state)
    return " · ".join(part for part in (_title(item), _artists(world, item)) if part)


def _state(person: Person, state: Playback) -> str:
    """What the player does, in a sentence."""
    if state.device_id is None:
        return "No device is active" if any(device.is_online for device in person.devices) else "Everything is off"
    return f"{'Playing' if state.is_playing else 'Paused'} on {person.device(state.device_id).name}"


def _device_view(player: Player, device: Device) -> dict[str, Any]:
    return {
        "id": device.id,
        "name": device.name,
        "type": device.type,
        "online": device.is_online,
        "listed": player.is_listed(device),
        "active": player.state().device_id == device.id,
        "state": _device_state(player, device),
    }


def _device_state(player: Player, device: Device) -> str:
    state = player.state()
    if not device.is_online:
        return "off"
    if state.device_id == device.id:
        return "playing" if state.is_playing else "paused"
    if device.is_restricted:
        return "on, takes no commands"
    return "on" if player.is_listed(device) else "asleep"
