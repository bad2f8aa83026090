"""One question, one answer or one typed error. The key goes into the address, which nothing here repeats."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

import aiohttp
import msgspec

from songswap.model.videos import Video
from songswap.youtube.errors import YouTubeUnavailableError, error_of
from songswap.youtube.wire import SearchAnswer, VideosAnswer

T = TypeVar("T")

RESULTS: Final = 10
"""Of a search. Four searches then have fewer videos than one question for their lengths may name."""
MOST_IDS: Final = 50
TIME_OUT: Final = aiohttp.ClientTimeout(total=10)
LARGEST_BODY: Final = 1024 * 1024
MAKES_NO_SENSE: Final = "YouTube answers with something that makes no sense."


class YouTubeClient:
    """Asks the API at `api_url` with `key`; what that costs is counted by `core/videos/search_quota.py`."""

    def __init__(self, http: aiohttp.ClientSession, api_url: str, key: str) -> None:
        self._http = http
        self._url = f"{api_url}/youtube/v3"
        self._key = key

    async def search(self, words: str) -> tuple[Video, ...]:
        """Videos for these words, the best first, without their lengths: one search of the day. Raises YouTubeError."""
        query = {"part": "snippet", "type": "video", "maxResults": str(RESULTS), "q": words}
        return (await self._read("search", query, SearchAnswer)).to_model()

    async def durations_ms(self, ids: Sequence[str]) -> dict[str, int]:
        """How long videos are, up to 50 of them: one unit of a quota of 10,000 a day. Raises YouTubeError."""
        if not ids:
            return {}
        query = {"part": "contentDetails", "id": ",".join(ids[:MOST_IDS])}
        return (await self._read("videos", query, VideosAnswer)).to_model()

    async def _read(self, what: str, query: Mapping[str, str], kind: type[T]) -> T:
        status, body = await self._ask(what, query)
        if status != 200:
            raise error_of(status, body)
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise YouTubeUnavailableError(MAKES_NO_SENSE) from None

    async def _ask(self, what: str, query: Mapping[str, str]) -> tuple[int, bytes]:
        """aiohttp's own errors are not chained: some of them show the address, and with it the key."""
        params, body = {**query, "key": self._key}, bytearray()
        try:
            async with self._http.get(
                f"{self._url}/{what}",
                params=params,
                timeout=TIME_OUT,
                allow_redirects=False,
                middlewares=[_only_once],
            ) as response:
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > LARGEST_BODY:
                        raise YouTubeUnavailableError(MAKES_NO_SENSE)
                return response.status, bytes(body)
        except TimeoutError:
            raise YouTubeUnavailableError("YouTube did not answer in time.") from None
        except aiohttp.ClientError:
            raise YouTubeUnavailableError("YouTube can’t be reached at the moment.") from None


async def _only_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keeps aiohttp from asking again by itself when a connection breaks: the first one may count, the second would."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(type(error).__name__) from None
