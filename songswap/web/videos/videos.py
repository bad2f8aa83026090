"""Music videos for the songs of a playlist: a page of its own, without anything of Spotify's but the songs' names."""

from typing import Annotated

from msgspec import Meta
from quart import Blueprint, Response, ResponseReturnValue, render_template
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.videos.search_quota import MOST_WISHES, is_wanted
from songswap.documents import HEARTBEAT, VIDEO_WISHES, YOUTUBE_SEEN, Account
from songswap.model.videos import VideoWish, VideoWishes
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.event_stream import own
from songswap.web.kit.json_api import Body, body, query
from songswap.web.kit.security_headers import content_policy
from songswap.web.kit.services import Services, current_services
from songswap.web.kit.streams import Asking, Events, stream
from songswap.web.playlists.library import look_for_playlists_if_never
from songswap.web.videos.video_lists import MOST_SONGS, Listed, find_list, lists_of
from songswap.web.videos.video_view import VideosState, read_list, videos_state, wish_for

blueprint = Blueprint("videos", __name__)
tag_blueprint(blueprint, ["videos"])

LIST_FRESH_MS = 3_600_000.0
"""A playlist that was read so lately is not read again."""
WATCHED = (HEARTBEAT.pattern, YOUTUBE_SEEN.pattern, "videos/", "youtube/")
"""Beside what is their own."""
LONGEST_ID = 200
NO_PLAYLISTS = "There is no playlist yet: make one on “Playlists”, or have yours looked for there."
OFF = "Music videos are off here: the operator has set no key for YouTube ([youtube] api_key)."

Playlist = Annotated[str, Meta(max_length=LONGEST_ID)]
Number = Annotated[int, Meta(ge=1, le=MOST_SONGS)]


class AskedVideos(Body, frozen=True):
    """Of which playlist: an id out of `playlists`, Spotify's id or link of one of mine; none: the group's, else mine.

    `num`: of how many of its songs, the first of it.
    """

    playlist: Playlist = ""
    num: Number = 10


@blueprint.get("/api/videos")
@query(AskedVideos)
@validate_response(VideosState)
async def get_videos(data: AskedVideos) -> VideosState:
    """The music videos of a playlist as far as they are known, and what is missing. It costs no search, and no call."""
    services = _open(current_services())
    lists = lists_of(services, me())
    return videos_state(services, me().id, lists, find_list(lists, data.playlist), data.num)


@blueprint.post("/api/videos")
@body(AskedVideos)
@validate_response(VideosState, 202)
async def want_videos(data: AskedVideos) -> tuple[VideosState, int]:
    """Have the missing ones looked for; what comes of it is at `GET /api/videos` soon after, one by one."""
    services = _open(current_services())
    lists = lists_of(services, me())
    listed = find_list(lists, data.playlist)
    if listed is None:
        raise ProblemError(409, "no_playlists", NO_PLAYLISTS)
    _want(services, me().id, listed, data.num)
    return videos_state(services, me().id, lists, listed, data.num), 202


@stream(blueprint, "/api/videos/events", AskedVideos)
def events(asking: Asking, data: AskedVideos) -> Events:
    """Server-sent events: `state` with a whole VideosState; `gone` when the browser was logged out."""
    services = _open(asking.services)
    find_list(lists_of(services, asking.account), data.playlist)

    def state(account: Account) -> VideosState:
        lists = lists_of(services, account)
        listed = next((one for one in lists if one.choice.id == data.playlist), None)
        return videos_state(services, account.id, lists, listed or find_list(lists, ""), data.num)

    return own(asking, state, *WATCHED, f"accounts/{asking.account.id}/")


@blueprint.get("/videos")
@query(AskedVideos)
@hide
async def page(data: AskedVideos) -> ResponseReturnValue:
    """The page."""
    services = _open(current_services())
    look_for_playlists_if_never(services, me().id)
    lists = lists_of(services, me())
    state = videos_state(services, me().id, lists, find_list(lists, data.playlist), data.num)
    text = await render_template("videos/videos.html", state=state, is_apart=True)
    policy = content_policy(services.config, has_videos=True)
    return Response(text, headers={"Content-Security-Policy": policy}, content_type="text/html; charset=utf-8")


def _open(services: Services) -> Services:
    """The resources, while there is a key. Raises ProblemError (409)."""
    if not services.config.youtube.api_key:
        raise ProblemError(409, "videos_off", OFF, title="Music videos are off")
    return services


def _want(services: Services, account: str, listed: Listed, num: int) -> None:
    """Write down that videos are wanted; a playlist that was read lately is not read again for that."""
    now_ms, before, known = (
        services.clock.now_ms(),
        wish_for(services, account, listed),
        read_list(services, account, listed),
    )
    read_rev = known.read_rev if known else before.read_rev if before else 0
    is_reading = before is not None and (known is None or known.read_rev < before.read_rev)
    is_fresh = known is not None and not known.error and now_ms - known.at_ms < LIST_FRESH_MS
    if is_reading and before is not None:
        read_rev = before.read_rev
    elif not is_fresh:
        read_rev += 1
    wish = VideoWish(max(num, before.num if before else 0), now_ms, read_rev, listed.songs)
    wanted = (services.store.read(VIDEO_WISHES, account) or VideoWishes()).wanted
    others = {name: one for name, one in wanted.items() if name != listed.name and is_wanted(one, now_ms)}
    latest = list(others.items())[-(MOST_WISHES - 1) :]
    services.store.write(VIDEO_WISHES, VideoWishes({**dict(latest), listed.name: wish}), account)
