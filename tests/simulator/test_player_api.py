"""Reading and commanding the player over HTTP, with Spotify's answers and refusals."""

from typing import Any

import pytest

from songswap.simulator import Profile, World

from .conftest import Api, HandClock

COMMANDS: tuple[tuple[str, str], ...] = (
    ("PUT", "/me/player/play"),
    ("PUT", "/me/player/pause"),
    ("POST", "/me/player/next"),
    ("POST", "/me/player/previous"),
    ("PUT", "/me/player/seek?position_ms=1"),
    ("PUT", "/me/player/volume?volume_percent=1"),
    ("PUT", "/me/player/repeat?state=off"),
    ("PUT", "/me/player/shuffle?state=true"),
    ("POST", "/me/player/queue?uri={song}"),
)


@pytest.fixture
def ada_plays(world: World, songs: list[str]) -> list[str]:
    world.player("ada").play_uris(songs[:5], position_ms=10_000)
    return songs[:5]


async def test_nothing_active_is_204_without_a_body(api: Api) -> None:
    for path in ("/me/player", "/me/player/currently-playing"):
        reply = await api.get(path)
        assert (reply.status, reply.text) == (204, "")


async def test_playback_tells_song_device_and_progress(api: Api, ada_plays: list[str], hand_clock: HandClock) -> None:
    began_ms = int(hand_clock() * 1_000)
    hand_clock.turn(3)
    body = (await api.get("/me/player")).body
    assert body["item"]["uri"] == ada_plays[0]
    assert body["device"]["name"] == "Ada’s laptop"
    assert (body["progress_ms"], body["is_playing"], body["timestamp"]) == (13_000, True, began_ms)
    assert body["actions"] == {"disallows": {"resuming": True, "skipping_prev": True}}
    assert body["smart_shuffle"] is False


async def test_currently_playing_has_neither_device_nor_shuffle(api: Api, ada_plays: list[str]) -> None:
    body = (await api.get("/me/player/currently-playing")).body
    assert not {"device", "shuffle_state", "repeat_state"} & set(body)


async def test_play_starts_uris_at_a_position_on_a_named_device(api: Api, world: World, songs: list[str]) -> None:
    speaker = world.person("ada").devices[2]
    reply = await api.put(
        f"/me/player/play?device_id={speaker.id}",
        json={"uris": songs[:3], "position_ms": 5_000, "offset": {"position": 1}},
    )
    assert (reply.status, reply.text) == (204, "")
    truth = world.player("ada").truth()
    assert (truth.device_id, truth.uri, truth.position_ms) == (speaker.id, songs[1], 5_000)


async def test_play_starts_a_context_at_an_offset(api: Api, world: World, ada_plays: list[str]) -> None:
    album = next(album for album in world.catalogue.albums.values() if len(album.track_ids) > 5)
    track = world.catalogue.tracks[album.track_ids[3]]
    body = {"context_uri": album.uri, "offset": {"uri": track.uri}}
    assert (await api.put("/me/player/play", json=body)).status == 204
    playback = (await api.get("/me/player")).body
    assert playback["item"]["id"] == track.id
    assert playback["context"]["uri"] == album.uri
    queue = (await api.get("/me/player/queue")).body
    assert [item["id"] for item in queue["queue"]] == list(album.track_ids[4:])


async def test_relinked_song_plays_under_its_other_id_with_the_same_isrc(api: Api, world: World) -> None:
    asked = next(track for track in world.catalogue.tracks.values() if track.plays_as is not None)
    device_id = world.person("ada").devices[0].id
    await api.put(f"/me/player/play?device_id={device_id}", json={"uris": [asked.uri]})
    item = (await api.get("/me/player")).body["item"]
    assert item["id"] == asked.plays_as != asked.id
    assert item["external_ids"]["isrc"] == asked.isrc
    assert "linked_from" not in item


async def test_pause_and_resume(api: Api, world: World, ada_plays: list[str]) -> None:
    assert (await api.put("/me/player/pause")).status == 204
    assert not world.player("ada").truth().is_playing
    assert (await api.put("/me/player/play")).status == 204
    assert world.player("ada").truth().position_ms == 10_000


@pytest.mark.parametrize("already", ["play", "pause"])
async def test_doing_what_is_already_so_is_a_restriction(
    api: Api, world: World, ada_plays: list[str], already: str
) -> None:
    if already == "pause":
        world.player("ada").pause()
    reply = await api.put(f"/me/player/{already}")
    assert (reply.status, reply.reason) == (403, "UNKNOWN")
    assert reply.message == "Player command failed: Restriction violated"


async def test_next_previous_seek_volume_repeat_shuffle_and_queue_do_what_they_say(
    api: Api, world: World, ada_plays: list[str], songs: list[str]
) -> None:
    player = world.player("ada")
    await api.post("/me/player/next")
    assert player.truth().uri == ada_plays[1]
    await api.post("/me/player/previous")
    assert player.truth().uri == ada_plays[0]
    await api.put("/me/player/seek?position_ms=77000")
    assert player.truth().position_ms == 77_000
    await api.put("/me/player/volume?volume_percent=11")
    await api.put("/me/player/repeat?state=context")
    await api.put("/me/player/shuffle?state=true")
    await api.post(f"/me/player/queue?uri={songs[20]}")
    body = (await api.get("/me/player")).body
    assert body["device"]["volume_percent"] == 11
    assert (body["repeat_state"], body["shuffle_state"]) == ("context", True)
    assert player.queue()[0] == songs[20]


async def test_transfer_moves_the_sound(api: Api, world: World, ada_plays: list[str]) -> None:
    phone = world.person("ada").devices[1]
    assert (await api.put("/me/player", json={"device_ids": [phone.id]})).status == 204
    assert world.player("ada").truth().device_id == phone.id
    assert world.player("ada").truth().is_playing


async def test_answer_comes_before_the_sound(api: Api, world: World, hand_clock: HandClock, songs: list[str]) -> None:
    laptop = world.person("ada").devices[0]
    laptop.latency_ms = 700.0
    await api.put(f"/me/player/play?device_id={laptop.id}", json={"uris": songs[:1]})
    assert not world.player("ada").truth().is_playing
    hand_clock.turn(1)
    assert world.player("ada").truth().position_ms == pytest.approx(300)


async def test_command_is_judged_by_what_the_api_shows(api: Api, world: World, ada_plays: list[str]) -> None:
    world.profile = Profile(read_staleness_ms=(2_000.0, 2_000.0))
    world.player("ada").pause()
    assert (await api.put("/me/player/pause")).status == 204
    assert (await api.put("/me/player/play")).reason == "UNKNOWN"


async def test_seek_meant_for_a_device_that_is_not_active_is_lost(api: Api, world: World, ada_plays: list[str]) -> None:
    phone = world.person("ada").devices[1]
    assert (await api.put(f"/me/player/seek?position_ms=5&device_id={phone.id}")).status == 204
    assert world.player("ada").truth().position_ms == 10_000


@pytest.mark.parametrize(("method", "path"), COMMANDS)
async def test_without_an_active_device_every_command_is_404(
    api: Api, songs: list[str], method: str, path: str
) -> None:
    reply = await api.call(method, path.format(song=songs[0]))
    assert (reply.status, reply.reason) == (404, "NO_ACTIVE_DEVICE")


@pytest.mark.parametrize(("method", "path"), COMMANDS)
async def test_unknown_device_is_404(api: Api, songs: list[str], method: str, path: str) -> None:
    path = path.format(song=songs[0])
    reply = await api.call(method, f"{path}{'&' if '?' in path else '?'}device_id=nope")
    assert (reply.status, reply.message) == (404, "Device not found")


@pytest.mark.parametrize(("method", "path"), COMMANDS)
async def test_without_premium_every_command_is_403(
    api: Api, world: World, songs: list[str], method: str, path: str
) -> None:
    world.player("finn").play_uris(songs[:2])
    reply = await api.call(method, path.format(song=songs[0]), person="finn")
    assert (reply.status, reply.reason) == (403, "PREMIUM_REQUIRED")


@pytest.mark.parametrize(("method", "path"), COMMANDS)
async def test_restricted_device_takes_no_command(
    api: Api, world: World, songs: list[str], method: str, path: str
) -> None:
    world.player("gus").play_uris(songs[:2])
    reply = await api.call(method, path.format(song=songs[0]), person="gus")
    assert (reply.status, reply.reason) == (403, "DEVICE_NOT_CONTROLLABLE")


async def test_restricted_device_shows_no_id(api: Api, world: World, songs: list[str]) -> None:
    world.player("gus").play_uris(songs[:2])
    device = (await api.get("/me/player", person="gus")).body["device"]
    assert (device["id"], device["is_restricted"]) == (None, True)


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("PUT", "/me/player/seek", None, "position_ms"),
        ("PUT", "/me/player/seek?position_ms=soon", None, "position_ms"),
        ("PUT", "/me/player/seek?position_ms=-1", None, "position_ms"),
        ("PUT", "/me/player/volume?volume_percent=101", None, "volume_percent"),
        ("PUT", "/me/player/repeat?state=once", None, "state"),
        ("PUT", "/me/player/shuffle", None, "state"),
        ("PUT", "/me/player/shuffle?state=True", None, "state"),
        ("POST", "/me/player/queue", None, "uri"),
        ("POST", "/me/player/queue?uri=spotify:track:nope", None, "spotify:track:nope"),
        ("PUT", "/me/player", {}, "device_ids"),
        ("PUT", "/me/player", {"device_ids": ["a", "b"]}, "device_ids"),
        ("PUT", "/me/player", {"device_ids": []}, "device_ids"),
        ("PUT", "/me/player/play", {"uris": "spotify:track:x"}, "uris"),
        ("PUT", "/me/player/play", {"uris": []}, "uris"),
        ("PUT", "/me/player/play", {"uris": [1]}, "uris"),
        ("PUT", "/me/player/play", {"uris": ["spotify:track:nope"]}, "spotify:track:nope"),
        ("PUT", "/me/player/play", {"context_uri": 5}, "context_uri"),
        ("PUT", "/me/player/play", {"position_ms": -1}, "position_ms"),
        ("PUT", "/me/player/play", {"position_ms": "1"}, "position_ms"),
        ("PUT", "/me/player/play", {"uris": ["{song}"], "offset": {"position": -1}}, "offset"),
        ("PUT", "/me/player/play", {"uris": ["{song}"], "context_uri": "spotify:album:x"}, "uris"),
        ("PUT", "/me/player/play", {"context_uri": "{artist}", "offset": {"position": 1}}, "ARTIST"),
    ],
)
async def test_odd_parameter_is_400_and_named(
    api: Api, world: World, ada_plays: list[str], method: str, path: str, body: Any, named: str
) -> None:
    def filled(value: Any) -> Any:
        artist = next(iter(world.catalogue.artists.values())).uri
        if isinstance(value, list):
            return [filled(part) for part in value]
        return value.replace("{song}", ada_plays[0]).replace("{artist}", artist) if isinstance(value, str) else value

    body = None if body is None else {key: filled(value) for key, value in body.items()}
    reply = await api.call(method, path, json=body)
    assert reply.status == 400
    assert named in reply.message
    assert world.player("ada").truth().uri == ada_plays[0]


@pytest.mark.parametrize("text", ["{", "[]", "7", "\ud83d"])
async def test_body_that_is_no_json_object_is_400(api: Api, ada_plays: list[str], text: str) -> None:
    reply = await api.put("/me/player/play", data=text.encode("utf-8", "surrogatepass"))
    assert reply.status == 400


async def test_unknown_context_is_404_and_an_item_outside_it_403(api: Api, world: World, ada_plays: list[str]) -> None:
    assert (await api.put("/me/player/play", json={"context_uri": "spotify:album:nope"})).status == 404
    album = next(iter(world.catalogue.albums.values()))
    for offset in ({"position": 99}, {"uri": "spotify:track:nope"}):
        reply = await api.put("/me/player/play", json={"context_uri": album.uri, "offset": offset})
        assert (reply.status, reply.reason) == (403, "NO_SPECIFIC_TRACK")


async def test_local_files_and_advertisements_cannot_be_started(api: Api, world: World, ada_plays: list[str]) -> None:
    for uri in (world.catalogue.local_file.uri, world.catalogue.ad.uri):
        reply = await api.put("/me/player/play", json={"uris": [uri]})
        assert reply.status == 400
        assert uri in reply.message


async def test_local_file_is_shown_with_nulls(api: Api, world: World) -> None:
    world.player("ada").play_uris([world.catalogue.local_file.uri])
    item = (await api.get("/me/player")).body["item"]
    assert (item["is_local"], item["id"], item["external_ids"]) == (True, None, {})
    assert item["uri"].startswith("spotify:local:")


async def test_advertisement_has_no_item_and_cannot_be_skipped(
    api: Api, world: World, songs: list[str], hand_clock: HandClock
) -> None:
    world.player("ada").play_uris([world.catalogue.ad.uri, songs[0]])
    body = (await api.get("/me/player")).body
    assert (body["currently_playing_type"], body["item"]) == ("ad", None)
    assert (await api.post("/me/player/next")).reason == "UNKNOWN"
    hand_clock.turn(31)
    assert (await api.get("/me/player")).body["item"]["uri"] == songs[0]


async def test_unknown_kind_has_no_item(api: Api, world: World) -> None:
    world.player("ada").play_uris([world.catalogue.talk.uri])
    body = (await api.get("/me/player")).body
    assert (body["currently_playing_type"], body["item"]) == ("unknown", None)


async def test_episode_is_shown_only_to_those_who_ask(api: Api, world: World) -> None:
    world.player("ada").play_context(next(iter(world.catalogue.shows.values())).uri)
    plain = (await api.get("/me/player")).body
    asked = (await api.get("/me/player?additional_types=track,episode")).body
    assert (plain["currently_playing_type"], plain["item"]) == ("episode", None)
    assert asked["item"]["show"]["name"] == "Side B"


async def test_devices_lists_what_is_awake(api: Api, world: World, ada_plays: list[str]) -> None:
    world.player("ada").set_device_online(world.person("ada").devices[3].id, False)
    devices = (await api.get("/me/player/devices")).body["devices"]
    assert [device["name"] for device in devices] == ["Ada’s laptop", "Ada’s phone", "Kitchen"]
    assert [device["is_active"] for device in devices] == [True, False, False]
    assert (await api.get("/me/player/devices", person="hana")).body == {"devices": []}


async def test_private_session_is_shown_on_the_device(api: Api, world: World, ada_plays: list[str]) -> None:
    world.player("ada").set_private_session(True)
    assert (await api.get("/me/player")).body["device"]["is_private_session"] is True


async def test_phone_does_not_let_its_volume_be_set(api: Api, world: World, songs: list[str]) -> None:
    world.player("ada").play_uris(songs[:1], device_id=world.person("ada").devices[1].id)
    reply = await api.put("/me/player/volume?volume_percent=50")
    assert (reply.status, reply.reason) == (403, "VOLUME_CONTROL_DISALLOW")


async def test_history_is_the_last_fifty_newest_first(api: Api) -> None:
    body = (await api.get("/me/player/recently-played?limit=50")).body
    played_at = [row["played_at"] for row in body["items"]]
    assert len(played_at) == 50
    assert played_at == sorted(played_at, reverse=True)
    assert body["next"] is None


async def test_history_pages_by_cursor_without_gap_or_overlap(api: Api) -> None:
    everything = (await api.get("/me/player/recently-played?limit=50")).body["items"]
    first = (await api.get("/me/player/recently-played?limit=20")).body
    second = (await api.get(f"/me/player/recently-played?limit=20&before={first['cursors']['before']}")).body
    assert first["items"] + second["items"] == everything[:40]
    assert first["next"].endswith(f"?before={first['cursors']['before']}&limit=20")
    since = (await api.get(f"/me/player/recently-played?after={first['cursors']['before']}")).body
    assert since["items"] == everything[:19]


async def test_history_of_nothing_new_is_an_empty_page(api: Api) -> None:
    newest = (await api.get("/me/player/recently-played?limit=1")).body["cursors"]["after"]
    body = (await api.get(f"/me/player/recently-played?after={newest}")).body
    assert (body["items"], body["cursors"], body["next"]) == ([], None, None)


async def test_history_leaves_out_episodes(api: Api, world: World, hand_clock: HandClock) -> None:
    before = (await api.get("/me/player/recently-played?limit=1")).body["items"]
    player = world.player("ada")
    player.play_context(next(iter(world.catalogue.shows.values())).uri)
    hand_clock.turn(120)
    player.next()
    assert (await api.get("/me/player/recently-played?limit=1")).body["items"] == before


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "limit=many", "after=1&before=2", "after=x"])
async def test_odd_history_query_is_400(api: Api, query: str) -> None:
    assert (await api.get(f"/me/player/recently-played?{query}")).status == 400
