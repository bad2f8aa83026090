"""YouTube's JSON → our words. A video can do without all that may be missing or strange, but its id and title."""

import html
import re
from typing import Final

import msgspec

from songswap.model.videos import Video

LONGEST_TITLE: Final = 200
LONGEST_DESCRIPTION: Final = 500
_ID: Final = re.compile(r"[A-Za-z0-9_-]{11}")
_DURATION: Final = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,5})S)?)?")


class _Id(msgspec.Struct):
    video_id: str | None = msgspec.field(default=None, name="videoId")


class _Thumbnail(msgspec.Struct):
    url: str | None = None


class _Snippet(msgspec.Struct, rename="camel"):
    title: str | None = None
    description: str | None = None
    channel_title: str | None = None
    thumbnails: dict[str, _Thumbnail] | None = None


class _Result(msgspec.Struct):
    id: _Id | None = None
    snippet: _Snippet | None = None

    def to_model(self) -> Video | None:
        """The video, if it is one that can be shown."""
        video_id, snippet = (self.id.video_id if self.id else None) or "", self.snippet or _Snippet()
        title = _text(snippet.title, LONGEST_TITLE)
        if not _ID.fullmatch(video_id) or not title:
            return None
        pictures = snippet.thumbnails or {}
        sizes = (pictures[size].url for size in ("medium", "high", "default") if size in pictures)
        return Video(
            id=video_id,
            title=title,
            channel=_text(snippet.channel_title, LONGEST_TITLE),
            description=_text(snippet.description, LONGEST_DESCRIPTION),
            thumbnail_url=next(filter(None, sizes), None),
        )


class SearchAnswer(msgspec.Struct):
    """search.list; an answer without items is none."""

    items: list[_Result]

    def to_model(self) -> tuple[Video, ...]:
        """The videos, YouTube's first choice first, each once."""
        found = {video.id: video for one in self.items if (video := one.to_model()) is not None}
        return tuple(found.values())


class _Content(msgspec.Struct):
    duration: str | None = None


class _Details(msgspec.Struct, rename="camel"):
    id: str | None = None
    content_details: _Content | None = None


class VideosAnswer(msgspec.Struct):
    """videos.list."""

    items: list[_Details]

    def to_model(self) -> dict[str, int]:
        """How long each is, in ms, by its id; live streams and strange ones are left out."""
        pairs = ((one.id or "", duration_ms((one.content_details or _Content()).duration)) for one in self.items)
        return {video_id: length_ms for video_id, length_ms in pairs if length_ms}


def duration_ms(text: str | None) -> int | None:
    """An ISO 8601 duration (PT3M33S) in ms; None for anything else, and for a live stream's P0D."""
    fit = _DURATION.fullmatch(text or "")
    if fit is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in fit.groups())
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 or None


def _text(text: str | None, most: int) -> str:
    """YouTube escapes what it sends as if it were HTML [search.list: titles with &amp;amp; and &amp;#39;]."""
    return " ".join(html.unescape(text or "").split())[:most]
