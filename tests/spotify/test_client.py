"""The client and the embedded Spotify understand each other."""

import pytest

from songswap.model.music_source import Bearer
from songswap.simulator import World
from songswap.spotify import errors
from songswap.spotify.client import Client

pytestmark = pytest.mark.virtual_time


@pytest.fixture
def device_id(world: World) -> str:
    return world.person("ada").devices[0].id


@pytest.fixture
def uris(world: World) -> list[str]:
    return [track.uri for track in world.catalogue.tracks.values() if track.plays_as is None][:3]


async def test_person_is_read(client: Client, world: World, ada: Bearer) -> None:
    user = await client.me(ada)
    assert (user.id, user.spotify_id, user.display_name) == ("ada", world.person("ada").account_id, "Ada")


async def test_player_does_what_it_is_told(client: Client, ada: Bearer, device_id: str, uris: list[str]) -> None:
    await client.play(ada, device_id=device_id, uris=uris, offset_uri=uris[1], position_ms=3_000)
    await client.add_to_queue(ada, uris[0])
    queue = await client.queue(ada)
    assert queue.current
    assert queue.current.uri == uris[1]
    assert [track.uri for track in queue.upcoming[:2]] == [uris[0], uris[2]]
    await client.seek(ada, 9_000)
    await client.pause(ada)
    read = await client.playback(ada)
    assert read
    assert (read.is_playing, read.progress_ms) == (False, 9_000)
    await client.play(ada)
    await client.next(ada)
    await client.next(ada)
    await client.previous(ada)
    playing = await client.currently_playing(ada)
    assert playing
    assert (playing.is_playing, playing.device) == (True, None)


async def test_music_moves_to_another_device(client: Client, ada: Bearer, device_id: str, uris: list[str]) -> None:
    await client.play(ada, device_id=device_id, uris=uris)
    elsewhere = next(device for device in await client.devices(ada) if device.id != device_id and device.can_be_told)
    await client.transfer(ada, elsewhere.id or "", play=True)
    read = await client.playback(ada)
    assert read
    assert read.device
    assert (read.device.id, read.is_playing) == (elsewhere.id, True)


async def test_playlist_is_made_filled_and_read_back(client: Client, ada: Bearer, uris: list[str]) -> None:
    made = await client.create_playlist(ada, "Tonight", description="what we heard")
    await client.replace_items(ada, made.id, uris[:2])
    await client.add_items(ada, made.id, uris[2:])
    first = await client.playlist_items(ada, made.id, limit=2)
    rest = await client.playlist_items(ada, made.id, limit=2, offset=first.next_offset or 0)
    assert [item.track.uri for item in first.items + rest.items if item.track] == uris
    assert (first.total, rest.next_offset) == (3, None)
    whole = await client.playlist(ada, made.id)
    assert (whole.name, whole.description, whole.is_public, whole.owner_id) == (
        "Tonight",
        "what we heard",
        False,
        "ada",
    )
    assert whole.page is not None


async def test_catalogue_history_and_taste_are_read(client: Client, world: World, ada: Bearer) -> None:
    artist = await client.artist(ada, next(iter(world.catalogue.artists)))
    found = await client.search(ada, artist.name, ["track", "artist"])
    assert artist.uri in {other.uri for other in found.artists}
    played = await client.recently_played(ada)
    assert [row.played_at_ms for row in played] == sorted((row.played_at_ms for row in played), reverse=True)
    top = await client.top_tracks(ada, "short_term", 5)
    assert [track.uri for track in top] == [f"spotify:track:{id_}" for id_ in world.person("ada").top_track_ids[:5]]
    assert len(await client.top_artists(ada, "short_term", 5)) == 5
    saved = next(track.uri for track in world.catalogue.tracks.values() if track.uri in world.person("ada").library)
    assert await client.library_contains(ada, [saved, "spotify:track:0000000000000000000000"]) == (True, False)


def test_a_restriction_is_told_apart_from_other_refusals() -> None:
    restriction = errors.ForbiddenError(
        "PUT /v1/me/player/play: 403 Player command failed: Restriction violated UNKNOWN"
    )
    assert str(restriction) != str(errors.ForbiddenError("PUT /v1/me/player/play: 403 Restricted device"))
