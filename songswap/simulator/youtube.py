"""What stands in for the YouTube Data API, at /youtube/v3: search.list and videos.list, with key, checks and quota.

Parameters, answers and refusals are those of developers.google.com/youtube/v3/docs; what is not needed for searching
videos by words is refused with a 501 rather than answered wrongly.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

from aiohttp import web

from .api.gate import guarded
from .covers import draw_cover
from .project import Bucket
from .videos import Video, found_for, videos_of
from .world import World

COMMON = ("part", "key", "maxResults", "pageToken", "alt", "prettyPrint", "fields")
OF_SEARCH = (*COMMON, "q", "type", "order", "regionCode", "relevanceLanguage", "safeSearch")
WITH_VIDEOS = ("videoEmbeddable", "videoCategoryId", "videoDuration", "videoSyndicated", "videoDefinition")
"""Each needs type=video."""
OF_VIDEOS = (*COMMON, "id", "hl")
VALUES = {
    "order": ("date", "rating", "relevance", "title", "videoCount", "viewCount"),
    "safeSearch": ("moderate", "none", "strict"),
    "videoEmbeddable": ("any", "true"),
    "videoSyndicated": ("any", "true"),
    "videoDuration": ("any", "long", "medium", "short"),
    "videoDefinition": ("any", "high", "standard"),
    "type": ("video",),
}
PARTS = ("contentDetails", "id", "snippet")
MOST_IDS = 50
NO_KEY = (
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form"
    " of API consumer identity to call this API."
)
BY_DOCUMENT = (
    "The request cannot be completed because you have exceeded your"
    ' <a href="/youtube/v3/getting-started#quota">quota</a>.'
)
AS_SEEN = (
    "Quota exceeded for quota metric '{metric}' and limit '{metric} per day' of service 'youtube.googleapis.com' for"
    " consumer 'project_number:1'."
)


class RefusalError(Exception):
    """What YouTube answers with an error."""

    def __init__(self, code: int, message: str, reason: str, domain: str = "youtube.api", **more: Any) -> None:
        super().__init__(message)
        detail = {"message": message, "domain": domain, "reason": reason}
        self.code = code
        self.body = {"error": {"code": code, "message": message, "errors": [detail], **more}}


def add_youtube(app: web.Application, world: World) -> None:
    """Put it beside the Web API; faults and delays are those of the world."""

    def served(answer: Callable[[World, web.Request], dict[str, Any]]) -> Callable[[web.Request], Any]:
        async def serve(request: web.Request) -> web.Response:
            try:
                return web.json_response(answer(world, request))
            except RefusalError as error:
                return web.json_response(error.body, status=error.code)

        return guarded(world, serve)

    async def thumbnail(request: web.Request) -> web.Response:
        wide = draw_cover(world.seed, request.match_info["id"], 320).replace('"0 0 640 640"', '"0 140 640 360"')
        picture = wide.replace('height="320"', 'height="180"', 1)
        return web.Response(text=picture, content_type="image/svg+xml")

    app.router.add_get("/youtube/v3/search", served(_search))
    app.router.add_get("/youtube/v3/videos", served(_videos))
    app.router.add_get("/vi/{id:[A-Za-z0-9_-]{11}}/{size}.jpg", thumbnail)


def _search(world: World, request: web.Request) -> dict[str, Any]:
    _check_key(world, request)
    query = _checked(request, (*OF_SEARCH, *WITH_VIDEOS), ("snippet",))
    for name in WITH_VIDEOS:
        if name in query and query.get("type") != "video":
            raise RefusalError(
                *(400, "The request contains an invalid combination of search filters and/or restrictions."),
                *("invalidSearchFilter", "youtube.search"),
            )
    if query.get("type") != "video":
        raise RefusalError(501, "The stand-in knows videos only: set type=video.", "notImplemented")
    most, start = _amount(query), _start(query)
    _charge(world, "search")
    found = found_for(world.seed, world.catalogue, query.get("q", ""))
    if query.get("videoEmbeddable") == "true":
        found = [video for video in found if video.is_embeddable]
    page, end = found[start : start + most], start + most
    answer = {
        "kind": "youtube#searchListResponse",
        "etag": _etag(query.get("q", ""), start),
        **({"nextPageToken": _token(end)} if most > 0 and end < len(found) else {}),
        **({"prevPageToken": _token(max(0, start - most))} if start else {}),
        "regionCode": query.get("regionCode", "DE"),
        "pageInfo": {"totalResults": len(found), "resultsPerPage": most},
    }
    return {**answer, "items": [_result(video, str(request.url.origin())) for video in page]}


def _videos(world: World, request: web.Request) -> dict[str, Any]:
    _check_key(world, request)
    query = _checked(request, OF_VIDEOS, PARTS)
    ids = [one for one in query.get("id", "").split(",") if one]
    if not ids:
        raise RefusalError(400, "No filter selected. Expected one of: myRating, id, chart", "missingRequiredParameter")
    if len(ids) > MOST_IDS or "maxResults" in query:
        raise RefusalError(400, "The request specifies an invalid filter parameter.", "invalidFilters")
    _charge(world, "units")
    known = _by_id(world)
    parts = query["part"].split(",")
    items = [_details(known[one], parts, str(request.url.origin())) for one in dict.fromkeys(ids) if one in known]
    info = {"totalResults": len(items), "resultsPerPage": len(items)}
    return {"kind": "youtube#videoListResponse", "etag": _etag(*ids), "items": items, "pageInfo": info}


def _check_key(world: World, request: web.Request) -> None:
    key = request.query.get("key") or request.headers.get("X-Goog-Api-Key")
    if not key:
        raise RefusalError(403, NO_KEY, "forbidden", "global", status="PERMISSION_DENIED")
    if key not in world.project.keys:
        detail = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
            "metadata": {"service": "youtube.googleapis.com"},
        }
        raise RefusalError(
            *(400, "API key not valid. Please pass a valid API key.", "badRequest", "global"),
            status="INVALID_ARGUMENT",
            details=[detail],
        )


def _checked(request: web.Request, names: tuple[str, ...], parts: tuple[str, ...]) -> dict[str, str]:
    query = dict(request.query)
    for name, value in query.items():
        if name not in names:
            said = f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.'
            raise RefusalError(
                400, f"{said} Field '{name}' could not be found in request message.", "invalid", "global"
            )
        if name in VALUES and value not in VALUES[name]:
            raise RefusalError(400, f"Invalid value at '{name}': \"{value}\"", "invalidParameter")
    if not query.get("part"):
        raise RefusalError(400, "Required parameter: part", "required", "global")
    for part in query["part"].split(","):
        if part not in parts:
            raise RefusalError(400, f"'{part}'", "unknownPart", "youtube.part")
    return query


def _amount(query: dict[str, str]) -> int:
    text = query.get("maxResults", "5")
    if not text.isdecimal() or not 0 <= int(text) <= 50:
        raise RefusalError(
            *(400, f"Invalid value '{text}'. Values must be within the range: [0, 50]", "invalidParameter"),
        )
    return int(text)


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"page {start}".encode()).decode().rstrip("=")


def _start(query: dict[str, str]) -> int:
    token = query.get("pageToken")
    for start in range(100) if token else ():
        if _token(start) == token:
            return start
    if token:
        raise RefusalError(400, "The request specifies an invalid page token.", "invalidPageToken")
    return 0


def _charge(world: World, bucket: Bucket) -> None:
    if world.project.admit(bucket):
        return
    if world.project.refusal == 403:
        raise RefusalError(403, BY_DOCUMENT, "quotaExceeded", "youtube.quota")
    message = AS_SEEN.format(metric="Search Queries" if bucket == "search" else "Queries")
    raise RefusalError(429, message, "rateLimitExceeded", "global", status="RESOURCE_EXHAUSTED")


def _etag(*parts: object) -> str:
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:27]


def _snippet(video: Video, origin: str, title: str) -> dict[str, Any]:
    sizes = {"default": ("default", 120, 90), "medium": ("mqdefault", 320, 180), "high": ("hqdefault", 480, 360)}
    return {
        "publishedAt": video.published,
        "channelId": video.channel_id,
        "title": title,
        "description": video.description,
        "thumbnails": {
            size: {"url": f"{origin}/vi/{video.id}/{name}.jpg", "width": width, "height": height}
            for size, (name, width, height) in sizes.items()
        },
        "channelTitle": video.channel,
        "liveBroadcastContent": "none",
    }


def _result(video: Video, origin: str) -> dict[str, Any]:
    return {
        "kind": "youtube#searchResult",
        "etag": _etag(video.id),
        "id": {"kind": "youtube#video", "videoId": video.id},
        "snippet": {**_snippet(video, origin, video.escaped_title), "publishTime": video.published},
    }


def _details(video: Video, parts: list[str], origin: str) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": "youtube#video", "etag": _etag(video.id, *parts), "id": video.id}
    if "snippet" in parts:
        found["snippet"] = _snippet(video, origin, video.title)
    if "contentDetails" in parts:
        minutes, seconds = divmod(video.duration_s, 60)
        hours, minutes = divmod(minutes, 60)
        duration = (
            f"PT{f'{hours}H' if hours else ''}{f'{minutes}M' if minutes else ''}{f'{seconds}S' if seconds else ''}"
        )
        found["contentDetails"] = {
            "duration": duration,
            "dimension": "2d",
            "definition": "hd",
            "caption": "false",
            "licensedContent": True,
            "contentRating": {},
            "projection": "rectangular",
        }
    return found


def _by_id(world: World) -> dict[str, Video]:
    tracks = world.catalogue.tracks.values()
    return {video.id: video for track in tracks for video in videos_of(world.seed, world.catalogue, track)}
