"""Playlists and the library."""

import pytest

from songswap.simulator import World
from songswap.simulator.oauth import SCOPES
from songswap.simulator.playlists import Playlist

from .conftest import Api


@pytest.fixture
def evening(world: World) -> Playlist:
    """A public playlist of Ada's."""
    return owned(world, "ada", "Evening")


def owned(world: World, person: str, name: str) -> Playlist:
    return next(p for p in world.playlists.values() if p.owner_id == person and p.name == name)


def uris_of(playlist: Playlist) -> list[str]:
    return [row.uri for row in playlist.rows]


async def test_everybody_has_playlists_and_there_is_a_long_and_a_shared_one(api: Api, world: World) -> None:
    body = (await api.get("/me/playlists")).body
    assert {playlist["owner"]["id"] for playlist in body["items"]} == {"ada"}
    totals = {playlist["name"]: playlist["items"]["total"] for playlist in body["items"]}
    assert totals["Game night, all of it"] == 150
    assert owned(world, "bob", "Everybody adds one").collaborative


async def test_long_playlist_is_read_in_pages_of_fifty(api: Api, world: World) -> None:
    playlist = owned(world, "ada", "Game night, all of it")
    assert (await api.get(f"/playlists/{playlist.id}/items?limit=51")).status == 400
    uris: list[str] = []
    for offset in (0, 50, 100):
        page = (await api.get(f"/playlists/{playlist.id}/items?limit=50&offset={offset}")).body
        uris += [row["item"]["uri"] for row in page["items"]]
    assert uris == uris_of(playlist)
    assert page["next"] is None


async def test_new_playlist_is_empty_and_mine(api: Api) -> None:
    made = await api.post("/me/playlists", json={"name": "Tonight", "public": False, "description": "Friday"})
    assert made.status == 201
    body = (await api.get(f"/playlists/{made.body['id']}")).body
    assert (body["name"], body["description"], body["public"]) == ("Tonight", "Friday", False)
    assert body["items"]["items"] == []
    assert (await api.get("/me/playlists?limit=1")).body["items"][0]["id"] == made.body["id"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x", "collaborative": True}, "collaborative"),
    ],
)
async def test_odd_new_playlist_is_400(api: Api, body: dict[str, object], named: str) -> None:
    reply = await api.post("/me/playlists", json=body)
    assert reply.status == 400
    assert named in reply.message


async def test_items_are_added_at_the_end_or_at_a_position(api: Api, evening: Playlist, songs: list[str]) -> None:
    before, snapshot = uris_of(evening), evening.snapshot_id
    added = await api.post(f"/playlists/{evening.id}/items", json={"uris": songs[:2]})
    assert added.status == 201
    assert added.body["snapshot_id"] == evening.snapshot_id != snapshot
    await api.post(f"/playlists/{evening.id}/items?position=1", params={"uris": ",".join(songs[2:4])})
    assert uris_of(evening) == [before[0], *songs[2:4], *before[1:], *songs[:2]]


async def test_items_are_replaced_moved_and_removed(api: Api, evening: Playlist, songs: list[str]) -> None:
    path = f"/playlists/{evening.id}/items"
    assert (await api.put(path, json={"uris": songs[:5]})).status == 200
    assert uris_of(evening) == songs[:5]
    await api.put(path, json={"range_start": 0, "range_length": 2, "insert_before": 4})
    assert uris_of(evening) == [songs[2], songs[3], songs[0], songs[1], songs[4]]
    await api.put(path, json={"range_start": 4, "insert_before": 0})
    assert uris_of(evening) == [songs[4], songs[2], songs[3], songs[0], songs[1]]
    gone = {"items": [{"uri": songs[4]}, {"uri": songs[0]}], "snapshot_id": evening.snapshot_id}
    assert (await api.delete(path, json=gone)).status == 200
    assert uris_of(evening) == [songs[2], songs[3], songs[1]]
    assert (await api.put(path, json={"uris": []})).status == 200
    assert uris_of(evening) == []


@pytest.mark.parametrize(
    ("method", "body", "named"),
    [
        ("POST", {}, "uris"),
        ("POST", {"uris": ["spotify:track:nope"]}, "spotify:track:nope"),
        ("POST", {"uris": ["x"] * 101}, "uris"),
        ("POST", {"uris": ["{song}"], "position": 9_999}, "position"),
        ("PUT", {}, "uris"),
        ("PUT", {"uris": [], "range_start": 0}, "uris"),
        ("PUT", {"range_start": 0}, "insert_before"),
        ("PUT", {"range_start": 39, "range_length": 2, "insert_before": 0}, "range_start"),
        ("PUT", {"range_start": 0, "insert_before": 41}, "insert_before"),
        ("PUT", {"range_start": 0, "insert_before": 3, "snapshot_id": "nope"}, "snapshot_id"),
        ("DELETE", {}, "items"),
        ("DELETE", {"items": ["x"]}, "items"),
        ("DELETE", {"items": [{"uri": "x"}] * 101}, "items"),
        ("DELETE", {"items": [{"uri": "x"}], "snapshot_id": "AAAA"}, "snapshot_id"),
    ],
)
async def test_odd_change_is_400_and_changes_nothing(
    api: Api, evening: Playlist, songs: list[str], method: str, body: dict[str, object], named: str
) -> None:
    before = uris_of(evening)
    if body.get("uris") == ["{song}"]:
        body = {**body, "uris": songs[:1]}
    reply = await api.call(method, f"/playlists/{evening.id}/items", json=body)
    assert reply.status == 400
    assert named in reply.message
    assert uris_of(evening) == before


async def test_content_of_others_is_hidden(api: Api, evening: Playlist) -> None:
    body = (await api.get(f"/playlists/{evening.id}", person="bob")).body
    assert body["name"] == "Evening"
    assert "items" not in body
    for method in ("GET", "POST", "PUT", "DELETE"):
        reply = await api.call(method, f"/playlists/{evening.id}/items", person="bob", json={})
        assert reply.status == 403


async def test_private_playlist_of_others_is_404(api: Api, world: World) -> None:
    private = owned(world, "ada", "On repeat")
    assert (await api.get(f"/playlists/{private.id}", person="bob")).status == 404
    assert (await api.get(f"/playlists/{private.id}")).status == 200


async def test_collaborative_playlist_takes_everybodys_songs(api: Api, world: World, songs: list[str]) -> None:
    shared = owned(world, "bob", "Everybody adds one")
    added = await api.post(f"/playlists/{shared.id}/items", person="cleo", json={"uris": songs[:1]})
    assert added.status == 201
    assert shared.rows[-1].added_by == "cleo"
    rows = (await api.get(f"/playlists/{shared.id}/items?limit=50", person="cleo")).body["items"]
    assert [row["is_local"] for row in rows[-2:]] == [True, False]


async def test_details_are_the_owners_to_change(api: Api, evening: Playlist) -> None:
    reply = await api.put(f"/playlists/{evening.id}", json={"name": "Night", "public": False, "collaborative": True})
    assert (reply.status, reply.text) == (200, "")
    assert (evening.name, evening.public, evening.collaborative) == ("Night", False, True)
    assert (await api.put(f"/playlists/{evening.id}", person="bob", json={"name": "Mine"})).status == 403
    assert (await api.put(f"/playlists/{evening.id}", json={"name": ""})).status == 400


@pytest.mark.parametrize(
    ("name", "scope"), [("Evening", "playlist-modify-public"), ("On repeat", "playlist-modify-private")]
)
async def test_public_and_private_playlists_need_their_own_scope(
    api: Api, world: World, songs: list[str], name: str, scope: str
) -> None:
    path = f"/playlists/{owned(world, 'ada', name).id}/items"
    without = sorted(set(SCOPES) - {scope})
    refused = await api.post(path, json={"uris": songs[:1]}, scopes=without)
    assert (refused.status, refused.message) == (403, "Insufficient client scope")
    assert (await api.post(path, json={"uris": songs[:1]}, scopes=[scope])).status == 201


async def test_unknown_playlist_is_404_as_recorded(api: Api) -> None:
    reply = await api.get("/playlists/nope")
    assert reply.body == {"error": {"status": 404, "message": "Resource not found"}}


async def test_saving_and_removing(api: Api, songs: list[str]) -> None:
    query = f"uris={songs[500]},{songs[501]}"
    assert (await api.get(f"/me/library/contains?{query}")).body == [False, False]
    assert (await api.put(f"/me/library?uris={songs[500]}")).status == 200
    assert (await api.get(f"/me/library/contains?{query}")).body == [True, False]
    assert (await api.delete(f"/me/library?uris={songs[500]}")).status == 200
    assert (await api.get(f"/me/library/contains?{query}")).body == [False, False]


async def test_playlists_are_followed_and_own_ones_deleted_through_the_library(
    api: Api, world: World, evening: Playlist
) -> None:
    assert (await api.put(f"/me/library?uris={evening.uri}", person="bob")).status == 200
    followed = (await api.get("/me/playlists?limit=50", person="bob")).body["items"]
    assert evening.id in [playlist["id"] for playlist in followed]
    assert (await api.get(f"/playlists/{evening.id}")).body["followers"]["total"] == 1
    assert (await api.delete(f"/me/library?uris={evening.uri}")).status == 200
    assert (await api.get(f"/playlists/{evening.id}")).status == 404


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", "uris"),
        ("?uris=", "uris"),
        ("?uris=nonsense", "nonsense"),
        ("?uris=spotify:artist:x", "artist"),
        ("?uris=" + ",".join(["spotify:track:x"] * 41), "40"),
    ],
)
async def test_odd_library_change_is_400(api: Api, query: str, named: str) -> None:
    for method in ("PUT", "DELETE"):
        reply = await api.call(method, f"/me/library{query}")
        assert reply.status == 400
        assert named in reply.message


async def test_library_takes_no_uris_from_the_body(api: Api, songs: list[str]) -> None:
    assert (await api.put("/me/library", json={"uris": songs[:1]})).status == 400


async def test_library_scope_depends_on_the_kind(api: Api, songs: list[str], evening: Playlist) -> None:
    assert (await api.put(f"/me/library?uris={songs[0]}", scopes=["user-library-modify"])).status == 200
    assert (await api.put(f"/me/library?uris={evening.uri}", scopes=["user-library-modify"])).status == 403
    assert (await api.put("/me/library?uris=spotify:user:bob", scopes=["user-library-modify"])).status == 403
    assert (await api.put("/me/library?uris=spotify:user:bob", scopes=["user-follow-modify"])).status == 200
