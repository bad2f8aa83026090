"""Looking up music, searching, favourites."""

import re

import pytest

from songswap.simulator import World

from .conftest import Api, HandClock


def test_catalogue_is_large_and_plausible(world: World) -> None:
    catalogue = world.catalogue
    assert len(catalogue.artists) >= 40
    assert len(catalogue.albums) >= 100
    assert len(catalogue.tracks) >= 600
    for track in catalogue.tracks.values():
        assert re.fullmatch(r"[0-9A-Za-z]{22}", track.id)
        assert re.fullmatch(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", track.isrc)
        assert 120_000 <= track.duration_ms <= 300_000
        assert track.id in catalogue.albums[track.album_id].track_ids


def test_seed_decides_the_catalogue(hand_clock: HandClock) -> None:
    first, again, other = (World(seed=seed, clock=hand_clock) for seed in (3, 3, 4))
    assert first.catalogue == again.catalogue
    assert first.people == again.people
    assert first.playlists == again.playlists
    assert not first.catalogue.tracks.keys() & other.catalogue.tracks.keys()


def test_past_evenings_are_the_same_after_a_restart(hand_clock: HandClock) -> None:
    before = World(seed=3, clock=hand_clock).player("bob").plays()
    hand_clock.turn(600)
    after = World(seed=3, clock=hand_clock).player("bob").plays()
    known = {(play.uri, play.ended_at_ms) for play in after}
    assert len(before) > 50
    assert sum((play.uri, play.ended_at_ms) in known for play in before) >= len(before) - 5


def test_a_few_songs_play_under_another_id_with_the_same_isrc(world: World) -> None:
    relinked = [track for track in world.catalogue.tracks.values() if track.plays_as is not None]
    assert 0.01 < len(relinked) / len(world.catalogue.tracks) < 0.05
    for track in relinked:
        assert world.catalogue.tracks[track.plays_as or ""].isrc == track.isrc


@pytest.mark.parametrize("kind", ["track", "artist", "album"])
async def test_things_are_found_by_id(api: Api, world: World, kind: str) -> None:
    thing = next(iter(getattr(world.catalogue, f"{kind}s").values()))
    body = (await api.get(f"/{kind}s/{thing.id}")).body
    assert (body["id"], body["name"], body["type"]) == (thing.id, thing.name, kind)
    assert body["href"] == f"{api.base_url}/v1/{kind}s/{thing.id}"


@pytest.mark.parametrize("kind", ["tracks", "artists", "albums"])
@pytest.mark.parametrize(("thing_id", "status"), [("0" * 22, 404), ("short", 400), ("é" * 22, 400)])
async def test_unknown_id_is_404_and_an_impossible_one_400(api: Api, kind: str, thing_id: str, status: int) -> None:
    assert (await api.get(f"/{kind}/{thing_id}")).status == status


async def test_images_are_addresses_that_work(api: Api, world: World) -> None:
    album = next(iter(world.catalogue.albums.values()))
    images = (await api.get(f"/albums/{album.id}")).body["images"]
    assert [image["width"] for image in images] == [640, 300, 64]
    for image in images:
        cover = await api.raw("GET", image["url"].removeprefix(api.base_url))
        assert cover.headers["Content-Type"].startswith("image/svg+xml")
        assert f'width="{image["width"]}"' in cover.text


async def test_album_tracks_are_paged(api: Api, world: World) -> None:
    album = next(album for album in world.catalogue.albums.values() if len(album.track_ids) > 6)
    first = (await api.get(f"/albums/{album.id}/tracks?limit=4")).body
    rest = (await api.raw("GET", first["next"].removeprefix(api.base_url), headers=bearer(api))).body
    assert [track["id"] for track in first["items"] + rest["items"]] == list(album.track_ids[:8])


def bearer(api: Api) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.token('ada')}"}


async def test_artist_albums_are_ten_at_most(api: Api, world: World) -> None:
    artist = next(iter(world.catalogue.artists.values()))
    assert (await api.get(f"/artists/{artist.id}/albums")).body["limit"] == 5
    assert (await api.get(f"/artists/{artist.id}/albums?limit=11")).status == 400
    assert (await api.get(f"/artists/{artist.id}/albums?include_groups=tape")).status == 400
    singles = (await api.get(f"/artists/{artist.id}/albums?include_groups=single")).body["items"]
    assert {album["album_type"] for album in singles} <= {"single"}


async def test_search_finds_by_name_and_puts_the_very_name_first(api: Api, world: World) -> None:
    track = next(iter(world.catalogue.tracks.values()))
    found = (await api.get("/search", params={"q": track.name.upper(), "type": "track"})).body["tracks"]
    assert found["items"][0]["name"] == track.name
    assert found["limit"] == 5


async def test_search_finds_by_isrc(api: Api, world: World) -> None:
    track = next(track for track in world.catalogue.tracks.values() if track.plays_as is not None)
    found = (await api.get("/search", params={"q": f"isrc:{track.isrc}", "type": "track"})).body["tracks"]
    assert {item["id"] for item in found["items"]} == {track.id, track.plays_as}


async def test_search_filters_narrow_together(api: Api, world: World) -> None:
    track = next(iter(world.catalogue.tracks.values()))
    artist = world.catalogue.artists[track.artist_ids[0]]
    query = f'track:"{track.name}" artist:{artist.name}'
    items = (await api.get("/search", params={"q": query, "type": "track"})).body["tracks"]["items"]
    assert track.id in [item["id"] for item in items]
    nobody = (await api.get("/search", params={"q": f"{query} artist:nobody", "type": "track"})).body["tracks"]
    assert nobody["items"] == []


async def test_search_answers_each_type_with_its_own_page(api: Api) -> None:
    kinds = "track,artist,album,playlist,show,episode,audiobook"
    body = (await api.get("/search", params={"q": "e", "type": kinds, "limit": "2"})).body
    assert list(body) == [f"{kind}s" for kind in kinds.split(",")]
    for kind in ("tracks", "artists", "albums", "playlists", "shows", "episodes"):
        assert 1 <= len(body[kind]["items"]) <= 2


async def test_private_playlists_are_not_found(api: Api) -> None:
    found = (await api.get("/search?q=on+repeat&type=playlist")).body["playlists"]
    assert found["items"] == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("q=a&type=track&limit=11", "Invalid limit"),
        ("q=a&type=track&limit=0", "Invalid limit"),
        ("q=a&type=track&offset=1001", "Invalid offset"),
        ("q=a&type=song", "Bad search type field song"),
        ("q=a", "Missing parameter type"),
        ("q=&type=track", "No search query"),
        ("type=track", "No search query"),
    ],
)
async def test_odd_search_is_400(api: Api, query: str, message: str) -> None:
    reply = await api.get(f"/search?{query}")
    assert (reply.status, reply.message) == (400, message)


@pytest.mark.parametrize("kind", ["tracks", "artists"])
async def test_favourites_differ_by_time_range(api: Api, kind: str) -> None:
    firsts = set()
    for time_range in ("short_term", "medium_term", "long_term"):
        body = (await api.get(f"/me/top/{kind}?time_range={time_range}&limit=10")).body
        assert len(body["items"]) == 10
        firsts.add(body["items"][0]["id"])
    assert len(firsts) == 3


async def test_unknown_time_range_is_400(api: Api) -> None:
    assert (await api.get("/me/top/tracks?time_range=ever")).message == "Invalid time_range"


async def test_profile_has_the_stable_account_id_and_nothing_removed(api: Api, world: World) -> None:
    body = (await api.get("/me")).body
    assert body["account_id"] == world.person("ada").account_id
    assert not {"country", "email", "product", "followers", "explicit_content"} & set(body)


async def test_nothing_carries_a_removed_field(api: Api, world: World) -> None:
    removed = {"popularity", "available_markets", "linked_from", "label", "album_group", "followers"}

    def check(value: object) -> None:
        if isinstance(value, dict):
            assert not removed & set(value)
            for part in value.values():
                check(part)
        elif isinstance(value, list):
            for part in value:
                check(part)

    track = next(iter(world.catalogue.tracks.values()))
    for path in (f"/tracks/{track.id}", f"/albums/{track.album_id}", f"/artists/{track.artist_ids[0]}", "/me"):
        check((await api.get(path)).body)
