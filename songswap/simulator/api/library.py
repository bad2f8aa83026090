"""The profile, and what a person saved or follows."""

from __future__ import annotations

from .call import Answer, ApiError, Call, Endpoint

MAX_URIS = 40
SAVED = ("track", "album", "episode", "show", "audiobook")
_SAVE_SCOPES = {**dict.fromkeys(SAVED, "user-library-modify"), "user": "user-follow-modify"}
_CHECK_SCOPES = {
    **dict.fromkeys(SAVED, "user-library-read"),
    **dict.fromkeys(("artist", "user"), "user-follow-read"),
    "playlist": "playlist-read-private",
}


def me(call: Call) -> Answer:
    """GET /me."""
    return Answer(body=call.wire.me(call.person))


def save(call: Call) -> Answer:
    """PUT /me/library: save tracks, albums, episodes, shows; follow people and playlists."""
    call.person.library |= set(_modified_uris(call))
    return Answer(200)


def remove(call: Call) -> Answer:
    """DELETE /me/library: the opposite. An owner who unfollows a playlist deletes it, as in Spotify's own app."""
    uris = set(_modified_uris(call))
    call.person.library -= uris
    mine = {p.id for p in call.world.playlists.values() if p.uri in uris and p.owner_id == call.person.id}
    call.world.playlists = {i: p for i, p in call.world.playlists.items() if i not in mine}
    return Answer(200)


def contains(call: Call) -> Answer:
    """GET /me/library/contains."""
    uris = _uris(call, tuple(_CHECK_SCOPES))
    for uri in uris:
        call.need_scope(_CHECK_SCOPES[_kind(uri)])
    own = {playlist.uri for playlist in call.world.playlists.values() if playlist.owner_id == call.person.id}
    return Answer(body=[uri in call.person.library or uri in own for uri in uris])


def _modified_uris(call: Call) -> list[str]:
    uris = _uris(call, (*_SAVE_SCOPES, "playlist"))
    for uri in uris:
        if _kind(uri) == "playlist":
            call.need_scope("playlist-modify-public", "playlist-modify-private")
        else:
            call.need_scope(_SAVE_SCOPES[_kind(uri)])
    return uris


def _uris(call: Call, kinds: tuple[str, ...]) -> list[str]:
    """The `uris` of the query: a body does not count here."""
    if not call.query.get("uris"):
        raise ApiError(400, "Missing required field: uris")
    uris = call.uris(MAX_URIS)
    for uri in uris:
        if uri.count(":") != 2 or not uri.startswith("spotify:") or not uri.split(":")[2]:
            raise ApiError(400, f"Invalid uris: {uri}")
        if _kind(uri) not in kinds:
            raise ApiError(400, f"Invalid uris: unsupported type {_kind(uri)}")
    return uris


def _kind(uri: str) -> str:
    return uri.split(":")[1]


ENDPOINTS = (
    Endpoint("GET", "/me", me, "library"),
    Endpoint("PUT", "/me/library", save, "library"),
    Endpoint("DELETE", "/me/library", remove, "library"),
    Endpoint("GET", "/me/library/contains", contains, "library"),
)
