"""Looks for music videos: some searches at once, never more than a day has, each result written as soon as it is there.

A search is written down before it is sent: a crash in between wastes one, and overdraws nothing.
"""

import asyncio
import contextlib
import logging
import math
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from songswap.core.videos import search_quota, video_match
from songswap.documents import (
    SEARCHES,
    SONG_LISTS,
    SONG_VIDEOS,
    VIDEO_WISHES,
    YOUTUBE_SEEN,
)
from songswap.jobs.kit.spotify_accounts import Accounts, Means, NeedsLoginError
from songswap.jobs.kit.subprocess_jobs import is_woken
from songswap.model.durations import DAY_MS
from songswap.model.videos import (
    Search,
    Song,
    SongList,
    SongLists,
    SongVideos,
    Video,
    VideoWish,
    VideoWishes,
    YouTubeSeen,
)
from songswap.spotify.errors import ForbiddenError, NotFoundError, SpotifyError
from songswap.store import GoneError, StoreError
from songswap.youtube import BadKeyError, QuotaGoneError, YouTubeClient, YouTubeError, YouTubeUnavailableError

logger = logging.getLogger(__name__)

WISHES_ENDING = "/" + VIDEO_WISHES.pattern.rpartition("/")[2]
LONGEST_WAIT_MS = 3_600_000.0
"""A machine that slept looks at its clock again after so long."""
DAYS_KEPT = 3
"""Of the log of searches."""
MOST_SONGS = 50
NOT_SHOWN = "Spotify shows what is in this playlist to its owner alone."
NO_PLAYLIST = "The playlist is not in Spotify any more."

Answer = tuple[Video, ...] | YouTubeError


class VideosJob:
    """Serves VIDEO_WISHES of everybody: reads playlists into SONG_LISTS, keeps in SONG_VIDEOS what YouTube says."""

    def __init__(self, means: Means, accounts: Accounts) -> None:
        self._means = means
        self._store = means.store
        self._accounts = accounts
        self._known: dict[str, SongVideos] | None = None
        """By the songs' keys, without the videos: when each was asked for, and how long that holds."""

    async def run(self) -> None:
        """Serve wishes until cancelled. Without a key nobody is asked; what is kept goes in time all the same."""
        if self._known is None:
            self._known = self._load()
            if self._seen().until_ms is None:
                self._note(YouTubeSeen())  # whatever was wrong with the key: it may be another one
        with self._store.changes.subscribe("accounts/", endings=(WISHES_ENDING,)) as changes:
            while True:
                known = self._tidied(self._known)
                if self._means.youtube is not None:
                    await self._read_lists()
                    wait_ms = await self._search(self._means.youtube, known)
                else:
                    wait_ms = math.inf
                next_end_ms = min((_ends_ms(one) for one in known.values()), default=math.inf) - self._now_ms()
                wait_ms = min(wait_ms, next_end_ms, LONGEST_WAIT_MS)
                if wait_ms > 0:
                    await is_woken(changes, wait_ms / 1000)

    # What is kept

    def _load(self) -> dict[str, SongVideos]:
        kept = ((key, self._store.read(SONG_VIDEOS, key)) for key in self._store.listed(SONG_VIDEOS))
        return {key: replace(one, videos=()) for key, one in kept if one is not None}

    def _tidied(self, known: dict[str, SongVideos]) -> dict[str, SongVideos]:
        """What is known, without what was kept for as long as it may be."""
        now_ms = self._now_ms()
        for key in [key for key, one in known.items() if _ends_ms(one) <= now_ms]:
            with _contained(f"the videos of song {key}"):
                self._store.drop(SONG_VIDEOS, key)
            del known[key]
        return known

    def _keep(self, key: str, found: SongVideos) -> None:
        with _contained(f"the videos of song {key}"):
            self._store.write(SONG_VIDEOS, found, key)
        if self._known is not None:
            self._known[key] = replace(found, videos=())

    # The songs of playlists

    async def _read_lists(self) -> None:
        """Read the playlists at Spotify that somebody waits for; what nobody wants any more is forgotten."""
        for account in self._store.names("accounts"):
            wanted = {name: wish for name, wish in self._wishes(account).items() if wish.songs is None}
            seen = self._store.read(SONG_LISTS, account) or SongLists()
            lists = {name: one for name, one in seen.lists.items() if name in wanted}
            for name, wish in wanted.items():
                if name not in lists or lists[name].read_rev < wish.read_rev:
                    lists[name] = await self._read_list(account, name, wish)
            if lists != seen.lists:
                with _contained(f"the lists of account {account}"):
                    self._store.write(SONG_LISTS, SongLists(lists), account)

    async def _read_list(self, account: str, name: str, wish: VideoWish) -> SongList:
        """The first songs of a playlist: one call."""
        music, now_ms = self._means.music, self._now_ms()
        try:
            playlist = await self._accounts.call(account, lambda bearer: music.playlist(bearer, name))
        except (SpotifyError, NeedsLoginError) as error:
            logger.info("a playlist of %s was not read: %r", account, error)
            return SongList(wish.read_rev, now_ms, error=_words(error))
        if playlist.page is None:
            return SongList(wish.read_rev, now_ms, error=NOT_SHOWN)
        tracks = (item.track for item in playlist.page.items)
        songs = (
            Song(one.artists[0] if one.artists else "", one.name, one.duration_ms or None)
            for one in tracks
            if one is not None and one.kind in {"track", "local"} and one.name
        )
        return SongList(wish.read_rev, now_ms, tuple(songs)[:MOST_SONGS])

    def _wishes(self, account: str) -> dict[str, VideoWish]:
        wanted = (self._store.read(VIDEO_WISHES, account) or VideoWishes()).wanted
        return {name: wish for name, wish in wanted.items() if search_quota.is_wanted(wish, self._now_ms())}

    def _wanted(self) -> list[Sequence[Song]]:
        """The songs of every list, of everybody."""
        found: list[Sequence[Song]] = []
        for account in self._store.names("accounts"):
            lists = (self._store.read(SONG_LISTS, account) or SongLists()).lists
            for name, wish in self._wishes(account).items():
                songs = wish.songs if wish.songs is not None else lists[name].songs if name in lists else ()
                found.append(songs[: wish.num])
        return found

    # Searching

    async def _search(self, youtube: YouTubeClient, known: dict[str, SongVideos]) -> float:
        """Search for the next songs, as far as may be; returns in how many ms there may be more to do."""
        now_ms = self._now_ms()
        holding = {key for key, one in known.items() if one.until_ms > now_ms}
        wanted = search_quota.missing(self._wanted(), holding)
        if not wanted:
            return min((one.until_ms for one in known.values() if one.until_ms > now_ms), default=math.inf) - now_ms
        seen, budget = self._seen(), self._budget(now_ms)
        if seen.error and (seen.until_ms is None or seen.until_ms > now_ms):
            return (seen.until_ms or math.inf) - now_ms
        if not budget.left:
            return budget.resets_at_ms - now_ms
        some = dict(list(wanted.items())[: min(search_quota.AT_ONCE, budget.left)])
        for _ in some:
            self._store.append(SEARCHES, Search(now_ms), search_quota.day_name(now_ms))
        answers = await asyncio.gather(*(_asked(youtube, song) for song in some.values()))
        await self._take_in(youtube, dict(zip(some.items(), answers, strict=True)))
        self._prune()
        return 0.0

    async def _take_in(self, youtube: YouTubeClient, answers: dict[tuple[str, Song], Answer]) -> None:
        """Keep what came of searches that were sent together."""
        now_ms = self._now_ms()
        found = [one for answer in answers.values() if not isinstance(answer, YouTubeError) for one in answer]
        lengths_ms = await _lengths_ms(youtube, found)
        for (key, song), answer in answers.items():
            if isinstance(answer, YouTubeError):
                self._take_in_failure(key, song, answer)
                continue
            with_lengths = [replace(one, duration_ms=lengths_ms.get(one.id)) for one in answer]
            nearest = video_match.nearest(song, with_lengths)
            kept_ms = search_quota.KEPT_MS if video_match.best(song, nearest) else search_quota.NONE_KEPT_MS
            self._keep(key, SongVideos(song.artist, song.title, now_ms, now_ms + kept_ms, nearest))
        self._take_a_break(list(answers.values()))

    def _take_in_failure(self, key: str, song: Song, error: YouTubeError) -> None:
        logger.info("a search at YouTube failed: %s", error)
        if isinstance(error, QuotaGoneError | BadKeyError):
            return  # nothing of that is about this song
        now_ms, before = self._now_ms(), (self._known or {}).get(key)
        tries = 1 + (before.tries if before else 0)
        until_ms = now_ms + search_quota.failed_for_ms(tries)
        self._keep(key, SongVideos(song.artist, song.title, now_ms, until_ms, error=str(error), tries=tries))

    def _take_a_break(self, answers: list[Answer]) -> None:
        """Ask YouTube no more for a while where it wants that, or where it answered nothing at all."""
        now_ms, before = self._now_ms(), self._seen()
        over = next((one for one in answers if isinstance(one, QuotaGoneError)), None)
        bad_key = next((one for one in answers if isinstance(one, BadKeyError)), None)
        silent = [one for one in answers if isinstance(one, YouTubeUnavailableError)]
        if over is not None:
            self._store.append(SEARCHES, Search(now_ms, is_over=True), search_quota.day_name(now_ms))
        if bad_key is not None:
            self._note(YouTubeSeen(str(bad_key)))
        elif silent and len(silent) == len(answers):
            tries = before.tries + 1
            self._note(YouTubeSeen(str(silent[0]), now_ms + search_quota.break_ms(tries), tries))
        else:
            self._note(YouTubeSeen())

    def _budget(self, now_ms: float) -> search_quota.SearchBudget:
        days = (search_quota.day_name(now_ms, 1), search_quota.day_name(now_ms))
        return search_quota.budget([row for day in days for row in self._store.rows(SEARCHES, day)], now_ms)

    def _prune(self) -> None:
        oldest = search_quota.day_name(self._now_ms(), DAYS_KEPT)
        for day in self._store.listed(SEARCHES):
            if day < oldest:
                with _contained(f"the searches of {day}"):
                    self._store.drop(SEARCHES, day)

    def _seen(self) -> YouTubeSeen:
        return self._store.read(YOUTUBE_SEEN) or YouTubeSeen()

    def _note(self, seen: YouTubeSeen) -> None:
        if seen != self._seen():
            with _contained("how YouTube stands"):
                self._store.write(YOUTUBE_SEEN, seen)

    def _now_ms(self) -> float:
        return self._means.clock.now_ms()


@contextlib.contextmanager
def _contained(what: str) -> Iterator[None]:
    """Where one document can't be written, all others are served still."""
    try:
        yield
    except GoneError:
        return  # whose it was, has left
    except StoreError as error:
        logger.error("%s can't be written down: %s", what, error)


def _ends_ms(found: SongVideos) -> float:
    """When it is forgotten. How often a search has failed is remembered for a while longer than that holds."""
    return found.until_ms + (DAY_MS if found.error else 0.0)


def _words(error: SpotifyError | NeedsLoginError) -> str:
    if isinstance(error, NotFoundError):
        return NO_PLAYLIST
    return NOT_SHOWN if isinstance(error, ForbiddenError) else str(error)


async def _asked(youtube: YouTubeClient, song: Song) -> Answer:
    try:
        return await youtube.search(video_match.query_for(song))
    except YouTubeError as error:
        return error


async def _lengths_ms(youtube: YouTubeClient, found: list[Video]) -> dict[str, int]:
    """How long the videos are, by one question; without an answer they are judged without."""
    try:
        return await youtube.durations_ms(list(dict.fromkeys(video.id for video in found)))
    except YouTubeError as error:
        logger.info("YouTube did not say how long videos are: %s", error)
        return {}
