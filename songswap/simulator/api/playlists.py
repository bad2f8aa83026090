"""Playlists: one's own and followed ones, their details, their rows."""

from __future__ import annotations

from typing import Any

from ..catalogue import Episode, Track, base62_id
from ..playlists import Playlist, Row
from .call import Answer, ApiError, Call, Endpoint

MAX_ITEMS = 100


def mine(call: Call) -> Answer:
    """GET /me/playlists: owned and followed ones; collaborative ones of others only with their scope."""
    person, world = call.person, call.world
    shown = [
        playlist
        for playlist in world.playlists.values()
        if playlist.owner_id == person.id or (playlist.uri in person.library and _is_visible(call, playlist))
    ]
    limit, offset = call.integer("limit", 20, 1, 50), call.integer("offset", 0, 0, 100_000)
    body = call.wire.page(
        "/me/playlists", shown, limit, offset, lambda p: call.wire.simple_playlist(p, world.person(p.owner_id))
    )
    return Answer(body=body)


def create(call: Call) -> Answer:
    """POST /me/playlists."""
    name = call.field("name", str)
    if not name or not name.strip():
        raise ApiError(400, "Missing required field: name")
    public, collaborative = call.field("public", bool, True), call.field("collaborative", bool, False)
    if collaborative and public:
        raise ApiError(400, "Invalid collaborative: a collaborative playlist cannot be public")
    _need_modify_scope(call, public)
    playlist = Playlist(
        base62_id(call.world.rng),
        name,
        call.person.id,
        description=call.field("description", str, ""),
        public=public,
        collaborative=collaborative,
    )
    call.world.playlists = {playlist.id: playlist, **call.world.playlists}
    return Answer(201, _body(call, playlist))


def playlist(call: Call) -> Answer:
    """GET /playlists/{id}: its content only for the owner and collaborators."""
    return Answer(body=_body(call, _existing(call)))


def change_details(call: Call) -> Answer:
    """PUT /playlists/{id}."""
    playlist = _existing(call)
    if playlist.owner_id != call.person.id:
        raise ApiError(403, "You cannot change a playlist you don't own")
    _need_modify_scope(call, playlist.public)
    name, description = call.field("name", str, playlist.name), call.field("description", str, playlist.description)
    public = call.field("public", bool, playlist.public)
    collaborative = call.field("collaborative", bool, playlist.collaborative)
    if not name.strip():
        raise ApiError(400, "Invalid name")
    if public and collaborative:
        raise ApiError(400, "Invalid collaborative: a collaborative playlist cannot be public")
    playlist.name, playlist.description = name, description
    playlist.public, playlist.collaborative = public, collaborative
    return Answer(200)


def items(call: Call) -> Answer:
    """GET /playlists/{id}/items."""
    playlist = _workable(call)
    limit, offset = call.integer("limit", 20, 1, 50), call.integer("offset", 0, 0)
    return Answer(body=call.wire.page(f"/playlists/{playlist.id}/items", playlist.rows, limit, offset, call.wire.row))


def add_items(call: Call) -> Answer:
    """POST /playlists/{id}/items."""
    playlist = _modifiable(call)
    rows = _new_rows(call)
    if not rows:
        raise ApiError(400, "Missing required field: uris")
    from_query = call.integer("position", len(playlist.rows), 0)
    position = call.field("position", int, from_query)
    if not 0 <= position <= len(playlist.rows):
        raise ApiError(400, "Invalid position")
    playlist.insert(rows, position)
    return Answer(201, {"snapshot_id": playlist.snapshot_id})


def replace_or_reorder_items(call: Call) -> Answer:
    """PUT /playlists/{id}/items: `uris` replace everything, `range_start` and `insert_before` move a range."""
    playlist = _modifiable(call)
    replaces = "uris" in call.query or call.field("uris", list) is not None
    moves = call.field("range_start", int) is not None
    if replaces == moves:
        raise ApiError(400, "Invalid uris: either uris or range_start and insert_before")
    if replaces:
        playlist.replace(_new_rows(call))
    else:
        _move(call, playlist)
    return Answer(200, {"snapshot_id": playlist.snapshot_id})


def remove_items(call: Call) -> Answer:
    """DELETE /playlists/{id}/items: every row of each uri."""
    playlist = _modifiable(call)
    wanted = call.field("items", list)
    if not wanted:
        raise ApiError(400, "Missing required field: items")
    if len(wanted) > MAX_ITEMS:
        raise ApiError(400, f"Too many items: at most {MAX_ITEMS} in one request")
    if not all(isinstance(item, dict) and isinstance(item.get("uri"), str) for item in wanted):
        raise ApiError(400, "Invalid items")
    _check_snapshot(call, playlist)
    playlist.remove({item["uri"] for item in wanted})
    return Answer(200, {"snapshot_id": playlist.snapshot_id})


def _body(call: Call, playlist: Playlist) -> dict[str, Any]:
    people = call.world.people.values()
    followers = sum(playlist.uri in person.library for person in people)
    with_items = call.someone is not None and _works_on(call, playlist)
    return call.wire.playlist(playlist, call.world.person(playlist.owner_id), followers, with_items=with_items)


def _works_on(call: Call, playlist: Playlist) -> bool:
    return playlist.owner_id == call.person.id or playlist.collaborative


def _is_visible(call: Call, playlist: Playlist) -> bool:
    return not playlist.collaborative or "playlist-read-collaborative" in call.scopes


def _existing(call: Call) -> Playlist:
    found = call.world.playlists.get(call.path["id"])
    if found is None:
        raise ApiError(404, "Resource not found")
    is_private = not found.public and not found.collaborative
    if is_private and (call.someone is None or found.owner_id != call.person.id):
        raise ApiError(404, "Resource not found")
    return found


def _workable(call: Call) -> Playlist:
    """The playlist, if the caller may see and change its rows."""
    playlist = _existing(call)
    if not _works_on(call, playlist):
        raise ApiError(403, "Forbidden")
    return playlist


def _modifiable(call: Call) -> Playlist:
    playlist = _workable(call)
    _need_modify_scope(call, playlist.public)
    return playlist


def _need_modify_scope(call: Call, public: bool) -> None:
    call.need_scope("playlist-modify-public" if public else "playlist-modify-private")


def _new_rows(call: Call) -> list[Row]:
    rows = [Row(uri, call.world.clock(), call.person.id) for uri in call.uris(MAX_ITEMS)]
    for row in rows:
        if not _can_be_added(call, row.uri):
            raise ApiError(400, f"Invalid track uri: {row.uri}")
    return rows


def _can_be_added(call: Call, uri: str) -> bool:
    try:
        return isinstance(call.world.catalogue.item(uri), Track | Episode)
    except KeyError:
        return False


def _move(call: Call, playlist: Playlist) -> None:
    start, before = call.field("range_start", int), call.field("insert_before", int)
    length, count = call.field("range_length", int, 1), len(playlist.rows)
    if before is None:
        raise ApiError(400, "Missing required field: insert_before")
    if length < 1 or start < 0 or start + length > count:
        raise ApiError(400, "Invalid range_start: the range lies outside the playlist")
    if not 0 <= before <= count or start < before < start + length:
        raise ApiError(400, "Invalid insert_before")
    _check_snapshot(call, playlist)
    playlist.move(start, length, before)


def _check_snapshot(call: Call, playlist: Playlist) -> None:
    snapshot_id = call.field("snapshot_id", str)
    if snapshot_id is not None and playlist.revision_of(snapshot_id) is None:
        raise ApiError(400, "Invalid snapshot_id")


_READ = frozenset({"playlist-read-private"})
ENDPOINTS = (
    Endpoint("GET", "/me/playlists", mine, "playlists", _READ),
    Endpoint("POST", "/me/playlists", create, "playlists"),
    Endpoint("GET", "/playlists/{id}", playlist, "playlists"),
    Endpoint("PUT", "/playlists/{id}", change_details, "playlists"),
    Endpoint("GET", "/playlists/{id}/items", items, "playlists", _READ),
    Endpoint("POST", "/playlists/{id}/items", add_items, "playlists"),
    Endpoint("PUT", "/playlists/{id}/items", replace_or_reorder_items, "playlists"),
    Endpoint("DELETE", "/playlists/{id}/items", remove_items, "playlists"),
)
