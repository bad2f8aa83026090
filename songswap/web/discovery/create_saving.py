"""A list made of seeds becomes a playlist: a new private one, or the end of one of mine. The worker does it."""

from typing import Annotated

from msgspec import Meta
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.core.discovery.recommend import MOST_SONGS
from songswap.model.playlists import OwnPlaylist, Save
from songswap.spotify.links import TRACK_URI
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.ids import new_id
from songswap.web.kit.json_api import Body, body
from songswap.web.kit.names import plain_name
from songswap.web.kit.services import Services, current_services
from songswap.web.playlists import saved_lists
from songswap.web.playlists.library import playlists_of
from songswap.web.playlists.saved_lists import SavedState

blueprint = Blueprint("create_saving", __name__)
tag_blueprint(blueprint, ["create"])

CREATED_WITH = "Made with SongSwap."
LONGEST_LIST_NAME = 100
"""What Spotify takes."""

TrackUri = Annotated[str, Meta(pattern=TRACK_URI)]
Id = Annotated[str, Meta(max_length=64)]


class ListToSave(Body, frozen=True):
    """The songs of a list in their order: as a new private playlist called `name`, or at the end of mine, `target`.

    `again` is the id of an attempt that failed: it goes on where that stopped, and makes no second playlist.
    """

    uris: Annotated[tuple[TrackUri, ...], Meta(max_length=10 * MOST_SONGS)]
    name: Annotated[str, Meta(max_length=LONGEST_LIST_NAME)] = ""
    target: Id | None = None
    again: Id = ""


@blueprint.post("/api/create/playlist")
@body(ListToSave)
@validate_response(SavedState, 202)
async def save_list(data: ListToSave) -> tuple[SavedState, int]:
    """Save a list as a playlist. How it goes tells `/api/me/saves/{save_id}`."""
    services, account = current_services(), me().id
    if not data.uris:
        raise ProblemError(400, "nothing_to_save", "There is no song in the list.")
    if len(data.uris) > MOST_SONGS:
        raise ProblemError(400, "invalid", f"A list has {MOST_SONGS} songs at most, not {len(data.uris)}.")
    if data.again and saved_lists.state_of(services, account, data.again) is None:
        raise ProblemError(404, "not_found", "There is no such list.")
    target = _mine(services, account, data.target) if data.target else None
    name = target.name if target else plain_name(data.name)
    wish = Save(name, data.uris, description=CREATED_WITH, target=target.id if target else None)
    return saved_lists.save(services, account, data.again or new_id(), wish), 202


def _mine(services: Services, account: str, playlist_id: str) -> OwnPlaylist:
    """A playlist of mine, as it was seen last. Raises ProblemError (404, 403)."""
    known = next((one for one in playlists_of(services, account).items if one.id == playlist_id), None)
    if known is None:
        raise ProblemError(404, "no_such_playlist", "That playlist is not among yours. Look for your playlists again.")
    if not known.is_mine:
        raise ProblemError(403, "not_yours", f"{known.name} belongs to somebody else: only they can add to it.")
    if known.is_public and not saved_lists.may_save(services, account, public=True):
        raise ProblemError(403, "missing_scope", saved_lists.NO_PUBLIC_RIGHT)
    return known
