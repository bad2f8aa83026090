"""What is known of the music videos of a list: those found, those missing and why, and the day's searches."""

from typing import Final, Literal

from songswap.core.videos import search_quota, video_match
from songswap.core.videos.video_match import Certainty
from songswap.documents import SEARCHES, SONG_LISTS, SONG_VIDEOS, VIDEO_WISHES, YOUTUBE_SEEN
from songswap.model.struct import Struct
from songswap.model.videos import Song, SongList, SongLists, SongVideos, Video, VideoWish, VideoWishes, YouTubeSeen
from songswap.web.kit.security_headers import video_picture_host
from songswap.web.kit.services import Services
from songswap.web.kit.timed import Timed
from songswap.web.kit.worker_status import is_worker_alive
from songswap.web.videos.video_lists import ListChoice, Listed

Why = Literal["not_asked", "searching", "day_used_up", "nothing_found", "nothing_fits", "failed", "silent", "bad_key"]

WORDS: Final[dict[Why, str]] = {
    "not_asked": "Nobody has looked for it yet.",
    "searching": "It is being looked for.",
    "day_used_up": "The day’s searches are used up.",
    "nothing_found": "YouTube knows no video of it.",
    "nothing_fits": "YouTube has videos that look like it, but none that is near enough.",
}
SILENT_WORKER: Final = "The worker is silent: it is looked for when that runs again. Tell the operator."


class VideoItem(Struct, frozen=True):
    """The best video for a song: `how_sure` in a word, `score` from 0 to 1, and the reasons for that."""

    position: int
    artist: str
    title: str
    video_id: str
    video_title: str
    channel: str
    description: str
    thumbnail: str | None
    url: str
    duration_ms: int | None
    how_sure: Certainty
    score: float
    reasons: tuple[str, ...]
    found_at_ms: float


class MissingItem(Struct, frozen=True):
    """A song without a video: why, in a word and in words, and when it is looked for again, if that is known."""

    position: int
    artist: str
    title: str
    why: Why
    message: str
    at_ms: float | None


class BudgetState(Struct, frozen=True):
    """The searches of the day, for everybody together. New ones come at `resets_at_ms`, at midnight Pacific Time."""

    limit: int
    used: int
    left: int
    resets_at_ms: float


class VideosState(Timed, frozen=True):
    """The first `num` songs of `playlist`, one of the `playlists`: those with a video, and those `missing`.

    `is_reading`: its songs are being read. `error`: why they could not be. `can_ask`: asking would do something.
    """

    playlist: ListChoice | None
    playlists: tuple[ListChoice, ...]
    num: int
    items: tuple[VideoItem, ...]
    missing: tuple[MissingItem, ...]
    budget: BudgetState
    is_reading: bool
    can_ask: bool
    error: str
    is_worker_alive: bool


def wish_for(services: Services, account: str, listed: Listed) -> VideoWish | None:
    """What `account` wanted of a list, if that still counts."""
    wish = (services.store.read(VIDEO_WISHES, account) or VideoWishes()).wanted.get(listed.name)
    return wish if wish and search_quota.is_wanted(wish, services.clock.now_ms()) else None


def read_list(services: Services, account: str, listed: Listed) -> SongList | None:
    """The songs of a playlist at Spotify as the worker read them last."""
    return (services.store.read(SONG_LISTS, account) or SongLists()).lists.get(listed.name)


def videos_state(
    services: Services, account: str, lists: tuple[Listed, ...], listed: Listed | None, num: int
) -> VideosState:
    """What is known; nothing is asked for. Raises StoreError."""
    now_ms = services.clock.now_ms()
    looking = _Look(services, now_ms)
    wish = wish_for(services, account, listed) if listed else None
    known = read_list(services, account, listed) if listed and listed.songs is None else None
    songs = (listed.songs if listed.songs is not None else known.songs if known else ()) if listed else ()
    rows = [
        looking.at(place, song, is_wanted=wish is not None and place <= wish.num)
        for place, song in enumerate(songs[:num], 1)
    ]
    missing = tuple(row for row in rows if isinstance(row, MissingItem))
    is_reading = bool(wish and listed and listed.songs is None and (known is None or known.read_rev < wish.read_rev))
    is_unread = listed is not None and listed.songs is None and (known is None or bool(known.error))
    return VideosState(
        now_ms=now_ms,
        playlist=listed.choice if listed else None,
        playlists=tuple(one.choice for one in lists),
        num=num,
        items=tuple(row for row in rows if isinstance(row, VideoItem)),
        missing=missing,
        budget=looking.budget,
        is_reading=is_reading,
        can_ask=not is_reading and (is_unread or any(one.why == "not_asked" for one in missing)),
        error=known.error if known and not is_reading else "",
        is_worker_alive=looking.is_worker_alive,
    )


class _Look:
    """What holds for every song at one moment."""

    def __init__(self, services: Services, now_ms: float) -> None:
        days = (search_quota.day_name(now_ms, 1), search_quota.day_name(now_ms))
        budget = search_quota.budget([row for day in days for row in services.store.rows(SEARCHES, day)], now_ms)
        self._services, self._now_ms = services, now_ms
        self._seen = services.store.read(YOUTUBE_SEEN) or YouTubeSeen()
        self._pictures = f"{video_picture_host(services.config)}/"
        self.budget = BudgetState(budget.limit, budget.used, budget.left, budget.resets_at_ms)
        self.is_worker_alive = is_worker_alive(services.store, now_ms)

    def at(self, place: int, song: Song, *, is_wanted: bool) -> VideoItem | MissingItem:
        """The song's video, or why there is none."""
        found = self._services.store.read(SONG_VIDEOS, video_match.key_of(song))
        if found is not None and found.until_ms <= self._now_ms:
            found = None  # the worker, whose it is to delete it, does not run
        if found is not None and not found.error:
            match = video_match.best(song, found.videos)
            if match is not None:
                return self._item(place, song, match, found)
            why: Why = "nothing_fits" if found.videos else "nothing_found"
            return MissingItem(place, song.artist, song.title, why, WORDS[why], found.until_ms)
        return self._missing(place, song, found, is_wanted=is_wanted)

    def _missing(self, place: int, song: Song, failed: SongVideos | None, *, is_wanted: bool) -> MissingItem:
        seen = self._seen
        again_at_ms = max(failed.until_ms if failed else 0.0, seen.until_ms or 0.0)
        said = failed.error if failed else seen.error
        cases: tuple[tuple[bool, Why, str, float | None], ...] = (
            (bool(seen.error) and seen.until_ms is None, "bad_key", seen.error, None),
            (not is_wanted, "not_asked", WORDS["not_asked"], None),
            (not self.is_worker_alive, "silent", SILENT_WORKER, None),
            (not self.budget.left, "day_used_up", WORDS["day_used_up"], self.budget.resets_at_ms),
            (again_at_ms > self._now_ms, "failed", f"{said} It is tried again a little later.", again_at_ms),
        )
        searching: tuple[bool, Why, str, float | None] = (True, "searching", WORDS["searching"], None)
        _, why, message, at_ms = next((case for case in cases if case[0]), searching)
        return MissingItem(place, song.artist, song.title, why, message, at_ms)

    def _item(self, place: int, song: Song, match: video_match.Match, found: SongVideos) -> VideoItem:
        video = match.video
        return VideoItem(
            position=place,
            artist=song.artist,
            title=song.title,
            video_id=video.id,
            video_title=video.title,
            channel=video.channel,
            description=video.description,
            thumbnail=self._picture(video),
            url=f"https://www.youtube.com/watch?v={video.id}",
            duration_ms=video.duration_ms,
            how_sure=match.certainty,
            score=match.score,
            reasons=match.reasons,
            found_at_ms=found.at_ms,
        )

    def _picture(self, video: Video) -> str | None:
        """Its picture, if it lies where the page may load pictures from."""
        url = video.thumbnail_url or ""
        return url if url.startswith(self._pictures) else None
