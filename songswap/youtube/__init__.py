"""The YouTube Data API, as far as music videos need it: a search, and how long videos are."""

from songswap.youtube.client import YouTube
from songswap.youtube.errors import (
    BadKeyError,
    QuotaGoneError,
    RefusedError,
    YouTubeError,
    YouTubeUnavailableError,
)

__all__ = ["BadKeyError", "QuotaGoneError", "RefusedError", "YouTube", "YouTubeError", "YouTubeUnavailableError"]
