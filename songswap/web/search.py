"""Searching Spotify for songs, sparingly: what was found is remembered for a while."""

from typing import Annotated, Literal

from msgspec import Meta
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.model import Struct, Track
from songswap.web.api import Body, query
from songswap.web.errors import ProblemError
from songswap.web.guard import me
from songswap.web.resources import Resources, resources
from songswap.web.spotify import ask_spotify

blueprint = Blueprint("search", __name__)
tag_blueprint(blueprint, ["search"])

MOST_FOUND = 10
"""Spotify gives no more at once."""
SHORTEST, LONGEST = 2, 100


class Search(Body, frozen=True):
    """What to look for: `q` of two characters or more, and of which kind."""

    q: Annotated[str, Meta(min_length=1, max_length=LONGEST, extra_json_schema={"required": True})]
    kind: Literal["tracks"] = "tracks"


class TracksFound(Struct, frozen=True):
    """Songs, the best first."""

    items: tuple[Track, ...]


@blueprint.get("/api/search")
@query(Search)
@validate_response(TracksFound)
async def search(data: Search) -> TracksFound:
    """Find songs on Spotify, at most ten."""
    words = " ".join(data.q.split())
    if len(words) < SHORTEST:
        raise ProblemError(400, "invalid", f"Search for {SHORTEST} characters or more.")
    return TracksFound(await _found(resources(), me().id, words))


async def _found(here: Resources, account: str, words: str) -> tuple[Track, ...]:
    known = here.finds.tracks(words, here.clock.now_ms())
    if known is not None:
        return known
    found = await ask_spotify(here, account, lambda bearer: here.client.search(bearer, words, ["track"], MOST_FOUND))
    here.finds.keep(words, found.tracks, here.clock.now_ms())
    return found.tracks


async def track_of(here: Resources, account: str, uri: str) -> Track:
    """The track of this uri, from a search of late or else from Spotify. Raises ProblemError."""
    known = here.finds.track(uri, here.clock.now_ms())
    if known is not None:
        return known
    track_id = uri.rpartition(":")[2]
    return await ask_spotify(here, account, lambda bearer: here.client.track(bearer, track_id))
