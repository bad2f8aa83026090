"""ReccoBeats: recommendations for Spotify's ids, by a service that is not Spotify's, without a key.

How it is called was gathered from programs that do [reccobeats.com/docs; several public callers]; nothing is promised.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final

import aiohttp
import msgspec

from songswap.clock import Clock
from songswap.model.music import spotify_track_id
from songswap.model.struct import Struct

MOST_SEEDS: Final = 5
MOST_SIZE: Final = 100
TIME_OUT: Final = aiohttp.ClientTimeout(total=10)
LARGEST_BODY: Final = 2 * 1024 * 1024
KEPT_MS: Final = 600_000.0
MOST_KEPT: Final = 100
USUAL_BREAK_S: Final = 60
"""After a 429 that does not say for how long."""
LONGEST_BREAK_S: Final = 86_400


class ReccoBeatsError(Exception):
    """It did not answer as it should; the message says so to people. `until_ms` is the end of a break it asked for."""

    def __init__(self, message: str, until_ms: float | None = None) -> None:
        super().__init__(message)
        self.until_ms = until_ms


class Suggested(Struct, frozen=True):
    """A song it suggests, by Spotify's id."""

    id: str
    title: str
    artists: tuple[str, ...]
    duration_ms: int | None = None


class _Artist(msgspec.Struct):
    name: str | None = None


class _Track(msgspec.Struct, rename="camel"):
    track_title: str | None = None
    artists: list[_Artist] | None = None
    duration_ms: int | None = None
    href: str | None = None

    def to_model(self) -> Suggested | None:
        """The song, if it can be found at Spotify."""
        track_id = spotify_track_id(self.href or "")
        names = tuple(artist.name.strip() for artist in self.artists or () if artist.name and artist.name.strip())
        if track_id is None or not self.track_title or not names:
            return None
        return Suggested(track_id, self.track_title, names, self.duration_ms)


class _Answer(msgspec.Struct):
    content: list[_Track]


_ANSWER: Final = msgspec.json.Decoder(_Answer)
_Key = tuple[tuple[str, ...], tuple[tuple[str, float], ...]]


class ReccoBeatsClient:
    """Asks the service at `api_url`, one question at a time; what it said is remembered for ten minutes."""

    def __init__(self, http: aiohttp.ClientSession, api_url: str, clock: Clock) -> None:
        self._http = http
        self._url = f"{api_url}/v1/track/recommendation"
        self._clock = clock
        self._until_ms = 0.0
        self._turn = asyncio.Lock()
        self._kept: OrderedDict[_Key, tuple[float, tuple[Suggested, ...]]] = OrderedDict()

    async def recommend(self, seeds: Sequence[str], targets: Mapping[str, float]) -> tuple[Suggested, ...]:
        """Songs for one to five of Spotify's track ids, as near to the targets as it can, the best first.

        Raises ReccoBeatsError; for as long as it asked for a break nothing is sent.
        """
        key = (tuple(sorted(seeds)), tuple(sorted(targets.items())))
        async with self._turn:
            at_ms, known = self._kept.get(key, (-KEPT_MS, ()))
            if self._clock.up_ms() - at_ms < KEPT_MS:
                return known
            found = await self._asked(key)
            self._kept[key] = (self._clock.up_ms(), found)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return found

    async def _asked(self, key: _Key) -> tuple[Suggested, ...]:
        seeds, targets = key
        if self._until_ms > self._clock.up_ms():
            raise self._break()
        query = {"seeds": ",".join(seeds), "size": str(MOST_SIZE), **{name: f"{value:g}" for name, value in targets}}
        try:
            async with self._http.get(self._url, params=query, timeout=TIME_OUT, allow_redirects=False) as response:
                body = await response.content.read(LARGEST_BODY)
                if response.status == 429:
                    wait_s = _seconds(response.headers.get("Retry-After"))
                    self._until_ms = self._clock.up_ms() + wait_s * 1000
                    raise self._break()
                if response.status in {400, 404}:
                    raise ReccoBeatsError("ReccoBeats knows none of these songs. Try others.")
                if response.status != 200:
                    raise ReccoBeatsError(f"ReccoBeats answers with an error ({response.status}). Try again later.")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ReccoBeatsError("ReccoBeats can’t be reached at the moment.") from error
        try:
            content = _ANSWER.decode(body).content
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ReccoBeatsError("ReccoBeats answers with something that makes no sense.") from error
        return tuple(one for track in content if (one := track.to_model()) is not None)

    def _break(self) -> ReccoBeatsError:
        wait_s = max(1, round((self._until_ms - self._clock.up_ms()) / 1000))
        return ReccoBeatsError(
            f"ReccoBeats asks for a break. Try again in {wait_s} s.", self._until_ms + self._clock.offset_ms
        )


def _seconds(text: str | None) -> int:
    """How long a break a Retry-After asks for."""
    if text is None or not (text.isascii() and text.isdigit()):
        return USUAL_BREAK_S
    return min(max(1, int(text[:9])), LONGEST_BREAK_S)
