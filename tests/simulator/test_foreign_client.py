"""spotipy, which knows the real Spotify, finds its way here."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import spotipy

from songswap.simulator import World

from .conftest import Api


@pytest.fixture
def spotify(api: Api) -> spotipy.Spotify:
    client = spotipy.Spotify(auth=api.token("ada"), retries=0, status_retries=0)
    client.prefix = f"{api.base_url}/v1/"
    return client


async def call(method: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """spotipy blocks, so it works in a thread while the simulator answers here."""
    return await asyncio.to_thread(method, *arguments, **named)


async def test_it_plays_reads_and_pauses(spotify: spotipy.Spotify, world: World, songs: list[str]) -> None:
    assert (await call(spotify.me))["id"] == "ada"
    assert await call(spotify.current_playback) is None
    devices = (await call(spotify.devices))["devices"]
    await call(spotify.start_playback, device_id=devices[0]["id"], uris=songs[:3], position_ms=1_000)
    playback = await call(spotify.current_playback)
    assert playback["item"]["uri"] == songs[0]
    await call(spotify.add_to_queue, songs[7])
    await call(spotify.next_track)
    await call(spotify.seek_track, 5_000)
    await call(spotify.volume, 12)
    await call(spotify.repeat, "context")
    await call(spotify.shuffle, True)
    await call(spotify.transfer_playback, devices[1]["id"])
    await call(spotify.pause_playback)
    truth = world.player("ada").truth()
    assert (truth.uri, truth.position_ms, truth.is_playing) == (songs[7], 5_000, False)


async def test_it_searches_and_reads_the_rest(spotify: spotipy.Spotify, world: World) -> None:
    found = await call(spotify.search, "e", limit=10, type="track,artist")
    assert len(found["tracks"]["items"]) == 10
    track = await call(spotify.track, found["tracks"]["items"][0]["uri"])
    assert track["name"] == found["tracks"]["items"][0]["name"]
    assert (await call(spotify.album, track["album"]["id"]))["tracks"]["total"] == track["album"]["total_tracks"]
    assert (await call(spotify.artist, track["artists"][0]["id"]))["genres"]
    assert (await call(spotify.artist_albums, track["artists"][0]["id"], limit=10))["items"]
    assert len((await call(spotify.current_user_recently_played))["items"]) == 50
    assert (await call(spotify.current_user_top_tracks, limit=3))["items"]
    assert (await call(spotify.current_user_playlists))["items"]


async def test_it_understands_refusals(spotify: spotipy.Spotify) -> None:
    with pytest.raises(spotipy.SpotifyException) as no_device:
        await call(spotify.pause_playback)
    assert (no_device.value.http_status, no_device.value.reason) == (404, "NO_ACTIVE_DEVICE")
    with pytest.warns(DeprecationWarning, match="new_release"), pytest.raises(spotipy.SpotifyException) as closed:
        await call(spotify.new_releases)
    assert closed.value.http_status == 403
