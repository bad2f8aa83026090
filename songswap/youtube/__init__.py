"""The YouTube Data API, as far as music videos need it: a search, and how long videos are."""

from songswap.youtube.client import YouTubeClient
from songswap.youtube.errors import (
    BadKeyError,
    QuotaGoneError,
    YouTubeError,
    YouTubeRefusedError,
    YouTubeUnavailableError,
)

__all__ = [
    "BadKeyError",
    "QuotaGoneError",
    "YouTubeClient",
    "YouTubeError",
    "YouTubeRefusedError",
    "YouTubeUnavailableError",
]
